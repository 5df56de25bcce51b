#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every function and every macro with arguments of the DDK's ndis.h (its path is the argument), and every name that ndis_survey.txt
# has from public drivers, is in our headers, or in ndis_left_out.txt with a reason. Prints what is not, and what stands there for nothing.
here=$(dirname "$0")
theirs=$(sed -nE 's/^(Ndis[A-Za-z0-9_]+)\(.*/\1/p; s/^#define (Ndis[A-Za-z0-9]+|NDIS_[A-Z_]+)\(.*/\1/p' "$1" | sort -u)
surveyed=$(grep -v '^#' "$here/ndis_survey.txt" | tr -s ' ' '\n' | sort -u)
ours=$(cat "$here"/../../host/ndis/ndis*.h | grep -oE '\b(Ndis|NDIS_)[A-Za-z0-9_]+\(' | tr -d '(' | sort -u)
words=$(cat "$here"/../../host/ndis/ndis*.h | gcc -w -fpreprocessed -dD -E -P -x c - | grep -oE '\b[A-Za-z_][A-Za-z0-9_]*\b' | sort -u)
patterns=$(awk '!/^#/ { print $1 }' "$here/ndis_left_out.txt")
[ "$(echo "$theirs" | wc -l)" -gt 300 ] || { echo "$1 is not the DDK's ndis.h"; exit 1; }
missing=$(echo "$theirs" | grep -vxF "$ours"; echo "$surveyed" | grep -vxF "$words")
bad=$(echo "$missing" | grep -vxE "$patterns" | sed 's/$/ is in the DDK or in a driver but neither here nor in ndis_left_out.txt/'
    for pattern in $patterns; do
        echo "$missing" | grep -qxE "$pattern" || echo "nothing is left out by $pattern of ndis_left_out.txt"
    done)
[ -z "$bad" ] || { echo "$bad"; exit 1; }
