# SPDX-License-Identifier: Apache-2.0
"""Size of each block on each board, as a Markdown table: `board_area.py [BOARD...]`, all boards by default.

The netlist is the bitstream's own, flattened and optimised as a whole, so that the blocks add up to what is there. A cell belongs to the
instance that its name begins with; logic that was merged across an edge between blocks is counted on one side of it.
"""

import argparse
import collections
import json
import re
import sys

import bitstream

# What the name of a cell, its instances joined by dots, says about its block; the first that fits.
BLOCKS = [
    ("USB transceiver or ULPI", r"(.*\.)?(u_phy|u_ulpi)\b"),
    ("USB device", r"(.*\.)?u_usb\b"),
    ("processor and mailbox", r".*\bu_proc\b"),
    ("MAC", r".*\bu_core\.u_mac\b"),
    ("transmit queue", r".*\bu_core\.u_tx_queue\b"),
    ("receive queue, filter", r".*\bu_core\.u_rx_queue\b"),
    ("internal loopback", r".*\bu_core\.u_loopback\b"),
    ("registers, MDIO", r".*\bu_core\.u_mgmt_sys\b"),
    ("counters, device time", r".*\bu_core\.u_mgmt_tx\b"),
    ("crossings, rest of the core", r".*\bu_core\b"),
    ("RGMII or RMII", r".*\bu_r(g)?mii_"),
    ("clocks, resets, pins", r""),
]
OPTIONAL = "processor and mailbox"
# A CCU2C, two bits of carry, takes the place of two LUTs; iCE40's carry is beside its LUT.
LUTS = {"LUT4": 1, "CCU2C": 2, "SB_LUT4": 1}
RAMS = {"DP16KD": "2 KiB", "SB_RAM40_4K": "512 octets"}


def kind(cell):
    """LUTs, flip-flops, block RAMs, LUT RAMs of a cell."""
    return (LUTS.get(cell, 0), int(cell == "TRELLIS_FF" or cell.startswith("SB_DFF")), int(cell in RAMS), int(cell == "TRELLIS_DPR16X4"))


def measure(board):
    """For each block of BLOCKS its numbers, and how large a block RAM of the family is."""
    out = f"build/boards/{board}"
    (bitstream.ROOT / out).mkdir(parents=True, exist_ok=True)
    print(f"  SYNTH    {board}", file=sys.stderr, flush=True)
    bitstream.synthesise(board, out)
    modules = json.loads((bitstream.ROOT / out / "nic.json").read_text())["modules"]
    cells = next(module for module in modules.values() if int(module["attributes"].get("top", "0"), 2))["cells"]
    sums = collections.defaultdict(lambda: [0, 0, 0, 0])
    for name, cell in cells.items():
        block = next(label for label, pattern in BLOCKS if re.match(pattern, name))
        sums[block] = [a + b for a, b in zip(sums[block], kind(cell["type"]))]
    missing = [label for label, _ in BLOCKS if label not in sums and label != OPTIONAL]
    if missing:
        sys.exit(f"area: no cell on {board} belongs to: {', '.join(missing)}; were instances renamed?")
    ram = next(size for cell, size in RAMS.items() if any(c["type"] == cell for c in cells.values()))
    return sums, ram


def row(label, figures):
    return "| " + " | ".join([label, *figures]) + " |"


def text(numbers):
    luts, ffs, rams, lutrams = numbers
    return f"{luts} / {ffs} / {rams}" + (f" + {lutrams}" if lutrams else "") if any(numbers) else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    known = [board for board in bitstream.BOARDS if bitstream.base_of(board) == board or "parameters" in bitstream.BOARDS[board]]  # each netlist of the NIC once
    parser.add_argument("boards", nargs="*", metavar="BOARD", help=", ".join(known))
    boards = parser.parse_args().boards or known
    for board in boards:
        if board not in known:
            parser.error(f"there is no board {board}: {', '.join(known)}")
    measured = {board: measure(board) for board in boards}
    print(row("LUT / FF / block RAM + LUT RAM", [f"{board}, RAM of {measured[board][1]}" for board in boards]))
    print("|" + "---|" * (len(boards) + 1))
    for label, _ in BLOCKS:
        print(row(label, [text(measured[board][0][label]) for board in boards]))
    print(row("**all**", [f"**{text([sum(column) for column in zip(*measured[board][0].values())])}**" for board in boards]))


if __name__ == "__main__":
    main()
