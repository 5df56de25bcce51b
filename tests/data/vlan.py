# SPDX-License-Identifier: Apache-2.0
# A VLAN interface for record.sh that needs no kernel module: `vlan.py DEVICE ID NAME` makes the TAP interface NAME and
# carries its frames over DEVICE with an 802.1Q tag. Runs until it is killed.
import fcntl
import os
import select
import socket
import struct
import sys

SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 0x10
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 2, 0x1000

device, vlan, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((device, 0))
wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)

while True:
    for ready in select.select([tap, wire], [], [])[0]:
        if ready == tap:
            frame = os.read(tap, 2048)
            wire.send(frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:])
            continue
        frame, ancillary, _, address = wire.recvmsg(2048, 256)
        if address[2] == socket.PACKET_OUTGOING:
            continue
        for level, kind, data in ancillary:  # the kernel hands the tag over beside the frame
            status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data[:20])
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA) and status & TP_STATUS_VLAN_VALID and tci & 0xfff == vlan:
                os.write(tap, frame)
