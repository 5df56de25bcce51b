#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The swarm, with tests that only say what they were given and an ssh that runs commands here, in another folder for each host: every seed
# once, a failing one named, what is lost run again. Ends with `N passed, N failed`.
set -u
unset SHELL # as under a CI runner
command -v parallel rsync >/dev/null || { echo "farm_test skipped: there is no parallel or no rsync"; exit 0; }
swarm=$(git rev-parse --show-toplevel)/tests/farm/swarm.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir bin hosts
passed=0
failed=0
equal()
{
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1: '$2', not '$3'"
    fi
}

# Seed 5 fails. Seed 3 dies once together with its job, as on a worker that is killed; seed 4 always, where there is a file `fatal`.
cat >bin/alpha <<TEST
#!/bin/bash
echo "\$SEED" >>$work/ran.alpha
[ "\$SEED" != 5 ] || exit 1
if [ "\$SEED" = 3 ] && mkdir $work/died 2>/dev/null || [ "\$SEED" = 4 -a -e $work/fatal ]; then
    job=\$(awk '{ print \$4 }' /proc/\$PPID/stat) # timeout's parent
    kill -9 \$job
fi
TEST
printf '#!/bin/bash\necho "$SEED" >>%s/ran.beta\n' "$work" >bin/beta
cat >fakessh <<SSH
#!/bin/bash
# fakessh [-l user] HOST COMMAND...; the host "dead" answers as one that is not there, from "hung" nothing is heard once it has a job.
while [[ \$1 = -* ]]; do
    case \$1 in -l | -o | -S) shift 2 ;; *) shift ;; esac
done
[ "\$1" != dead ] || exit 255
[ "\$1" != hung ] || [[ "\$*" != *GNU_Parallel_worker* ]] || exec sleep 300
mkdir -p $work/hosts/\$1 && cd $work/hosts/\$1 || exit 255
export HOME=\$PWD
shift; [ "\$1" != -- ] || shift
exec bash -c "\$*"
SSH
chmod +x bin/* fakessh
ran() { sort -n "ran.$1" | tr '\n' ' '; }
again() { rm -rf results ran.* died; }

"$swarm" run results 1 6 bin/alpha bin/beta >out 2>&1
equal "exit code with a failing seed" $? 1
equal "alpha ran every seed, the lost one again" "$(ran alpha)" "1 2 3 3 4 5 6 "
equal "beta ran every seed" "$(ran beta)" "1 2 3 4 5 6 "
equal "the failing seed is named with its command" "$(grep -o '^FAILED   SEED=5 bin/alpha ' out)" "FAILED   SEED=5 bin/alpha "
equal "one failure" "$(tail -n 1 out)" "11 passed, 1 failed"
"$swarm" run results 1 6 bin/beta >out 2>&1
equal "exit code without" $? 0
equal "the jobs of this report and no others" "$(grep -o '^  on .*: 6 jobs$' out | wc -l) $(grep -c ' jobs$' out)" "1 1"
equal "a seed with a verdict does not run again" "$(ran beta)" "1 2 3 4 5 6 "
rm results/beta.2
"$swarm" run results 1 7 bin/beta >out 2>&1
equal "one without, and a new one, do" "$(ran beta)" "1 2 2 3 4 5 6 7 "
touch bin/beta
"$swarm" run results 1 2 bin/beta >out 2>&1
equal "all with verdicts of an older program do" "$(ran beta)" "1 1 2 2 2 3 4 5 6 7 "
again
touch fatal
"$swarm" run results 1 4 bin/alpha >out 2>&1
equal "exit code with a seed that is always lost" $? 1
equal "it is named" "$(grep '^LOST' out)" "LOST     SEED=4 bin/alpha"
rm fatal

again
printf '2/one\ntwo\n1/dead\n' >list
HOSTS=list SWARM_SSH=$work/fakessh "$swarm" run results 1 8 bin/beta >out 2>&1
equal "hosts, one of them dead: exit code" $? 0
equal "every seed ran" "$(ran beta)" "1 2 3 4 5 6 7 8 "
equal "nothing stays on the hosts" "$(find hosts -name beta)" ""
again
printf '1/hung\n1/two\n' >list
SWARM_LIMIT_S=1 HOSTS=list SWARM_SSH=$work/fakessh timeout 100 "$swarm" run results 1 4 bin/beta >out 2>&1
equal "a host that is lost with its job and leaves the connection open: exit code" $? 0
equal "the others run its seeds" "$(ran beta)" "1 2 3 4 "
again
echo dead >list
HOSTS=list SWARM_SSH=$work/fakessh timeout 100 "$swarm" run results 1 2 bin/beta >out 2>&1
equal "only a dead host: exit code" $? 1
equal "both seeds are named" "$(grep -c '^LOST' out)" 2
again
echo 2/: >list
HOSTS=list "$swarm" run results 1 4 bin/beta >out 2>&1
equal "this machine in the list" "$?: $(cat out)" "2: swarm: this machine is in list as :, it can be there by its name only"
HOSTS=nowhere "$swarm" run results 1 2 bin/beta >out 2>&1
equal "no list of hosts" "$?: $(cat out)" "2: swarm: cannot read the list of hosts nowhere"

again
for slice in 0 1 2; do SWARM_SLICE=$slice SWARM_SLICES=3 "$swarm" slice results 1 7 bin/beta & done
wait
equal "slices: every seed once" "$(ran beta)" "1 2 3 4 5 6 7 "
"$swarm" report results 1 7 bin/beta >out
equal "slices: the report" "$?: $(tail -n 1 out)" "0: 7 passed, 0 failed"
for seeds in many 0 -1 "" 1000001 99999999999999999999; do
    timeout 10 "$swarm" run results 1 "$seeds" bin/beta >out 2>&1
    equal "absurd SEEDS" "$?: $(cat out)" "2: swarm: SEEDS is a number from 1 to 1000000, not '$seeds'"
done
timeout 10 "$swarm" run results 0x 1 bin/beta >out 2>&1
equal "absurd FIRST" "$?: $(cat out)" "2: swarm: FIRST is a number from 1 to 4000000000, not '0x'"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
