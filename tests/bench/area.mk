# SPDX-License-Identifier: Apache-2.0
# make area [T="name ..."] [SEEDS=n]: size and clock on ECP5, see area.py.

.PHONY: area
area:
	$(Q)./install-tools.sh formal
	$(Q)$(PY) tests/bench/area.py $(if $(SEEDS),--seeds $(SEEDS)) $(foreach name,$(T),"$(name)")
