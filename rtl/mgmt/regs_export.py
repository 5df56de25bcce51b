# SPDX-License-Identifier: Apache-2.0
"""Generates everything that is known from rtl/mgmt/nic.rdl: the SystemVerilog package, the register files, the C header
and REGISTERS.md. Usage: regs_export.py RDL OUTPUT_ROOT. It writes below OUTPUT_ROOT with the paths of the tree,
deterministically. Regfiles other than those of HARDWARE and MEMORY describe records."""
import hashlib
import os
import sys

from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, RegNode

NOTICE = "Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited."
HARDWARE = ("sys", "tx", "proc")
MEMORY = "memory"
# Bit of CAPS without which a group is not there.
NEEDS = {"proc": "processor"}


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
        self.full = self.name if group in (*HARDWARE, MEMORY) else f"{group}_{self.name}".upper()
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
        self.mapped = [r for r in self.regs if r.group in (*HARDWARE, MEMORY)]
        self.records = [r for r in self.regs if r.group not in (*HARDWARE, MEMORY, "usb_setup")]
        caps = next(r for r in self.hardware if r.name == "CAPS")
        self.needs = {group: next(f.mask for f in caps.fields if f.name == bit) for group, bit in NEEDS.items()}
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
    for reg in m.mapped + m.records:
        out.append("")
        if reg in m.mapped:
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
    for reg in m.mapped + m.records:
        out += ["", f"/* {reg.full}: {reg.desc} */"]
        if reg in m.mapped:
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
            "act on what is written.", " * `needs`: bits of CAPS without which it is not there. */",
            "struct nic_register {", "    const char *name;", "    uint32_t address;", "    uint32_t words;",
            "    const char *access;", "    uint32_t reset;", "    uint32_t known;", "    uint32_t writable;",
            "    uint32_t needs;", "    const char *text;", "};", "static const struct nic_register nic_registers[] = {"]
    out += [f'    {{"{r.name}", 0x{r.addr:04x}u, {r.words}u, "{r.access}", 0x{r.reset:08x}u, 0x{r.known:08x}u, '
            f'0x{r.writable:08x}u, 0x{m.needs.get(r.group, 0):x}u,\n     {quoted(r.desc)}}},' for r in m.hardware]
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
    for title, regs in (("Registers", m.mapped), ("Records", m.records)):
        out += [f"## {title}", ""]
        for reg in regs:
            where = f"`0x{reg.addr:04x}`" if reg in m.mapped else f"byte {reg.offset}"
            many = f", {reg.words} words" if reg.words > 1 else ""
            out += [f"### {reg.full} ({where}{many})", "", reg.desc, "",
                    "| bits | field | access | reset | |", "|---|---|---|---|---|"]
            for f in reg.fields:
                reset = f"0x{f.reset:x}" if f.reset is not None and reg in m.mapped else ""
                codes = f" Codes: {f.encode.type_name}." if f.encode else ""
                out.append(f"| {f.lsb + f.width - 1}:{f.lsb} | {f.name} | {f.sw} | {reset} | {f.desc}{codes} |")
            out.append("")
    out += ["## Codes", ""]
    for name, (_, members) in m.enums.items():
        out += [f"### {name}", "", "| value | name | |", "|---|---|---|"]
        out += [f"| {e.value} | {e.name} | {e.rdl_desc or ''} |" for e in members] + [""]
    return out[:-1]


