#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The live tier's interface, on the core model: what is set at it while it runs reaches the device, what its counters say adds up, it stops
# in a flood, and an ordinary user may own it. Usage: live_interface_test.sh PROGRAM
LIVE_LIMIT_S=180
. "$(dirname "$0")/live.sh"

# metrics: NAME=VALUE of the counters, as they are when nothing has moved for a second
metrics()
{
    local old= new
    for _ in $(seq 10); do
        curl -s -m 5 http://127.0.0.1:9100/metrics | sed -nE 's/^hilnic_([a-z0-9_]+)_total ([0-9]+)$/\1=\2/p' >"$work/metrics"
        new=$(grep -v -e control_transfers -e interrupts "$work/metrics")
        [ "$new" != "$old" ] || return 0
        old=$new
        sleep 1.5
    done
    return 1
}
value() { sed -n "s/^$1=//p" "$work/metrics"; }
# sum REGEX: of the counters whose names match
sum() { sed -nE "s/^($1)=//p" "$work/metrics" | awk '{ n += $1 } END { print n + 0 }'; }

# ---- a service manager is told ----
cat >"$work/listen.py" <<'PYTHON'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(30)
for _ in range(2):
    print(s.recv(100).decode(), flush=True)
PYTHON
timeout 40 python3 "$work/listen.py" "$work/notify" >"$work/told" & listener=$!
until_true test -S "$work/notify"
export NOTIFY_SOCKET=$work/notify
up nic0
unset NOTIFY_SOCKET
check "READY=1 once the interface is there" until_true grep -qx READY=1 "$work/told"
check "and nothing more before the end" [ "$(wc -l <"$work/told")" = 1 ]
stop
wait $listener
check "STOPPING=1 at the end" [ "$(tail -n 1 "$work/told")" = STOPPING=1 ]

# ---- what passes the filter ----
start --metrics 127.0.0.1:9100 -w "$work/device.pcapng"
far ip neigh add 10.9.0.77 lladdr 02:00:00:00:00:77 dev wire0
far ip route add 239.9.9.9/32 dev wire0
come 10.9.0.77 "a foreign address" 0 15
ip link set nic0 promisc on
come 10.9.0.77 "a foreign address, promiscuous" 20 40
ip link set nic0 promisc off
come 10.9.0.77 "a foreign address, no longer promiscuous" 0 15
come 239.9.9.9 "a group that nobody joined" 0 15
ip link set nic0 allmulticast on
come 239.9.9.9 "a group, all of them let in" 20 40
ip link set nic0 allmulticast off
come 239.9.9.9 "a group, no longer all of them" 0 15

# ---- MTU of the running interface ----
ip link set nic0 mtu 1000
check "MTU 1000: a ping of 1000 octets" ping -M do -c 1 -W 5 -s 972 10.9.0.2
check "MTU 1000: none of 1001" sh -c "! ping -M do -c 1 -W 1 -s 973 10.9.0.2"
check "MTU 1000: in two frames" ping -M dont -c 1 -W 5 -s 1400 10.9.0.2
check "counters that stand still" metrics
before=$(value tap_completed_error)
ip link set nic0 mtu 4000
check "MTU 4000, which the adapter has not: no answer" sh -c "! ping -M do -c 2 -i 0.2 -W 1 -s 3000 10.9.0.2"
check "counters that stand still" metrics
check "MTU 4000: both frames are counted" [ $(($(value tap_completed_error) - before)) = 2 ]
ip link set nic0 mtu 1500
check "MTU 1500 again: ping" ping -M do -c 1 -W 5 -s 1472 10.9.0.2

# ---- a frame that went missing is in one counter; some find the interface down ----
# They reach the device before it is told to drop them: the program sleeps over both, and takes up frames before it looks at the interface.
kill -STOP $nic
far ping -c 10 -i 0.02 -W 1 10.9.0.1 >/dev/null
ip link set nic0 down
kill -CONT $nic
check "counters that stand still" metrics
check "some frames found the interface down" [ "$(value tap_rx_refused)" -gt 0 ]
check "wire_in: taken or dropped by the device, once" [ "$(value wire_in)" = "$(sum 'rx_packets|rx_(drop|error)_[a-z0-9_]+')" ]
check "rx_packets: each one the driver's" [ "$(value rx_packets)" = "$(sum 'driver_rx_ok|driver_rx_(drop|error)[a-z_]*')" ]
check "driver_rx_ok: taken or refused by the kernel" [ "$(value driver_rx_ok)" = "$(sum 'tap_received|tap_rx_refused')" ]
check "tap_sent: ended, once" [ "$(value tap_sent)" = "$(sum 'tap_completed_(ok|error)')" ]
check "tap_completed_ok: on the wire" [ "$(value tap_completed_ok)" = "$(sum 'wire_out|wire_out_refused')" ]
ip link set nic0 up
check "up again: ping" until_true ping -c 1 -W 1 10.9.0.2

