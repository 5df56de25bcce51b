#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel tier: an unmodified Linux kernel, in QEMU without virtualisation, enumerates the Verilated device, from its ULPI
# pins on; the command line inside of it replays a capture through it; the device is unplugged in mid-traffic and plugged
# in again; a network interface stands over it. Every wait is bounded. Usage: kernel_test.sh usbip HILNIC KERNEL INITRD
set -u
attach=$1
hilnic=$2
kernel=$3
initrd=$4
for tool in qemu-system-x86_64 timeout; do
    command -v $tool >/dev/null || { echo "kernel_test skipped: there is no $tool"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
done
work=$(mktemp -d)
server=
guest=
trap 'for p in $server $guest; do kill "$p" 2>/dev/null; done; rm -rf "$work"' EXIT
passed=0
failed=0

check()
{
    local what=$1
    shift
    if "$@" >/dev/null 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: kernel $attach: $what"
    fi
}

# On the port of the first one, if there was a first one.
serve()
{
    : >"$work/served"
    timeout 600 "$hilnic" serve --device board:butterstick "--$attach" "127.0.0.1:${port:-0}" >"$work/served" &
    server=$!
    for _ in $(seq 100); do [ -s "$work/served" ] && break; sleep 0.1; done
    port=$(sed -n 's/^[a-z]*, port \([0-9]*\).*/\1/p' "$work/served")
}

port=
serve
case $attach in
usbip) devices="-netdev user,id=n0 -device e1000,netdev=n0,romfile=" ;;
usbredir) devices="-device qemu-xhci -chardev socket,id=c0,host=127.0.0.1,port=$port,reconnect=1 -device usb-redir,chardev=c0,suppress-remote-wake=off" ;;
esac
mkfifo "$work/console"
# shellcheck disable=SC2086
timeout -k 5 600 qemu-system-x86_64 -accel tcg -cpu max -m 512 -kernel "$kernel" -initrd "$initrd" -no-reboot -display none \
    -nodefaults -serial stdio -append "console=ttyS0 quiet panic=-1 no_timer_check hilnic.attach=${attach/usbredir/xhci} hilnic.port=$port" \
    $devices >"$work/console" 2>"$work/qemu" </dev/null &
guest=$!
while IFS= read -r line; do
    line=${line%$'\r'}
    echo "$line" >>"$work/log"
    case $line in
    "== pull") kill $server; wait $server 2>/dev/null ;;
    "== plug") serve ;;
    esac
done <"$work/console"
wait $guest
check "the guest ends by itself" [ $? = 0 ]
guest=

said() { grep -qx "== $*" "$work/log"; }
check "enumerated" said present 0
# What lsusb of the guest's kernel says, against descriptors written down from nic.rdl and USB 2.0, chapter 9.
sed -n '/^== lsusb$/,/^== lsusb end$/p' "$work/log" | sed -e '/^==/d' -e '/^$/d' -e 's/^Bus .*: ID/ID/' -e 's/ *$//' >"$work/lsusb"
check "descriptors" diff "$(dirname "$0")/lsusb.expected" "$work/lsusb"
check "info" said info 0
check "link up at 1000 Mb/s" grep -q 'link *up, 1000 Mb/s' "$work/log"
check "replay" said replay 0
check "loopback" said loopback 0
check "every frame, three times" [ "$(grep -c '^Everything that can be sent crossed exactly once' "$work/log")" = 3 ]
check "unplugged in mid-traffic: exit 1" said pulled 1
check "unplugged: the kernel noticed" said absent 0
check "unplugged: no device" said without 3
check "plugged in again" said again 0
check "replay after that" said again replay 0
check "up: carrier" said carrier 0
check "up: what the interface sends comes back" said interface received 0
check "up: under load" said load 0
check "up, unplugged under load: no carrier" said no carrier 0
check "up, plugged in again: carrier" said carrier again 0
check "up, plugged in again: the load goes on" said load again 0
check "up: SIGTERM, exit 0" said up 0
# Once each, or more often on a machine on which the guest's kernel gives up accesses that come too late.
check "up: told of both" sh -c "grep -x 'hilnic: the device is \(gone, the interface waits for it\|back\)\.' '$work/log' |
    awk '/gone/ != (NR % 2) { bad = 1 } END { exit bad || !NR || NR % 2 }'"
check "no warning of the kernel" said warnings 0
if [ $failed != 0 ]; then
    diff "$(dirname "$0")/lsusb.expected" "$work/lsusb"
    cat "$work/qemu"
    tail -n 60 "$work/log"
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
