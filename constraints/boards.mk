# SPDX-License-Identifier: Apache-2.0
# make bitstream BOARD=...; make timing BOARD=... [SEEDS=n]: see bitstream.py.

SEEDS_TIMING = $(or $(SEEDS),10)

.PHONY: bitstream timing
bitstream timing:
	$(Q)test -n "$(BOARD)" || { echo "make $@ needs BOARD=butterstick, ecpix5 (each also with -pins), ecpix5-45f, ulx3s (12F), ulx3s-25f, ulx3s-85f or tinyfpga-bx" >&2; exit 2; }
	$(Q)./install-tools.sh formal
	$(Q)$(PY) constraints/bitstream.py $(BOARD) $(if $(filter timing,$@),--seeds $(SEEDS_TIMING))

# Clock domain crossings: first whether the script sees them, then those of the NIC with three clocks and with two, and of the latter as the TinyFPGA BX has it.
.PHONY: crossings
crossings:
	$(Q)./install-tools.sh formal
	$(Q)tests/rtl/crossings_test.sh
	$(Q)for top in "nic_hs PROCESSOR=1" "nic_fs PROCESSOR=1" "nic_fs DUAL_RAM=0"; do \
		echo "$$top"; $(PY) constraints/crossings.py $$top || exit 1; done

# make flash BOARD=... [N=1]: N=1 only says what it would run.
.PHONY: flash
flash:
	$(Q)constraints/flash.sh "$(BOARD)" $(if $(N),--dry-run)
