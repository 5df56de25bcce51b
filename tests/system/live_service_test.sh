#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The unit under systemd itself, as the first process of a namespace over this machine's root, of which nothing stays, with none of the
# machine's units; and the udev rule, by udev. What the unit runs has the core model in place of the board: ExecStart and nothing else is
# another. Usage: live_service_test.sh PROGRAM
LIVE_LIMIT_S=120
LIVE_TOOLS="/lib/systemd/systemd systemctl udevadm umockdev-run nsenter pgrep"
. "$(dirname "$0")/live.sh"
unit=$here/../../host/systemd/hilnic.service.in
rules=$here/../../host/udev

# ---- systemd ----
root=$work/root
units=$root/run/units
mkdir "$root" "$work/upper" "$work/below"
mount -t overlay none -o "lowerdir=/,upperdir=$work/upper,workdir=$work/below" "$root" || exit 1
mount -t tmpfs none "$root/run" && mount -t tmpfs none "$root/tmp" && mount --rbind /dev "$root/dev" && mount -t sysfs none "$root/sys" || exit 1
install -m 755 "$hilnic" "$root/opt/hilnic"
mkdir -p "$units/hilnic.service.d" "$root/root/private"
for target in sysinit basic shutdown; do printf '[Unit]\nDefaultDependencies=no\n' >"$units/$target.target"; done
printf '[Unit]\nDefaultDependencies=no\nWants=hilnic.service\n' >"$units/start.target"
sed 's,@PREFIX@/bin,/opt,' "$unit" >"$units/hilnic.service"
cat >"$units/hilnic.service.d/model.conf" <<'CONF'
[Service]
ExecStart=
ExecStart=/opt/hilnic up --device core --speed 100 --wire tap:wire0 --name nic0 --json
StandardOutput=truncate:/tmp/counts
StandardError=truncate:/tmp/remarks
CONF
# The kernel's settings are read-only for it.
cat >"$work/boot" <<BOOT
mount -t proc none $root/proc && mount --bind $root/proc/sys $root/proc/sys && mount -o remount,bind,ro $root/proc/sys &&
mount -t cgroup2 none $root/sys/fs/cgroup || exit 1
export container=test SYSTEMD_UNIT_PATH=/run/units
exec chroot $root /lib/systemd/systemd --system --unit=start.target --show-status=0 --log-target=console
BOOT
unshare -mpfuiC --kill-child --propagation private bash "$work/boot" >"$work/systemd" 2>&1 &
booted=$!
until_true pgrep -P $booted
manager=$(pgrep -P $booted)
systemctl() { timeout 20 nsenter -t "$manager" -m -p -r systemctl "$@"; }
shows() { [ "$(systemctl show hilnic.service -P "$1")" = "$2" ]; }
# of the process that the unit runs, by the number that it has here
main() { pgrep -f '^/opt/hilnic up '; }
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$(main)/status"; }

check "the unit is active once the interface is there" until_true shows ActiveState active
[ "$failed" = 0 ] || { cat "$work/systemd"; finish; }
connect
check "not root's: $(status Uid)" [ "$(status Uid | cut -f1)" -ge 61184 ] # DynamicUser: 61184 to 65519
for set in CapEff CapPrm CapBnd CapAmb; do
    check "$set: CAP_NET_ADMIN, which is 12, and no other" [ "$(status $set)" = 0000000000001000 ]
done
check "no new privileges" [ "$(status NoNewPrivs)" = 1 ]
check "no home" sh -c "! ls -d /proc/$(main)/root/root/private"
check "ping" ping -c 3 -i 0.2 -W 2 -s 1472 10.9.0.2

kill -9 "$(main)"
check "killed: systemd starts it again" until_true shows NRestarts 1
check "and it is active" until_true shows ActiveState active
check "under systemd: killed, an interface again" until_true ip link show wire0
connect
check "stop" systemctl stop hilnic.service
check "stopped: nothing failed" shows Result success
check "stopped: inactive" shows ActiveState inactive
check "stopped: the interface is gone" gone nic0
cp "$root/tmp/counts" "$work/nic0.json"
check "every frame is accounted for" every_frame_counted nic0
kill -9 "$manager"
wait $booted 2>/dev/null

# ---- the udev rule, on a device that umockdev shows ----
# plugged VID PID: what udev makes of it
plugged()
{
    cat >"$work/device" <<DEVICE
P: /devices/pci0000:00/usb1/1-1
N: bus/usb/001/002
E: DEVTYPE=usb_device
E: DEVNAME=/dev/bus/usb/001/002
E: MAJOR=189
E: MINOR=1
E: SUBSYSTEM=usb
A: idVendor=$1
A: idProduct=$2
DEVICE
    timeout 20 umockdev-run -d "$work/device" -- udevadm test --action=add /sys/devices/pci0000:00/usb1/1-1 >"$work/udev" 2>&1
}
mkdir -p /dev/char && mount -t tmpfs none /dev/char && mount -t tmpfs none /lib/udev/rules.d && cp "$rules"/*.rules /lib/udev/rules.d/ || exit 1
check "udev knows a board" plugged 1209 0001
check "and starts the unit" grep -qx SYSTEMD_WANTS=hilnic.service "$work/udev"
for tag in uaccess systemd; do check "tag $tag" grep -q "^CURRENT_TAGS=.*:$tag:" "$work/udev"; done
check "and the group plugdev" grep -q "GROUP $(getent group plugdev | cut -d: -f3)\$" "$work/udev"
check "udev is silent about the rules" sh -c "! grep -iE 'hilnic.*(invalid|unknown|fail|ignor)' '$work/udev'"
check "another device" plugged 1209 0002
check "has no unit" sh -c "! grep SYSTEMD_WANTS '$work/udev'"
finish
