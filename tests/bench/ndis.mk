# SPDX-License-Identifier: Apache-2.0
# Cost of a packet on the host, beside DPDK's net_null.

BENCHES += bench-host

HOST_BENCH = $(O)/tests/bench/host_bench
$(HOST_BENCH): $(O)/tests/bench/ndis_bench.o $(O)/tests/bench/testpmd.o $(MINIPORT) $(MINIPORT_SINGLE) \
		$(NIC_TRANSPORT_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lpthread -o $@

.PHONY: bench-host
bench-host: $(HOST_BENCH)
	$(call say,BENCH,host: NDIS and miniport per packet)
	$(Q)$(HOST_BENCH)
