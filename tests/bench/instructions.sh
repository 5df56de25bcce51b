#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Instructions per packet of bench programs, by valgrind: two runs of different length, so that set-up cancels out.
# Usage: instructions.sh PROGRAM...
set -eu
command -v valgrind >/dev/null || { echo "valgrind is missing (package valgrind)" >&2; exit 1; }

count() { # program, row, packets
    BENCH_PACKETS=$3 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : *//p'
}

for row in "null miniport, NdisSend, PENDING" "null miniport, NdisSendPackets(32), PENDING" "null miniport, NBL chain of 32"; do
    for program in "$@"; do
        few=$(count "$program" "$row" 32000)
        many=$(count "$program" "$row" 64000)
        echo "$few $many" | awk -v row="$row" -v program="$(basename "$program")" \
            '{ printf "%-52s %-18s %8.1f\n", row, program, ($2 - $1) / 32000 }'
    done
done
