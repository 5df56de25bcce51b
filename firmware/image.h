/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's image as a C array, generated when the host's programs are built. */
#ifndef FIRMWARE_IMAGE_H
#define FIRMWARE_IMAGE_H

extern const unsigned char firmware_image[];
extern const unsigned firmware_image_bytes;

#endif
