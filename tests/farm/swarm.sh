#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many seeds of the tests: swarm.sh run|slice|report FOLDER FIRST SEEDS PROGRAM...
#   run     on every core, or on the machines of the file HOSTS (GNU parallel's --sshloginfile: user@host, 8/host)
#   slice   on this machine, the part of SWARM_SLICE (0, 1, ...) of SWARM_SLICES, for a batch system's array with a shared FOLDER
#   report  the verdicts in FOLDER
# Verdicts stay in FOLDER, one file for each program and seed. A job without one was lost and runs again, on another machine where there
# is one; a seed with one does not. Exit code 0: every seed passed.
set -u
export PARALLEL_SHELL=/bin/bash # where SHELL is not set, parallel guesses one from its parents and runs nothing
here=$(dirname "$0")
ssh='ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=4' # a machine that is gone shows in a minute
mode=$1 folder=$2 first=$3 seeds=$4
shift 4
# whole WHAT VALUE MOST
whole()
{
    [[ $2 =~ ^[0-9]{1,10}$ ]] && [ $((10#$2)) -ge 1 ] && [ $((10#$2)) -le "$3" ] && return
    echo "swarm: $1 is a number from 1 to $3, not '$2'" >&2
    exit 2
}
whole SEEDS "$seeds" 1000000
whole FIRST "$first" 4000000000
first=$((10#$first)) seeds=$((10#$seeds))
last=$((first + seeds - 1))

# jobs PROGRAM...: "PROGRAM SEED" of all
jobs()
{
    local program
    for program; do seq -f "$program %.0f" "$first" "$last"; done
}
# verdict PROGRAM SEED: "CODE on HOST"; nothing: it has none, or one of an older program
verdict()
{
    local file
    file=$folder/$(basename "$1").$2
    [ "$file" -nt "$1" ] && tail -n 1 "$file" | sed -n 's/^verdict \([0-9]*\) [0-9]* s on /\1 on /p'
}
# lost: of the jobs on standard input, those without a verdict
lost()
{
    local program seed
    while read -r program seed; do
        [ -n "$(verdict "$program" "$seed")" ] || echo "$program $seed"
    done
}

# On other machines the programs are in a folder of their own, which goes with the jobs.
run()
{
    local where=() job=$here/swarm_job.sh name='{1}' file limit_s=${SWARM_LIMIT_S:-1800}
    if [ -n "${HOSTS:-}" ]; then
        [ -r "$HOSTS" ] || { echo "swarm: cannot read the list of hosts $HOSTS" >&2; exit 2; }
        ! grep -qE '^([0-9]+/)?:$' "$HOSTS" || { echo "swarm: this machine is in $HOSTS as :, it can be there by its name only" >&2; exit 2; }
        rm -rf "$folder/stage"
        mkdir "$folder/stage" && cp "$job" "$@" "$folder/stage/"
        where=(--sshloginfile "$HOSTS" --workdir hilnic-swarm --cleanup)
        for file in "$folder"/stage/*; do where+=(--basefile "$folder/stage/./$(basename "$file")"); done
        job=./swarm_job.sh name='./{1/}'
    fi
    # A job ends by itself after limit_s; one of which nothing is heard after that went with its machine, which may leave the connection open.
    # Three tries within a round, on other machines first; a second round for what was lost with all of them.
    for _ in 1 2; do
        jobs "$@" | lost >"$folder/todo"
        [ -s "$folder/todo" ] || return
        parallel --will-cite $([ -t 2 ] && echo --bar) --ssh "${SWARM_SSH:-$ssh}" "${where[@]}" --retries 3 --timeout $((limit_s + limit_s / 10 + 20)) --colsep ' ' \
            --env SWARM_LIMIT_S --results "$folder/{1/}.{2}" "$job" "$name" '{2}' :::: "$folder/todo" \
            >/dev/null 2>"$folder/parallel.log"
    done
}

slice()
{
    local program seed
    jobs "$@" | awk -v n="$SWARM_SLICES" -v i="$SWARM_SLICE" 'NR % n == i' | lost | while read -r program seed; do
        "$here/swarm_job.sh" "$program" "$seed" >"$folder/$(basename "$program").$seed" </dev/null
    done
}

report()
{
    local program seed passed found failed=0 all=0 hosts=()
    for program; do
        passed=0
        for seed in $(seq "$first" "$last"); do
            found=$(verdict "$program" "$seed")
            hosts+=(${found:+"${found#* }"})
            case ${found%% *} in
                '') failed=$((failed + 1))
                    echo "LOST     SEED=$seed $program" ;;
                0) passed=$((passed + 1)) ;;
                *) failed=$((failed + 1))
                    echo "FAILED   SEED=$seed $program    (see $folder/$(basename "$program").$seed)" ;;
            esac
        done
        printf '  %-44s %d of %d seeds passed, %d to %d\n' "$program" $passed "$seeds" "$first" "$last"
        all=$((all + passed))
    done
    [ ${#hosts[@]} = 0 ] || printf '%s\n' "${hosts[@]}" | sort | uniq -c | sed 's/^ *\([0-9]*\) *\(.*\)/  \2: \1 jobs/'
    echo "$all passed, $failed failed"
    [ "$failed" = 0 ]
}

mkdir -p "$folder"
case $mode in
    run)
        run "$@"
        report "$@" | tee "$folder/report"
        exit "${PIPESTATUS[0]}" ;;
    slice) slice "$@" ;;
    report) report "$@" ;;
    *) echo "swarm: run, slice or report, not '$mode'" >&2; exit 2 ;;
esac
