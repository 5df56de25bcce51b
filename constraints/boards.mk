# SPDX-License-Identifier: Apache-2.0
# make bitstream BOARD=butterstick, ecpix5 or ulx3s; make timing BOARD=... [SEEDS=n]: see bitstream.py.

SEEDS_TIMING = $(or $(SEEDS),10)

.PHONY: bitstream timing
bitstream timing:
	$(Q)test -n "$(BOARD)" || { echo "make $@ needs BOARD=butterstick, ecpix5 or ulx3s" >&2; exit 2; }
	$(Q)./install-tools.sh formal
	$(Q)$(PY) constraints/bitstream.py $(BOARD) $(if $(filter timing,$@),--seeds $(SEEDS_TIMING))
