# SPDX-License-Identifier: Apache-2.0
# make area [BOARD=name]: LUTs, flip-flops and RAM of each block on each board, see constraints/board_area.py.
# make area T="name ..." [SEEDS=n]: size and clock of modules by themselves, see area.py; T="lp8k hx8k": the full-speed USB stack on iCE40. make bench has those of the MAC and nic_core.

.PHONY: area bench-area
area:
	$(Q)./install-tools.sh formal
	$(Q)$(PY) $(if $(T),tests/bench/area.py $(if $(SEEDS),--seeds $(SEEDS)) $(foreach name,$(T),"$(name)"),constraints/board_area.py $(BOARD))

BENCHES += bench-area
bench-area:
	$(Q)./install-tools.sh formal
	$(Q)$(PY) tests/bench/area.py $(if $(SEEDS),--seeds $(SEEDS)) nic_mac nic_core
