# SPDX-License-Identifier: Apache-2.0
# What is generated from the register description, the check that the committed files are up to date, and parameters
# of benches.

REGS_FILES := rtl/mgmt/nic_regs_pkg.sv rtl/mgmt/nic_regs_sys.sv rtl/mgmt/nic_regs_tx.sv rtl/mgmt/nic_regs_proc.sv host/include/nic_regs.h REGISTERS.md
LINTS += lint-regs

.PHONY: lint-regs
regs:
	$(call say,REGS,rtl/mgmt/nic.rdl)
	$(Q)$(PY) rtl/mgmt/regs_export.py rtl/mgmt/nic.rdl .

lint-regs:
	$(call say,DIFF,rtl/mgmt/nic.rdl)
	@mkdir -p $(B)/regs
	$(Q)$(PY) rtl/mgmt/regs_export.py rtl/mgmt/nic.rdl $(B)/regs
	$(Q)for f in $(REGS_FILES); do cmp $$f $(B)/regs/$$f || { \
	    echo "$$f does not follow from rtl/mgmt/nic.rdl: run make regs and commit."; exit 1; }; done

RTL_BENCH_nic_time__mhz50 := -GTX_MHZ=50
