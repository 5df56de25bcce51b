# SPDX-License-Identifier: Apache-2.0
# What the live tests share: two network namespaces, of which the second is called far, the model between them, checks, and the comparison of
# captures. To be sourced, first thing, with the program as $1, as many seconds as the test may take in LIVE_LIMIT_S and what else it needs in
# LIVE_TOOLS. Every wait is bounded; what is started in there ends with the test, since the processes have a namespace, too.
set -u
export PATH=$PATH:/usr/sbin:/sbin # not an ordinary user's
hilnic=$(realpath "${1:-build/hilnic}")
here=$(realpath "$(dirname "$0")")
# skip WHY: as one counted line, which .ci/run takes for a failure
skip()
{
    echo "$(basename "$0" .sh) skipped: $*"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}
if [ -z "${LIVE_INSIDE:-}" ]; then
    for tool in ip ping python3 curl tcpdump unshare dnsmasq udhcpc iperf3 nc ethtool dropbear dbclient ${LIVE_TOOLS:-}; do
        command -v $tool >/dev/null || skip "there is no $tool"
    done
    if ! unshare -nmpf true 2>/dev/null || ! [ -c /dev/net/tun ]; then
        skip "network namespaces or /dev/net/tun are not available here, or to root only"
    fi
    LIVE_INSIDE=1 exec timeout -k 5 "$LIVE_LIMIT_S" unshare -nmpf --mount-proc --kill-child --propagation private "$0" "$@"
fi
mount -t tmpfs none /run && mount -t tmpfs none /mnt && mount -t sysfs none /sys || exit 1
work=/mnt
passed=0
failed=0
trap 'kill $(jobs -p) 2>/dev/null' EXIT

check()
{
    local what=$1
    shift
    [ ! -f "$work/out" ] || mv "$work/out" "$work/last" # for a check that looks at what the one before said
    if "$@" >"$work/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
        tail -n 5 "$work/out"
    fi
}
finish()
{
    echo "$passed passed, $failed failed"
    [ $failed = 0 ]
    exit
}
# until_true COMMAND...: within ten seconds
until_true()
{
    local end=$((SECONDS + 10))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}
far() { ip netns exec far "$@"; }
carrier() { ip link show "${1:-nic0}" | grep -q LOWER_UP; }
no_carrier() { ip link show "${1:-nic0}" | grep -q NO-CARRIER; }
gone() { ! ip link show "$1"; }
# listens tcp|udp PORT [COMMAND...]: somebody does, COMMAND being far
listens() { "${@:3}" ss -nl --"$1" | grep -q ":$2 "; }

