# SPDX-License-Identifier: Apache-2.0
# The miniport in its builds, each linked into one object whose only global names are its entry point and message;
# the transports; the soft device; and the check against the DDK headers.

# Two builds for NDIS 5.1, one for NDIS 6: the files of an edge end in its number.
NIC_DRIVER_SOURCES := $(filter-out %6.c,$(sort $(wildcard driver/*.c)))
NIC_DRIVER6_SOURCES := $(filter-out %5.c,$(sort $(wildcard driver/*.c)))
NIC_DRIVER_HEADERS := $(wildcard driver/*.h)
MINIPORT := $(O)/driver/miniport.o
MINIPORT_SINGLE := $(O)/driver/miniport_single.o
MINIPORT6 := $(O)/driver/miniport6.o
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

$(O)/driver/six/%.o: driver/%.c
	$(call say,CC,$< (NDIS 6))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -DNIC_NDIS6 -MMD -MP -c $< -o $@

$(MINIPORT6): $(NIC_DRIVER6_SOURCES:driver/%.c=$(O)/driver/six/%.o)
	$(call say,LD,$@)
	$(Q)ld -r -o $@.all $^
	$(Q)objcopy -G nic_miniport6_entry -G nic_miniport6_message $@.all $@
	@rm -f $@.all

# The driver compiles against the DDK headers, which have no NDIS 6, in both builds for 5.1, for 64 and 32 bits.
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

# Driver, sample protocol, miniport and protocol of host/ndis/README.md become .sys files that import NDIS and what the macros of
# the DDK header and the compiler put into any driver. So do the sample miniports, which access hardware by the HAL's names. Of the
# transport only the names are there; the i686 import library has NdisWriteErrorLogEntry not by its right, undecorated name.
DDK_PREFIXES ?= x86_64-w64-mingw32- i686-w64-mingw32-
DDK_IMPORTS := Ndis[A-Z].*|(READ|WRITE)_(PORT|REGISTER)_[A-Z_]*|Exf?InterlockedAddUlong|K[ef](Acquire|Release)SpinLock(RaiseToDpc)?|KeStallExecutionProcessor|NDIS_BUFFER_TO_SPAN_PAGES|MmMapLockedPages(SpecifyCache)?|IoFreeMdl|mem(cpy|set|cmp|move)|strlen
DDK_SYS = $(B)/lint/ddk

.PHONY: ddk-check
LINTS += ddk-check
ddk-check: $(O)/tests/unit/page/mirror.c $(O)/tests/unit/page/caller.c lint-ndis-conformance
	$(call say,DDK,.sys files and their imports)
	@mkdir -p $(DDK_SYS)
	$(Q)set -e; for p in $(DDK_PREFIXES); do \
		link() { out=$$1; entry=$$2; shift 2; case $$p in i686*) entry=_$$entry$$suffix;; esac; \
			syms=$$($${p}nm -u $$* | awk '/nic_transport_|_imp__NdisWriteErrorLogEntry$$/ { print "-Wl,--defsym," $$NF "=__image_base__" }' | sort -u); \
			$${p}gcc -shared -nostdlib -s -Wl,--subsystem,native -Wl,-e,$$entry $$syms -o $$out $$* -lndis -lntoskrnl -lhal; \
			$${p}objdump -p $$out | awk '/xport [Tt]able/ { on = 0 } /DLL Name/ { on = 1; next } on && NF == 3 && $$2 ~ /^[0-9]+$$/ { print $$3 }' > $$out.imports; \
			test -s $$out.imports; \
			if grep -vxE '$(DDK_IMPORTS)' $$out.imports; then echo "$$out imports what is not NDIS"; exit 1; fi; }; \
		for mode in multi single; do objs=; for file in $(NIC_DRIVER_SOURCES); do \
			o=$(DDK_SYS)/$$p$$mode-$$(basename $$file .c).o; objs="$$objs $$o"; \
			$${p}gcc $(DDK_FLAGS) -O2 $$(test $$mode = multi || echo -DNIC_SEND_SINGLE) -c $$file -o $$o; done; \
			suffix=; link $(DDK_SYS)/$$p$$mode.sys nic_miniport$$(test $$mode = multi || echo _single)_entry $$objs; done; \
		$${p}gcc $(DDK_FLAGS) -O2 -DDDK_SHIM_PROTOCOL -DNDIS50=1 -DNDIS51=1 -c host/protocols/sender.c -o $(DDK_SYS)/$${p}sender.o; \
		suffix=; link $(DDK_SYS)/$${p}sender.sys sender_open $(DDK_SYS)/$${p}sender.o; \
		objs=; for file in $(wildcard host/protocols/passthru*.c); do \
			o=$(DDK_SYS)/$$p$$(basename $$file .c).o; objs="$$objs $$o"; \
			$${p}gcc $(DDK_FLAGS) -O2 -DDDK_SHIM_PROTOCOL -DNDIS50=1 -DNDIS51=1 -c $$file -o $$o; done; \
		suffix=@8; link $(DDK_SYS)/$${p}passthru.sys passthru_entry $$objs; \
		$${p}gcc $(DDK_FLAGS) -O2 -DDDK_SHIM_PROTOCOL -DNDIS50=1 -DNDIS51=1 -Wno-unused-parameter -Wno-multichar \
			-c $(word 2,$^) -o $(DDK_SYS)/$${p}caller.o; \
		suffix=@0; link $(DDK_SYS)/$${p}caller.sys caller_start $(DDK_SYS)/$${p}caller.o; \
		$${p}gcc $(DDK_FLAGS) -O2 -Wno-unused-parameter -Wno-multichar -c $< -o $(DDK_SYS)/$${p}mirror.o; \
		suffix=@8; link $(DDK_SYS)/$${p}mirror.sys DriverEntry $(DDK_SYS)/$${p}mirror.o; \
		for m in ethernet $(SAMPLE_MINIPORTS); do \
			$${p}gcc $(DDK_FLAGS) -O2 -DDDK_SHIM_MAP_REGISTERS -c tests/miniports/$$m.c -o $(DDK_SYS)/$$p$$m.o; done; \
		for m in $(SAMPLE_MINIPORTS); do \
			link $(DDK_SYS)/$$p$$m.sys $${m}_entry $(DDK_SYS)/$$p$$m.o $(DDK_SYS)/$${p}ethernet.o; done; done

# Above NDIS, below the transport, nothing else.
lint-driver: $(MINIPORT) $(MINIPORT_SINGLE) $(MINIPORT6)
	$(call say,CHECK,names the driver needs)
	$(Q)! nm -u $^ | awk 'NF == 2 { print $$2 }' | \
		grep -vE '^(Ndis|nic_transport_|mem(cpy|set|cmp|move)$$|__(asan|ubsan|tsan|stack_chk|sanitizer)|_GLOBAL_OFFSET)'
	$(Q)! grep -nE '#include' driver/*.[ch] | \
		grep -vE '[<"](ndis\.h|stdarg\.h|nic_oid\.h|nic_regs\.h|nic_transport\.h|nic_miniport\.h|nic_edge[56]\.h)[>"]|ddk_shim'
