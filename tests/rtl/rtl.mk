# SPDX-License-Identifier: Apache-2.0
# RTL benches: build/rtl/<module>_test is tests/rtl/<module>_test.cpp around the Verilated <module>. Adding the file
# is enough. A further configuration of a module is <module>__<variant>_test.cpp; parameters go into RTL_BENCH_<bench>,
# and a harness module of the bench's own into tests/rtl/<harness>.sv. TRACE=1 builds traced benches beside the others, COVER=1 those
# that count lines.

RTL_BENCH_nic_usb_device := -GCLOCKS_MS=600
RTL_BENCH_nic_usb_device__chapter9 := -GCLOCKS_MS=600
RTL_BENCH_nic_usb_device__fuzz := -GCLOCKS_MS=600
RTL_BENCH_nic_usb_hs_rig__fault := -GCLOCKS_MS=12000
RTL_BENCH_nic_usb_device__fs := -GCLOCKS_MS=600 "-GHS=1'b0"
RTL_BENCH_nic_mgmt_proc := -GCLOCKS_MS=1000
RTL_BENCH_nic_hs := -GCLOCKS_MS=600
RTL_BENCH_nic_fifo__bram := -GBRAM=1
RTL_BENCH_nic_loopback_rig__plain := -GPAUSE=0
RTL_BENCH_nic_ulpi := "-GVENDOR_WRITE=1'b1" "-GRESET_HIGH=1'b1" "-GCLOCK_OUT=1'b1"
RTL_BENCH_nic_butterstick_supply := -y rtl/boards/ecp5
RTL_BENCH_nic_ulpi_pins_rig := -y rtl/boards/ecp5 -y sim/cells/ecp5 -Wno-UNUSEDPARAM
RTL_BENCH_nic_sync := -GWIDTH=4 "-GRESET=4'd5"
RTL_BENCH_nic_counters := -GMAX_FRAME=16383
RTL_BENCH_nic_frame_fifo__small := -GBYTES=16 -GFRAMES=4 -GBANK_BYTES=4
RTL_BENCH_nic_rx_queue__small := -GBUF_BYTES=512 -GFRAMES=8 "-GDUAL_RAM=1'b0"
RTL_BENCH_nic_rx_queue__large := -GBUF_BYTES=65536 -GFRAMES=1024

