#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures with hilnic bench and hilnic send and writes one static page: plots by gnuplot as SVG, figures, commands.

Usage: report.py PROGRAM FOLDER; writes FOLDER/index.html. A run that fails ends it with its message.
"""

import html
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

SIZES = [64, 128, 256, 512, 1024, 1280, 1518]
OVERHEAD = 20  # octets of preamble, SFD and gap
PARTS = [("send_to_sfd", "NdisSend to SFD"), ("sfd_to_completion", "SFD to completion"),
         ("send_to_completion", "NdisSend to completion")]
QUANTILES = [("p50", "50 %"), ("p90", "90 %"), ("p99", "99 %"), ("p999", "99.9 %"), ("max", "longest")]
GAPS_NS = [5003, 10007, 20011, 50021, 100003, 500009]  # no multiples of a clock
GNUPLOT = """
set terminal svg size 760,380 font "sans-serif,13"
set border 3 lc rgb "#555555"; set tics nomirror; set grid ytics lc rgb "#dddddd" lt 1; set key outside right top
"""
# What gnuplot draws with: the page's variable, its value where the reader's system is light, and where it is dark.
PALETTE = {"#0b6fa4": ("series0", "#0b6fa4", "#63b8e8"), "#d1602c": ("series1", "#c4541f", "#f2995f"),
           "#3a8a45": ("series2", "#2f7d3b", "#7cc78a"), "#8a4fa3": ("series3", "#8a4fa3", "#cda2e6"),
           "#777777": ("series4", "#6b6b6b", "#b0b4ba"), "#555555": ("axis", "#555555", "#a4a9b0"),
           "#dddddd": ("grid", "#dddddd", "#3a3f46"), "#000000": ("ink", "#222222", "#e3e5e8"),
           "#ffffff": ("paper", "#ffffff", "#16181c")}
COLOURS = list(PALETTE)[:5]

commands = []


def run(program, *arguments):
    """One measurement as the object that it prints."""
    command = [program, *map(str, arguments), "--json"]
    commands.append(" ".join(command))
    print("  RUN      " + commands[-1], flush=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        sys.exit(f"report.py: {commands[-1]}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def page_colours(svg):
    """The plot with the page's colours; gnuplot's own would stay light on a dark page."""
    named = {"black": "#000000", "white": "#ffffff", "lightgrey": "#dddddd"}

    def variable(match):
        quote, colour = match[1], match[2].lower()
        channels = re.findall(r"\d+", colour) if colour.startswith("rgb") else None
        colour = "#%02x%02x%02x" % tuple(map(int, channels)) if channels else named.get(colour, colour)
        if colour not in PALETTE:
            sys.exit(f"report.py: gnuplot drew in {match[2]}, for which the page has no colour")
        return f"={quote}var(--{PALETTE[colour][0]}){quote}"

    return re.sub(r"""(?<=fill|roke|olor)=(["'])(#\w+|rgb\([^)]*\)|(?!none|currentColor)\w+)\1""", variable, svg)


def plot(settings, series):
    """series: (title, style, [(x, y), ...]); the SVG as text."""
    width = lambda i, style: 5 if i == 0 and style != "impulses" else 2  # to be seen under another
    script = GNUPLOT + settings + "\nplot " + ", ".join(
        f'"-" using 1:2 with {style} lw {width(i, style)} lc rgb "{COLOURS[i % len(COLOURS)]}" title "{title}"'
        for i, (title, style, _) in enumerate(series)) + "\n"
    for _, _, points in series:
        script += "".join(f"{x} {y}\n" for x, y in points) + "e\n"
    done = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True, timeout=60)
    if done.returncode or "<svg" not in done.stdout:
        sys.exit(f"report.py: gnuplot: {done.stderr.strip()}")
    svg = page_colours(done.stdout[done.stdout.index("<svg"):])
    drawn = {t.text for t in xml.etree.ElementTree.fromstring(svg).iter() if t.tag.endswith("}title")}
    missing = {title for title, _, _ in series} - drawn
    if missing:
        sys.exit(f"report.py: gnuplot did not draw {', '.join(sorted(missing))}")
    plot.number += 1  # several plots in one page: names of their own, and no tip that says "Gnuplot"
    svg = re.sub(r"(id=[\"']|[#]|url\(#)(gp|gnuplot_|textbox|greybox)", rf"\1p{plot.number}\2", svg)
    return svg.replace("<title>Gnuplot</title>", "", 1)


plot.number = 0


def table(head, rows):
    cells = lambda tag, row: "".join(f"<{tag}>{html.escape(str(c))}</{tag}>" for c in row)
    return ("<table><tr>" + cells("th", head) + "</tr>" +
            "".join("<tr>" + cells("td", row) + "</tr>" for row in rows) + "</table>")


def line_rate(mbps):
    return [(s, mbps * s / (s + OVERHEAD)) for s in range(64, 1519, 2)]


def throughput(program, device, directions, frames, mbps, note):
    results = {d: [run(program, "bench", "--device", device, "--direction", d, "--size", s, "--count", frames)
                   for s in SIZES] for d in directions}
    series = [({"out": "host to wire", "in": "wire to host", "both": "out and back"}[d], "linespoints pt 7 ps 0.6",
               [(r["size"], r["mbps"]) for r in rs]) for d, rs in results.items()]
    series.append((f"{mbps} Mb/s line", "lines dt 2", line_rate(mbps)))
    svg = plot('set xlabel "octets of a frame, destination address to FCS"; set ylabel "Mb/s of frames"; '
               'set yrange [0:*]; set xrange [0:1600]', series)
    rows = []
    for size_index, size in enumerate(SIZES):
        row = [size]
        for d, rs in results.items():
            r = rs[size_index]
            lost = frames - r["received"] if d == "in" else 0
            row += [f"{r['mbps']:.1f}", *([lost] if d == "in" else [])]
        rows.append(row + [sum(rs[size_index]["out_of_order"] for rs in results.values())])
    head = ["octets"]
    for d in results:
        head += [f"{d}, Mb/s", *([f"lost of {frames}"] if d == "in" else [])]
    return f"<h2>Throughput: {device}</h2><p>{note}</p>{svg}{table(head + ['out of order'], rows)}"


