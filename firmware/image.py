# SPDX-License-Identifier: Apache-2.0
"""The firmware's image: length and CRC into its header, and the same as a C array. image.py PLAIN IMAGE C_FILE"""
import struct
import sys
import zlib

LENGTH, CRC = 16, 20  # nic.rdl, image


def main():
    with open(sys.argv[1], "rb") as f:
        image = bytearray(f.read())
    struct.pack_into("<II", image, LENGTH, len(image), 0)
    struct.pack_into("<I", image, CRC, zlib.crc32(image))
    with open(sys.argv[2], "wb") as f:
        f.write(image)
    rows = [", ".join(f"0x{byte:02x}" for byte in image[at:at + 16]) for at in range(0, len(image), 16)]
    with open(sys.argv[3], "w", encoding="utf-8") as f:
        f.write('#include "image.h"\n\nconst unsigned char firmware_image[] = {\n    ' + ",\n    ".join(rows) +
                f"}};\nconst unsigned firmware_image_bytes = {len(image)};\n")


main()
