#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The live tier's other cables, and programs that end badly: a packet socket on one end of a veth pair, whose kernel leaves checksums to the
# card that it takes the NIC for; two NICs back to back; kill -9 in mid-traffic. Usage: live_wires_test.sh PROGRAM
LIVE_LIMIT_S=180
. "$(dirname "$0")/live.sh"
no_bad_checksum()
{
    local all
    all=$(tcpdump -r "$1" -vv -n 2>/dev/null)
    ! grep -E 'bad .?cksum|incorrect' <<<"$all" && [ "$(grep -cE 'cksum 0x[0-9a-f]+ \(correct\)|udp sum ok' <<<"$all")" -ge "$2" ]
}

# ---- a packet socket ----
ip link add wire1 type veth peer name wire0
ip link set wire0 netns far
near_end_up()
{
    ip link set wire1 arp off && ip link set wire1 up # or this kernel answers on it for the addresses of nic0
}
addresses far wire0 2
up nic0 --wire packet:wire1 --speed 100 --persist
addresses "" nic0 1
check "an interface that is not yet up: no carrier" until_true no_carrier
near_end_up
check "carrier" until_true carrier
tcpdump -p -i nic0 -w "$work/near.pcap" -U --immediate-mode -s 0 'src host 10.9.0.2 and (tcp or udp)' 2>/dev/null & near=$!
until_true test -s "$work/near.pcap"
check "ping" until_true ping -c 1 -W 1 -s 1472 10.9.0.2
check "the kernel leaves checksums to its card" sh -c "ip netns exec far ethtool -k wire0 | grep -q 'tx-checksumming: on'"
serve_www
download "HTTP" http://10.9.0.2/file
timeout 10 nc -u -l -W 8 10.9.0.1 7000 >"$work/got" &
until_true listens udp 7000
far sh -c 'for i in 1 2 3 4 5 6 7 8; do echo datagram $i; sleep 0.05; done | timeout 5 nc -u -q 0 10.9.0.1 7000'
until_true grep -q 'datagram 8' "$work/got"
check "UDP" [ "$(grep -c datagram "$work/got")" = 8 ]
sleep 0.3
kill "$near"
wait "$near"
check "every checksum is finished" no_bad_checksum "$work/near.pcap" 100

# ---- the interface under the packet socket goes down, and is another one of its name: carrier follows, frames come again ----
# The far side speaks first: what the near side sends would wake the program.
heard() { far ping -c 1 -W 1 10.9.0.1; }
ip link set wire1 down
check "the interface is down: no carrier" until_true no_carrier
ip link set wire1 up
check "and up: carrier" until_true carrier
check "and up: frames come" until_true heard
far ip link set wire0 down
check "its other end is down: no carrier" until_true no_carrier
far ip link set wire0 up
check "its other end is up: frames come" until_true heard
ip link del wire1
check "the interface is deleted: no carrier" until_true no_carrier
before=$(cpu_ticks)
sleep 1
check "meanwhile the program sleeps" [ $(($(cpu_ticks) - before)) -lt $(($(getconf CLK_TCK) / 2)) ]
ip link add wire1 type veth peer name wire0
ip link set wire0 netns far
addresses far wire0 2
near_end_up
check "and there again: carrier" until_true carrier
check "and there again: frames come" until_true heard

# ---- kill -9 in mid-traffic; the interface is persistent, so its connections go on ----
curl -s -m 60 --limit-rate 50K -o "$work/got" http://10.9.0.2/file &
load=$!
for _ in 1 2; do
    sleep 0.5
    kill -9 "$nic"
    wait "$nic" 2>/dev/null
    check "kill -9: no carrier" until_true no_carrier
    up nic0 --wire packet:wire1 --speed 100 --persist
    check "and up again: carrier" until_true carrier
done
wait $load
check "kill -9 twice in a download" [ $? = 0 ]
check "which is byte for byte" cmp "$work/got" "$work/www/file"
"$hilnic" up --name nic0 >/dev/null 2>"$work/err"
check "a busy interface: exit code 1" [ $? = 1 ]
check "a busy interface: one sentence" grep -q "in use by another program" "$work/err"
kill "$nic"
wait "$nic"
check "the interface stays" ip link show nic0
check "and can be had without one" ip link del nic0
far ip link del wire0

# ---- an interface that is not persistent goes with its program ----
start
kill -9 "$nic"
wait "$nic" 2>/dev/null
check "kill -9: the interfaces are gone" until_true gone nic0
start
stop

# ---- two NICs back to back: one holds the TAP that is the cable, the other a packet socket on it. The kernel keeps silent on it. ----
sysctl -qw net.ipv6.conf.default.disable_ipv6=1
far sysctl -qw net.ipv6.conf.default.disable_ipv6=1
up nic0 --wire tap:cable --speed 100
first=$nic
ip link set cable netns far
far ip link set cable up
far_up nic1 --wire packet:cable --speed 100
second=$nic
far ip link set nic1 address 02:00:00:00:00:02
addresses far nic1 2
addresses "" nic0 1
check "back to back: carrier" until_true carrier
check "back to back: ping" until_true ping -c 1 -W 2 -s 1472 10.9.0.2
download "back to back: HTTP" http://10.9.0.2/part part
before=$(($(cat "$work/www/part" | wc -c) / 1448))
kill "$first" "$second"
wait "$first"
check "back to back: SIGTERM, the first" [ $? = 0 ]
wait "$second"
check "back to back: SIGTERM, the second" [ $? = 0 ]
check "back to back: frames came over both" python3 -c "
import json
a, b = (json.load(open(f'$work/nic{i}.json')) for i in (0, 1))
assert b['wire_out'] >= $before and a['received'] >= $before and a['wire_in'] >= $before, (a, b)"

# ---- cables that are not there ----
"$hilnic" up --wire packet:none0 >/dev/null 2>"$work/err"
check "no such cable: exit code 3" [ $? = 3 ]
"$hilnic" up --wire string >/dev/null 2>"$work/err"
check "no such kind of cable: exit code 2" [ $? = 2 ]
finish
