#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The live tier on the core model: Linux's own stack on both sides of the cable says what is right. Usage: live_test.sh PROGRAM
LIVE_LIMIT_S=240
. "$(dirname "$0")/live.sh"
start

# ---- one frame at a time, recorded ----
record
bad=
for size in $(seq 0 1480) 3000; do
    ping -q -c 1 -W 5 -s "$size" 10.9.0.2 >/dev/null || bad+=" $size"
done
check "ping of every size, not of$bad octets" [ -z "$bad" ]
for size in 0 1 64 1000 1451 1452 1453 3000; do
    check "ping of $size octets over IPv6" ping -6 -c 1 -W 5 -s "$size" fd00:9::2
done
check "ping from the far side" far ping -c 2 -i 0.2 -W 5 10.9.0.1
serve_www
download "HTTP" http://10.9.0.2/file
download "HTTP over IPv6" "http://[fd00:9::2]/part" part
record_end 1600

# ---- services ----
printf '#!/bin/sh\n[ "$1" != bound ] || echo "$ip $subnet $router $dns" >%s/lease\n' "$work" >"$work/lease.sh"
chmod +x "$work/lease.sh"
far dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file= --leasefile-ro --interface=wire0 --bind-interfaces \
    --no-resolv --no-hosts --no-ping --dhcp-range=10.9.0.100,10.9.0.100 --dhcp-option=option:router,10.9.0.2 \
    --address=/server.test/10.9.0.2 >"$work/dnsmasq.log" 2>&1 &
check "DHCP" udhcpc -i nic0 -n -q -f -t 10 -T 1 -s "$work/lease.sh"
check "DHCP: the lease" [ "$(cat "$work/lease")" = "10.9.0.100 255.255.255.0 10.9.0.2 10.9.0.2" ]
echo "nameserver 10.9.0.2" >"$work/resolv.conf"
mount --bind "$work/resolv.conf" /etc/resolv.conf
check "DNS" getent ahostsv4 server.test
check "DNS: the answer" grep -q '^10\.9\.0\.2 ' "$work/last"
download "HTTP by name" http://server.test/part part
timeout 30 nc -l -N 10.9.0.1 7000 >"$work/got" </dev/null & listener=$!
until_true listens tcp 7000
check "netcat from the far side" far timeout 30 nc -N 10.9.0.1 7000 <"$work/www/part"
wait $listener
check "netcat from the far side, byte for byte" cmp "$work/got" "$work/www/part"
# Login by key as root, whose home is a folder of this test for as long as the namespace lives.
mkdir -p "$work/home/.ssh" && chmod 700 "$work/home" "$work/home/.ssh"
for key in host login; do dropbearkey -t ed25519 -f "$work/$key.key" >"$work/$key.pub" 2>/dev/null; done
grep '^ssh-' "$work/login.pub" >"$work/home/.ssh/authorized_keys" && chmod 600 "$work/home/.ssh/authorized_keys"
sed "s,^root:.*,root:x:0:0::$work/home:/bin/sh," /etc/passwd >"$work/passwd"
mount --bind "$work/passwd" /etc/passwd
far dropbear -F -E -s -r "$work/host.key" -p 10.9.0.2:22 -P "$work/dropbear.pid" 2>"$work/dropbear.log" &
until_true grep -q 'Not backgrounding' "$work/dropbear.log"
HOME=$work/home timeout 30 dbclient -y -i "$work/login.key" root@10.9.0.2 cat <"$work/www/part" >"$work/got" 2>"$work/ssh.err"
check "ssh with a key" [ $? = 0 ]
check "ssh there and back, byte for byte" cmp "$work/got" "$work/www/part"
# iperf ARGUMENT...: with a server of its own
iperf()
{
    far timeout 60 iperf3 -s -1 >/dev/null 2>&1 &
    until_true listens tcp 5201 far
    check "iperf3 $*" timeout 40 iperf3 -c 10.9.0.2 -J "$@"
    wait $!
}
for direction in "" -R; do
    iperf -n 100K $direction
    iperf -u -b 200K -l 500 -t 2 $direction
    check "iperf3 UDP $direction: none lost" python3 -c "
import json
end = json.load(open('$work/last'))['end']
s = end['sum']
assert s['packets'] >= 90 and s['lost_packets'] == 0, end"
done

# ---- VLAN tags ----
far timeout 20 python3 "$here/vlan.py" receive wire0 >"$work/vlan" 2>&1 & receiver=$!
until_true grep -q ready "$work/vlan"
python3 "$here/vlan.py" send nic0
wait $receiver
check "frames with a VLAN tag, to the far side" [ $? = 0 ]
timeout 20 python3 "$here/vlan.py" receive nic0 >"$work/vlan.near" 2>&1 & receiver=$!
until_true grep -q ready "$work/vlan.near"
far python3 "$here/vlan.py" send wire0
wait $receiver
check "frames with a VLAN tag, from the far side" [ $? = 0 ]
if ip link add link nic0 name nic0.7 type vlan id 7 2>/dev/null; then
    far ip link add link wire0 name wire0.7 type vlan id 7
    ip addr add 10.7.0.1/24 dev nic0.7 && ip link set nic0.7 up
    far ip addr add 10.7.0.2/24 dev wire0.7 && far ip link set wire0.7 up
    check "ping over a VLAN" ping -c 2 -i 0.2 -W 5 -s 1472 10.7.0.2
fi

# ---- a group is let in from the moment the interface joins it, and not before ----
far ip route add 239.9.9.9/32 dev wire0
come 239.9.9.9 "a group that nobody joined" 0 15
ip addr add 239.9.9.9/32 dev nic0 autojoin
come 239.9.9.9 "a group that was joined" 20 40

# ---- the cable ----
far ip link set wire0 down
check "the cable is pulled: no carrier" until_true no_carrier
far ip link set wire0 up
check "the cable is back: carrier" until_true carrier
check "the cable is back: ping" until_true ping -c 1 -W 1 10.9.0.2
curl -s -m 60 --limit-rate 50K -o "$work/got" http://10.9.0.2/file &
load=$!
for _ in 1 2 3; do
    sleep 0.3
    far ip link set wire0 down
    until_true no_carrier
    far ip link set wire0 up
    until_true carrier
done
wait $load
check "the cable is pulled three times in a download" [ $? = 0 ]
check "which is byte for byte" cmp "$work/got" "$work/www/file"
ip link set nic0 address 02:11:22:33:44:55
check "another address: ping" until_true ping -c 1 -W 1 10.9.0.2

# ---- at rest and at the end ----
idle core
stop
check "every frame is accounted for" every_frame_counted nic0
finish
