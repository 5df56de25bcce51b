/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware on its target: the header of the image (nic.rdl, image), the start, and the loop. */
#ifdef __riscv
#include "firmware.h"

/* Length and CRC are filled in by image.py. The first word is `jal x0, boot`, which follows the header. */
__attribute__((section(".header"), used)) static const uint32_t header[NIC_IMAGE_BYTES / 4] = {
    0x6f | NIC_IMAGE_BYTES << 20, NIC_IMAGE_ID_MAGIC, FIRMWARE_VERSION, NIC_MAP_HASH, 0, 0};
_Static_assert(NIC_IMAGE_BYTES < 1 << 10 && NIC_IMAGE_BYTES % 4 == 0, "reached by one jump");

void loop(void);

__asm__(".section .boot, \"ax\"\n"
        "    la sp, stack_top\n"
        "    la a0, bss_start\n"
        "    la a1, bss_end\n"
        "1:  sw zero, 0(a0)\n"
        "    addi a0, a0, 4\n"
        "    bltu a0, a1, 1b\n"
        "    call loop\n"
        ".text\n");

void loop(void)
{
    static struct firmware firmware;
    firmware_start(&firmware);
    for (;;)
        firmware_step(&firmware);
}
#endif