RTL_BENCH_DIR := $(B)/rtl$(if $(TRACE),-trace)$(if $(COVER),-cover)
RTL_BENCHES := $(patsubst tests/rtl/%_test.cpp,%,$(wildcard tests/rtl/*_test.cpp))
RTL_BENCH_OBJS := $(addprefix $(RTL_BENCH_DIR)/,verilated.o verilated_threads.o $(if $(TRACE),verilated_vcd_c.o) $(if $(COVER),verilated_cov.o))
VERILATOR_INCLUDE = $(shell $(VERILATOR) --getenv VERILATOR_ROOT)/include
RTL_BENCH_CXXFLAGS = -O2 -std=c++17 -Wall -Wextra -Werror -Itests/rtl -Ihost/include -Isim/models -Isim/wire -Ifirmware -isystem $(VERILATOR_INCLUDE) \
	-isystem $(VERILATOR_INCLUDE)/vltstd -DVM_TRACE=$(if $(TRACE),1,0) -DVM_COVERAGE=$(if $(COVER),1,0)

TESTS += $(RTL_BENCHES:%=$(B)/rtl/%_test)
.PRECIOUS: $(RTL_BENCH_OBJS) $(RTL_BENCHES:%=$(RTL_BENCH_DIR)/%.dir/built)

$(RTL_BENCH_OBJS): $(RTL_BENCH_DIR)/%.o:
	$(call say,CXX,$*)
	@mkdir -p $(@D)
	$(Q)$(CXX) -O2 -std=c++17 -I$(VERILATOR_INCLUDE) -I$(VERILATOR_INCLUDE)/vltstd -DVM_TRACE=$(if $(TRACE),1,0) -DVM_COVERAGE=$(if $(COVER),1,0) \
		-c $(VERILATOR_INCLUDE)/$*.cpp -o $@

# One model: C++ and library, always under the name Vtop. sources.d lists the sources it came from.
$(RTL_BENCHES:%=$(RTL_BENCH_DIR)/%.dir/built): $(RTL_BENCH_DIR)/%.dir/built: rtl/lint.vlt
	$(call say,VERILATE,$*)
	$(Q)rm -rf $(@D) && mkdir -p $(@D)
	$(Q)$(VERILATOR) --cc --assert -Wall -Mdir $(@D) --prefix Vtop $(if $(TRACE),--trace) $(if $(COVER),--coverage-line) $(RTL_FLAGS) -y tests/rtl -y sim/models \
		--top-module $(firstword $(subst __, ,$*)) $(RTL_BENCH_$*) $(firstword $(subst __, ,$*))
	$(Q)$(MAKE) -s -C $(@D) -f Vtop.mk OPT_FAST=-O2 Vtop__ALL.a > $(@D)/make.log || { cat $(@D)/make.log; exit 1; }
	$(Q)sed -n 's|.*: \(.*\)|\1|p' $(@D)/Vtop__ver.d | tr ' ' '\n' | grep '\.svh\?$$\|\.vlt$$' | sort -u > $(@D)/sources
	$(Q){ echo "$@: $$(tr '\n' ' ' < $(@D)/sources)"; sed 's/$$/:/' $(@D)/sources; } > $(@D)/sources.d
	$(Q)touch $@

$(RTL_BENCHES:%=$(RTL_BENCH_DIR)/%_test): $(RTL_BENCH_DIR)/%_test: tests/rtl/%_test.cpp tests/rtl/rtl.mk \
		$(RTL_BENCH_DIR)/%.dir/built $(RTL_BENCH_OBJS)
	$(call say,LD,$@)
	$(Q)$(CXX) $(RTL_BENCH_CXXFLAGS) -MMD -MP -MT $@ -MF $(RTL_BENCH_DIR)/$*.dir/bench.d -isystem $(RTL_BENCH_DIR)/$*.dir $< $(RTL_BENCH_DIR)/$*.dir/Vtop__ALL.a \
		$(filter $(O)/%.o,$^) $(RTL_BENCH_OBJS) -lcheck -lsubunit -lz -lm -lrt -lpthread -o $@

# The lines of rtl/usb that no bench of the USB device reaches; each test leaves its counts in data/.
COVER_BENCHES := nic_usb_device nic_usb_device__chapter9 nic_usb_device__fs nic_usb_device__fuzz nic_usb_hs_rig nic_usb_hs_rig__fault nic_hs
.PHONY: coverage-rtl
coverage-rtl:
	$(Q)$(MAKE) --no-print-directory COVER=1 $(COVER_BENCHES:%=$(B)/rtl-cover/%_test)
	$(Q)rm -rf $(B)/rtl-cover/data && mkdir -p $(B)/rtl-cover/data
	$(Q)for bench in $(COVER_BENCHES); do $(B)/rtl-cover/$${bench}_test >/dev/null || exit 1; done
	$(Q)verilator_coverage --write-info $(B)/rtl-cover/lines.info $(B)/rtl-cover/data/*.dat >/dev/null
	$(Q)tests/rtl/coverage.sh $(B)/rtl-cover/lines.info rtl/usb/ 98

# Models in C that a bench drives its pins with.
$(RTL_BENCH_DIR)/nic_ulpi_test $(RTL_BENCH_DIR)/nic_ulpi_pins_rig_test: $(O)/sim/models/ulpi_phy.o
$(RTL_BENCH_DIR)/nic_usb_hs_rig_test: $(O)/sim/models/ulpi_phy.o $(O)/sim/models/usb_host.o
$(RTL_BENCH_DIR)/nic_usb_hs_rig__fault_test: $(addprefix $(O)/sim/models/,ulpi_phy.o usb_host.o usb_fault.o)
$(RTL_BENCH_DIR)/nic_board_hs_test: $(O)/sim/models/ulpi_phy.o $(O)/sim/models/usb_host.o $(O)/sim/wire/gmii.o $(O)/sim/wire/wire_null.o
$(RTL_BENCH_DIR)/nic_fs_phy_test: $(O)/sim/models/fs_line.o
$(RTL_BENCH_DIR)/nic_mdio_test: $(O)/sim/models/mdio_phy.o
$(RTL_BENCH_DIR)/nic_core__firmware_test: $(O)/sim/models/mdio_phy.o $(O)/firmware/mdio.o $(O)/firmware/phy.o

-include $(wildcard $(RTL_BENCH_DIR)/*.dir/sources.d $(RTL_BENCH_DIR)/*.dir/bench.d)
