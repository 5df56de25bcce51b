# SPDX-License-Identifier: Apache-2.0
# Cost of a packet on the host, beside DPDK's net_null and the kernel's packet socket.

BENCHES += bench-host

HOST_BENCH = $(O)/tests/bench/host_bench
$(HOST_BENCH): $(O)/tests/bench/ndis_bench.o $(O)/tests/bench/ndis_bench6.o $(O)/tests/bench/testpmd.o $(O)/tests/bench/af_packet.o $(MINIPORT) $(MINIPORT_SINGLE) $(MINIPORT6) \
		$(NIC_TRANSPORT_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lpthread -o $@

.PHONY: bench-host
bench-host: $(HOST_BENCH)
	$(call say,BENCH,host: NDIS and miniport per packet)
	$(Q)$(HOST_BENCH)

# Instructions per packet with the verifier off, and with the library built without it: what being off costs.
BENCHES += bench-verifier
NDIS_BARE_OBJS = $(patsubst host/ndis/%.c,$(O)/bare/%.o,$(wildcard host/ndis/*.c))
HOST_BENCH_BARE = $(O)/tests/bench/host_bench_bare

$(O)/bare/%.o: host/ndis/%.c
	$(call say,CC,$< (without verifier))
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -DNIC_NDIS_NO_VERIFIER -MMD -MP -c $< -o $@

$(HOST_BENCH_BARE): $(O)/tests/bench/ndis_bench.o $(O)/tests/bench/ndis_bench6.o $(O)/tests/bench/testpmd.o $(O)/tests/bench/af_packet.o $(MINIPORT) $(MINIPORT_SINGLE) $(MINIPORT6) \
		$(NIC_TRANSPORT_OBJS) $(NDIS_BARE_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lpthread -o $@

.PHONY: bench-verifier
bench-verifier: $(HOST_BENCH) $(HOST_BENCH_BARE)
	$(call say,BENCH,instructions per packet with the verifier off and absent)
	$(Q)tests/bench/instructions.sh $(HOST_BENCH) $(HOST_BENCH_BARE)
