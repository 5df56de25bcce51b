# SPDX-License-Identifier: Apache-2.0
# The live tier: Linux's network stack on both sides of the model, in two network namespaces.

.PHONY: live-test
live-test: tools-live
	$(Q)$(MAKE) --no-print-directory $(B)/hilnic
	$(Q)for test in live_test live_interface_test live_boards_test live_wires_test live_service_test; do tests/system/$$test.sh $(B)/hilnic || exit 1; done

# Ten minutes of it, behind 100 000 frames in virtual time while the link flaps: make soak [SOAK_SECONDS=n].
.PHONY: soak
soak: tools-live
	$(Q)$(MAKE) --no-print-directory $(B)/hilnic $(B)/cosim/soak_test
	$(Q)$(B)/cosim/soak_test
	$(Q)SOAK_SECONDS=$(or $(SOAK_SECONDS),600) tests/system/soak.sh $(B)/hilnic

# The kernel tier: Debian's kernel, unpacked and never installed, and a guest with nothing but what the test needs. The guest's
# hilnic is built once more, for the processor that QEMU shows.
.PHONY: kernel-test kernel-test-run
kernel-test: tools-kernel
	$(Q)$(MAKE) --no-print-directory kernel-test-run

K := $(B)/kernel
KERNEL_MODULES := usb-common usbcore usbip-core vhci-hcd xhci-hcd xhci-pci e1000 tun
kernel-test-run: $(B)/hilnic $(K)/initrd
	$(Q)for attach in usbip usbredir; do \
		tests/system/kernel_test.sh $$attach $(B)/hilnic $(K)/vmlinuz $(K)/initrd || exit 1; done

$(K)/unpacked: tests/system/kernel_fetch.sh
	$(call say,UNPACK,the kernel)
	$(Q)tests/system/kernel_fetch.sh $(K)/deb
	$(Q)cp $(K)/deb/boot/vmlinuz-* $(K)/vmlinuz
	$(Q)touch $@

$(K)/guest/hilnic: $(B)/hilnic
	$(Q)$(MAKE) --no-print-directory B=$(K)/guest MODEL_OPT=-O1 $@

$(K)/initrd: tests/system/kernel_init tests/system/initrd.sh tests/system/system.mk $(K)/guest/hilnic $(K)/unpacked
	$(call say,INITRD,$@)
	$(Q)tests/system/initrd.sh $@ $(K)/deb $(K)/guest/hilnic $(KERNEL_MODULES)

TESTS += $(B)/system/flash_test
$(B)/system/flash_test: tests/system/flash_test.sh
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@

TESTS += $(B)/system/docs_test
$(B)/system/docs_test: tests/system/docs_test.sh $(B)/hilnic
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@
