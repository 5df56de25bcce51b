# SPDX-License-Identifier: Apache-2.0
# Tests of what stands on either side of urb_device, with the soft device behind it.

USB_TESTS := $(O)/tests/unit/soft_usb_test
TESTS += $(USB_TESTS)

$(USB_TESTS): %: %.o $(NIC_TRANSPORT_OBJS) $(SOFT_DEVICE_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(USB_LIBS) -lcheck -lsubunit -lm -lrt -lpthread
