# SPDX-License-Identifier: Apache-2.0
# Frames of every length from 14 to 130 bytes, then in steps up to 1514, and VLAN tagged ones up to 1518, for record.sh.
import socket
import sys

interface = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
interface.bind((sys.argv[1], 0))
ADDRESSES = bytes.fromhex("02000000000b" "02000000000a")
EXPERIMENTAL = bytes.fromhex("88b5")  # local experimental EtherType 1
VLAN = bytes.fromhex("8100" "000a")


def frame(length, tag=b""):
    head = ADDRESSES + tag + EXPERIMENTAL
    return head + bytes((length + i) & 0xff for i in range(length - len(head)))


for length in list(range(14, 131)) + list(range(140, 1500, 17)) + list(range(1500, 1515)):
    interface.send(frame(length))
for length in list(range(18, 80)) + list(range(90, 1500, 101)) + list(range(1510, 1519)):
    interface.send(frame(length, VLAN))
