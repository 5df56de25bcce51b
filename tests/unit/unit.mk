# SPDX-License-Identifier: Apache-2.0
# Unit tests of the platforms and the NDIS library. `make SANITIZE=thread unit` runs them under a sanitizer.

NDIS_TESTS := platform_test ndis_header_test ndis_packet_test ndis_send_test ndis_order_test ndis_loopback_test ndis_receive_test \
	ndis_machine_test ndis_request_test ndis_system_test ndis_verify_test ndis_verify_level_test \
	ndis_verify_memory_test ndis_matrix_test ndis_random_test ndis_thread_test sender_test \
	ndis_readme_test ndis_config_test ndis_io_test ndis_dma_test ndis_lists_test ndis_cancel_test ndis_gate_test ndis_services_test ndis_immediate_test ndis_kernel_test
# The same for NDIS 6, on a rig of its own.
NDIS6_TESTS := ndis_outside_test ndis_inside_test ndis_nbl_test ndis_send6_test ndis_matrix6_test ndis_pause_test ndis_receive6_test ndis_oid_test \
	ndis_verify6_test ndis_thread6_test ndis_schedule6_test ndis_schedule_end6_test ndis_random6_test ndis_dma6_test
NDIS_TESTS += $(NDIS6_TESTS) passthru_test ndis_schedule_test ndis_schedule_end_test
NDIS_TEST_PROGRAMS = $(NDIS_TESTS:%=$(O)/tests/unit/%)
TESTS += $(NDIS_TEST_PROGRAMS)

# The suites of NDIS and of the driver also run through the intermediate driver.
LAYER_OBJS := $(O)/tests/unit/rig_layer.o $(patsubst %.c,$(O)/%.o,$(wildcard host/protocols/passthru*.c))
$(O)/tests/unit/rig_layer.o $(O)/tests/unit/passthru_test.o: override CFLAGS += -Ihost/protocols

