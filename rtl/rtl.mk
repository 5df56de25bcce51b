# SPDX-License-Identifier: Apache-2.0
# What every Verilator run over rtl/ takes, and the lint: every module as a top with its default parameters, -Wall.

VERILATOR ?= verilator
RTL_DIRS := $(wildcard rtl rtl/lib rtl/mac rtl/queue rtl/mgmt rtl/usb rtl/phy)
RTL_PACKAGES := $(wildcard rtl/mgmt/nic_regs_pkg.sv)
# SERV's Verilog is a Python package, and not in this tree.
SERV ?= $(or $(wildcard $(VENV)/lib/python3*/site-packages/pythondata_cpu_serv/verilog/rtl),$(error \
	the Verilog of SERV is missing: run ./install-tools.sh run))
RTL_FLAGS = rtl/lint.vlt $(addprefix -y ,$(RTL_DIRS)) -y $(SERV) $(RTL_PACKAGES)
RTL_BOARD_SV := $(wildcard rtl/boards/*.sv rtl/boards/*/*.sv)
RTL_SV := $(filter-out %_pkg.sv,$(wildcard $(addsuffix /*.sv,$(RTL_DIRS))))

LINTS += lint-rtl
.PHONY: lint-rtl
lint-rtl:
	$(call say,LINT,rtl: $(words $(RTL_SV) $(RTL_BOARD_SV)) modules)
	$(Q)printf '%s\n' $(RTL_SV) | xargs -P $(JOBS) -I FILE sh -c '$(VERILATOR) --lint-only -Wall $(RTL_FLAGS) \
		--top-module $$(basename FILE .sv) FILE'
	$(Q)printf '%s\n' $(RTL_BOARD_SV) | xargs -P $(JOBS) -I FILE sh -c '$(VERILATOR) --lint-only -Wall $(RTL_FLAGS) \
		-y rtl/boards/ecp5 -y rtl/boards/ice40 rtl/boards/*/cells.v --top-module $$(basename FILE .sv) FILE'
