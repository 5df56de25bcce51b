#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The packages installed, used and removed in an overlay over this machine's own root, of which nothing stays. Usage:
# deb_test.sh FOLDER with the .deb files. Ends with `N passed, N failed`.
set -u
folder=$(realpath "${1:-build/deb}")
if [ -z "${DEB_INSIDE:-}" ]; then
    DEB_INSIDE=1 exec unshare -m --propagation private "$0" "$folder"
fi
work=/mnt
root=$work/root
passed=0
failed=0

check()
{
    local what=$1
    shift
    if "$@" >"$work/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
        tail -n 5 "$work/out"
    fi
}
inside() { timeout 120 chroot "$root" "$@"; }

mount -t tmpfs none $work && mkdir $work/upper $work/work $root || exit 1
if ! mount -t overlay none -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" $root; then
    echo "0 passed, 1 failed"
    exit 1
fi
mount -t proc none $root/proc
mkdir -p $root/tmp/deb
cp "$folder"/*.deb $root/tmp/deb/
rm -f $root/tmp/deb/*dbgsym*

check "install" inside sh -c 'dpkg -i /tmp/deb/*.deb'
check "nothing is missing" inside sh -c '[ "$(dpkg-query -W -f "\${db:Status-Status} " hilnic libhilnic-ndis-dev)" = "installed installed " ]'
check "files are as packed" inside dpkg -V hilnic libhilnic-ndis-dev
check "the program runs" inside sh -c '/usr/bin/hilnic info | grep "register map .* as the driver"'
check "manual page" inside sh -c 'man -w 8 hilnic'
check "completion" inside bash -c '. /usr/share/bash-completion/completions/hilnic; complete -p hilnic'
check "the service's program is there" inside sh -c '[ -x "$(sed -n "s/^ExecStart=\([^ ]*\).*/\1/p" /lib/systemd/system/hilnic.service)" ]'
check "the udev rule is there" inside test -f /lib/udev/rules.d/70-hilnic.rules
cat >$root/tmp/program.c <<'C'
#include <nic_ndis.h>
#include <nic_platform.h>
int main(void) { return nic_ndis_start(nic_posix_create(1), &(struct nic_ndis_options){.verify = true}) || nic_ndis_stop(); }
C
check "a program by pkg-config's flags" inside sh -c 'cc -std=c11 -o /tmp/program /tmp/program.c $(pkg-config --cflags --libs hilnic-ndis)'
check "and it runs" inside /tmp/program
check "versions agree" inside sh -c '[ "$(pkg-config --modversion hilnic-ndis)" = "$(dpkg-query -W -f "\${Version}" libhilnic-ndis-dev)" ]'
check "remove" inside dpkg --purge hilnic libhilnic-ndis-dev
check "nothing stays" inside sh -c '! ls -d /usr/bin/hilnic /lib/udev/rules.d/70-hilnic.rules /usr/include/hilnic 2>/dev/null'
echo "$passed passed, $failed failed"
[ $failed = 0 ]
