#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# constraints/crossings.py over designs whose crossings are known: it must refuse what is outside of rtl/lib and a design that has none. Ends
# with `N passed, N failed`.
set -u
tree=$(git rev-parse --show-toplevel)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
mkdir -p "$work/constraints" "$work/rtl/mac" "$work/build/venv"
cp "$tree/constraints/crossings.py" "$work/constraints/"
cp -r "$tree/rtl/lib" "$work/rtl/"
ln -s "$(realpath "$tree/build/venv")/bin" "$work/build/venv/bin"

# design NAME BODY: of a_q, a flip-flop of clk_a_i, and b_q, one of clk_b_i that it drives
design()
{
    cat >"$work/rtl/$1.sv" <<END
module $1 (input wire clk_a_i, input wire clk_b_i, input wire [3:0] d_i, output wire [3:0] q_o);
    logic [3:0] a_q, b_q;
    always_ff @(posedge clk_a_i) a_q <= d_i;
    assign q_o = b_q;
    $2
endmodule
END
}
# expect NAME CODE TEXT
expect()
{
    local code=0
    (cd "$work" && timeout 120 python3 constraints/crossings.py "$1") >"$work/out" 2>&1 || code=$?
    if [ $code = "$2" ] && grep -q "$3" "$work/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1: exit code $code instead of $2, or no '$3' in"
        cat "$work/out"
    fi
}

design wire_between 'always_ff @(posedge clk_b_i) b_q <= a_q;'
design gate_between 'always_ff @(posedge clk_b_i) b_q <= b_q + {3'"'"'b0, a_q[0] ^ d_i[1]};'
design enable_between 'always_ff @(posedge clk_b_i) if (a_q[3]) b_q <= d_i;'
design reset_between 'always_ff @(posedge clk_b_i or posedge a_q[3]) if (a_q[3]) b_q <= 4'"'"'d0; else b_q <= d_i;'
design memory_between 'logic [3:0] ram[16]; always_ff @(posedge clk_a_i) ram[d_i] <= a_q; always_ff @(posedge clk_b_i) b_q <= ram[b_q];'
design memory_write 'logic [3:0] ram[16]; always_ff @(posedge clk_b_i) ram[b_q] <= a_q; always_ff @(posedge clk_b_i) b_q <= ram[d_i];'
design memory_address 'logic [3:0] ram[16]; always_ff @(posedge clk_b_i) ram[b_q] <= d_i; always_ff @(posedge clk_b_i) b_q <= ram[a_q];'
design falling_edge 'always_ff @(negedge clk_b_i) b_q <= a_q;'
design synchronised 'nic_sync #(.WIDTH(4)) u_sync (.clk_i(clk_b_i), .rst_i(1'"'"'b0), .d_i(a_q), .q_o(b_q));'
design one_clock 'always_ff @(posedge clk_a_i) b_q <= a_q;'
for name in wire_between gate_between enable_between reset_between memory_between memory_write memory_address falling_edge; do
    expect $name 1 "outside of rtl/lib/: rtl/$name.sv:.* (clk_a_i) -> rtl/$name.sv:.* (clk_b_i), b_q"
done
expect synchronised 0 'clk_a_i -> clk_b_i *4 bits in rtl/lib/nic_sync.sv'
expect one_clock 1 'no crossing at all'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