def latency(program, device, frames):
    results = [(s, run(program, "bench", "--device", device, "--latency", "--size", s, "--count", frames,
                       "--direction", "out")["latency_ns"]) for s in (64, 1518)]
    series = [(f"{title}, {size}", "linespoints pt 7 ps 0.6",
               [(i, parts[name][q] / 1000) for i, (q, _) in enumerate(QUANTILES)])
              for size, parts in results for name, title in PARTS[:2]]
    tics = ", ".join(f'"{title}" {i}' for i, (_, title) in enumerate(QUANTILES)).replace("%", "%%")  # formats
    svg = plot(f'set xtics ({tics}); set xrange [-0.3:{len(QUANTILES) - 0.7}]; set yrange [0:*]; '
               'set xlabel "share of the frames"; set ylabel "microseconds"', series)
    histograms = "".join(
        plot(f'set logscale x; set yrange [0:*]; set title "{size} octets"; set xlabel "microseconds"; set ylabel "% of the frames"',
             [(title, "impulses", [(max(top, 1) / 1000, 100 * n / frames) for top, n in parts[name]["histogram"]])
              for name, title in PARTS])
        for size, parts in results)
    rows = [[size, title] + [f"{parts[name][q] / 1000:.3f}" for q, _ in QUANTILES]
            for size, parts in results for name, title in PARTS]
    return (f"<h2>Latency: {device}</h2><p>One frame under way at a time, the device's clock; {frames} frames of each "
            f"size. Microseconds.</p>{svg}{histograms}{table(['octets', 'part'] + [t for _, t in QUANTILES], rows)}")


def launch(program, device, frames):
    results = [(gap, run(program, "send", "--device", device, "--at", "+2ms", "--gap", f"{gap}ns", "--count", frames))
               for gap in GAPS_NS]
    svg = plot('set logscale x; set xlabel "distance of the launch times, microseconds"; '
               'set ylabel "ns from the time asked for"; set yrange [-2:12]',
               [("latest", "linespoints pt 7 ps 0.6", [(g / 1000, r["late_max_ns"]) for g, r in results]),
                ("earliest", "linespoints pt 7 ps 0.6", [(g / 1000, -r["early_max_ns"]) for g, r in results]),
                ("one clock", "lines dt 2", [(g / 1000, r["clock_ns"]) for g, r in results])])
    rows = [[f"{g / 1000:g}", r["sent"], r["late"], r["early_max_ns"], r["late_max_ns"], r["wire_max_ns"]] for g, r in results]
    head = ["distance, us", "sent", "too late", "early, ns", "late, ns", "stamp to wire, ns"]
    return (f"<h2>Launch time: {device}</h2><p>{frames} frames of 64 octets, each with a time of the device's clock; the "
            f"device's stamp of the SFD against it, and the wire's against the stamp.</p>{svg}{table(head, rows)}")


COLOUR_STYLE = ":root { color-scheme: light dark; %s }\n@media (prefers-color-scheme: dark) { :root { %s } }" % tuple(
    " ".join(f"--{colour[0]}: {colour[i]};" for colour in PALETTE.values()) for i in (1, 2))
STYLE = COLOUR_STYLE + """
body { font: 16px/1.5 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; color: var(--ink); background: var(--paper) }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2em } svg { width: 100%; height: auto }
table { border-collapse: collapse; font-size: 14px } th, td { padding: .2em .8em; border-bottom: 1px solid var(--grid); text-align: right }
pre { border: 1px solid var(--grid); padding: 1em; overflow-x: auto; font-size: 13px }"""


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    sections = [
        throughput(program, "core", ["out", "in", "both"], 300, 1000,
                   "The Verilated core, sys clock 60 MHz: its byte streams carry at most 480 Mb/s each way, records and "
                   "headers included. From the wire frames come at gigabit line rate; what does not fit into the receive "
                   "buffer is lost and counted. Out and back has no more under way than that buffer holds."),
        throughput(program, "board:butterstick", ["out", "in", "both"], 60, 1000,
                   "The same with its USB device, from the ULPI pins of a high-speed host controller model to GMII. Frames so "
                   "few find room in the receive buffer at line rate. Not yet run on a board."),
        throughput(program, "board:ulx3s", ["out", "in", "both"], 20, 100,
                   "Full speed on D+ and D-, 12 Mb/s, and RMII. Frames so few find room in the receive buffer. Not yet run on a board."),
        latency(program, "core", 500), latency(program, "board:butterstick", 200), latency(program, "board:ulx3s", 50),
        launch(program, "core", 200), launch(program, "board:butterstick", 20)]
    version = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>hilnic: measured</title><style>{STYLE}</style></head><body>
<h1>hilnic: measured</h1>
<p>Version {html.escape(version or 'unknown')}. Times and rates are those of the model's clock, a function of its seed: they do not
depend on the machine that ran it. Not yet run on a board.</p>
{''.join(sections)}
<h2>The commands</h2>
<pre>{html.escape(chr(10).join(commands))}</pre>
</body></html>
"""
    os.makedirs(folder, exist_ok=True)
    (folder / "index.html").write_text(page)
    print(f"  WROTE    {folder}/index.html")


main()
