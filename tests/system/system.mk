# SPDX-License-Identifier: Apache-2.0
# The live tier: Linux's network stack on both sides of the model, in two network namespaces.

.PHONY: live-test
live-test: tools-test
	$(Q)$(MAKE) --no-print-directory $(B)/hilnic
	$(Q)tests/system/live_test.sh $(B)/hilnic
