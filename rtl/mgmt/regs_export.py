# SPDX-License-Identifier: Apache-2.0
"""Generates everything that is known from rtl/mgmt/nic.rdl: the SystemVerilog package, the two register files, the C
header and REGISTERS.md. Usage: regs_export.py RDL OUTPUT_ROOT. It writes below OUTPUT_ROOT with the paths of the tree,
deterministically. It leaves out regfiles other than `sys` and `tx` as hardware: they describe records."""
import hashlib
import os
import sys

from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, RegNode

NOTICE = "Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited."
HARDWARE = ("sys", "tx")


class Field:
    def __init__(self, node: FieldNode):
        self.name, self.lsb, self.width = node.inst_name, node.low, node.width
        self.desc = node.get_property("desc") or ""
        self.sw, self.hw = node.get_property("sw").name, node.get_property("hw").name
        self.reset = node.get_property("reset")
        self.pulse = bool(node.get_property("singlepulse"))
        self.encode = node.get_property("encode")
        self.mask = ((1 << self.width) - 1) << self.lsb
        self.stored = self.sw == "rw" and self.hw == "r"
        self.fixed = self.sw == "r" and self.hw == "na" and self.reset is not None

    def canonical(self):
        return f"  {self.name} {self.lsb}+{self.width} {self.sw} {self.reset} {self.pulse} " \
               f"{self.encode.type_name if self.encode else '-'}"


class Reg:
    def __init__(self, group: str, node: RegNode):
        self.group, self.name = group, node.inst_name
        self.words = node.array_dimensions[0] if node.is_array else 1
        first = next(iter(node.unrolled()))
        self.addr = first.absolute_address
        self.offset = first.address_offset
        self.external = node.external
        self.desc = node.get_property("desc") or ""
        self.fields = [Field(f) for f in sorted(node.fields(), key=lambda f: f.low)]
        self.full = self.name if group in HARDWARE else f"{group}_{self.name}".upper()
        reads, writes = any("r" in f.sw for f in self.fields), any("w" in f.sw for f in self.fields)
        self.access = ("r" if reads else "") + ("w" if writes else "")
        self.reset = sum((f.reset or 0) << f.lsb for f in self.fields if "r" in f.sw)
        self.writable = sum(f.mask for f in self.fields if "w" in f.sw)
        self.known = 0xffffffff & ~sum(f.mask for f in self.fields if "w" in f.hw)

    def canonical(self):
        head = f"{self.group} {self.name} {self.addr:#x} {self.words} {self.access}"
        return "\n".join([head] + [f.canonical() for f in self.fields])


class Model:
    def __init__(self, path):
        compiler = RDLCompiler()
        compiler.compile_file(path)
        top = compiler.elaborate().top
        self.regs, enums = [], {}
        for group in top.children():
            for node in group.children(unroll=False):
                self.regs.append(Reg(group.inst_name, node))
        for field in (f for r in self.regs for f in r.fields if f.encode):
            enums.setdefault(field.encode.type_name, (field.width, list(field.encode)))
        self.enums = dict(sorted(enums.items()))
        self.hardware = [r for r in self.regs if r.group in HARDWARE]
        self.records = [r for r in self.regs if r.group not in HARDWARE and r.group != "usb_setup"]
        dump = "\n".join(r.canonical() for r in self.regs) + "\n"
        for name, (width, members) in self.enums.items():
            dump += f"enum {name} {width} " + " ".join(f"{m.name}={m.value}" for m in members) + "\n"
        self.hash = int(hashlib.sha256(dump.encode()).hexdigest()[:8], 16)
        self.check_names()

    def check_names(self):
        names = [f"{e}_{m.name}".upper() for e, (_, ms) in self.enums.items() for m in ms]
        for reg in self.regs:
            names += [f"{reg.full}_ADDR", f"{reg.full}_RESET_VALUE"]
            names += [f"{reg.full}_{f.name}_MASK".upper() for f in reg.fields]
        double = {n for n in names if names.count(n) > 1}
        if double:
            sys.exit(f"nic.rdl: the names {sorted(double)} would be generated twice; rename one of each.")

    def record_bytes(self):
        for group in dict.fromkeys(r.group for r in self.records):
            yield group.upper(), 4 * sum(r.words for r in self.records if r.group == group)


