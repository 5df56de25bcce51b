# SPDX-License-Identifier: Apache-2.0
"""Frames with a VLAN tag over a packet socket: `vlan.py send|receive INTERFACE`, of every length that a tag leaves, in order."""

import socket
import sys

ETH_P_ALL = 3
LENGTHS = [60, 64, 65, 128, 512, 1024, 1513, 1514, 1517, 1518]  # without FCS; 1518 is the most that a tag allows
SOURCE = bytes.fromhex("020000000007")
HEAD = b"\xff" * 6 + SOURCE + b"\x81\x00\x60\x07\x88\xb5"  # priority 3, VLAN 7; EtherType for local experiments


def frame(length):
    return HEAD + bytes((length + i) & 0xff for i in range(length - len(HEAD)))


def receive(sock):
    """Gives the frames of SOURCE; the kernel tells a tag that it took out beside the data."""
    sock.setsockopt(263, 8, 1)  # SOL_PACKET, PACKET_AUXDATA
    sock.settimeout(10)
    print("ready", flush=True)
    for length in LENGTHS:
        while True:
            data, control, _, _ = sock.recvmsg(4096, 256)
            if data[6:12] == SOURCE:
                break
        if data[12:14] != b"\x81\x00":
            auxdata = control[0][2]
            data = data[:12] + b"\x81\x00" + int.from_bytes(auxdata[16:18], sys.byteorder).to_bytes(2, "big") + data[12:]
        if data != frame(length):
            sys.exit(f"vlan: frame of {length} octets came as {len(data)}: {data[:24].hex()}")


def main():
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.bind((sys.argv[2], ETH_P_ALL))
    if sys.argv[1] == "receive":
        receive(sock)
    else:
        for length in LENGTHS:
            sock.send(frame(length))


main()
