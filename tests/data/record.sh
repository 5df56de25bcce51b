#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records the captures of this folder again: real programs between two network namespaces, everything in them from
# documentation ranges and locally administered addresses, offloads off so that every frame is what a wire would carry.
# Needs root, iproute2, ethtool, tcpdump, curl, python3, dnsmasq, dnsutils, netcat, iputils-ping, iperf3.
set -eu
out=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
a=hilnic-a b=hilnic-b
trap 'jobs -p | xargs -r kill 2>/dev/null; ip netns del $a 2>/dev/null; ip netns del $b 2>/dev/null; rm -rf "$work"' EXIT

in_a() { ip netns exec $a "$@"; }
in_b() { ip netns exec $b "$@"; }

ip netns add $a
ip netns add $b
ip link add eth0 netns $a address 02:00:00:00:00:0a type veth peer name eth0 netns $b address 02:00:00:00:00:0b
for ns in $a $b; do
    number=$([ $ns = $a ] && echo 1 || echo 2)
    run="ip netns exec $ns"
    $run sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
    $run ethtool -K eth0 tx off rx off tso off gso off gro off sg off txvlan off rxvlan off >/dev/null
    $run ip link set lo up
    $run ip link set eth0 mtu 1500 up
    $run ip address add 192.0.2.$number/24 dev eth0
    $run ip address add 2001:db8::$number/64 dev eth0 nodad
    $run python3 "$out/vlan.py" eth0 10 vlan10 &
    until $run ip link show vlan10 >/dev/null 2>&1; do sleep 0.1; done
    $run ip link set vlan10 address 02:00:00:00:10:0$number mtu 1500 up
    $run ip address add 198.51.100.$number/24 dev vlan10
    $run ip address add 2001:db8:10::$number/64 dev vlan10 nodad
    $run ip route add 224.0.0.0/4 dev eth0
done

# record NAME FUNCTION: everything that passes while the function runs.
record() {
    ip netns exec $a tcpdump -q -i eth0 -s 0 -B 8192 --time-stamp-precision=nano -w "$work/$1.pcap" 2>"$work/$1.log" &
    local tcpdump=$!
    until grep -q listening "$work/$1.log" 2>/dev/null; do sleep 0.1; done
    "$2" >"$work/$1.out" 2>&1 || { cat "$work/$1.out" >&2; exit 1; }
    sleep 0.5
    kill $tcpdump
    wait $tcpdump || true
    cp "$work/$1.pcap" "$out/$1.pcap"
    echo "$1.pcap: $(grep captured "$work/$1.log")"
}

serve() { # starts a server in b and waits a moment for it
    ip netns exec $b "$@" >/dev/null 2>&1 &
    server=$!
    sleep 1
}

http() {
    mkdir -p "$work/www"
    seq 1 40000 >"$work/www/numbers.txt"
    head -c 120000 /dev/zero | tr '\0' 'h' >"$work/www/letters.txt"
    serve python3 -m http.server --directory "$work/www" --bind :: 8080
    in_a curl -sS -o /dev/null http://192.0.2.2:8080/
    in_a curl -sS -o /dev/null http://192.0.2.2:8080/numbers.txt
    in_a curl -sS -o /dev/null -g 'http://[2001:db8::2]:8080/letters.txt'
    in_a curl -sS -o /dev/null http://192.0.2.2:8080/missing.txt
    in_a curl -sS -o /dev/null http://198.51.100.2:8080/letters.txt
    kill $server
}

pings() {
    local size
    for size in $(seq 0 7 200) $(seq 210 61 1400) 1470 1471 1472; do
        in_a ping -q -c 1 -W 2 -s "$size" 192.0.2.2
        in_a ping -q -c 1 -W 2 -s "$size" 198.51.100.2
    done
    for size in $(seq 0 13 200) $(seq 210 97 1400) 1451 1452; do
        in_a ping -6 -q -c 1 -W 2 -s "$size" 2001:db8::2
        in_a ping -6 -q -c 1 -W 2 -s "$size" 2001:db8:10::2
    done
    in_a ping -q -c 2 -W 2 -s 4000 192.0.2.2
    in_a ping -q -c 20 -i 0.01 192.0.2.2
}

services() {
    serve dnsmasq --no-daemon --no-resolv --no-hosts --conf-file=/dev/null --bind-interfaces --interface=eth0 --user=root \
        --pid-file= --address=/www.example.com/192.0.2.80 --address=/www.example.com/2001:db8::80 \
        --mx-host=example.com,mail.example.com --txt-record=example.com,"v=spf1 -all"
    local name
    for name in www.example.com mail.example.com $(seq -f 'host%g.example.com' 1 20); do
        in_a dig +tries=1 +time=2 @192.0.2.2 "$name" A
        in_a dig +tries=1 +time=2 @2001:db8::2 "$name" AAAA
    done
    in_a dig +tries=1 +time=2 @192.0.2.2 example.com MX
    in_a dig +tcp +tries=1 +time=2 @192.0.2.2 example.com TXT
    kill $server
    serve nc -l -k 192.0.2.2 9000
    seq 1 8000 | in_a nc -N 192.0.2.2 9000
    seq 1 50 | while read -r name; do echo "line $name"; sleep 0.01; done | in_a nc -N 192.0.2.2 9000
    kill $server
    serve nc -u -l -k 192.0.2.2 9001
    seq 1 60 | in_a nc -u -q 0 -w 1 192.0.2.2 9001
    kill $server
    serve python3 "$out/multicast.py" listen 3
    in_a python3 "$out/multicast.py" send 40
    wait $server
}

iperf() {
    serve iperf3 -s
    in_a iperf3 -c 192.0.2.2 -n 350K
    in_a iperf3 -c 192.0.2.2 -R -n 100K
    in_a iperf3 -c 192.0.2.2 -u -b 20M -l 200 -n 40K
    in_a iperf3 -c 192.0.2.2 -u -b 50M -l 1472 -n 80K
    in_a iperf3 -6 -c 2001:db8::2 -n 150K
    in_a iperf3 -c 198.51.100.2 -n 150K
    kill $server
}

# Frames that no program sends: of every length from 14 bytes up, through the kernel's packet socket.
lengths() {
    in_a python3 "$out/lengths.py" eth0
}

record http http
record ping pings
record services services
record iperf iperf
record lengths lengths
ls -l "$out"/*.pcap