# up NAME ARGUMENT...: hilnic up in the background; its process is in $nic, its counts go to $work/NAME.json. far_up: in far
up() { up_in "" "$@"; }
far_up() { up_in "ip netns exec far" "$@"; }
up_in()
{
    local space=$1 name=$2
    shift 2
    rm -f "$work/$name.err" # of one before
    $space "$hilnic" up --name "$name" --json "$@" >"$work/$name.json" 2>"$work/$name.err" &
    nic=$!
    until_true grep -q 'is there' "$work/$name.err" || { cat "$work/$name.err"; failed=$((failed + 1)); finish; }
}
# addresses COMMAND INTERFACE HOST: 10.9.0.HOST and fd00:9::HOST
addresses()
{
    $1 ip addr add 10.9.0.$3/24 dev $2
    $1 ip -6 addr add fd00:9::$3/64 dev $2 nodad 2>/dev/null # there may be no IPv6
    $1 ip link set $2 up
}
# start ARGUMENT...: nic0 here and wire0, the other end of its cable, in far. At a set speed, so without firmware.
start()
{
    up nic0 --wire tap:wire0 --speed 100 "$@"
    connect
}
connect()
{
    ip link set wire0 netns far
    addresses far wire0 2
    addresses "" nic0 1
    check "carrier" until_true carrier
    check "the far side answers" until_true ping -c 1 -W 1 10.9.0.2
}
# stop: exit code 0, and the interface is gone
stop()
{
    kill "$nic"
    wait "$nic"
    check "SIGTERM: exit code 0" [ $? = 0 ]
    until_true gone nic0
}
# every_frame_counted NAME: what went in came out, by the counts of `up`
every_frame_counted()
{
    python3 -c "
import json
c = json.load(open('$work/$1.json'))
assert c['sent'] == c['completed_ok'] + c['completed_error'], c
assert c['wire_out'] + c['wire_out_refused'] == c['completed_ok'], c
assert c['wire_out_bad'] == 0, c"
}
# Both sides are recorded, all frames. record_end compares them, in each direction in its order.
record()
{
    rm -f "$work/near.pcap" "$work/far.pcap" # of one before, which would look as if tcpdump were ready
    tcpdump -i nic0 -w "$work/near.pcap" -U --immediate-mode -s 0 2>/dev/null &
    near=$!
    far tcpdump -i wire0 -w "$work/far.pcap" -U --immediate-mode -s 0 2>/dev/null &
    other=$!
    until_true test -s "$work/near.pcap"
    until_true test -s "$work/far.pcap"
    sleep 0.3 # promiscuous, down to the filter of the device
}
record_end()
{
    local compare=(python3 "$here/captures.py" "$work/near.pcap" "$work/far.pcap" "$(cat /sys/class/net/nic0/address)" "$1")
    until_true "${compare[@]}" # the last frames are under way
    kill "$near" "$other"
    wait "$near" "$other"
    check "captures of both sides, frame by frame" "${compare[@]}"
}
received() { cat "/sys/class/net/${1:-nic0}/statistics/rx_packets"; }
# come TO WHAT LEAST MOST: how many of 20 frames the interface gets, which the others' frames may be more than; three tries, since the device
# has what was just set at the interface a little later
come()
{
    local before got
    for _ in 1 2 3; do
        sleep 0.5
        before=$(received)
        far ping -c 20 -i 0.05 -W 1 "$1" >/dev/null
        got=$(($(received) - before))
        [ $got -lt "$3" ] || [ $got -ge "$4" ] || break
    done
    check "$2: $got frames came" [ $got -ge "$3" -a $got -lt "$4" ]
}
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$nic/stat"; }
# idle WHAT: that the program takes under 5 % of a core in two seconds without a frame, ten tries: the kernel sends by itself, and what follows
# a frame takes a slow model a while
quiet()
{
    local frames before ticks
    frames=$(cat /sys/class/net/nic0/statistics/{rx,tx}_packets)
    before=$(cpu_ticks)
    sleep 2
    ticks=$(($(cpu_ticks) - before))
    [ "$(cat /sys/class/net/nic0/statistics/{rx,tx}_packets)" = "$frames" ] && [ $ticks -lt $((2 * $(getconf CLK_TCK) / 20)) ]
}
idle()
{
    check "$1: an idle model takes under 5 % of a core" once_in_ten quiet
}
# once_in_ten COMMAND: one of ten times
once_in_ten() { for _ in 1 2 3 4 5 6 7 8 9 10; do "$@" && return; done; return 1; }
serve_www()
{
    mkdir -p "$work/www"
    head -c 200000 /dev/urandom >"$work/www/file"
    head -c 30000 "$work/www/file" >"$work/www/part"
    (cd "$work/www" && exec ip netns exec far python3 -m http.server -b :: 80) >/dev/null 2>&1 &
    until_true far curl -s -m 3 -o /dev/null http://10.9.0.2/
}
# download WHAT URL [FILE]: byte for byte
download()
{
    check "$1: download" curl -s -m 60 -o "$work/got" "$2"
    check "$1: byte for byte" cmp "$work/got" "$work/www/${3:-file}"
}

ip link set lo up
ip netns add far && far ip link set lo up
