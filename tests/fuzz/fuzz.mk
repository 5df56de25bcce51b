# SPDX-License-Identifier: Apache-2.0
# libFuzzer over the NDIS library, the driver and the USB servers, with the address and undefined sanitizers.
# `make fuzz FUZZ_SECONDS=60` runs each target that long; T=name one alone. New inputs stay in build/fuzz/NAME; what
# deserves to be kept goes into tests/fuzz/corpus/NAME. A failing input is left in build/fuzz and named;
# `build/obj-fuzz/tests/fuzz/NAME FILE` repeats it, with -minimize_crash=1 -runs=100000 in front it is made smaller.

FUZZ_TARGETS := fuzz_ndis fuzz_ndis6 fuzz_device fuzz_urb fuzz_usbip fuzz_usbredir
FUZZ_SECONDS ?= 60
FUZZ_JOBS ?= $(shell nproc)
FUZZ_PROGRAMS = $(FUZZ_TARGETS:%=$(O)/tests/fuzz/%)
FUZZ_WRAP := -Wl,--wrap=_ck_assert_failed -Wl,--wrap=_mark_point
FUZZ_MAKE = $(MAKE) --no-print-directory O=$(B)/obj-fuzz CC=$(CLANG) \
	CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" \
	LDFLAGS="-fsanitize=fuzzer,address,undefined"

$(patsubst %.c,$(O)/%.o,$(wildcard tests/fuzz/*.c)): override CFLAGS += -Itests/unit

$(FUZZ_PROGRAMS): %: %.o $(O)/tests/fuzz/fuzz_check.o $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $(FUZZ_WRAP) -o $@ $(filter %.o,$^) $(NDIS_LIB) $(FUZZ_LIBS) -lz -lcheck -lsubunit -lm -lrt -lpthread

$(O)/tests/fuzz/fuzz_ndis: $$(RANDOM_OBJS) $(O)/tests/unit/ndis_rig.o $$(LAYER_OBJS)
$(O)/tests/fuzz/fuzz_ndis6: $$(RANDOM6_OBJS) $(addprefix $(O)/tests/unit/,ndis_rig6.o ndis_rig.o) $$(LAYER_OBJS)
$(O)/tests/fuzz/fuzz_device: $(O)/tests/unit/driver_rig.o $$(LAYER_OBJS) $(MINIPORT) $(MINIPORT_SINGLE) $(NIC_TRANSPORT_OBJS) \
	$(SOFT_DEVICE_OBJS)
$(O)/tests/fuzz/fuzz_urb: $(NIC_TRANSPORT_OBJS) $(SOFT_DEVICE_OBJS)
$(O)/tests/fuzz/fuzz_usbip: $(NIC_TRANSPORT_OBJS) $(SOFT_DEVICE_OBJS) $(O)/sim/models/usbip_server.o $(O)/sim/models/urb_front.o
$(O)/tests/fuzz/fuzz_usbredir: $(NIC_TRANSPORT_OBJS) $(SOFT_DEVICE_OBJS) $(O)/sim/models/usbredir_server.o $(O)/sim/models/urb_front.o
$(O)/tests/fuzz/fuzz_usbredir: FUZZ_LIBS = -lusbredirparser

.PHONY: fuzz fuzz-build
fuzz: tools-fuzz
	$(Q)$(FUZZ_MAKE) $(PARALLEL) fuzz-build
	$(Q)tests/fuzz/run.sh $(B)/obj-fuzz/tests/fuzz $(B)/fuzz $(FUZZ_SECONDS) $(FUZZ_JOBS) $(if $(T),$(T),$(FUZZ_TARGETS))

fuzz-build: $(FUZZ_PROGRAMS)
