# SPDX-License-Identifier: Apache-2.0
# The Verilated nic_core in its builds, the wire ports, the CLI and the model's benches.
#   fast      no assertions, for the CLI (60 MHz sys clock) and, as fast125, for line rate and the benches (125 MHz)
#   test      assertions of the RTL, seeded start values, outputs checked against combinational paths
#   trace     the same with a waveform (FST), for repeating a failed test
#   cover     the same with coverage counters
# test125, trace125: the same with a 125 MHz sys clock.

VERILATOR ?= verilator
VERILATOR_ROOT ?= $(shell $(VERILATOR) --getenv VERILATOR_ROOT)
MODEL_CXX ?= $(CXX)
# The last three: 3 to 5 % faster with gcc 12 on what Verilator writes (FIGURES.md).
MODEL_OPT ?= -O3 -march=native -fno-plt -fno-tree-pre -fno-gcse -fno-tree-slp-vectorize
# Without the tops of boards, which only their own models have.
SIM_RTL := $(filter-out rtl/boards/%,$(wildcard rtl/*.sv rtl/*/*.sv rtl/*/*.svh))
MODEL_VARIANTS := fast fast125 test test125 trace trace125 cover

# Without the checkers' flip-flops; and the frame buffers one RAM each: how many banks they have shows in no clock, but each costs its logic
# in every one.
MODEL_VERILATOR := -O3 --x-assign fast --x-initial fast --noassert +define+SYNTHESIS -y $(B)/sim/rtl
MODEL_CHECKED := --x-assign unique --x-initial unique --assert
MODEL_VERILATOR_fast := $(MODEL_VERILATOR)
MODEL_VERILATOR_fast125 := $(MODEL_VERILATOR) -GSYS_MHZ=125
MODEL_VERILATOR_test := $(MODEL_CHECKED)
MODEL_VERILATOR_test125 := $(MODEL_CHECKED) -GSYS_MHZ=125
MODEL_VERILATOR_trace := $(MODEL_CHECKED) --trace-fst --trace-structs
MODEL_VERILATOR_trace125 := $(MODEL_CHECKED) --trace-fst --trace-structs -GSYS_MHZ=125
MODEL_VERILATOR_cover := $(MODEL_CHECKED) --coverage
MODEL_DEFINES_fast := -DCORE_FAST
MODEL_DEFINES_fast125 := -DCORE_FAST -DCORE_SYS_MHZ=125
MODEL_DEFINES_test := -DCORE_CHECKED
MODEL_DEFINES_test125 := -DCORE_CHECKED -DCORE_SYS_MHZ=125
MODEL_DEFINES_trace := -DCORE_TRACE
MODEL_DEFINES_trace125 := -DCORE_TRACE -DCORE_SYS_MHZ=125
MODEL_DEFINES_cover := -DCORE_CHECKED -DCORE_COVER -DVM_COVERAGE=1
MODEL_RUNTIME_trace := verilated_fst_c
MODEL_RUNTIME_trace125 := verilated_fst_c
MODEL_RUNTIME_cover := verilated_cov
MODEL_LIBS := -lz -lpthread -latomic

$(B)/sim/rtl/nic_frame_fifo.sv: rtl/lib/nic_frame_fifo.sv
	@mkdir -p $(@D)
	$(Q)sed 's/ BANK_BYTES = 2048,/ BANK_BYTES = 65536,/' $< >$@ && grep -q 'BANK_BYTES = 65536' $@

# One C++ file holds everything that Verilator wrote, so that the compiler sees it whole.
define MODEL_RULES
$(B)/sim/$(1)/Vnic_core.h: $$(SIM_RTL) $(B)/sim/rtl/nic_frame_fifo.sv rtl/lint.vlt sim/sim.mk
	$$(call say,VERILATE,nic_core ($(1)))
	@mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) --cc --Mdir $$(@D) --top-module nic_core $$(MODEL_VERILATOR_$(1)) -Wno-fatal -Wno-lint \
		$$(RTL_FLAGS) rtl/nic_core.sv
	$$(Q)touch $$@

$(B)/sim/$(1)/model.o: $(B)/sim/$(1)/Vnic_core.h sim/models/core_pins.cpp sim/models/core_internal.h \
		sim/models/core_model.h $$(wildcard sim/wire/*.h) sim/sim.mk
	$$(call say,CXX,nic_core ($(1)))
	$$(Q)for f in verilated verilated_threads $$(MODEL_RUNTIME_$(1)); do \
		echo "#include \"$$(VERILATOR_ROOT)/include/$$$$f.cpp\""; done >$$(@D)/model.cpp
	$$(Q)ls $$(@D)/Vnic_core*.cpp | sed 's/.*/#include "&"/' >>$$(@D)/model.cpp
	$$(Q)echo '#include "sim/models/core_pins.cpp"' >>$$(@D)/model.cpp
	$$(Q)$$(MODEL_CXX) -std=c++17 $$(MODEL_OPT) -DVL_USER_STOP $$(MODEL_DEFINES_$(1)) \
		-isystem $$(VERILATOR_ROOT)/include -isystem $$(VERILATOR_ROOT)/include/vltstd -I. -I$$(@D) \
		-Ihost/include -Isim/wire -Isim/models -c $$(@D)/model.cpp -o $$@
endef
$(foreach v,$(MODEL_VARIANTS),$(eval $(call MODEL_RULES,$(v))))

# The whole NIC from its USB pins to GMII (hs) or RMII (fs). These objects have no Verilator runtime: they are linked beside a core
# model.
BOARD_VERILATOR_fast := $(MODEL_VERILATOR)
BOARD_VERILATOR_test := $(MODEL_CHECKED)
BOARD_SV_ulpi := sim/models/nic_board_hs.sv
BOARD_SV_fs := rtl/nic_fs.sv
# As in rtl/boards/nic_ulx3s.sv.
BOARD_PARAMETERS_fs := -GTX_BUF_BYTES=16384 -GRX_BUF_BYTES=32768 -GMAX_FRAME=9022 "-GPROCESSOR=1'b1"
# As in rtl/boards/nic_tinyfpga_bx.sv.
BOARD_SV_bx := rtl/nic_fs.sv
BOARD_PARAMETERS_bx := --prefix Vnic_bx -GTX_BUF_BYTES=2048 -GRX_BUF_BYTES=4096 -GDESC_DEPTH=32 -GRX_FRAMES=32 "-GDUAL_RAM=1'b0" "-GCLOCKS=1'b0"
BOARD_PINS_ulpi := ulpi
BOARD_PINS_fs := fs
BOARD_PINS_bx := fs
BOARD_DEFINES_bx := -DBOARD_BX

define BOARD_RULES
$(B)/sim/board_$(1)_$(2)/Vtop.made: $$(SIM_RTL) $(B)/sim/rtl/nic_frame_fifo.sv $$(BOARD_SV_$(2)) rtl/lint.vlt sim/sim.mk
	$$(call say,VERILATE,$(basename $(notdir $(BOARD_SV_$(2)))) ($(1)))
	@mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) --cc --Mdir $$(@D) --top-module $(basename $(notdir $(BOARD_SV_$(2)))) $$(BOARD_VERILATOR_$(1)) \
		$$(BOARD_PARAMETERS_$(2)) -Wno-fatal -Wno-lint $$(RTL_FLAGS) $$(BOARD_SV_$(2))
	$$(Q)touch $$@

$(B)/sim/board_$(1)_$(2)/model.o: $(B)/sim/board_$(1)_$(2)/Vtop.made sim/models/board_$(BOARD_PINS_$(2))_pins.cpp \
		$$(wildcard sim/models/*.h sim/wire/*.h) sim/sim.mk
	$$(call say,CXX,$(basename $(notdir $(BOARD_SV_$(2)))) ($(1)))
	$$(Q)ls $$(@D)/Vnic_*.cpp | sed 's/.*/#include "&"/' >$$(@D)/model.cpp
	$$(Q)echo '#include "sim/models/board_$(BOARD_PINS_$(2))_pins.cpp"' >>$$(@D)/model.cpp
	$$(Q)$$(MODEL_CXX) -std=c++17 $$(MODEL_OPT) $$(BOARD_DEFINES_$(2)) -isystem $$(VERILATOR_ROOT)/include \
		-isystem $$(VERILATOR_ROOT)/include/vltstd -I. -I$$(@D) -Ihost/include -Isim/wire -Isim/models -c $$(@D)/model.cpp -o $$@
endef
$(foreach v,fast test,$(foreach b,ulpi fs bx,$(eval $(call BOARD_RULES,$(v),$(b)))))
BOARD_FAST := $(patsubst %,$(B)/sim/board_fast_%/model.o,ulpi fs bx)
BOARD_TEST := $(patsubst %,$(B)/sim/board_test_%/model.o,ulpi fs bx)

# Each board's whole top with the models of its cells, for top_test, which is short: -O1. Into an empty folder, as another version of
# Verilator or of the RTL may have left other files there.
BOARD_TOPS := butterstick ecpix5 ulx3s tinyfpga_bx
BOARD_TOP_PINS_butterstick := hs
BOARD_TOP_PINS_ecpix5 := hs
BOARD_TOP_PINS_ulx3s := fs
BOARD_TOP_PINS_tinyfpga_bx := fs
BOARD_TOP_CELLS_butterstick := ecp5
BOARD_TOP_CELLS_ecpix5 := ecp5
BOARD_TOP_CELLS_ulx3s := ecp5
BOARD_TOP_CELLS_tinyfpga_bx := ice40

# $(1) board
define BOARD_TOP_RULES
$(B)/sim/board_top_$(1)/Vtop.made: $$(SIM_RTL) rtl/boards/nic_$(1).sv $$(wildcard rtl/boards/$(BOARD_TOP_CELLS_$(1))/*.sv sim/cells/*.sv \
		sim/cells/$(BOARD_TOP_CELLS_$(1))/*.sv) sim/models/nic_board_$(1).sv rtl/lint.vlt
	$$(call say,VERILATE,nic_$(1))
	@rm -rf $$(@D) && mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) --cc --Mdir $$(@D) --top-module nic_board_$(1) $$(MODEL_CHECKED) -Wno-fatal -Wno-lint $$(RTL_FLAGS) \
		-y rtl/boards -y rtl/boards/$(BOARD_TOP_CELLS_$(1)) -y sim/cells -y sim/cells/$(BOARD_TOP_CELLS_$(1)) sim/models/nic_board_$(1).sv
	$$(Q)touch $$@
endef
$(foreach b,$(BOARD_TOPS),$(eval $(call BOARD_TOP_RULES,$(b))))

# The same of the netlist that the board's bitstream is made of, whose start-up lasts 2**START clocks.
BOARD_TOP_START_butterstick := 21
BOARD_TOP_START_ecpix5 := 22
BOARD_TOP_START_ulx3s := 20
BOARD_TOP_START_tinyfpga_bx := 20
# $(1) board
define BOARD_GATES_RULES
$(B)/boards/$(subst _,-,$(1))/netlist.v: $$(SIM_RTL) $$(wildcard rtl/boards/*/*) constraints/bitstream.py
	$$(call say,SYNTH,nic_$(1))
	$$(Q)$$(PY) constraints/bitstream.py $(subst _,-,$(1)) --netlist

$(B)/sim/board_gates_$(1)/Vtop.made: $(B)/boards/$(subst _,-,$(1))/netlist.v $$(wildcard sim/cells/*.sv sim/cells/$(BOARD_TOP_CELLS_$(1))/*.sv) \
		sim/models/nic_board_$(1).sv rtl/lint.vlt
	$$(call say,VERILATE,nic_$(1) (netlist))
	@rm -rf $$(@D) && mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) --cc --Mdir $$(@D) --top-module nic_board_$(1) $$(MODEL_VERILATOR) -Wno-fatal -Wno-lint -Wno-MULTIDRIVEN \
		+define+NETLIST rtl/lint.vlt -y sim/cells -y sim/cells/$(BOARD_TOP_CELLS_$(1)) \
		sim/cells/$(BOARD_TOP_CELLS_$(1))/netlist.sv $$< sim/models/nic_board_$(1).sv
	$$(Q)touch $$@
endef
$(foreach b,$(BOARD_TOPS),$(eval $(call BOARD_GATES_RULES,$(b))))

# $(1) board, $(2) top or gates
define BOARD_TOP_MODEL_RULES
$(B)/sim/board_$(2)_$(1)/model.o: $(B)/sim/board_$(2)_$(1)/Vtop.made sim/models/board_top_$(BOARD_TOP_PINS_$(1))_pins.cpp \
		$$(wildcard sim/models/*.h sim/wire/*.h) sim/sim.mk
	$$(call say,CXX,nic_$(1))
	$$(Q)ls $$(@D)/Vnic_*.cpp | sed 's/.*/#include "&"/' >$$(@D)/model.cpp
	$$(Q)echo '#include "sim/models/board_top_$(BOARD_TOP_PINS_$(1))_pins.cpp"' >>$$(@D)/model.cpp
	$$(Q)$$(MODEL_CXX) -std=c++17 -O1 $(if $(filter gates,$(2)),-DNETLIST=$(BOARD_TOP_START_$(1))) -DBOARD_TOP=Vnic_board_$(1) -DBOARD_PINS=board_top_$(1) \
		-isystem $$(VERILATOR_ROOT)/include -isystem $$(VERILATOR_ROOT)/include/vltstd -I. -I$$(@D) -Ihost/include -Isim/wire \
		-Isim/models -c $$(@D)/model.cpp -o $$@
endef
$(foreach b,$(BOARD_TOPS),$(foreach m,top gates,$(eval $(call BOARD_TOP_MODEL_RULES,$(b),$(m)))))

WIRE_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard sim/wire/*.c))
CORE_OBJS := $(patsubst %,$(O)/sim/models/%.o,core_model board_model board_ulpi board_fs fs_line mdio_phy usb_host ulpi_phy urb_front)
HOST_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard host/ndis/*.c host/protocols/*.c host/transport/*.c))
TOOL_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard host/tools/*.c) sim/models/usbip_server.c sim/models/usbredir_server.c)
MACHINE_OBJS := $(O)/host/tools/machine.o $(O)/host/tools/match.o $(O)/host/tools/recorder.o $(O)/host/tools/counters.o
RIG_OBJS = $(WIRE_OBJS) $(CORE_OBJS) $(HOST_OBJS) $(SOFT_DEVICE_OBJS) $(MINIPORT) $(MINIPORT_SINGLE)
RIG_LIBS := -lusb-1.0 -lpcap -ljansson -lmicrohttpd $(MODEL_LIBS)

$(TOOL_OBJS) $(patsubst %.c,$(O)/%.o,$(wildcard host/protocols/*.c)): CPPFLAGS += -Idriver -Ihost/protocols -Ifirmware

$(O)/host/tools/hilnic.o: CPPFLAGS += -DHILNIC_VERSION='"$(VERSION)"'
$(O)/host/tools/hilnic.o: debian/changelog

.SECONDEXPANSION:
$(B)/hilnic: $(TOOL_OBJS) $(FIRMWARE_OBJ) $$(RIG_OBJS) $(B)/sim/fast/model.o $(BOARD_FAST)
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(RIG_LIBS) -lusbredirparser

# The same CLI over the device with a 125 MHz sys clock: gigabit line rate both ways.
$(B)/hilnic125: $(TOOL_OBJS) $(FIRMWARE_OBJ) $$(RIG_OBJS) $(B)/sim/fast125/model.o $(BOARD_FAST)
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(RIG_LIBS) -lusbredirparser

BENCHES += bench-model bench-wire
.PHONY: bench-model bench-wire

# Model, driver and NDIS together. For scale: a bare MAC and FIFO in a C++ loop, 6.6 M MAC clocks/s and 79 k frames/s.
bench-model: $(B)/hilnic125 $(B)/hilnic
	@echo "bench-model: processor time of this machine, one thread; sys clock 125 MHz, then 60 MHz"
	@for size in 64 512 1518; do echo "$$ build/hilnic125 bench --size $$size --count 10000"; \
		$(B)/hilnic125 bench --size $$size --count $$((size == 64 ? 20000 : 3000)); done
	@echo "$$ build/hilnic bench --count 10000"
	@$(B)/hilnic bench --count 10000

bench-wire: $(B)/cosim/line_rate_test
	@echo "bench-wire: gigabit, both ways at once, through NDIS and driver, sys clock 125 MHz (build/cosim/line_rate_test)"
	@$(B)/cosim/line_rate_test
