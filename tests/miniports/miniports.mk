# SPDX-License-Identifier: Apache-2.0
# Sample miniports of hardware over models of their devices. The miniports also compile against the DDK headers (ddk-check).

SAMPLE_MINIPORTS := port_io fifo bus_master
SAMPLE_OBJS := $(foreach m,$(SAMPLE_MINIPORTS),$(O)/tests/miniports/$(m).o $(O)/tests/miniports/$(m)_model.o) \
	$(O)/tests/miniports/ethernet.o
TESTS += $(O)/tests/miniports/miniports_test

$(O)/tests/miniports/miniports_test.o: CPPFLAGS += -Itests/unit -Ihost/protocols

$(O)/tests/miniports/miniports_test: %: %.o $(SAMPLE_OBJS) $(O)/tests/unit/ndis_rig.o $(O)/host/protocols/sender.o $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lcheck -lsubunit -lm -lrt -lpthread -o $@
