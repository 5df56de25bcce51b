# SPDX-License-Identifier: Apache-2.0
# Tests of the driver and its transports: one program a file, all on the same rig.

DRIVER_TESTS := $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(wildcard tests/unit/driver_*_test.c))
TESTS += $(DRIVER_TESTS) $(O)/tests/unit/transport_test
C_TESTS += $(DRIVER_TESTS) $(O)/tests/unit/transport_test

$(DRIVER_TESTS): %: %.o $(O)/tests/unit/driver_rig.o $$(LAYER_OBJS) $(MINIPORT) $(MINIPORT_SINGLE) $(MINIPORT6) $(NIC_TRANSPORT_OBJS) \
		$(SOFT_DEVICE_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lz -lcheck -lsubunit -lm -lrt -lpthread

$(O)/tests/unit/transport_test: %: %.o $(NIC_TRANSPORT_OBJS) $(SOFT_DEVICE_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcheck -lsubunit -lm -lrt -lpthread

$(O)/tests/unit/driver_schedule_test $(O)/tests/unit/driver_schedule6_test: $(O)/tests/unit/schedule.o
$(O)/tests/unit/driver_nbl_test $(O)/tests/unit/driver_schedule6_test: $(O)/tests/unit/driver_nbl_rig.o
$(O)/tests/unit/driver_two_test: $(O)/host/protocols/sender.o
$(O)/tests/unit/driver_two_test.o: override CFLAGS += -Ihost/protocols
# Every allocation of the driver can be made to fail.
$(O)/tests/unit/driver_memory_test: override LDFLAGS += $(addprefix -Wl$(comma)--wrap=Ndis,AllocateMemoryWithTag AllocatePacketPool \
	AllocateBufferPool AllocatePacket AllocateBuffer MRegisterInterrupt AllocateNetBufferListPool AllocateNetBufferAndNetBufferList \
	AllocateMdl AllocateTimerObject MRegisterInterruptEx)