class RegisterFile:
    """The SystemVerilog of one domain's registers. Stored fields are outputs, fields the hardware drives are inputs; a
    register with a field that software and hardware write, or that is only written, gets a write strobe (and, if it is
    read, a read strobe). `copy`: the words written are read back from a copy in a RAM, bit by bit, which takes a
    fraction of the logic of a multiplexer over all flip-flops. Else each word has a register that is zero unless it is
    read, so that they need only be ORed."""

    def __init__(self, m, group, copy):
        self.group, self.copy = group, copy
        self.regs = [r for r in m.hardware if r.group == group]
        self.bits = max((r.offset + 4 * r.words - 1) for r in self.regs).bit_length()
        self.ports, self.store, self.strobes, self.words, self.masks = [], [], [], {}, {}
        for reg in self.regs:
            if reg.external:
                self.add_window(reg)
            else:
                for i in range(reg.words):
                    self.add_word(reg, reg.name.lower() + (str(i) if reg.words > 1 else ""), reg.offset // 4 + i)

    def add_window(self, reg):
        name, low = reg.name.lower(), (4 * reg.words).bit_length() - 1
        self.words[f"{reg.offset >> 2:0{self.bits - 2}b}"[:self.bits - low] + "?" * (low - 2)] = f"{name}_rdata_i"
        self.ports += [("output logic", 1, f"{name}_sel_o", "the address is in this window"),
                       ("input  wire", 32, f"{name}_rdata_i", "")]
        self.strobes.append(f"{name}_sel_o = addr_i[{self.bits - 1}:{low}] == "
                            f"{self.bits - low}'h{reg.offset >> low:x}")

    def add_word(self, reg, name, word):
        select, value, used = f"addr_i == {self.bits - 2}'h{word:x}", [], 32
        for f in sorted(reg.fields, key=lambda f: -f.lsb):
            if used > f.lsb + f.width:
                value.append(f"{used - f.lsb - f.width}'h0")
            used = f.lsb
            value.append(self.add_field(f, f"{name}_{f.name}", select))
        if used:
            value.append(f"{used}'h0")
        if any("w" in f.sw and not f.stored and not f.pulse for f in reg.fields):
            self.ports.append(("output logic", 1, f"{name}_we_o", "wdata_i is being written to it"))
            self.strobes.append(f"{name}_we_o = we_i && {select}")
            if "r" in reg.access:
                self.ports.append(("output logic", 1, f"{name}_re_o", "it is being read"))
                self.strobes.append(f"{name}_re_o = re_i && {select}")
        stored = [f for f in reg.fields if f.stored]
        read = "{" + ", ".join(value) + "}" if "r" in reg.access and len(value) > 1 else \
            value[0] if "r" in reg.access else "32'h0"
        if stored and self.copy:
            assert len(stored) == len(reg.fields), f"{reg.name}: stored and other fields in one register"
            self.masks[word] = sum(f.mask for f in stored)
            read = f"copied_q ? 32'h0 : 32'h{reg.reset:x}" if reg.reset else "32'h0"
        self.words[f"{word:0{self.bits - 2}b}"] = read

    def add_field(self, f, port, select):
        data = f"wdata_i[{f.lsb + f.width - 1}:{f.lsb}]" if f.width > 1 else f"wdata_i[{f.lsb}]"
        if f.pulse:
            self.ports.append(("output logic", 1, f"{port}_o", "high in the cycle of the write"))
            self.strobes.append(f"{port}_o = we_i && {select} && {data}")
        if f.stored:
            self.ports.append(("output logic", f.width, f"{port}_o", ""))
            self.store.append((f"{port}_o", f"{f.width}'h{f.reset:x}", select, data))
            return f"{port}_o"
        if "r" in f.sw and not f.fixed:
            self.ports.append(("input  wire", f.width, f"{port}_i", ""))
            return f"{port}_i"
        return f"{f.width}'h{f.reset or 0:x}"

    def text(self):
        top = max(f.lsb + f.width for r in self.regs if not r.external for f in r.fields if f.stored or f.pulse) - 1
        first = [("input  wire", 1, "clk_i", ""), ("input  wire", 1, "rst_i", ""), ("input  wire", 1, "we_i", "")]
        if not self.copy:
            first.append(("input  wire", 1, "re_i", ""))
        first += [("input  wire", (self.bits - 1, 2), "addr_i", ""),
                  ("input  wire", 32 if self.copy else top + 1, "wdata_i", ""), ("output logic", 1, "hit_o", "")]
        first += [("input  wire", 5, "bit_i", ""), ("output logic", 1, "rbit_o", "")] if self.copy else \
            [("output logic", 32, "rdata_o", "")]
        out = ["// SPDX-License-Identifier: Apache-2.0", f"// {NOTICE}",
               f"// Registers of the {self.group} domain. we_i and re_i are strobes of one clock with the word address and "
               "wdata_i. hit_o (mapped)",
               "// follows without a clock. rbit_o: bit bit_i of the word whose address was there one clock ago and still is; unmapped: anything."
               if self.copy
               else "// follows without a clock, rdata_o one clock after re_i; it is 0 otherwise.", "`default_nettype none", "", f"module nic_regs_{self.group} ("]
        out += port_list(first + self.ports) + [");"]
        out += [f"    assign {s};" for s in self.strobes] + [""]
        return out + self.storage() + self.reading() + ["endmodule", "", "`default_nettype wire"]

    def storage(self):
        out = ["    always_ff @(posedge clk_i) begin"]
        for select in dict.fromkeys(s[2] for s in self.store):
            out += [f"        if (we_i && {select}) begin"]
            out += [f"            {s[0]} <= {s[3]};" for s in self.store if s[2] == select] + ["        end"]
        out += ["        if (rst_i) begin"] + [f"            {s[0]} <= {s[1]};" for s in self.store]
        return out + ["        end", "    end", ""]

    def reading(self):
        width = self.bits - 2
        out = ["    always_comb begin", "        casez (addr_i)"]
        out += [f"            {width}'b{word}: hit_o = 1'b1;" for word in self.words]
        out += ["            default: hit_o = 1'b0;", "        endcase", "    end", ""]
        if self.copy:
            out += self.copied()
        words = {w: f"word_{w.replace('?', 'x')}" if v != "32'h0" else v for w, v in self.words.items()}
        live = [w for w, v in words.items() if v != "32'h0"]
        if not self.copy:
            out += [f"    logic [31:0] {words[w]}_q;" for w in live] + ["    always_ff @(posedge clk_i) begin"]
            out += [f"        {words[w]}_q <= re_i && addr_i ==? {width}'b{w} ? {self.words[w]} : 32'h0;" for w in live]
            return out + ["    end", f"    assign rdata_o = {' | '.join(words[w] + '_q' for w in live)};"]
        out += [f"    wire [31:0] {words[w]} = {self.words[w]};" for w in live]
        words = {w: f"{v}[bit_i]" if v != "32'h0" else "1'b0" for w, v in words.items()}
        root = read_tree(words, width, "", out)
        return out + [f"    assign rbit_o = (copied_q && copy[bit_i] && mask[bit_i]) || {root};"]

    def copied(self):
        block, width = min(self.masks) >> 4, self.bits - 2
        assert all(word >> 4 == block for word in self.masks), "stored registers must share a block of 16 words"
        out = ["    // The words as they were written, and which of them were, since the last reset.",
               "    wire [31:0] copy;", f"    wire in_copy = addr_i[{self.bits - 1}:6] == {width - 4}'h{block:x};",
               "    nic_ram #(.WIDTH(32), .DEPTH(16), .BRAM(0)) u_copy (", "        .clk_w_i(clk_i),",
               "        .we_i(we_i && in_copy),", "        .waddr_i(addr_i[5:2]),", "        .wdata_i(wdata_i),",
               "        .clk_r_i(clk_i),", "        .re_i(1'b1),", "        .raddr_i(addr_i[5:2]),", "        .rdata_o(copy)", "    );", "",
               f"    logic [{len(self.masks) - 1}:0] written_q;", "    always_ff @(posedge clk_i) begin"]
        out += [f"        if (we_i && addr_i == {width}'h{word:x}) written_q[{i}] <= 1'b1;" for i, word in enumerate(self.masks)]
        out += ["        if (rst_i) written_q <= '0;", "    end", "", "    // Of the word whose address was there one clock ago, as copy is.",
                "    logic copied_d, copied_q;", "    always_ff @(posedge clk_i) copied_q <= copied_d;", "    logic [31:0] mask;",
                "    always_comb begin", "        case (addr_i)"]
        for i, (word, mask) in enumerate(self.masks.items()):
            out += [f"            {width}'h{word:x}: begin", f"                copied_d = written_q[{i}];",
                    f"                mask = 32'h{mask:08x};", "            end"]
        return out + ["            default: begin", "                copied_d = 1'b0;", "                mask = '0;",
                      "            end", "        endcase", "    end", ""]


def port_list(ports):
    out = []
    for i, (direction, width, name, text) in enumerate(ports):
        span = f"[{width[0]}:{width[1]}] " if isinstance(width, tuple) else f"[{width - 1}:0] " if width > 1 else ""
        comma = "," if i < len(ports) - 1 else ""
        out.append(f"    {direction} {span}{name}{comma}" + (f"   // {text}" if text else ""))
    return out


def read_tree(words, width, path, out):
    """A multiplexer tree over the address bits that tell the words apart; an unmapped address reads some word."""
    words = {w: v for w, v in words.items() if all(a in (b, "?") for a, b in zip(w, path))}
    if len(set(words.values())) == 1:
        return next(iter(words.values()))
    sides = [read_tree(words, width, path + bit, out) for bit in "01" if any(w[len(path)] in (bit, "?") for w in words)]
    if len(sides) == 1:
        return sides[0]
    name = f"tree_{path}x"
    out.append(f"    wire {name} = addr_i[{width + 1 - len(path)}] ? {sides[1]} : {sides[0]};")
    return name


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: regs_export.py RDL OUTPUT_ROOT")
    model = Model(sys.argv[1])
    files = {"rtl/mgmt/nic_regs_pkg.sv": sv_package(model), "rtl/mgmt/nic_regs_sys.sv": RegisterFile(model, "sys", True).text(),
             "rtl/mgmt/nic_regs_tx.sv": RegisterFile(model, "tx", False).text(),
             "rtl/mgmt/nic_regs_proc.sv": RegisterFile(model, "proc", False).text(), "host/include/nic_regs.h": c_header(model),
             "REGISTERS.md": page(model)}
    for path, lines in files.items():
        path = os.path.join(sys.argv[2], path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")


main()
