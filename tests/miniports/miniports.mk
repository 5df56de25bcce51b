# SPDX-License-Identifier: Apache-2.0
# Sample miniports of hardware over models of their devices. The miniports also compile against the DDK headers (ddk-check).

SAMPLE_MINIPORTS := port_io fifo bus_master
SAMPLE_OBJS := $(foreach m,$(SAMPLE_MINIPORTS),$(O)/tests/miniports/$(m).o $(O)/tests/miniports/$(m)_model.o) \
	$(O)/tests/miniports/ethernet.o
SAMPLE_RIG_OBJS := $(O)/tests/unit/ndis_rig.o $(O)/tests/unit/rig_layer.o $(O)/host/protocols/sender.o \
	$(patsubst %.c,$(O)/%.o,$(wildcard host/protocols/passthru*.c))
TESTS += $(O)/tests/miniports/miniports_test

$(O)/tests/miniports/miniports_test.o: CPPFLAGS += -Itests/unit -Ihost/protocols

$(O)/tests/miniports/miniports_test: %: %.o $(SAMPLE_OBJS) $(SAMPLE_RIG_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lcheck -lsubunit -lm -lrt -lpthread -o $@
