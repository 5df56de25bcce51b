#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The live tier on the board models, with USB in between: slower, and the same; and a link that the firmware negotiates.
# Usage: live_boards_test.sh PROGRAM
LIVE_LIMIT_S=180
. "$(dirname "$0")/live.sh"

for board in butterstick ulx3s tinyfpga-bx; do
    start --device board:$board
    record
    for size in 0 18 46 1472; do
        check "$board: ping of $size octets" ping -c 2 -i 0.2 -W 5 -s $size 10.9.0.2
    done
    check "$board: ping over IPv6" ping -6 -c 1 -W 5 fd00:9::2
    record_end 8
    # Not recorded: full speed is slower than the wire, and what finds the receive buffer full is lost, as it must.
    [ -d "$work/www" ] || serve_www
    download "$board: HTTP" http://10.9.0.2/part part
    far ip link set wire0 down
    check "$board: the cable is pulled: no carrier" until_true no_carrier
    far ip link set wire0 up
    check "$board: the cable is back: ping" until_true ping -c 1 -W 2 10.9.0.2
    idle $board
    stop
    check "$board: every frame is accounted for" every_frame_counted nic0
done

# ---- no --speed: the link is the firmware's ----
carrier_changes() { echo $(($(cat /sys/class/net/nic0/carrier_changes) - before)); }
carrier_is() { [ "$(cat /sys/class/net/nic0/carrier)" = "$1" ]; }
up nic0 --wire tap:wire0 --device board:butterstick
before=0
before=$(carrier_changes)
connect
check "firmware: ping without loss" sh -c "ping -c 15 -i 0.2 -W 5 10.9.0.2 | grep ' 0% packet loss'"
check "firmware: the carrier came once and stayed" [ "$(carrier_changes)" = 1 ]
far ip link set wire0 down
check "firmware: the cable is pulled: no carrier" until_true carrier_is 0
far ip link set wire0 up
check "firmware: the cable is back: carrier" until_true carrier_is 1
check "firmware: and ping" until_true ping -c 1 -W 2 10.9.0.2
check "firmware: the carrier followed the cable, no more" [ "$(carrier_changes)" = 3 ]
stop
check "firmware: every frame is accounted for" every_frame_counted nic0

# MTU 9000: frames of 9014 octets, of 9018 with a VLAN tag, and FCS.
for board in butterstick ulx3s; do
    start --device board:$board --mtu 9000
    far ip link set wire0 mtu 9000
    check "$board, jumbo: ping of 8972 octets in one frame" ping -M do -c 2 -i 0.5 -W 20 -s 8972 10.9.0.2
    stop
    check "$board, jumbo: every frame is accounted for" every_frame_counted nic0
done
finish
