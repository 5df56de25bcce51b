/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered frames that should come back, see traffic.h. */
#include "traffic.h"

#include "nic_oid.h"

#include <string.h>

#define STALLS  3
#define BATCH   8
#define OUTSIDE UINT32_MAX /* the number of a frame of traffic_one */

static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0d};

static void completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct traffic *t = context;
    (void)number;
    t->completed++;
    t->refused += status != NDIS_STATUS_SUCCESS;
    nic_platform_flag_set(t->machine->platform, &t->progress);
}

static uint32_t length_of(const struct traffic *t, uint32_t number)
{
    return t->shortest + number * (t->longest - t->shortest) / (t->count > 1 ? t->count - 1 : 1);
}

static void right(struct traffic *t, uint32_t number)
{
    if (t->seen[number]) {
        t->doubled++;
        return;
    }
    t->seen[number] = true;
    t->ok++;
    t->octets += length_of(t, number) + 4;
    t->reordered += number + 1 < t->highest;
    if (number + 1 > t->highest)
        t->highest = number + 1;
    histogram_add(&t->latency, machine_now_ns(t->machine) - t->sent_ns[number]);
}

static void received(void *context, const UCHAR *octets, UINT length)
{
    struct traffic *t = context;
    uint32_t number = OUTSIDE;
    int pattern = wire_pattern_check(octets, length, t->seed, &number);
    if (pattern == -1 || memcmp(octets, destination, 6))
        return; /* somebody else's */
    if (pattern == 0 && number < t->sent && length == length_of(t, number)) {
        right(t, number);
    } else {
        /* Of a damaged one the number may be wrong: it is taken for what its length says, if that is of a frame at all. */
        number = octets[14] | (uint32_t)octets[15] << 8 | (uint32_t)octets[16] << 16;
        uint32_t wanted = number < t->sent ? length_of(t, number) : length;
        t->shorter += length < wanted;
        t->longer += length > wanted;
        t->damaged += length == wanted;
    }
    nic_platform_flag_set(t->machine->platform, &t->progress);
}

struct sender_handlers traffic_handlers(struct traffic *t)
{
    return (struct sender_handlers){.context = t, .completed = completed, .received = received};
}

static uint32_t came(const struct traffic *t)
{
    return t->ok + t->shorter + t->longer + t->damaged;
}

static uint32_t under_way(const struct traffic *t)
{
    uint32_t back = came(t) + t->forgiven;
    uint32_t least = t->completed < back ? t->completed : back;
    return t->sent > least ? t->sent - least : 0;
}

/* A frame that is never asked for again needs room in the receive buffer. */
static uint32_t fits(struct machine *m, uint32_t longest)
{
    uint32_t bytes, frames, fit;
    if (!machine_rx_room(m, &bytes, &frames))
        return 1;
    fit = bytes / (longest + 20) < frames ? bytes / (longest + 20) : frames - 1;
    return fit < 1 ? 1 : fit;
}

static void send_some(struct traffic *t)
{
    struct sender_frame frames[BATCH];
    uint32_t most = t->window - under_way(t);
    most = most > t->count - t->sent ? t->count - t->sent : most;
    most = most > BATCH ? BATCH : most;
    for (uint32_t i = 0; i < most; i++) {
        uint32_t number = t->sent + i;
        uint8_t *octets = t->ring[number % TRAFFIC_WINDOW];
        wire_pattern_fill(octets, length_of(t, number), destination, t->seed, number);
        t->sent_ns[number] = machine_now_ns(t->machine);
        frames[i] = (struct sender_frame){
            .octets = octets, .length = length_of(t, number), .number = number};
    }
    /* The first ones may be back before the call is. */
    t->sent += most;
    t->sent -= most - sender_send(t->machine->sender, frames, most, SENDER_BY_MINIPORT);
}

