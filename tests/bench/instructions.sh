#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Instructions per packet of bench programs, by valgrind: two runs of different length, so that set-up cancels out.
# Usage: instructions.sh PROGRAM...; rows with the verifier on are those of the first program.
set -eu
command -v valgrind >/dev/null || { echo "valgrind is missing (package valgrind)" >&2; exit 1; }

count() { # program, row, packets
    BENCH_PACKETS=$3 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : *//p'
}

row() { # name, program
    few=$(count "$2" "$1" 32000)
    many=$(count "$2" "$1" 64000)
    echo "$few $many" | awk -v row="$1" -v program="$(basename "$2")" '{ printf "%-52s %-18s %8.1f\n", row, program, ($2 - $1) / 32000 }'
}

for off in "null miniport, NdisSend, SUCCESS" "null miniport, NdisSend, PENDING" "null miniport, NdisSendPackets(32), PENDING" \
        "null miniport, NBL chain of 32"; do
    for program in "$@"; do
        row "$off" "$program"
    done
done
for on in "NdisSend, SUCCESS, verifier on" "NdisSend, PENDING, verifier on" "NdisSendPackets(32), PENDING, verifier on" \
        "NBL chain of 32, verifier on"; do
    row "$on" "$1"
done
