# SPDX-License-Identifier: Apache-2.0
"""Every constant, type, field and prototype of our NDIS headers against the DDK's: ndis_conformance.py DIRECTORY.
Our header is compiled by mingw-w64's compilers for x86-64 and i686, theirs by the same two, each in its own translation unit; what
ours says becomes a static assertion for theirs. Sizes of types, offsets and sizes of fields, values. What the DDK lacks of NDIS 6 is
compared with ndis_documented.h. A name that differs, that is not compared without standing in ndis_not_compared.txt with its
reason, or that stands there for nothing, is an error. So is what our header says otherwise to the compiler of the library."""

import pathlib
import re
import struct
import subprocess
import sys

DDK = "/usr/share/mingw-w64/include/ddk"
DEFINES = "#include <stddef.h>\n#include <stdint.h>\n"
KIND = ["-std=gnu11", "-DNDIS50=1"]
OURS = [*KIND, "-DNDIS_MINIPORT_DRIVER=1", "-DNDIS51_MINIPORT=1", "-Ihost/include", "-Ihost/ndis"]
THEIRS = [*KIND, "-include", "driver/ddk_shim.h", "-DDDK_SHIM_MAP_REGISTERS", "-isystem", DDK, "-DNDIS_SUPPORT_NDIS6=1", "-Itests/unit"]
MACHINES = ("x86_64", "i686")
HERE = pathlib.Path("tests/unit")


def run(command, source, check=False):
    done = subprocess.run(command + ["-fmax-errors=0", "-w", "-x", "c", "-"], input=source, text=True, capture_output=True)
    if check and done.returncode:
        sys.exit(done.stderr[:2000])
    return done


def our_text(compiler):
    """Our headers after the preprocessor, without what they include from elsewhere; and the macros without arguments."""
    text = run([compiler, *OURS, "-DNTAPI=NTAPI", "-E"], DEFINES + "#include <ndis.h>\n", True).stdout
    lines, ours = [], False
    for line in text.splitlines():
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            ours = "host/ndis/" in marker.group(1)
        elif ours:
            lines.append(line)
    return "\n".join(lines)


def macros():
    found = {}
    for path in sorted(pathlib.Path("host/ndis").glob("ndis*.h")):
        if re.search(r"ndis_machine|ndis_shadow", path.name):
            continue
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        for name, value in re.findall(r"^#\s*define ([A-Za-z]\w*)[ \t]+(.*)$", text, re.M):
            if not name.endswith("_H") and not value.startswith('"'):
                found[name] = None
    return list(found)


# ---- declarations ----


def closing(tokens, at):
    """The index after the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i] in "({[") - (tokens[i] in ")}]")
        if depth == 0:
            return i + 1
    sys.exit("a bracket of our header does not close")


def statements(tokens):
    """Runs of tokens up to a semicolon or the end of a function's body, not inside brackets."""
    start = i = 0
    while i < len(tokens):
        if tokens[i] == ";":
            yield tokens[start:i]
            start = i = i + 1
        elif tokens[i] in "({[":
            is_body = tokens[i] == "{" and i > start and tokens[i - 1] == ")"
            i = closing(tokens, i)
            if is_body:
                start = i
        else:
            i += 1


def declarators(tokens):
    """The names that a list of declarators declares."""
    names, i, start = [], 0, 0
    parts = []
    while i < len(tokens):
        if tokens[i] == ",":
            parts.append(tokens[start:i])
            start = i = i + 1
        elif tokens[i] in "([":
            i = closing(tokens, i)
        else:
            i += 1
    parts.append(tokens[start:])
    for part in parts:
        pointer = re.match(r"(?:\w+ )*\( (?:\w+ )?\* (\w+) \)", " ".join(part))
        if ":" in part and "?" not in part:  # bits have no offset; the structure has its size
            continue
        part = part[: part.index("[")] if "[" in part else part
        if pointer:
            names.append(pointer.group(1))
        elif "(" in part:  # a type of functions
            at = part.index("(")
            names.append(part[at + 2] if part[at + 1] == "NTAPI" else part[at - 1])
        elif part:
            names.append(part[-1])
    return names


