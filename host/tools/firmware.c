/* SPDX-License-Identifier: Apache-2.0 */
/* Which image the device's processor gets: --firmware. The driver looks at what is in it. */
#include "image.h"
#include "machine.h"
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static unsigned char file_image[MACHINE_FIRMWARE_MOST + 1];

static int image_read(const char *path, struct machine_options *m)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return complain(EXIT_FAILED, "%s cannot be opened: %s", path, strerror(errno));
    size_t bytes = fread(file_image, 1, sizeof file_image, file);
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (error)
        return complain(EXIT_FAILED, "%s cannot be read: %s", path, strerror(error));
    if (!bytes)
        return complain(EXIT_FAILED, "%s is no firmware image: it is empty", path);
    if (bytes > MACHINE_FIRMWARE_MOST)
        return complain(EXIT_FAILED, "%s is no firmware image: it has more than %u bytes", path,
                        MACHINE_FIRMWARE_MOST);
    m->firmware_asked = true;
    m->firmware = file_image;
    m->firmware_bytes = (unsigned)bytes;
    return EXIT_DONE;
}

int firmware_choose(const struct options *o, struct machine_options *m)
{
    if (o->firmware && !strcmp(o->firmware, "none"))
        return EXIT_DONE;
    if (o->firmware)
        return image_read(o->firmware, m);
    if (o->mbps)
        return EXIT_DONE; /* a speed that was asked for is set, not negotiated */
    m->firmware = firmware_image;
    m->firmware_bytes = firmware_image_bytes;
    return EXIT_DONE;
}
