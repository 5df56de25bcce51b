#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The live tier: the model between two network namespaces. Linux's own stack above and on the other side of the cable
# says what is right. Every wait is bounded. Usage: live_test.sh PROGRAM
set -u
hilnic=$(realpath "${1:-build/hilnic}")
if [ -z "${LIVE_INSIDE:-}" ]; then
    for tool in ip ping python3 curl tcpdump tshark unshare; do
        command -v $tool >/dev/null || { echo "live test skipped: there is no $tool"; exit 0; }
    done
    if ! unshare -nm true 2>/dev/null || ! [ -c /dev/net/tun ]; then
        echo "live test skipped: network namespaces or /dev/net/tun are not available here"
        exit 0
    fi
    LIVE_INSIDE=1 exec timeout -k 5 240 unshare -nm --propagation private "$0" "$hilnic"
fi
mount -t tmpfs none /run && mount -t tmpfs none /mnt || exit 1
work=/mnt
passed=0
failed=0
pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null' EXIT

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
# until COMMAND...: within five seconds
until_true()
{
    for _ in $(seq 50); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    return 1
}
far() { ip netns exec far "$@"; }
carrier() { ip link show nic0 | grep -q LOWER_UP; }
no_carrier() { ip link show nic0 | grep -q NO-CARRIER; }
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$nic/stat"; }

start()
{
    "$hilnic" up --name nic0 --wire tap:wire0 --speed 100 --json "$@" >"$work/counts" 2>"$work/err" &
    nic=$!
    pids[0]=$nic
    until_true ip link show wire0 || { cat "$work/err"; echo "0 passed, 1 failed"; exit 1; }
    ip link set wire0 netns far
    far ip addr add 10.9.0.2/24 dev wire0
    far ip -6 addr add fd00:9::2/64 dev wire0 nodad
    far ip link set wire0 up
    ip addr add 10.9.0.1/24 dev nic0
    ip -6 addr add fd00:9::1/64 dev nic0 nodad
    ip link set nic0 up
}

ip link set lo up
ip netns add far && far ip link set lo up
start
check "carrier" until_true carrier
tcpdump -i nic0 -w "$work/near.pcap" -U --immediate-mode -s 0 icmp or tcp 2>/dev/null &
pids+=($!)
far tcpdump -i wire0 -w "$work/far.pcap" -U --immediate-mode -s 0 icmp or tcp 2>/dev/null &
pids+=($!)
until_true test -s "$work/near.pcap"
until_true test -s "$work/far.pcap"

for size in 0 1 17 18 19 46 63 64 65 100 255 511 1000 1023 1400 1471 1472 3000; do
    check "ping of $size octets" ping -c 1 -W 3 -s $size 10.9.0.2
done
check "ping over IPv6" ping -6 -c 2 -i 0.2 -W 3 fd00:9::2
check "ping from the far side" far ping -c 2 -i 0.2 -W 3 10.9.0.1

mkdir "$work/www"
head -c 500000 /dev/urandom >"$work/www/file"
(cd "$work/www" && exec ip netns exec far python3 -m http.server -b 10.9.0.2 80) >/dev/null 2>&1 &
pids+=($!)
until_true curl -s -m 3 -o /dev/null http://10.9.0.2/
check "HTTP download" curl -s -m 30 -o "$work/got" http://10.9.0.2/file
check "HTTP download, byte for byte" cmp "$work/got" "$work/www/file"

# What one side captured, the other one did, in each direction in its order.
sleep 0.5
kill "${pids[1]}" "${pids[2]}"
wait "${pids[1]}" "${pids[2]}"
list() { tshark -r "$work/$1.pcap" -Y "ip.src == $2" -T fields -e ip.id -e ip.len -e ip.checksum -e tcp.seq_raw -e icmp.seq -e data -e tcp.payload 2>/dev/null; }
for address in 10.9.0.1 10.9.0.2; do
    list near $address >"$work/near"
    list far $address >"$work/far"
    check "captures, frames from $address" cmp "$work/near" "$work/far"
    check "captures are not empty" [ "$(wc -l <"$work/near")" -gt 40 ]
