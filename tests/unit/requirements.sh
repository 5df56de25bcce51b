#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which test checks which requirement of the NDIS send path: tests carry the numbers in their names (req_08_09_...) or in
# the comment above (REQ-8). Fails when one has no test.
cd "$(dirname "$0")" || exit 1
missing=0
numbers() { for i in $(seq 1 "$2"); do echo "$1-$i"; done; }
for id in $(numbers REQ 64) $(numbers DER 16) $(numbers C 12); do
    # The test of that name, the one whose body says it, or the first one behind the comment.
    tests=$(awk -v kind="${id%-*}" -v n="${id#*-}" '
        function wants(text,   part, i, k) {
            if (text ~ "(^|[^A-Z])" kind "-" n "([^0-9]|$)") return 1
            if (text !~ "START_TEST\\((.*_)?" tolower(kind) "_[0-9]") return 0
            sub("START_TEST\\((.*_)?" tolower(kind) "_", "", text)
            k = split(text, part, "_")
            for (i = 1; i <= k && part[i] ~ /^[0-9]+$/; i++) if (part[i] + 0 == n) return 1
            return 0
        }
        FNR == 1 { noted = said = 0; test = "" }
        /^ \*\/$/ && FNR < 15 { noted = 0; next } # what a file is for is no test
        /^START_TEST\(/ { test = $0; said = 0 }
        wants($0) { noted = 1 }
        /^END_TEST/ { test = "" }
        test != "" && noted && !said {
            said = 1
            name = test; sub(/^START_TEST\(/, "", name); sub(/\).*/, "", name)
            file = FILENAME; sub(/\.c$/, "", file)
            printf " %s:%s", file, name
        }
        test != "" { noted = 0
        }' ndis_*_test.c driver_*_test.c sender_test.c passthru_test.c)
    [ -n "$tests" ] || { tests=" NO TEST"; missing=$((missing + 1)); }
    printf '%-6s%s\n' "$id" "$tests"
done
[ $missing = 0 ] || { echo "$missing requirements have no test"; exit 1; }
