#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One seed of one test, on whatever machine: swarm_job.sh PROGRAM SEED. Its last line is the verdict; output without one is a job
# that was lost, and the exit code is 0 whenever there is a verdict.
set -u
program=$1
start=$SECONDS
export CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-5} # every core is busy; the limit of the whole stays
SEED=$2 timeout -k 10 "${SWARM_LIMIT_S:-1800}" "$program" 2>&1
code=$?
echo
echo "verdict $code $((SECONDS - start)) s on $(uname -n)"
