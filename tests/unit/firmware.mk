# SPDX-License-Identifier: Apache-2.0
# The firmware's sources, built natively, over the model of an MDIO bus.

FIRMWARE_TEST_OBJS := $(patsubst %.c,$(O)/%.o,$(wildcard firmware/*.c)) $(O)/sim/models/mdio_phy.o
TESTS += $(O)/tests/unit/firmware_phy_test

$(O)/tests/unit/firmware_phy_test.o: CPPFLAGS += -Ifirmware

$(O)/tests/unit/firmware_phy_test: %: %.o $(FIRMWARE_TEST_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -lcheck -lsubunit -lm -lrt -lpthread -o $@