static bool counters(struct traffic *t, ULONG *words)
{
    return sender_query(t->machine->sender, OID_HILNIC_COUNTERS, words,
                        sizeof(ULONG) * (NIC_COUNTER_MAX + 1), NULL) == NDIS_STATUS_SUCCESS;
}

static void count_errors(struct traffic *t, const ULONG *a, const ULONG *b)
{
#define MOVED(name) (b[NIC_COUNTER_##name] - a[NIC_COUNTER_##name])
    t->bad_fcs = MOVED(RX_FCS_ERRORS) + MOVED(RX_ALIGN_ERRORS);
    t->bad_length =
        MOVED(RX_UNDERSIZE) + MOVED(RX_FRAGMENTS) + MOVED(RX_OVERSIZE) + MOVED(RX_JABBERS);
    t->symbol = MOVED(RX_SYMBOL_ERRORS);
    t->overflow = MOVED(RX_DROP_OVERFLOW);
#undef MOVED
}

static void carry(struct traffic *t, uint64_t stall_ns)
{
    struct machine *m = t->machine;
    unsigned stalls = 0;
    machine_enter(m);
    while (stalls < STALLS) {
        uint32_t before;
        do {
            before = t->sent;
            if (t->sent < t->count && under_way(t) < t->window)
                send_some(t);
        } while (t->sent != before);
        if (t->sent == t->count && !under_way(t))
            break;
        t->progress = false;
        machine_leave(m);
        bool moved = machine_run(m, &t->progress, machine_now_ns(m) + stall_ns);
        machine_enter(m);
        if (!moved) {
            stalls++;
            t->forgiven = t->sent - came(t);
        }
    }
    machine_leave(m);
}

void traffic_run(struct traffic *t, uint32_t count, uint32_t shortest, uint32_t longest,
                 uint32_t window, uint64_t stall_ns)
{
    ULONG before[NIC_COUNTER_MAX + 1] = {0}, after[NIC_COUNTER_MAX + 1] = {0};
    struct machine *m = t->machine;
    uint64_t seed = t->seed;
    uint32_t fit = fits(m, longest);
    machine_enter(m);
    memset(t, 0, sizeof *t);
    t->machine = m;
    t->seed = seed + 1; /* what is left of the run before is none of this one's */
    t->count = count < TRAFFIC_MOST ? count : TRAFFIC_MOST;
    t->shortest = shortest;
    t->longest = longest;
    t->window = window < TRAFFIC_WINDOW ? window : TRAFFIC_WINDOW;
    t->window = t->window < fit ? t->window : fit;
    machine_leave(m);
    counters(t, before);
    uint64_t start_ns = machine_now_ns(m);
    carry(t, stall_ns);
    t->ns = machine_now_ns(m) - start_ns;
    if (counters(t, after))
        count_errors(t, before, after);
    t->lost = t->sent > came(t) ? t->sent - came(t) : 0;
}

bool traffic_good(const struct traffic *t)
{
    return t->ok == t->count && !t->refused && !t->doubled && !t->reordered && !t->bad_fcs &&
           !t->bad_length && !t->symbol && !t->overflow && came(t) == t->ok;
}

bool traffic_one(struct traffic *t, const uint8_t *octets, uint32_t length, uint64_t wait_ns)
{
    static volatile bool never;
    struct machine *m = t->machine;
    struct sender_frame frame = {.octets = octets, .length = length, .number = OUTSIDE};
    uint32_t before = t->completed, refused = t->refused;
    bool taken, over = false;
    machine_enter(m);
    taken = sender_send(m->sender, &frame, 1, SENDER_BY_MINIPORT) == 1;
    while (taken && !over) {
        t->progress = false;
        over = t->completed != before;
        machine_leave(m);
        if (!over && !machine_run(m, &t->progress, machine_now_ns(m) + wait_ns)) {
            machine_enter(m);
            break;
        }
        machine_enter(m);
    }
    machine_leave(m);
    machine_run(m, &never, machine_now_ns(m) + wait_ns / 16);
    return over && t->refused == refused;
}
