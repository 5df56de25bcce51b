# SPDX-License-Identifier: Apache-2.0
"""Compares what two ends of a cable captured: `captures.py NEAR FAR ADDRESS LEAST`.

Frames from and to the near interface, whose MAC address is given, must be the same in both, in each direction. Their order must be
the same within a flow; between flows the two kernels may write them down differently. A frame under 60 octets is as one that was
padded. Both captures do not begin and end in the same instant, so a flow may have up to two more at its ends. LEAST is how many
frames there must be in each direction.
"""

import collections
import struct
import sys

ENDS = 2


def frames(path):
    data = open(path, "rb").read()
    endian = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at + 16 <= len(data):
        kept, length = struct.unpack(endian + "II", data[at + 8:at + 16])
        if kept != length:
            sys.exit(f"captures: {path} has a frame of which only {kept} of {length} octets were kept")
        yield data[at + 16:at + 16 + kept].ljust(60, b"\0")
        at += 16 + kept


def flow(frame):
    """MAC header, protocol and addresses of IP."""
    parts = {b"\x08\x00": (frame[23:24], frame[26:34]), b"\x86\xdd": (frame[20:21], frame[22:54])}
    return (frame[:14], *parts.get(frame[12:14], ()))


def flows(capture):
    found = collections.defaultdict(list)
    for frame in capture:
        found[flow(frame)].append(frame)
    return found


def agree(near, far):
    """How many frames the two have in common, if they differ in nothing but their ends; else None."""
    for shift in sorted(range(-ENDS, ENDS + 1), key=abs):
        a, b = near[max(0, shift):], far[max(0, -shift):]
        common = min(len(a), len(b))
        if a[:common] == b[:common] and max(len(a), len(b)) - common <= ENDS:
            return common
    return None


def compare(what, near, far, least):
    near, far = flows(near), flows(far)
    total = 0
    for key in near.keys() | far.keys():
        common = agree(near[key], far[key])
        if common is None:
            first = next((i for i, (a, b) in enumerate(zip(near[key], far[key])) if a != b), "the last")
            sys.exit(f"captures: {len(near[key])} frames {what} near, {len(far[key])} far, the first to differ is {first}, "
                     f"of the flow {' '.join(part.hex() for part in key)}")
        total += common
    if total < least:
        sys.exit(f"captures: {total} frames {what} are in both, at least {least} wanted")
    print(f"{total} frames {what}")


def main():
    near, far = list(frames(sys.argv[1])), list(frames(sys.argv[2]))
    address, least = bytes.fromhex(sys.argv[3].replace(":", "")), int(sys.argv[4])
    for what, ours in (("sent", True), ("received", False)):
        compare(what, [f for f in near if (f[6:12] == address) == ours],
                [f for f in far if (f[6:12] == address) == ours], least)


main()
