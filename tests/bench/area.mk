# SPDX-License-Identifier: Apache-2.0
# make area [T="name ..."] [SEEDS=n]: size and clock on ECP5, see area.py. make bench has those of the MAC and nic_core.

.PHONY: area bench-area
area:
	$(Q)./install-tools.sh formal
	$(Q)$(PY) tests/bench/area.py $(if $(SEEDS),--seeds $(SEEDS)) $(foreach name,$(T),"$(name)")

BENCHES += bench-area
bench-area:
	$(Q)./install-tools.sh formal
	$(Q)$(PY) tests/bench/area.py $(if $(SEEDS),--seeds $(SEEDS)) nic_mac nic_core