def sv_package(m):
    out = ["// SPDX-License-Identifier: Apache-2.0", f"// {NOTICE}",
           "// Register addresses (bytes), field positions, codes and record layouts, as in REGISTERS.md.",
           "`default_nettype none", "package nic_regs_pkg;", f"    localparam logic [31:0] MAP_HASH = 32'h{m.hash:08x};"]
    for name, (width, members) in m.enums.items():
        out.append("")
        out += [f"    localparam logic [{width - 1}:0] {name.upper()}_{e.name} = {width}'d{e.value};" for e in members]
        out.append(f"    localparam int unsigned {name.upper()}_MAX = {max(e.value for e in members)};")
    for reg in m.hardware + m.records:
        out.append("")
        if reg in m.hardware:
            out.append(f"    localparam logic [15:0] {reg.full}_ADDR = 16'h{reg.addr:04x};")
        if reg.words > 1:
            out.append(f"    localparam int unsigned {reg.full}_WORDS = {reg.words};")
        for f in reg.fields:
            name = f"{reg.full}_{f.name}".upper()
            out += [f"    localparam int unsigned {name}_LSB = {f.lsb};",
                    f"    localparam int unsigned {name}_WIDTH = {f.width};"]
    out.append("")
    out += [f"    localparam int unsigned {name}_BYTES = {size};" for name, size in m.record_bytes()]
    return out + ["endpackage", "`default_nettype wire"]


def c_header(m):
    out = ["/* SPDX-License-Identifier: Apache-2.0 */", f"/* {NOTICE}", " * Register addresses (bytes), field positions "
           "(MASK is in place: (word & MASK) >> SHIFT), codes and record layouts,", " * as in REGISTERS.md. Define "
           "NIC_REGS_TABLES before including it to get the tables of registers and names too. */",
           "/* clang-format off */",
           "#ifndef NIC_REGS_H", "#define NIC_REGS_H", "", f"#define NIC_MAP_HASH 0x{m.hash:08x}u"]
    for name, (_, members) in m.enums.items():
        out.append("")
        out += [f"#define NIC_{name.upper()}_{e.name} {e.value}u /* {e.rdl_desc or ''} */" for e in members]
        out.append(f"#define NIC_{name.upper()}_MAX {max(e.value for e in members)}u")
    for reg in m.hardware + m.records:
        out += ["", f"/* {reg.full}: {reg.desc} */"]
        if reg in m.hardware:
            out += [f"#define NIC_{reg.full}_ADDR 0x{reg.addr:04x}u",
                    f"#define NIC_{reg.full}_RESET_VALUE 0x{reg.reset:08x}u"]
        if reg.words > 1:
            out.append(f"#define NIC_{reg.full}_WORDS {reg.words}u")
        for f in reg.fields:
            name = f"NIC_{reg.full}_{f.name}".upper()
            out += [f"#define {name}_SHIFT {f.lsb}", f"#define {name}_MASK 0x{f.mask:08x}u"]
    out.append("")
    out += [f"#define NIC_{name}_BYTES {size}u" for name, size in m.record_bytes()]
    out += ["", "#ifdef NIC_REGS_TABLES", "#include <stdint.h>", "",
            "/* One register, or an array of `words` of them at consecutive words. access: \"r\", \"w\" or \"rw\". `known`: "
            "bits whose", " * value after reset is `reset`; the hardware drives the others. `writable`: bits that keep or "
            "act on what is written. */",
            "struct nic_register {", "    const char *name;", "    uint32_t address;", "    uint32_t words;",
            "    const char *access;", "    uint32_t reset;", "    uint32_t known;", "    uint32_t writable;",
            "    const char *text;", "};", "static const struct nic_register nic_registers[] = {"]
    out += [f'    {{"{r.name}", 0x{r.addr:04x}u, {r.words}u, "{r.access}", 0x{r.reset:08x}u, 0x{r.known:08x}u, '
            f'0x{r.writable:08x}u,\n     {quoted(r.desc)}}},' for r in m.hardware]
    out += ["};", "#define NIC_REGISTERS (sizeof nic_registers / sizeof nic_registers[0])", "",
            "/* One field; `reg` indexes nic_registers. */", "struct nic_register_field {", "    uint32_t reg;",
            "    const char *name;", "    uint32_t shift;", "    uint32_t mask;", "};",
            "static const struct nic_register_field nic_register_fields[] = {"]
    out += [f'    {{{i}u, "{f.name}", {f.lsb}u, 0x{f.mask:08x}u}},' for i, r in enumerate(m.hardware) for f in r.fields]
    out += ["};", "#define NIC_REGISTER_FIELDS (sizeof nic_register_fields / sizeof nic_register_fields[0])", "",
            "/* Names of codes in lower case, ascending by value. */", "struct nic_code {", "    uint32_t value;",
            "    const char *name;", "    const char *text;", "};"]
    for name, (_, members) in m.enums.items():
        out += ["", f"static const struct nic_code nic_{name}_names[] = {{"]
        out += [f'    {{{e.value}u, "{e.name.lower()}", {quoted(e.rdl_desc or "")}}},'
                for e in sorted(members, key=lambda e: e.value)]
        out += ["};", f"#define NIC_{name.upper()}_NAMES {len(members)}u"]
    return out + ["#endif", "", "#endif"]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def page(m):
    out = ["<!-- SPDX-License-Identifier: Apache-2.0 -->", f"<!-- {NOTICE} -->", "# Registers, records and codes", "",
           f"Map hash `0x{m.hash:08x}`. Registers are words of 32 bits at byte addresses; bits not listed read 0 and ignore "
           "what is written. Unmapped addresses answer with an error.", ""]
    for title, regs in (("Registers", m.hardware), ("Records", m.records)):
        out += [f"## {title}", ""]
        for reg in regs:
            where = f"`0x{reg.addr:04x}`" if reg in m.hardware else f"byte {reg.offset}"
            many = f", {reg.words} words" if reg.words > 1 else ""
            out += [f"### {reg.full} ({where}{many})", "", reg.desc, "",
                    "| bits | field | access | reset | |", "|---|---|---|---|---|"]
            for f in reg.fields:
                reset = f"0x{f.reset:x}" if f.reset is not None and reg in m.hardware else ""
                codes = f" Codes: {f.encode.type_name}." if f.encode else ""
                out.append(f"| {f.lsb + f.width - 1}:{f.lsb} | {f.name} | {f.sw} | {reset} | {f.desc}{codes} |")
            out.append("")
    out += ["## Codes", ""]
    for name, (_, members) in m.enums.items():
        out += [f"### {name}", "", "| value | name | |", "|---|---|---|"]
        out += [f"| {e.value} | {e.name} | {e.rdl_desc or ''} |" for e in members] + [""]
    return out[:-1]


