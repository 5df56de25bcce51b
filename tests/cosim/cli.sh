# SPDX-License-Identifier: Apache-2.0
# For the tests of the command line, which source it at the root of the repository: counting, and the wire's bytes by tshark.
set -u
: "${SEED:=1}"
hilnic=${HILNIC:-build/hilnic}
data=tests/data
work=$(mktemp -d)
tap=hilnic$$ # interface of hilnic up; others run these tests, too
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "FAILED: $*  (SEED=$SEED)"
}
# check NAME COMMAND...: the command succeeds.
check() {
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then pass; else fail "$name"; fi
}
# refuses CODE SENTENCE ARGUMENT...: exit code, exactly one line on standard error that holds the words, nothing on
# standard output.
refuses() {
    local code=$1 words=$2
    shift 2
    timeout 60 "$hilnic" "$@" >"$work/out" 2>"$work/err"
    local got=$?
    if [ $got -ne "$code" ]; then
        fail "hilnic $*: exit $got, not $code: $(head -c 300 "$work/err")"
    elif [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -qF -- "$words" "$work/err"; then
        fail "hilnic $*: said '$(head -c 300 "$work/err")', not one sentence with '$words'"
    elif [ -s "$work/out" ]; then
        fail "hilnic $*: wrote to standard output as well"
    else
        pass
    fi
}
# A TAP interface can be had; a machine that runs these tests without says so.
has_tap() {
    local why
    if ! why=$(ip tuntap add dev $tap mode tap 2>&1); then
        echo "$(basename "$0" .sh), hilnic up: skipped: $why"
        return 1
    fi
    ip tuntap del dev $tap mode tap
}
value() { sed -nE "s/.*\"$1\": \"?([^\",}]*)\"?[,}].*/\1/p" "$work/json"; }
# One line of hexadecimal a frame, by tshark.
frames() {
    tshark -r "$1" -o ip.defragment:FALSE -o tcp.desegment_tcp_streams:FALSE -x 2>/dev/null | awk '
        /^[A-Z].*\([0-9]+ bytes\):$/ { part = !/^Frame/; next }
        part { next }
        /^[0-9a-f][0-9a-f][0-9a-f][0-9a-f]  / { line = substr($0, 7, 47); gsub(/ /, "", line); hex = hex line; next }
        hex != "" { print hex; hex = "" }
        END { if (hex != "") print hex }'
}
# What a MAC makes of them: zeros up to 60 octets (IEEE 802.3, 3.2.8 and 4.2.3.3).
padded() { awk '{ while (length($0) < 120) $0 = $0 "00"; print }'; }

finish() {
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ]
}
