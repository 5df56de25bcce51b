# SPDX-License-Identifier: Apache-2.0
# What the board models carry over USB.

BENCHES += bench-usb

USB_BENCH = $(B)/bench/usb_bench
USB_BENCH_OBJS = $(O)/tests/bench/usb_bench.o $(RIG_OBJS) $(B)/sim/fast/model.o $(BOARD_FAST)
$(USB_BENCH): $$(USB_BENCH_OBJS)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $(USB_BENCH_OBJS) $(RIG_LIBS)

.PHONY: bench-usb
bench-usb: $(USB_BENCH) $(B)/hilnic
	@echo "bench-usb: bulk payload and frames a second of the device's time, a host that always has a transfer waiting"
	@$(USB_BENCH)
	@echo "bench-usb: NdisSend to SFD to ProtocolSendComplete, frames at any moment of a frame of USB"
	@for board in butterstick ulx3s; do for size in 64 1518; do \
		$(B)/hilnic bench --latency --device board:$$board --size $$size --direction out --count 100 || exit 1; done; done
