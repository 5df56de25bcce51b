#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# coverage.sh INFO PREFIX PERCENT: lines reached of each file under PREFIX, from an lcov file; those that were not. Fails below PERCENT.
set -eu
awk -v prefix="$2" -v least="$3" '
    /^SF:/ { file = substr($0, 4); wanted = index(file, prefix) == 1; next }
    wanted && /^DA:/ {
        split(substr($0, 4), field, ",")
        lines[file]++
        if (field[2] > 0) hit[file]++
        else missed[file] = missed[file] " " field[1]
    }
    END {
        for (file in lines) {
            all += lines[file]
            reached += hit[file]
            printf "  %5.1f%% of %3d lines  %s%s\n", 100 * hit[file] / lines[file], lines[file], file, missed[file] ? "  not:" missed[file] : "" | "sort -k5"
        }
        close("sort -k5")
        if (!all) { print "no lines counted under " prefix > "/dev/stderr"; exit 1 }
        printf "  %5.1f%% of %3d lines under %s\n", 100 * reached / all, all, prefix
        exit 100 * reached / all < least
    }' "$1"