def fields(tokens):
    """The paths to the fields of a structure with this body."""
    for statement in statements(tokens):
        if "{" in statement:
            at = statement.index("{")
            end = closing(statement, at)
            inner = list(fields(statement[at + 1 : end - 1])) if statement[0] in ("struct", "union") else []
            outer = declarators(statement[end:]) if statement[end:] else []
            yield from outer or inner
            for name in outer:
                yield from (f"{name}.{path}" for path in inner)
        else:
            yield from declarators(statement)


def parse(text):
    """Types with the paths of their fields, enumerators, prototypes."""
    tokens = re.findall(r"[A-Za-z_]\w*|\d\w*|'[^']*'|\"[^\"]*\"|\.\.\.|\S", re.sub(r"^#.*$", "", text, flags=re.M))
    while not {"__attribute__", "_Alignas"}.isdisjoint(tokens):
        at = next(i for i, token in enumerate(tokens) if token in ("__attribute__", "_Alignas"))
        del tokens[at : closing(tokens, at + 1)]
    types, enumerators, prototypes = {}, [], {}
    for s in statements(tokens):
        if not s or s[0] == "static":
            continue
        is_typedef = s[0] == "typedef"
        body = s[1:] if is_typedef else s
        if "{" in body and body[0] in ("struct", "union", "enum"):
            at = body.index("{")
            end = closing(body, at)
            tag = f"{body[0]} {body[1]}" if body[1] != "{" else None
            names = declarators(body[end:]) if body[end:] else []
            if body[0] == "enum":
                enumerators += re.findall(r"(?:^|, )([A-Za-z_]\w*)", " ".join(body[at + 1 : end - 1]))
            paths = list(fields(body[at + 1 : end - 1])) if body[0] != "enum" else []
            for i, name in enumerate(names or [tag]):
                types[name] = paths if i == 0 else []
        elif is_typedef:
            types.update((name, []) for name in declarators(body))
        elif "(" in s:
            at = s.index("(")
            prototypes[s[at - 1]] = " ".join(s) + ";"
    return types, enumerators, prototypes


# ---- values ----


def accepted(command, head, candidates, line):
    """Those of the candidates whose line(candidate) the compiler takes in a file of them all."""
    candidates = list(candidates)
    while True:
        source = DEFINES + head
        first = source.count("\n") + 1
        done = run(command + ["-fsyntax-only"], source + "".join(line(c) + "\n" for c in candidates))
        if done.returncode == 0:
            return candidates
        bad = {int(n) - first for n in re.findall(r"^<stdin>:(\d+):\d+: error", done.stderr, re.M)}
        if not bad or min(bad) < 0:
            sys.exit(done.stderr[:3000])
        candidates = [c for i, c in enumerate(candidates) if i not in bad]


def values(compiler, objcopy, expressions, directory):
    """What our header says to a compiler."""
    out = directory / "ndis_values"
    source = DEFINES + "#include <ndis.h>\nconst unsigned long long ndis_values[] __attribute__((section(\".ndis\"), used)) = {\n"
    source += "".join(f"(unsigned long long)({e}),\n" for e in expressions.values()) + "};\n"
    run([compiler, *OURS, "-c", "-o", str(out) + ".o"], source, True)
    subprocess.run([objcopy, "-O", "binary", "--only-section=.ndis", str(out) + ".o", str(out)], check=True)
    data = out.read_bytes()
    return dict(zip(expressions, struct.unpack(f"<{len(expressions)}Q", data[: 8 * len(expressions)])))


def expressions_of(types, constants):
    found = {name: f"({name})" for name in constants}
    for name, paths in types.items():
        found[f"sizeof {name}"] = f"sizeof({name})"
        for path in paths:
            found[f"{name}.{path}"] = f"offsetof({name}, {path})"
            found[f"sizeof {name}.{path}"] = f"sizeof((({name} *)0)->{path})"
    return found


def arguments(prototype, name):
    """How many a prototype has. Pointers to functions among them have their own commas."""
    inside = prototype[prototype.index(f"{name} (") + len(name) + 2 : prototype.rindex(")")]
    while re.search(r"\([^()]*\)", inside):
        inside = re.sub(r"\([^()]*\)", "", inside)
    return 0 if inside.strip() == "void" else inside.count(",") + 1


