#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh PROGRAMS OUT SECONDS JOBS TARGET...: fuzzes each target for SECONDS, JOBS at a time, and says how it went.
set -u
programs=$1 out=$2 seconds=$3 jobs=$4
shift 4
mkdir -p "$out"

one()
{
    local name=$1 log=$out/$1.log
    mkdir -p "$out/$name"
    # A leak or a hang is a finding as a crash is; an input may take ten seconds.
    if "$programs/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3000 -max_len=1024 -len_control=0 -print_final_stats=1 \
        -artifact_prefix="$out/$name-" "$out/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
        printf '  ok       %-14s %8d inputs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    else
        printf '  FAILED   %-14s see %s\n' "$name" "$log"
        grep -E '^[^ ]+:[0-9]+: |ERROR: |Test unit written' "$log" | head -5
        return 1
    fi
}

export -f one
export programs out seconds
printf '%s\n' "$@" | xargs -P "$jobs" -I{} bash -c 'one {}'
status=$?
[ $status = 0 ] && exit 0
exit 1
