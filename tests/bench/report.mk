# SPDX-License-Identifier: Apache-2.0
# One static page of measured figures with the commands that made them.

.PHONY: report
report: tools-report
	$(Q)$(MAKE) --no-print-directory $(B)/hilnic
	$(Q)python3 tests/bench/report.py $(B)/hilnic $(B)/report