class Exceptions:
    """ndis_not_compared.txt: a pattern, a machine or *, why."""

    def __init__(self, path):
        lines = [line.split(None, 2) for line in path.read_text().splitlines() if line and not line.startswith("#")]
        if any(len(line) != 3 for line in lines):
            sys.exit(f"{path}: a line has a pattern, a machine or *, and a reason")
        self.lines, self.used = lines, set()

    def covers(self, name, machine):
        hits = [i for i, (p, m, _) in enumerate(self.lines) if m in ("*", machine) and re.fullmatch(p, re.sub("^sizeof ", "", name))]
        self.used.update(hits)
        return bool(hits)

    def unused(self):
        return [p for i, (p, _, _) in enumerate(self.lines) if i not in self.used]


def compare(machine, exceptions, directory):
    ours = f"{machine}-w64-mingw32-gcc"
    types, enumerators, prototypes = parse(our_text(ours))
    head = "#include <ndis.h>\n"
    constant = lambda e: f"_Static_assert(((({e}) | 0) == ({e})), \"\");"
    constants = accepted([ours, *OURS], head, macros() + enumerators, constant)
    table = expressions_of(types, constants)
    mine = accepted([ours, *OURS], head, table, lambda n: f"_Static_assert(({table[n]}) == ({table[n]}), \"\");")
    # Without a size: a type of which only the name is there, an array without bound.
    odd = [n for n in table if n not in set(mine) and "." in n and n.removeprefix("sizeof ") not in set(mine)]
    if odd:
        sys.exit(f"our header is not understood: {odd[0]}")
    table = {n: table[n] for n in mine}
    said = values(ours, f"{machine}-w64-mingw32-objcopy", table, directory)
    bad = []
    if machine == "x86_64":
        native = values("gcc", "objcopy", table, directory)
        bad += [f"{n} is {native[n]:#x} in the library and {said[n]:#x} to mingw-w64" for n in table if native[n] != said[n]]
    theirs = [ours, *THEIRS]
    head = '#include <ndis.h>\n#include "ndis_documented.h"\n'
    both = accepted(theirs, head, table, lambda n: f"_Static_assert(({table[n]}) == ({table[n]}), \"\");")
    same = accepted(theirs, head, both, lambda n: f"_Static_assert((unsigned long long)({table[n]}) == {said[n]}ull, \"\");")
    excused = 0
    for n in table:
        if n in set(same):
            continue
        if exceptions.covers(n, machine):
            excused += 1
        else:
            bad.append(f"{n} is {said[n]:#x} here and " + ("something else" if n in both else "nothing") + f" in the DDK for {machine}")
    print(f"{machine}: {len(same)} of {len(table)} constants, sizes and offsets are the DDK's, {excused} are not compared")
    # A declaration again is an error where the types conflict, also through another name. Of a macro the number of arguments is compared.
    macro_text = run(theirs + ["-dM", "-E"], DEFINES + head).stdout
    defined = dict(re.findall(r"^#define (\w+)\((.*?)\) ", macro_text, re.M))
    text = run(theirs + ["-E"], DEFINES + head).stdout
    known = [n for n in prototypes if n not in defined and re.search(rf"\b{n}\s*\(|^#define {n} ", text + macro_text, re.M)]
    called = lambda n: prototypes[n] if "..." in prototypes[n] else re.sub(rf"\b{n} \(", f"NTAPI {n} (", prototypes[n], count=1)
    agree = set(accepted(theirs, head, known, called))
    agree |= {n for n in prototypes if n in defined and defined[n].count(",") == arguments(prototypes[n], n) - 1}
    excused = 0
    for n in prototypes:
        if n in agree:
            continue
        if exceptions.covers(n, machine):
            excused += 1
        else:
            bad.append(f"{n} is " + ("not" if n not in known and n not in defined else "declared otherwise") + f" in the DDK for {machine}")
    print(f"{machine}: {len(agree)} of {len(prototypes)} prototypes are the DDK's, {excused} are not compared")
    return bad


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    exceptions = Exceptions(HERE / "ndis_not_compared.txt")
    bad = [line for machine in MACHINES for line in compare(machine, exceptions, directory)]
    bad += [f"nothing is left uncompared by {pattern} of ndis_not_compared.txt" for pattern in exceptions.unused()]
    print("\n".join(bad))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
