/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic doctor: the quick look at a device, from USB to a plug on the cable, each step with a verdict and, when it fails, what to try
 * next. The same on a model and on a board. Steps behind a failed one that they stand on are left out.
 */
#include "bringup.h"
#include "replay.h"
#include "tool.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES   100
#define SHORTEST 60

/* ---- frames ---- */

static bool capture_make(struct capture *c, uint64_t seed)
{
    static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0d};
    uint32_t longest = 1514;
    c->count = FRAMES;
    c->frames = calloc(FRAMES, sizeof *c->frames);
    c->storage = calloc(FRAMES, longest);
    for (uint32_t i = 0; i < FRAMES && c->frames && c->storage; i++) {
        uint32_t length = SHORTEST + i * (longest - SHORTEST) / (FRAMES - 1);
        wire_pattern_fill(c->storage + i * longest, length, destination, seed, i);
        c->frames[i] = (struct capture_frame){.octets = c->storage + i * longest, .length = length};
    }
    return c->frames && c->storage;
}

static void check_frames(struct bringup *d, const char *step, bool inside, const char *next)
{
    struct capture capture = {0};
    struct replay_result r;
    struct options o = *d->options;
    o.loopback = inside;
    o.rate = "max";
    o.output = NULL;
    int code = EXIT_FAILED;
    if (capture_make(&capture, o.seed))
        code = replay_run(&o, step, &capture, &r, NULL);
    free(capture.frames);
    free(capture.storage);
    if (code)
        bringup_tell(d, FAIL, step, next, "it could not be run");
    else if (replay_good(&r))
        bringup_tell(d, PASS, step, NULL,
                     "%u frames of %u to 1514 octets, %.0f frames/s of %s time", r.received,
                     SHORTEST, (double)r.received / (o.usb ? r.wall_s : 1e-9 * (double)r.model_ns),
                     o.usb ? "real" : "its");
    else
        bringup_tell(
            d, FAIL, step, next,
            "of %u frames %u completed well, %u with an error, %u came back: %u lost, %u doubled, "
            "%u out of order, "
            "%u damaged",
            r.sent, r.completed_ok, r.completed_error, r.received, r.lost, r.duplicated,
            r.out_of_order, r.corrupted);
}

int command_doctor(const struct options *o)
{
    struct bringup d = {.options = o, .steps = o->json ? json_array() : NULL};
    if (!strcmp(o->device, "null"))
        return complain(EXIT_USAGE, "the null device has nothing to look at");
    int code = bringup_look(&d);
    if (!code && !d.failed) {
        check_frames(&d, "loopback", true,
                     "the bitstream's timing report, then the RTL: no pin takes part in this");
        if (!d.failed && !o->loopback)
            check_frames(
                &d, "plug", false,
                "hilnic selftest; put a loopback plug on the cable, or leave this step out "
                "by --loopback; then pins, delays and clocks between FPGA and PHY");
    }
    return bringup_end(&d, code);
}
