# SPDX-License-Identifier: Apache-2.0
# The firmware for its target, RV32I without a C library: build/firmware/firmware.bin, and as an object for the host's programs.

FIRMWARE_CC ?= riscv64-unknown-elf-gcc
FIRMWARE_C := $(wildcard firmware/*.c)
FIRMWARE_FLAGS := -march=rv32i -mabi=ilp32 -std=c11 -Os -ffreestanding -nostdlib -ffunction-sections -fno-builtin \
	-Wall -Wextra -Werror -Ihost/include -Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments,-T,firmware/firmware.ld
FIRMWARE_IMAGE := $(B)/firmware/firmware.bin
FIRMWARE_OBJ := $(O)/firmware_image.o

$(B)/firmware/firmware.elf: $(FIRMWARE_C) $(wildcard firmware/*.h) firmware/firmware.ld host/include/nic_regs.h
	$(call say,RV32I,firmware)
	@mkdir -p $(@D)
	$(Q)$(FIRMWARE_CC) $(FIRMWARE_FLAGS) $(FIRMWARE_C) -o $@

$(FIRMWARE_IMAGE): $(B)/firmware/firmware.elf firmware/image.py
	$(Q)riscv64-unknown-elf-objcopy -O binary -j .image $< $(@D)/plain.bin
	$(Q)python3 firmware/image.py $(@D)/plain.bin $@ $(@D)/image.c

$(FIRMWARE_OBJ): $(FIRMWARE_IMAGE)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -Ifirmware -c $(B)/firmware/image.c -o $@

# The image does not depend on where or when it is built.
LINTS += lint-firmware
.PHONY: lint-firmware
lint-firmware: $(FIRMWARE_IMAGE)
	$(call say,CMP,firmware built twice)
	$(Q)rm -rf $(B)/firmware/again && $(MAKE) --no-print-directory B=$(B)/firmware/again $(B)/firmware/again/firmware/firmware.bin >/dev/null
	$(Q)cmp $< $(B)/firmware/again/firmware/firmware.bin
