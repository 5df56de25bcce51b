# SPDX-License-Identifier: Apache-2.0
# make formal [T=name]: the proofs and their covers, see run.py.

.PHONY: formal
formal:
	$(Q)./install-tools.sh formal
	$(Q)$(PY) tests/formal/run.py $(T)
