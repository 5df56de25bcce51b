# SPDX-License-Identifier: Apache-2.0
# Unit tests of the platforms and the NDIS library. `make SANITIZE=thread unit` runs them under a sanitizer.

NDIS_TESTS := platform_test ndis_send_test ndis_thread_test
NDIS_TEST_PROGRAMS = $(NDIS_TESTS:%=$(O)/tests/unit/%)
TESTS += $(NDIS_TEST_PROGRAMS)

$(NDIS_TEST_PROGRAMS): %: %.o $(O)/tests/unit/ndis_rig.o $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lcheck -lsubunit -lm -lrt -lpthread -o $@

$(O)/tests/unit/ndis_random_test: $(O)/tests/unit/ndis_model.o

.PHONY: unit-ndis
unit-ndis: $(NDIS_TEST_PROGRAMS)
	$(Q)for t in $(NDIS_TEST_PROGRAMS); do $$t || exit 1; done
