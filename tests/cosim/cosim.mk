# SPDX-License-Identifier: Apache-2.0
# Tests of driver, NDIS and the Verilated device together, of the wire ports, and of the CLI.

COSIM_FLAGS := -Ifirmware -Idriver -Ihost/protocols -Ihost/tools -Itests/cosim
COSIM_OBJS = $(O)/tests/cosim/cosim.o $(MACHINE_OBJS) $(O)/host/tools/tool.o $(O)/host/tools/replay.o $(O)/host/tools/firmware.o $(FIRMWARE_OBJ) $(RIG_OBJS)
COSIM_LIBS := -lcheck -lsubunit -lm -lrt $(RIG_LIBS)
COSIM_C := $(patsubst %.c,$(O)/%.o,$(wildcard tests/cosim/*.c))

TESTS += $(addprefix $(B)/cosim/,board_test board_stages_test cli_test capture_test refusals_test time_test core_test counters_test selftest_test pins_test wire_test \
	histogram_test line_rate_test install_test)

$(COSIM_C): CPPFLAGS += $(COSIM_FLAGS)

# $(1) program, $(2) its source, $(3) build of the model
define COSIM_RULE
$(B)/cosim/$(1): $(O)/tests/cosim/$(2).o $$$$(COSIM_OBJS) $(B)/sim/$(3)/model.o $(BOARD_TEST)
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) $$(LDFLAGS) -o $$@ $$^ $$(COSIM_LIBS)
endef
$(eval $(call COSIM_RULE,core_test,core_test,test))
$(eval $(call COSIM_RULE,core_test-trace,core_test,trace))
$(eval $(call COSIM_RULE,time_test,time_test,test))
$(eval $(call COSIM_RULE,counters_test,counters_test,test))
$(B)/cosim/counters_test: $(O)/sim/models/usb_fault.o
$(eval $(call COSIM_RULE,board_test,board_test,test))
$(eval $(call COSIM_RULE,board_stages_test,board_stages_test,test))
$(eval $(call COSIM_RULE,soak_test,soak_test,test))
$(eval $(call COSIM_RULE,line_rate_test,line_rate_test,test125))
$(eval $(call COSIM_RULE,line_rate_test-trace,line_rate_test,trace125))

# The trace builds wait beside the tests; they are only run when a test fails.
$(B)/cosim/core_test: | $(B)/cosim/core_test-trace

$(B)/cosim/histogram_test $(B)/cosim/pins_test: $(B)/cosim/%_test: $(O)/tests/cosim/%_test.o $(O)/host/tools/%.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcheck -lsubunit -lm -lrt -lpthread

$(B)/cosim/wire_test: $(O)/tests/cosim/wire_test.o $(WIRE_OBJS) $(O)/host/tools/match.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcheck -lsubunit -lm -lrt -lpthread -lpcap -lz

# Not under the sanitizers: board_test has the same C code.
TESTS += $(if $(SANITIZE),,$(B)/cosim/top_test)
$(eval $(call COSIM_RULE,top_test,top_test,test))
$(B)/cosim/top_test: $(BOARD_TOPS:%=$(B)/sim/board_top_%/model.o)

# The CLI with whole tops in place of the boards' fast models, for selftest_test.
$(B)/cosim/selftest_test: | $(B)/cosim/hilnic-tops
$(B)/cosim/hilnic-tops: $(TOOL_OBJS) $(FIRMWARE_OBJ) $$(RIG_OBJS) $(B)/sim/test/model.o $(BOARD_TOPS:%=$(B)/sim/board_top_%/model.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS) -Wl,--defsym=board_half_ulpi=board_top_butterstick -Wl,--defsym=board_half_ecpix5=board_top_ecpix5 \
		-Wl,--defsym=board_half_fs=board_top_ulx3s -Wl,--defsym=board_half_bx=board_top_tinyfpga_bx -o $@ $^ $(RIG_LIBS) -lusbredirparser

# top_test on the netlists that the bitstreams are made of, after a look at the models of their cells: each board at its own rate.
$(eval $(call COSIM_RULE,gates_test,top_test,test))
$(B)/cosim/gates_test: $(BOARD_TOPS:%=$(B)/sim/board_gates_%/model.o)

.PHONY: gates
gates:
	$(Q)./install-tools.sh gates
	$(Q)$(PY) tests/rtl/cells.py
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) $(B)/cosim/gates_test
	$(Q)CK_RUN_CASE=top $(B)/cosim/gates_test

# The CLI and a device on USB: libumockdev shows the soft device to the hilnic that the test starts.
TESTS += $(if $(SANITIZE),,$(B)/cosim/usb_cli_test)
USB_CLI_OBJS = $(O)/tests/cosim/usb_cli_test.o $(O)/sim/models/umockdev_bridge.o $(O)/sim/models/urb_front.o $(O)/host/transport/libusb.o \
	$(NIC_TRANSPORT_OBJS) $(SOFT_DEVICE_OBJS) $(NDIS_LIB) $(O)/sim/wire/capture.o
$(B)/cosim/usb_cli_test: $$(USB_CLI_OBJS) | $(B)/hilnic
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(USB_CLI_OBJS) -lusb-1.0 -lpcap -lumockdev -lgobject-2.0 -lglib-2.0 -lcheck -lsubunit -lm -lrt -lpthread

$(B)/cosim/cli_test $(B)/cosim/selftest_test $(B)/cosim/capture_test $(B)/cosim/refusals_test $(B)/cosim/install_test: $(B)/cosim/%: tests/cosim/%.sh $(B)/hilnic
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@
