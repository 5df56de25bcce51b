# SPDX-License-Identifier: Apache-2.0
# make deb: the Debian packages, built from a copy of what git knows, looked at by lintian and tried.

.PHONY: deb deb-run
deb: tools-deb
	$(Q)$(MAKE) --no-print-directory deb-run

deb-run: D := $(B)/deb
deb-run:
	$(Q)rm -rf $(D) && mkdir -p $(D)/hilnic
	$(Q)git ls-files -z | tar --null -T - -c | tar -x -C $(D)/hilnic
	$(call say,DEB,$(D)/build.log)
	$(Q)cd $(D)/hilnic && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u CFLAGS \
		SERV='$(abspath $(SERV))' dpkg-buildpackage -us -uc -b >../build.log 2>&1 || { tail -n 20 ../build.log >&2; exit 1; }
	$(call say,LINTIAN,$(D)/hilnic_$(VERSION)_*.changes)
	$(Q)lintian --fail-on error,warning --allow-root $(D)/*.changes
	$(Q)$$([ "$$(id -u)" = 0 ] || echo sudo) tests/system/deb_test.sh $(D)