$(NDIS_TEST_PROGRAMS): %: %.o $(O)/tests/unit/ndis_rig.o $(LAYER_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(NDIS_LIB) -lcheck -lsubunit -lm -lrt -lpthread -o $@

$(NDIS6_TESTS:%=$(O)/tests/unit/%): $(O)/tests/unit/ndis_rig6.o
$(addprefix $(O)/tests/unit/ndis_schedule,_test 6_test _end_test _end6_test): $(O)/tests/unit/schedule.o
$(addprefix $(O)/tests/unit/ndis_schedule_end,_test 6_test): $(O)/tests/unit/ndis_ending.o
RANDOM_OBJS := $(addprefix $(O)/tests/unit/,random_plan.o ndis_random.o ndis_random_real.o ndis_model.o ndis_model_rest.o)
RANDOM6_OBJS := $(addprefix $(O)/tests/unit/,random_plan.o ndis_random6.o ndis_random6_real.o ndis_model6.o)
$(O)/tests/unit/ndis_random_test: $(RANDOM_OBJS)
$(O)/tests/unit/ndis_random6_test: $(RANDOM6_OBJS)
$(O)/tests/unit/ndis_random_test $(O)/tests/unit/ndis_random6_test: $(addprefix $(O)/tests/unit/,random_shrink.o random_trial.o)
$(O)/tests/unit/ndis_random_test $(O)/tests/unit/ndis_random6_test: override LDFLAGS += -Wl,--wrap=_ck_assert_failed
$(O)/tests/unit/ndis_config_test $(O)/tests/unit/ndis_io_test $(O)/tests/unit/ndis_dma_test $(O)/tests/unit/ndis_cancel_test $(O)/tests/unit/ndis_services_test $(O)/tests/unit/ndis_immediate_test: $(O)/tests/unit/ndis_bare.o
$(O)/tests/unit/sender_test $(O)/tests/unit/ndis_readme_test: $(O)/host/protocols/sender.o
$(O)/tests/unit/sender_test.o $(O)/tests/unit/ndis_readme_test.o: override CFLAGS += -Ihost/protocols

# The programs of the page, as a reader would copy them: which block of C is which. The second one, which runs the first,
# tests/cosim/install_test.sh builds.
MIRROR_FLAGS := -DNDIS_MINIPORT_DRIVER -DNDIS51_MINIPORT
CALLER_FLAGS := -DNDIS50
PAGE_FLAGS := -Wno-unused-parameter -Wno-multichar -Wno-missing-prototypes
PAGE_PROGRAMS := mirror:1 caller:3 mirror6:4 refuser:5
PAGE_OBJS := $(foreach p,$(PAGE_PROGRAMS),$(O)/tests/unit/page/$(firstword $(subst :, ,$p)).o)
$(O)/tests/unit/ndis_readme_test: $(PAGE_OBJS)
$(PAGE_OBJS:.o=.c): $(O)/tests/unit/page/%.c: host/ndis/README.md
	@mkdir -p $(@D)
	$(Q)awk -v n=$(patsubst $*:%,%,$(filter $*:%,$(PAGE_PROGRAMS))) \
		'/^```c$$/ { on = ++block == n; next } /^```$$/ { on = 0 } on' $< > $@
$(O)/tests/unit/page/mirror.o: PAGE_FLAGS += $(MIRROR_FLAGS)
$(O)/tests/unit/page/caller.o: PAGE_FLAGS += $(CALLER_FLAGS)
$(PAGE_OBJS): %.o: %.c
	$(call say,CC,$* of host/ndis/README.md)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(PAGE_FLAGS) -c $< -o $@

.PHONY: unit-ndis
unit-ndis: $(NDIS_TEST_PROGRAMS)
	$(Q)for t in $(NDIS_TEST_PROGRAMS); do $$t || exit 1; done

# Line coverage of library and driver by the tests in C that need no model, optimisation off. A test that fails here fails in
# `make test`, too.
COVERAGE := $(B)/coverage
.PHONY: coverage coverage-run
coverage: tools-test
	$(Q)find $(COVERAGE) -name '*.gcda' -delete 2>/dev/null || true
	$(Q)$(MAKE) --no-print-directory coverage-run O=$(COVERAGE)/obj CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage
	$(Q)$(PY) tests/unit/coverage.py $(COVERAGE)/obj 95 host/ndis driver

COVERAGE_TESTS = $(filter $(O)/tests/unit/ndis_% $(O)/tests/unit/driver_% $(O)/tests/unit/platform_% $(O)/tests/unit/sender_% \
	$(O)/tests/unit/passthru_% $(O)/tests/unit/transport_% $(O)/tests/miniports/%,$(TESTS))
coverage-run:
	$(Q)$(MAKE) --no-print-directory $(COVERAGE_TESTS)
	$(Q)TEST_LOGS=$(COVERAGE)/logs tests/run-tests.sh $(COVERAGE_TESTS)

# Everything our headers define against the independent headers of mingw-w64, for 64 and 32 bits; part of ddk-check.
LINTS += lint-ndis-conformance
.PHONY: lint-ndis-conformance
lint-ndis-conformance:
	$(call say,DDK,constants$(comma) sizes$(comma) offsets and prototypes)
	$(Q)$(PY) tests/unit/ndis_conformance.py $(B)/lint > $(B)/lint-conformance.txt || { cat $(B)/lint-conformance.txt; exit 1; }

# What the DDK has and we have not is left out on purpose.
LINTS += lint-ndis-names
.PHONY: lint-ndis-names
lint-ndis-names:
	$(call say,DDK,names of the DDK header)
	$(Q)tests/unit/ndis_names.sh /usr/share/mingw-w64/include/ddk/ndis.h

# Every call of a driver, a protocol or a device's model goes through OUTSIDE (ndis_machine.h).
LINTS += lint-outside
.PHONY: lint-outside
lint-outside:
	$(call say,CHECK,calls out of the NDIS library)
	$(Q)! grep -nE '(->|\.)(\w*Handler(Ex)?|send_complete|process_list|read|write|attach|unload|shutdown|Routine|function)\(' host/ndis/ndis_*.c host/ndis/ndis_*.h

# Every requirement has a test that names it; `make requirements` prints which.
LINTS += lint-requirements
.PHONY: requirements lint-requirements
requirements:
	$(Q)tests/unit/requirements.sh

lint-requirements:
	$(call say,CHECK,every requirement has a test)
	$(Q)tests/unit/requirements.sh > $(B)/requirements.txt || { tail -1 $(B)/requirements.txt; exit 1; }