def span(lsb, width):
    return f"[{lsb + width - 1}:{lsb}]" if width > 1 else f"[{lsb}]"


def sv_register_file(m, group):
    """Ports per register: stored fields are outputs; fields the hardware drives are inputs; a register with a field that
    has software and hardware writes, or only writes, gets a write strobe (and, if read, a read strobe)."""
    regs = [r for r in m.hardware if r.group == group]
    base = min(r.addr for r in regs)
    bits = max((r.offset + 4 * r.words - 1) for r in regs).bit_length()
    ports, store, strobes, reads, hits = [], [], [], [], []
    for reg in regs:
        name = reg.name.lower()
        if reg.external:
            low = (4 * reg.words).bit_length() - 1
            hits.append((f"{reg.offset >> 2:0{bits - 2}b}"[:bits - low] + "?" * (low - 2), f"{name}_rdata_i"))
            ports += [f"output logic        {name}_sel_o,   // the address is in this window",
                      f"input  wire  [31:0] {name}_rdata_i,"]
            strobes.append(f"    assign {name}_sel_o = addr_i[{bits - 1}:{low}] == {bits - low}'h{reg.offset >> low:x};")
            continue
        for i in range(reg.words):
            suffix, word = f"{i}" if reg.words > 1 else "", f"{bits - 2}'h{reg.offset // 4 + i:x}"
            select = f"addr_i == {word}"
            value, used = [], 32
            for f in sorted(reg.fields, key=lambda f: -f.lsb):
                port, width = f"{name}{suffix}_{f.name}", f"[{f.width - 1}:0]"
                if used > f.lsb + f.width:
                    value.append(f"{used - f.lsb - f.width}'h0")
                used = f.lsb
                data = f"wdata_i{span(f.lsb, f.width)}"
                if f.stored:
                    ports.append(f"output logic {width} {port}_o,")
                    store.append((f"{port}_o", f"{f.width}'h{f.reset:x}", select, data))
                    value.append(f"{port}_o")
                elif f.fixed:
                    value.append(f"{f.width}'h{f.reset:x}")
                elif "r" in f.sw:
                    ports.append(f"input  wire  {width} {port}_i,")
                    value.append(f"{port}_i")
                else:
                    value.append(f"{f.width}'h0")
                if f.pulse:
                    ports.append(f"output logic {port}_o,   // high in the cycle of the write")
                    strobes.append(f"    assign {port}_o = we_i && {select} && {data};")
            if used:
                value.append(f"{used}'h0")
            special = [f for f in reg.fields if "w" in f.sw and not f.stored and not f.pulse]
            if special:
                ports.append(f"output logic {name}{suffix}_we_o,   // wdata_i is being written to it")
                strobes.append(f"    assign {name}{suffix}_we_o = we_i && {select};")
                if "r" in reg.access:
                    ports.append(f"output logic {name}{suffix}_re_o,   // it is being read")
                    strobes.append(f"    assign {name}{suffix}_re_o = re_i && {select};")
            hits.append((f"{reg.offset // 4 + i:0{bits - 2}b}", "{" + ", ".join(value) + "}" if "r" in reg.access else "32'h0"))
    ports[-1] = ports[-1].replace(",", "", 1) if ports[-1].endswith(",") else ports[-1].replace(",   //", "    //")
    top = max(f.lsb + f.width for r in regs if not r.external for f in r.fields
              if f.stored or f.pulse) - 1
    out = ["// SPDX-License-Identifier: Apache-2.0", f"// {NOTICE}",
           f"// Register file of the {group} domain. we_i and re_i are strobes of one cycle with addr_i (words from "
           f"16'h{base:04x}) and", "// wdata_i; rdata_o and hit_o (the address is mapped, else rdata_o means nothing) follow addr_i "
           "without a clock. Stored fields are outputs.", "`default_nettype none", f"module nic_regs_{group} (",
           "    input  wire         clk_i,", "    input  wire         rst_i,", "    input  wire         we_i,",
           f"    input  wire  [{bits - 1}:2]  addr_i,", f"    input  wire  [{top}:0] wdata_i,", "    output logic [31:0] rdata_o,",
           "    output logic        hit_o,"]
    if any("_re_o" in s for s in strobes):
        out.insert(-4, "    input  wire         re_i,")
    out += ["    " + p for p in ports] + [");"] + strobes + ["", "    always_ff @(posedge clk_i) begin"]
    for select in dict.fromkeys(s[2] for s in store):
        out += [f"        if (we_i && {select}) begin"]
        out += [f"            {s[0]} <= {s[3]};" for s in store if s[2] == select] + ["        end"]
    out += ["        if (rst_i) begin"] + [f"            {s[0]} <= {s[1]};" for s in store]
    out += ["        end", "    end", "", "    always_comb begin", "        casez (addr_i)"]
    out += [f"            {bits - 2}'b{word}: hit_o = 1'b1;" for word, _ in hits]
    out += ["            default: hit_o = 1'b0;", "        endcase", "    end", ""]
    out += [f"    wire [31:0] word_{word.replace('?', 'x')} = {value};" for word, value in hits]
    root = read_tree(dict(hits), bits - 2, "", out)
    return out + [f"    assign rdata_o = {root};", "endmodule", "`default_nettype wire"]


def read_tree(words, width, path, out):
    """A multiplexer tree over the address bits that tell the words apart; an unmapped address reads some word."""
    words = {w: v for w, v in words.items() if all(a in (b, "?") for a, b in zip(w, path))}
    if len(words) == 1:
        return f"word_{next(iter(words)).replace('?', 'x')}"
    sides = [read_tree(words, width, path + bit, out) for bit in "01"
             if any(w[len(path)] in (bit, "?") for w in words)]
    if len(sides) == 1:
        return sides[0]
    name = f"tree_{path}x"
    out.append(f"    wire [31:0] {name} = addr_i[{width + 1 - len(path)}] ? {sides[1]} : {sides[0]};")
    return name


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: regs_export.py RDL OUTPUT_ROOT")
    model = Model(sys.argv[1])
    files = {"rtl/mgmt/nic_regs_pkg.sv": sv_package(model), "rtl/mgmt/nic_regs_sys.sv": sv_register_file(model, "sys"),
             "rtl/mgmt/nic_regs_tx.sv": sv_register_file(model, "tx"), "host/include/nic_regs.h": c_header(model),
             "REGISTERS.md": page(model)}
    for path, lines in files.items():
        path = os.path.join(sys.argv[2], path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")


main()
