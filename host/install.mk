# SPDX-License-Identifier: Apache-2.0
# Installation: program, manual page, completion, udev rule, service, what Wireshark calls, and the NDIS library for other programs. The manual page's lint.

PREFIX ?= /usr/local
LIBDIR ?= lib
DESTDIR ?=
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)

INSTALL_HEADERS := host/include/nic_platform.h $(filter-out host/ndis/ndis_machine%.h host/ndis/ndis_shadow.h host/ndis/nic_platform_impl.h host/ndis/script_wait.h, \
	$(wildcard host/ndis/*.h))
# mode:source:place below PREFIX
INSTALL_FILES := 755:$(B)/hilnic:bin/hilnic \
	644:host/man/hilnic.8:share/man/man8/hilnic.8 \
	644:host/tools/hilnic.bash:share/bash-completion/completions/hilnic \
	644:host/udev/70-hilnic.rules:lib/udev/rules.d/70-hilnic.rules \
	644:host/udev/71-hilnic-programmers.rules:lib/udev/rules.d/71-hilnic-programmers.rules \
	644:$(B)/hilnic.service:lib/systemd/system/hilnic.service \
	755:$(B)/hilnic-extcap:$(LIBDIR)/wireshark/extcap/hilnic \
	644:$(NDIS_LIB):$(LIBDIR)/libhilnic-ndis.a \
	644:$(B)/hilnic-ndis.pc:$(LIBDIR)/pkgconfig/hilnic-ndis.pc \
	$(foreach h,$(INSTALL_HEADERS),644:$(h):include/hilnic/$(notdir $(h)))

.PHONY: install uninstall install-prefix lint-man
install-prefix:
	@case '$(PREFIX)' in /*) ;; *) echo "PREFIX must be an absolute path, not '$(PREFIX)'" >&2; exit 1;; esac

# The old ones may be root's, of a sudo make install, in a folder that is not.
install: install-prefix $(B)/hilnic $(NDIS_LIB)
	$(Q)rm -f $(B)/hilnic-ndis.pc $(B)/hilnic.service $(B)/hilnic-extcap
	$(Q)sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' host/ndis/hilnic-ndis.pc.in > $(B)/hilnic-ndis.pc
	$(Q)sed 's|@PREFIX@|$(PREFIX)|' host/systemd/hilnic.service.in > $(B)/hilnic.service
	$(Q)sed 's|@PREFIX@|$(PREFIX)|' host/tools/hilnic-extcap.in > $(B)/hilnic-extcap
	$(Q)for file in $(INSTALL_FILES); do \
		IFS=: read -r mode from to <<< "$$file"; \
		install -D -m "$$mode" "$$from" '$(DESTDIR)$(PREFIX)'/"$$to"; done
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))

uninstall: install-prefix
	$(Q)for file in $(INSTALL_FILES); do rm -f '$(DESTDIR)$(PREFIX)'/"$${file##*:}"; done
	$(Q)rmdir '$(DESTDIR)$(PREFIX)/include/hilnic' 2>/dev/null || true
	$(call say,REMOVE,$(DESTDIR)$(PREFIX))

LINTS += lint-man
lint-man:
	$(call say,MAN,host/man/hilnic.8)
	$(Q)mandoc -Tlint -Wwarning host/man/hilnic.8
