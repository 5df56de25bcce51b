# SPDX-License-Identifier: Apache-2.0
# Tests of what stands on either side of urb_device, with the soft device behind it.

USB_TESTS := $(O)/tests/unit/soft_usb_test $(O)/tests/unit/usbip_test $(O)/tests/unit/usbredir_test \
	$(O)/tests/unit/usb_libusb_test
# Sanitizers want to be the first library, and so does libumockdev.
TESTS += $(if $(SANITIZE),$(filter-out %/usb_libusb_test,$(USB_TESTS)),$(USB_TESTS))

# Recursive: asked for only where it is used.
UMOCKDEV_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags umockdev-1.0))
UMOCKDEV_OBJS := $(O)/tests/unit/usb_libusb_test.o $(O)/sim/models/umockdev_bridge.o
$(UMOCKDEV_OBJS): CPPFLAGS += $(UMOCKDEV_CFLAGS)

$(USB_TESTS): %: %.o $(O)/sim/models/urb_front.o $(NIC_TRANSPORT_OBJS) $(SOFT_DEVICE_OBJS) $(NDIS_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(USB_LIBS) -lcheck -lsubunit -lm -lrt -lpthread

$(O)/tests/unit/usb_libusb_test: $(O)/host/transport/libusb.o $(O)/sim/models/umockdev_bridge.o
$(O)/tests/unit/usb_libusb_test: USB_LIBS = -lusb-1.0 -lumockdev -lgobject-2.0 -lglib-2.0
$(O)/tests/unit/usbip_test: $(O)/sim/models/usbip_server.o
$(O)/tests/unit/usbredir_test: $(O)/sim/models/usbredir_server.o
$(O)/tests/unit/usbredir_test: USB_LIBS = -lusbredirparser

# The host controller model alone, with a device in the test.
TESTS += $(O)/tests/unit/usb_host_test
$(O)/tests/unit/usb_host_test: %: %.o $(O)/sim/models/usb_host.o $(O)/sim/models/usb_fault.o
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcheck -lsubunit -lm -lrt -lpthread
