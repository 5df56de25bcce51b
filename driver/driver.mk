# SPDX-License-Identifier: Apache-2.0
# The miniport in its two builds, each linked into one object whose only global names are its entry point and message;
# the transports; the soft device; and the check against the DDK headers.

NIC_DRIVER_SOURCES := $(sort $(wildcard driver/*.c))
NIC_DRIVER_HEADERS := $(wildcard driver/*.h)
MINIPORT := $(O)/driver/miniport.o
MINIPORT_SINGLE := $(O)/driver/miniport_single.o
NIC_TRANSPORT_OBJS := $(O)/host/transport/nic_transport.o $(O)/host/transport/null.o
SOFT_DEVICE_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard sim/models/soft_*.c))

$(O)/driver/multi/%.o: driver/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(O)/driver/single/%.o: driver/%.c
	$(call say,CC,$< (single))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -DNIC_SEND_SINGLE -MMD -MP -c $< -o $@

$(MINIPORT): $(NIC_DRIVER_SOURCES:driver/%.c=$(O)/driver/multi/%.o)
	$(call say,LD,$@)
	$(Q)ld -r -o $@.all $^
	$(Q)objcopy -G nic_miniport_entry -G nic_miniport_message $@.all $@
	@rm -f $@.all

$(MINIPORT_SINGLE): $(NIC_DRIVER_SOURCES:driver/%.c=$(O)/driver/single/%.o)
	$(call say,LD,$@)
	$(Q)ld -r -o $@.all $^
	$(Q)objcopy -G nic_miniport_single_entry -G nic_miniport_single_message $@.all $@
	@rm -f $@.all

# The driver compiles against the DDK headers, in both builds, for 64 and 32 bits.
DDK_CC ?= x86_64-w64-mingw32-gcc i686-w64-mingw32-gcc
DDK_INCLUDE ?= /usr/share/mingw-w64/include/ddk
DDK_FLAGS := -std=c11 -Wall -Wextra -Werror -include driver/ddk_shim.h -isystem $(DDK_INCLUDE) -Ihost/include -Idriver

.PHONY: lint-ddk lint-driver
LINTS += lint-ddk lint-driver

lint-ddk:
	$(call say,DDK,driver)
	@mkdir -p $(B)/lint
	$(Q)for cc in $(DDK_CC); do for mode in "" -DNIC_SEND_SINGLE; do for file in $(NIC_DRIVER_SOURCES); do \
		$$cc $(DDK_FLAGS) $$mode -c $$file -o $(B)/lint/ddk.o; done; done; done

# Above NDIS, below the transport, nothing else.
lint-driver: $(MINIPORT) $(MINIPORT_SINGLE)
	$(call say,CHECK,names the driver needs)
	$(Q)! nm -u $^ | awk 'NF == 2 { print $$2 }' | \
		grep -vE '^(Ndis|nic_transport_|mem(cpy|set|cmp|move)$$|__(asan|ubsan|tsan|stack_chk|sanitizer)|_GLOBAL_OFFSET)'
	$(Q)! grep -nE '#include' driver/*.[ch] | \
		grep -vE '[<"](ndis\.h|stdarg\.h|nic_oid\.h|nic_regs\.h|nic_transport\.h|nic_miniport\.h)[>"]|ddk_shim'
