# SPDX-License-Identifier: Apache-2.0
# The firmware for its target, RV32I without a C library: it must compile, need nothing but hw_read and hw_write, and
# stay small. There is no image yet, since there is no processor in the gateware.

FIRMWARE_CC ?= riscv64-unknown-elf-gcc
FIRMWARE_MAX_BYTES := 4096
LINTS += lint-firmware

.PHONY: lint-firmware
lint-firmware:
	$(call say,RV32I,firmware)
	@mkdir -p $(B)/firmware
	$(Q)$(FIRMWARE_CC) -march=rv32i -mabi=ilp32 -std=c11 -Os -ffreestanding -nostdlib -r -Wall -Wextra -Werror -Ihost/include \
		firmware/*.c -o $(B)/firmware/firmware.o
	$(Q)needs=$$(riscv64-unknown-elf-nm -u $(B)/firmware/firmware.o | awk '$$2 != "hw_read" && $$2 != "hw_write" { print $$2 }'); \
		[ -z "$$needs" ] || { echo "firmware needs $$needs, which the target does not have."; exit 1; }
	$(Q)bytes=$$(riscv64-unknown-elf-size $(B)/firmware/firmware.o | awk 'NR == 2 { print $$4 }'); \
		[ "$$bytes" -le $(FIRMWARE_MAX_BYTES) ] || { echo "firmware takes $$bytes bytes, over $(FIRMWARE_MAX_BYTES)."; exit 1; }
