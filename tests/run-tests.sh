#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs test programs, JOBS at a time (one on each core), one line each, and ends with `N passed, N failed`. Reads the counts from
# Check's summary or from a closing `N passed, N failed` of the program; a program that prints neither counts as one.
# A failing program's output is shown, and the command that repeats it with its seed.
set -u
logs=${TEST_LOGS:-build/test-logs}
limit_s=${TEST_LIMIT_S:-1800}
jobs=${JOBS:-$(nproc)}
mkdir -p "$logs"
export SEED=${SEED:-1}
export CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-3} # every core is busy; the limit of the whole stays
echo "  SEED     $SEED"

# one PROGRAM: its line, and what it printed if it failed; counts into its log's neighbour.
one()
{
    local program=$1 log start code seconds bad=0 good=0 checks failures errors
    log=$logs/$(basename "$program").log
    start=$(date +%s%N)
    timeout -k 10 "$limit_s" "$program" >"$log" 2>&1 </dev/null
    code=$?
    seconds=$(( ($(date +%s%N) - start) / 100000000 ))
    while read -r checks failures errors; do
        bad=$((bad + failures + errors))
        good=$((good + checks - failures - errors))
    done < <(sed -nE 's/^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+)$/\1 \2 \3/p
                      s/^([0-9]+) passed, ([0-9]+) failed$/\1 \2 0/p' "$log" |
                  awk -v check="$(grep -cE '^[0-9]+%: Checks: ' "$log")" '{ if (check) print; else print $1 + $2, $2, 0 }')
    if [ $code -ne 0 ] && [ $bad -eq 0 ]; then bad=1; fi
    if [ $code -eq 0 ] && [ $bad -eq 0 ] && [ $good -eq 0 ]; then good=1; fi
    echo "$good $bad" >"$log.count"
    printf '  %-8s %-44s %4d checks %4d.%d s\n' "$([ $bad -eq 0 ] && echo ok || echo FAILED)" \
        "$(basename "$program")" $((good + bad)) $((seconds / 10)) $((seconds % 10))
    grep ' skipped: ' "$log"
    if [ $bad -ne 0 ]; then
        tail -n 40 "$log"
        [ $code -eq 124 ] && echo "  $program ran over $limit_s s and was ended"
        echo "  repeat with: SEED=$SEED $program"
    fi
}

running=0
for program in "$@"; do
    rm -f "$logs/$(basename "$program").log.count"
    if [ $running -ge "$jobs" ]; then
        wait -n
        running=$((running - 1))
    fi
    { output=$(one "$program"); echo "$output"; } & # a whole one at once
    running=$((running + 1))
done
wait

passed=0
failed=0
for program in "$@"; do
    read -r good bad <"$logs/$(basename "$program").log.count" || { good=0; bad=1; }
    passed=$((passed + good))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
