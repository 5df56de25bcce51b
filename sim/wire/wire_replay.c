/* SPDX-License-Identifier: Apache-2.0 */
/* A capture played towards the MAC: padded to the minimum, with an FCS, at the recorded distances or back to back. */
#include "capture.h"
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct wire_port port;
    struct capture *capture;
    bool recorded_rate;
    uint32_t at;
    int error;
    uint8_t octets[WIRE_MAX_OCTETS];
};

static bool replay_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                        uint64_t *retry_ns)
{
    struct replay *r = (struct replay *)port;
    (void)now_ns;
    *retry_ns = UINT64_MAX;
    while (r->at < r->capture->count && r->capture->frames[r->at].length > WIRE_MAX_OCTETS - 4) {
        r->error = -EMSGSIZE;
        r->at++;
    }
    if (r->at == r->capture->count)
        return false;
    const struct capture_frame *f = &r->capture->frames[r->at++];
    uint32_t length = f->length < 60 ? 60 : f->length;
    memset(r->octets, 0, 60);
    memcpy(r->octets, f->octets, f->length);
    uint32_t fcs = wire_fcs(r->octets, length);
    for (unsigned i = 0; i < 4; i++)
        r->octets[length + i] = (uint8_t)(fcs >> 8 * i);
    *frame = (struct wire_frame){.octets = r->octets, .length = length + 4, .preamble_octets = 255};
    uint64_t first_ns = r->capture->frames[0].time_ns;
    if (r->recorded_rate && f->time_ns > first_ns)
        frame->sfd_ns = f->time_ns - first_ns;
    return true;
}

static int replay_close(struct wire_port *port)
{
    struct replay *r = (struct replay *)port;
    int error = r->error;
    capture_free(r->capture);
    free(r);
    return error;
}

static const struct wire_port_ops replay_ops = {.next = replay_next, .close = replay_close};

struct wire_port *wire_replay_create(const char *path, bool recorded_rate, char *error)
{
    struct capture *capture = capture_read(path, error);
    struct replay *r = capture ? calloc(1, sizeof *r) : NULL;
    if (!r) {
        capture_free(capture);
        return NULL;
    }
    r->port.ops = &replay_ops;
    r->capture = capture;
    r->recorded_rate = recorded_rate;
    return &r->port;
}