done

if ip link add link nic0 name nic0.7 type vlan id 7 2>/dev/null; then
    far ip link add link wire0 name wire0.7 type vlan id 7
    ip addr add 10.7.0.1/24 dev nic0.7 && ip link set nic0.7 up
    far ip addr add 10.7.0.2/24 dev wire0.7 && far ip link set wire0.7 up
    check "ping over a VLAN" ping -c 2 -i 0.2 -W 3 -s 1472 10.7.0.2
else
    echo "VLAN skipped: this kernel has none"
fi

# A group is let in from the moment the interface joins it, and not before.
far ip route add 239.9.9.9/32 dev wire0
received() { ip -s link show nic0 | awk '/RX:/ { getline; print $2 }'; }
before=$(received)
far ping -c 6 -i 0.1 -W 1 239.9.9.9 >/dev/null
check "a group that nobody joined stays out" [ "$(received)" -lt $((before + 5)) ] # the others talk, too
ip addr add 239.9.9.9/32 dev nic0 autojoin
sleep 0.4
before=$(received)
far ping -c 6 -i 0.1 -W 1 239.9.9.9 >/dev/null
check "a group that was joined comes in" [ "$(received)" -ge $((before + 6)) ]

far ip link set wire0 down
check "the cable is pulled: no carrier" until_true no_carrier
far ip link set wire0 up
check "the cable is back: carrier" until_true carrier
check "the cable is back: ping" until_true ping -c 1 -W 1 10.9.0.2

ip link set nic0 address 02:11:22:33:44:55
check "another address: ping" until_true ping -c 1 -W 1 10.9.0.2

sleep 0.5
before=$(cpu_ticks)
sleep 2
check "an idle model takes under 5 % of a core" [ $(($(cpu_ticks) - before)) -lt $(($(getconf CLK_TCK) / 10)) ]

kill "$nic"
wait "$nic"
check "SIGTERM: exit code 0" [ $? = 0 ]
check "every frame sent is accounted for" python3 -c "
import json
c = json.load(open('$work/counts'))
assert c['sent'] == c['completed_ok'] + c['completed_error'], c
assert c['wire_out'] + c['wire_out_refused'] == c['completed_ok'], c
assert c['wire_out_bad'] == 0, c"

start
kill -9 "$nic"
wait "$nic" 2>/dev/null
until_true sh -c '! ip link show nic0'
start
check "kill -9, then up again: ping" until_true ping -c 1 -W 1 10.9.0.2
"$hilnic" up --name nic0 >/dev/null 2>"$work/err"
check "a busy interface: exit code 1" [ $? = 1 ]
check "a busy interface: one sentence" grep -q "in use by another program" "$work/err"

# The board models, with USB in between: slower, and the same.
for board in butterstick ulx3s; do
    kill "$nic"
    wait "$nic"
    until_true sh -c '! ip link show nic0'
    start --device board:$board
    check "$board: carrier" until_true carrier
    check "$board: ping" ping -c 3 -i 0.2 -W 5 -s 1472 10.9.0.2
    check "$board: ping over IPv6" ping -6 -c 1 -W 5 fd00:9::2
    head -c 20000 "$work/www/file" >"$work/www/part"
    check "$board: HTTP download" curl -s -m 30 -o "$work/got" http://10.9.0.2/part
    check "$board: HTTP download, byte for byte" cmp "$work/got" "$work/www/part"
done
"$hilnic" up --wire packet:none0 >/dev/null 2>"$work/err"
check "no such cable: exit code 3" [ $? = 3 ]
"$hilnic" up --wire string >/dev/null 2>"$work/err"
check "no such kind of cable: exit code 2" [ $? = 2 ]
echo "$passed passed, $failed failed"
[ $failed = 0 ]