# ---- the model's time is not ahead of the wall ----
tcpdump -i nic0 -w "$work/near.pcap" -U --immediate-mode 'icmp[icmptype] = icmp-echoreply and icmp[4:2] = 4711' 2>/dev/null & near=$!
until_true test -s "$work/near.pcap"
check "pings over two seconds" ping -e 4711 -c 21 -i 0.1 -W 5 10.9.0.2
kill "$near"
wait "$near"

# ---- another address of the running interface ----
far ip neigh add 10.9.0.78 lladdr "$(cat /sys/class/net/nic0/address)" dev wire0
far ip neigh add 10.9.0.79 lladdr 02:11:22:33:44:55 dev wire0
come 10.9.0.78 "its address" 20 40
come 10.9.0.79 "not yet its address" 0 15
ip link set nic0 address 02:11:22:33:44:55
check "another address: ping" until_true ping -c 1 -W 1 10.9.0.2
come 10.9.0.78 "no longer its address" 0 15
come 10.9.0.79 "its new address" 20 40

# ---- SIGTERM in a flood from both sides ----
flood_sent() { [ "$(cat /sys/class/net/nic0/statistics/tx_packets)" -gt $((before + 200)) ]; }
before=$(cat /sys/class/net/nic0/statistics/tx_packets)
ping -f -l 40 -s 1000 10.9.0.2 >/dev/null & pings=$!
far ping -f -l 40 -s 1000 10.9.0.1 >/dev/null & floods=$!
check "a flood" until_true flood_sent
kill "$nic"
wait "$nic"
check "SIGTERM in a flood: exit code 0" [ $? = 0 ]
kill $pings $floods
wait $pings $floods
until_true gone nic0
check "SIGTERM in a flood: what was taken was finished" every_frame_counted nic0
check "SIGTERM in a flood: there was one, and none failed but the two too long" python3 -c "
import json
c = json.load(open('$work/nic0.json'))
assert c['sent'] > 200 and c['completed_error'] == 2, c"
# seen FILE: number and time of each reply, when it was first seen. A busy machine is late with some of them, so the least distance of the two
# clocks counts, of the first ten and of the rest.
seen()
{
    tcpdump -tt -n -r "$1" 'icmp[icmptype] = icmp-echoreply and icmp[4:2] = 4711' 2>/dev/null |
        sed -nE 's/^([0-9.]+) .* seq ([0-9]+),.*/\2 \1/p' | sort -n -s -u -k1,1
}
read -r n ahead < <(paste <(seen "$work/near.pcap") <(seen "$work/device.pcapng") | awk '
    $1 == $3 { d = $2 - $4; half = n++ < 10; if (!(half in least) || d < least[half]) least[half] = d }
    END { print n + 0, least[1] - least[0] }')
check "$n replies, between which the device's clock gained $ahead s on the wall's" awk -v n="$n" -v ahead="$ahead" \
    'BEGIN { exit !(n == 21 && ahead < 0.05 && ahead > -0.5) }'

# ---- an ordinary user's interface ----
install -m 755 "$hilnic" "$work/hilnic"
as() { exec setpriv --reuid="$1" --regid=nogroup --clear-groups "$work/hilnic" up --name nic0 --json; }
up nic0 --persist --owner nobody
kill "$nic"
wait "$nic"
(as daemon) >"$work/nic0.json" 2>"$work/nic0.err"
check "--owner: not another user's: exit code 4" [ $? = 4 ]
check "--owner: not another user's: one sentence" grep -qx "hilnic: the interface nic0 cannot be had as a TAP: Operation not permitted, run it as root, or have root lend it to you by ip tuntap add with user." "$work/nic0.err"
ip link set nic0 up
as nobody >"$work/nic0.json" 2>"$work/nic0.err" & nic=$!
check "--owner: that user needs no privileges" until_true grep -q 'is there' "$work/nic0.err"
check "--owner: carrier" until_true carrier
kill "$nic"
wait "$nic"
check "--owner: SIGTERM: exit code 0" [ $? = 0 ]
check "--owner: the interface stays" ip link show nic0
"$hilnic" up --name nic1 --owner nosuchuser >/dev/null 2>"$work/err"
check "--owner: no such user" grep -qx "hilnic: there is no user nosuchuser." "$work/err"
finish
