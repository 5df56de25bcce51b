# SPDX-License-Identifier: Apache-2.0
"""Every constant and every prototype of our NDIS headers against the DDK's header: ndis_constants.py DIRECTORY DDK-COMPILER FLAG...
Our value is what our compiler says, and becomes a static assertion for the DDK's. What the DDK's header does not have cannot be
compared; how many were is printed. Fails for what differs, or when nearly nothing could be compared."""

import glob
import pathlib
import re
import subprocess
import sys

OURS = ["-std=c11", "-D_GNU_SOURCE", "-Ihost/include", "-Ihost/ndis"]
DEFINES = "#define NDIS_MINIPORT_DRIVER 1\n#define NDIS51_MINIPORT 1\n#define NDIS50 1\n#include <stddef.h>\n#include <stdint.h>\n"
LEAST = 400
# This enumeration of mingw-w64's netpnp.h has three of Windows' seven members, so it counts from others.
KNOWN = {"NdisDevicePnPEventSurpriseRemoved", "NdisDevicePnPEventPowerProfileChanged", "NdisDevicePnPEventMaximum"}


# Handles by reference in the DDK, which takes them by value all the same.
KNOWN_PROTOTYPES = {"NdisGetReceivedPacket"}
LEAST_PROTOTYPES = 140


def headers():
    """The text of each header that a driver includes, without comments."""
    for path in sorted(glob.glob("host/ndis/ndis*.h")):
        if not re.search(r"ndis_machine|ndis_shadow", path):
            yield re.sub(r"/\*.*?\*/", "", pathlib.Path(path).read_text(), flags=re.S)


def prototypes_differ(ddk):
    """A declaration again is an error where the types conflict. What is a macro there, or of NDIS 6, is an error of another kind."""
    found = {}
    for text in headers():
        text = re.sub(r"^#.*$", "", text.replace("\\\n", " "), flags=re.M)
        for kind, name, arguments in re.findall(r"^([A-Z][A-Z_0-9]+)\s+(Ndis\w+)\(([^;{]*)\);", text, re.M):
            found[name] = f"{kind} NTAPI {name}({' '.join(arguments.split())});\n"
    source = DEFINES + "#include <ndis.h>\n" + "".join(found.values())
    run = subprocess.run(ddk + ["-fmax-errors=0", "-w", "-x", "c", "-fsyntax-only", "-"], input=source, text=True, capture_output=True)
    bad = set(re.findall(r"conflicting types for .(\w+)", run.stderr)) & set(found) - KNOWN_PROTOTYPES
    errors = set(re.findall(r"^<stdin>:(\d+):\d+: error", run.stderr, re.M))
    for name in sorted(bad):
        print(f"{name} is declared otherwise in the DDK")
    print(f"{len(found) - len(errors)} of {len(found)} prototypes are the DDK's")
    return bool(bad) or len(found) - len(errors) < LEAST_PROTOTYPES


def names():
    """Macros without arguments and enumerators."""
    found = {}
    for text in headers():
        for name, value in re.findall(r"^#define ([A-Za-z]\w*)[ \t]+(.*)$", text, re.M):
            if not name.endswith("_H") and not value.startswith('"'):
                found[name] = None
        for body in re.findall(r"\benum\s*\w*\s*\{(.*?)\}", text, re.S):
            found.update((name, None) for name in re.findall(r"^\s*([A-Za-z]\w*)", body.replace(",", "\n"), re.M))
    return list(found)


def accepted(compiler, make, candidates):
    """Those of the candidates whose line make(name) the compiler takes in a file of them all."""
    while True:
        source = DEFINES + "#include <ndis.h>\n"
        first = source.count("\n") + 1
        source += "".join(make(name) + "\n" for name in candidates)
        run = subprocess.run(compiler + ["-fmax-errors=0", "-w", "-x", "c", "-fsyntax-only", "-"], input=source, text=True, capture_output=True)
        bad = {int(line) - first for line in re.findall(r"^<stdin>:(\d+):", run.stderr, re.M)}
        if run.returncode == 0:
            return candidates
        if not bad or min(bad) < 0:
            sys.exit(run.stderr[:2000])
        candidates = [name for i, name in enumerate(candidates) if i not in bad]


def main():
    directory, ddk = pathlib.Path(sys.argv[1]), sys.argv[2:]
    directory.mkdir(parents=True, exist_ok=True)
    ours = ["gcc"] + OURS
    is_constant = lambda name: f"_Static_assert((({name}) | 0) == ({name}), \"\");"
    constants = accepted(ours, is_constant, names())
    program = directory / "ndis_constants"
    source = DEFINES + "#include <ndis.h>\n#include <stdio.h>\nint main(void) {\n"
    source += "".join(f'printf("%llu\\n", (unsigned long long)({name}) & 0xFFFFFFFF);\n' for name in constants) + "}\n"
    subprocess.run(ours + ["-w", "-x", "c", "-o", program, "-"], input=source, text=True, check=True)
    values = dict(zip(constants, subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()))
    both = accepted(ddk, is_constant, [name for name in constants if name not in KNOWN])
    same = accepted(ddk, lambda name: f"_Static_assert(((unsigned long long)({name}) & 0xFFFFFFFF) == {values[name]}u, \"\");", both)
    for name in sorted(set(both) - set(same)):
        print(f"{name} is 0x{int(values[name]):x} here and something else in the DDK")
    if len(both) < LEAST:
        print(f"only {len(both)} of {len(constants)} constants are in the DDK")
    print(f"{len(same)} of {len(constants)} constants are in the DDK's header, with the same value")
    differ = prototypes_differ(ddk)
    sys.exit(differ or len(same) < len(both) or len(both) < LEAST)


main()
