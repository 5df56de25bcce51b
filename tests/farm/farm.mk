# SPDX-License-Identifier: Apache-2.0
# make swarm SEEDS=n [FIRST=1] [HOSTS=file]: many seeds of the co-simulation tests, see swarm.sh and README.md. SWARM_TESTS: of others.

SWARM_TESTS ?= $(B)/cosim/core_test $(B)/cosim/time_test $(B)/cosim/board_test
SWARM = $(or $(FIRST),1) $(or $(SEEDS),20) $(SWARM_TESTS)

.PHONY: swarm swarm-run swarm-report
swarm: tools-swarm
	$(Q)$(MAKE) --no-print-directory swarm-run

swarm-run: $(SWARM_TESTS)
	$(Q)HOSTS=$(HOSTS) tests/farm/swarm.sh run $(B)/swarm $(SWARM)

swarm-report:
	$(Q)tests/farm/swarm.sh report $(B)/swarm $(SWARM)

TESTS += $(B)/system/farm_test
$(B)/system/farm_test: tests/farm/farm_test.sh
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@
