# SPDX-License-Identifier: Apache-2.0
"""Line coverage from gcov's counts: coverage.py DIRECTORY PERCENT FOLDER... prints a line for each source file of the
folders, one for each folder and one for all. A file that is compiled several times counts a line that any of them has run. MISSED=1
prints the lines that none has. Fails when a folder is below PERCENT."""

import collections
import json
import os
import pathlib
import subprocess
import sys


def counts(data, folders):
    """(file, line, count) of every line that has code, in the objects of one .gcda file."""
    answer = subprocess.run(["gcov", "--json-format", "--stdout", data], capture_output=True, check=True)
    for text in answer.stdout.splitlines():
        for file in json.loads(text)["files"]:
            if os.path.dirname(file["file"]) in folders and file["file"].endswith(".c"):
                for line in file["lines"]:
                    yield file["file"], line["line_number"], line["count"]


def say(run, has, name):
    print(f"{100 * run / max(has, 1):6.1f} %  {has:5} lines  {name}")


def main():
    directory, percent, folders = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    lines = collections.defaultdict(lambda: collections.defaultdict(int))
    for data in sorted(pathlib.Path(directory).rglob("*.gcda")):
        if any(folder in str(data.parent) for folder in folders):
            for file, number, count in counts(data, folders):
                lines[file][number] += count
    if not lines:
        sys.exit(f"{directory}: no counts of {', '.join(folders)}")
    sums = collections.defaultdict(lambda: [0, 0])
    for file in sorted(lines):
        missed = [number for number, count in sorted(lines[file].items()) if not count]
        has = len(lines[file])
        for name in os.path.dirname(file), "all":
            sums[name][0] += has - len(missed)
            sums[name][1] += has
        say(has - len(missed), has, file)
        if missed and os.environ.get("MISSED"):
            print("                ", *missed)
    for name in *folders, "all":
        say(*sums[name], name)
    short = [name for name in folders if 100 * sums[name][0] < percent * sums[name][1]]
    if short:
        sys.exit(f"below {percent:g} %: {', '.join(short)}")


main()
