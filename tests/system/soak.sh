#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SOAK_SECONDS (600) of traffic both ways over the core model, with the cable pulled in between: every download byte for byte, every
# frame accounted for, memory that does not grow. Usage: soak.sh PROGRAM
export SOAK_SECONDS=${SOAK_SECONDS:-600}
LIVE_LIMIT_S=$((SOAK_SECONDS + 240))
. "$(dirname "$0")/live.sh"
memory_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$nic/status"; }

start
serve_www
rounds=0
end=$((SECONDS + SOAK_SECONDS))
while { [ $SECONDS -lt $end ] || [ $rounds -lt 3 ]; } && [ $failed = 0 ]; do # memory is compared from the second on
    far ping -q -i 0.02 -c 50 -s $((RANDOM % 1473)) 10.9.0.1 >/dev/null &
    load=$!
    download "round $rounds" http://10.9.0.2/file
    wait $load
    if [ $((rounds % 4)) = 3 ]; then
        far ip link set wire0 down
        check "round $rounds: no carrier" until_true no_carrier
        far ip link set wire0 up
        check "round $rounds: carrier" until_true carrier
    fi
    rounds=$((rounds + 1))
    [ $rounds != 2 ] || before=$(memory_kib)
done
check "memory: $before KiB, then $(memory_kib) KiB" [ "$(memory_kib)" -le $((before + 1024)) ]
stop
check "every frame is accounted for" every_frame_counted nic0
echo "$rounds rounds in $SOAK_SECONDS s"
finish
