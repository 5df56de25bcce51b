# SPDX-License-Identifier: Apache-2.0
# The firmware's sources, built natively, over the model of an MDIO bus.

FIRMWARE_TEST_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard firmware/*.c)) $(O)/sim/models/mdio_phy.o
FIRMWARE_TESTS := $(O)/tests/unit/firmware_phy_test $(O)/tests/unit/firmware_test
TESTS += $(FIRMWARE_TESTS)

$(FIRMWARE_TESTS:%=%.o): CPPFLAGS += -Ifirmware

$(FIRMWARE_TESTS): %: %.o $(FIRMWARE_TEST_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lcheck -lsubunit -lm -lrt -lpthread -o $@
