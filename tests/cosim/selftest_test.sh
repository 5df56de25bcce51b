#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hilnic selftest over models that are whole, and over models with one thing broken: each is found in its step, named, and there is
# advice; what stands on the step is left out.
. tests/cosim/cli.sh

steps() { grep -c "^  $1 " "$work/out"; }

# whole PASSED SKIPPED OPTION...
whole() {
    local passes=$1 skips=$2
    shift 2
    timeout 300 "$hilnic" selftest "$@" >"$work/out" 2>"$work/err"
    check "selftest $*: $(grep -v PASS "$work/out" | head -c 300)" [ $? = 0 -a "$(steps PASS)" = "$passes" -a "$(steps skip)" = "$skips" -a \
        "$(tail -n 1 "$work/out")" = "Nothing wrong was found." ]
}

# broken STEP WORDS ADVICE OPTION...: the first step that fails, what it says, what is to be tried next.
broken() {
    local step=$1 words=$2 advice=$3
    shift 3
    timeout 300 "$hilnic" selftest "$@" >"$work/out" 2>"$work/err"
    local code=$? line next
    line=$(grep -m 1 '^  FAIL ' "$work/out")
    next=$(grep -m 1 -A 1 '^  FAIL ' "$work/out" | tail -n 1)
    if [ $code = 1 ] && [[ $line == "  FAIL  $step "* && $line == *"$words"* && $next == *"next: "*"$advice"* ]]; then
        pass
    else
        fail "selftest $*: exit $code, '$line', '$next'"
    fi
}

whole 10 2 --device core
broken plug "16 ok, 4 with bad FCS" "what is on the cable" --device core --fault fcs
broken plug "16 ok, 4 with bad data" "the FCS was right" --device core --fault data
broken plug "16 ok, 4 lost" "what is on the cable" --device core --fault lost
broken plug "20 ok, 4 doubled" "keeps the order" --device core --fault doubled
broken plug "20 ok, 3 out of order" "keeps the order" --device core --fault reordered
broken plug "16 ok, 4 short" "cut or joined" --device core --fault short
broken plug "16 ok, 4 long" "cut or joined" --device core --fault long

whole 18 0 --device board:butterstick
broken "pins 1000" "RXD1 shows TXD2, RXD2 shows TXD1" "compare the sites" --device board:butterstick --loopback --fault rxd1=rxd2
broken "pins 1000" "RXD3 is always 0" "short" --device board:butterstick --loopback --fault txd3=0
broken link "down" "plug the cable in" --device board:butterstick --fault link
check "no link: the PHY sends back all the same" grep -q '^  PASS  PHY 1000 ' "$work/out"
check "no link: no plug" grep -q '^  FAIL  plug .*no link' "$work/out"

broken "pins 100" "RXD0 shows TXD1, RXD1 shows TXD0" "compare the sites" --device board:ulx3s --loopback --fault rxd0=rxd1
broken PHY "nobody answers" "MDC and MDIO" --device board:tinyfpga-bx --loopback --fault mdio-low

# The same from pin to pin of the boards' whole tops.
models=$hilnic hilnic=build/cosim/hilnic-tops
whole 18 0 --device board:butterstick
whole 18 0 --device board:ecpix5
whole 16 0 --device board:ulx3s
whole 14 1 --device board:tinyfpga-bx
broken "pins 1000" "RXD0 shows TXD3, RXD3 shows TXD0" "compare the sites" --device board:butterstick --loopback --fault rxd0=rxd3
broken "pins 1000" "RXD2 shows TXD3, RXD3 shows TXD2" "compare the sites" --device board:ecpix5 --loopback --fault rxd2=rxd3
broken "pins 1000" "RXD1 is always 1" "short" --device board:butterstick --loopback --fault txd1=1
broken "pins 1000" "no pattern comes back" "RX_CTL" --device board:butterstick --loopback --fault rx-dv
broken "pins 100" "RXD0 shows TXD1, RXD1 shows TXD0" "compare the sites" --device board:ulx3s --loopback --fault txd0=txd1
broken "pins 100" "RXD1 is always 0" "short" --device board:tinyfpga-bx --loopback --fault rxd1=0
hilnic=$models

"$hilnic" selftest --json >"$work/json" 2>/dev/null
check "selftest --json" [ $? = 0 -a "$(value ok)" = true -a "$(grep -o '"step": "MAC loop", "verdict": "PASS"' "$work/json" | wc -l)" = 1 ]
refuses 2 "nothing to test" selftest --device null
refuses 2 "--fault takes fcs, data" selftest --fault rxd1=txd1
refuses 2 "--fault takes fcs, data" selftest --fault rxd4=0
refuses 2 "needs a board model" selftest --fault mdio
refuses 2 "leaves out" selftest --loopback --fault lost
"$hilnic" selftest --device usb:1234:5678 >"$work/out" 2>&1
check "selftest without a device" [ $? = 3 -a "$(steps FAIL)" = 1 ]
refuses 2 "breaks core and the board models" selftest --device soft --fault lost

finish
