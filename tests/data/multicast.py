# SPDX-License-Identifier: Apache-2.0
# Multicast for record.sh: `listen SECONDS` joins an IPv4 and an IPv6 group, `send COUNT` sends datagrams of many sizes to both.
import socket
import struct
import sys
import time

GROUP4, GROUP6, PORT = "233.252.0.1", "ff0e::db8:1", 5004
INTERFACE = "eth0"


def listen(seconds):
    four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    four.bind(("", PORT))
    index = socket.if_nametoindex(INTERFACE)
    four.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                    struct.pack("4s4si", socket.inet_aton(GROUP4), socket.inet_aton("0.0.0.0"), index))
    six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                   socket.inet_pton(socket.AF_INET6, GROUP6) + struct.pack("I", index))
    time.sleep(seconds)


def send(count):
    four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(INTERFACE))
    for i in range(count):
        data = bytes(i % 251 for _ in range(1 + i * 36))
        four.sendto(data[:1472], (GROUP4, PORT))
        six.sendto(data[:1452], (GROUP6, PORT))
        time.sleep(0.005)


if sys.argv[1] == "listen":
    listen(float(sys.argv[2]))
else:
    send(int(sys.argv[2]))
