/* SPDX-License-Identifier: Apache-2.0 */
/* Shared parts of the tests of driver, NDIS and core model, see cosim.h. */
#include "cosim.h"

#include "nic_oid.h"
#include "nic_regs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_MARGIN 128
#define QUIET_NS      20000000ull
#define GIVE_UP_NS    30000000000ull

uint64_t cosim_seed(void)
{
    const char *text = getenv("SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : 1;
    for (const char *name = tcase_name(); *name; name++)
        seed = nic_seed_mix(seed ^ (uint8_t)*name);
    return seed >> 1;
}

uint32_t cosim_draw(struct cosim *c, uint32_t n)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 7;
    c->random ^= c->random << 17;
    return (uint32_t)((c->random >> 20) % n);
}

/* ---- what the machine reports ---- */

static void moved(struct cosim *c)
{
    c->progress = true;
    c->progress_ns = machine_now_ns(&c->machine);
}

static uint32_t cost(const struct cosim *c, uint32_t number)
{
    return c->frames[number].length < 60 ? 60 : c->frames[number].length;
}

static void arrived(struct cosim *c, uint32_t number)
{
    uint32_t bytes = cost(c, number);
    c->under_way_bytes -= bytes < c->under_way_bytes ? bytes : c->under_way_bytes;
}

static void completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct cosim *c = context;
    ck_assert_uint_lt(number, c->count);
    if (number != c->expected_completion)
        c->completions_out_of_order++;
    c->expected_completion = (uint32_t)number + 1;
    c->completions[number]++;
    c->status[number] = status;
    c->completed++;
    c->succeeded += status == NDIS_STATUS_SUCCESS;
    if (status != NDIS_STATUS_SUCCESS)
        arrived(c, (uint32_t)number);
    moved(c);
}

static void received(void *context, const UCHAR *octets, UINT length)
{
    struct cosim *c = context;
    c->received++;
    moved(c);
    if (c->match) {
        uint32_t number = match_take(c->match, octets, length);
        if (number != MATCH_NONE)
            arrived(c, number);
    }
}

static void tap_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct cosim *c = (struct cosim *)((char *)port - offsetof(struct cosim, tap));
    if (c->wire_count < COSIM_FRAMES)
        c->wire[c->wire_count++] = (struct cosim_wire){
            .sfd_ns = frame->sfd_ns,
            .length = frame->length,
            .gap = frame->gap_octets,
            .crc = wire_fcs(frame->octets, frame->length),
            .fcs_ok = frame->fcs_ok,
            .error = frame->error,
            .preamble = frame->preamble_octets,
        };
    if (c->inner->ops->transmitted)
        c->inner->ops->transmitted(c->inner, frame);
}

static bool tap_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                     uint64_t *retry_ns)
{
    struct cosim *c = (struct cosim *)((char *)port - offsetof(struct cosim, tap));
    *retry_ns = UINT64_MAX;
    return c->inner->ops->next && c->inner->ops->next(c->inner, now_ns, frame, retry_ns);
}

static const struct wire_port_ops tap_ops = {.transmitted = tap_transmitted, .next = tap_next};

/* ---- a test's life ---- */

void cosim_init(struct cosim *c)
{
    memset(c, 0, sizeof *c);
    c->tap.ops = &tap_ops;
    c->inner = wire_loopback_create();
    c->wire = calloc(COSIM_FRAMES, sizeof *c->wire);
    c->batch = 8;
    uint64_t seed = cosim_seed();
    c->random = seed | 1;
    c->options = (struct machine_options){
        .device = "core",
        .seed = seed,
        .verify = true,
        .wire = &c->tap,
        .handlers = {.context = c, .completed = completed, .received = received},
    };
}

void cosim_frames(struct cosim *c, uint32_t count, uint32_t min, uint32_t max)
{
    static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0b};
    ck_assert_uint_le(count, COSIM_FRAMES);
    c->count = count;
    c->frames = calloc(count, sizeof *c->frames);
    c->storage = malloc((size_t)count * (max < 18 ? 18 : max));
    c->completions = calloc(count, 1);
    c->status = calloc(count, sizeof *c->status);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *octets = c->storage + (size_t)i * (max < 18 ? 18 : max);
        uint32_t length = min + cosim_draw(c, max - min + 1);
        wire_pattern_fill(octets, length < 18 ? 18 : length, destination, c->options.seed, i);
        c->frames[i] = (struct capture_frame){.octets = octets, .length = length};
    }
    c->match = match_create(c->frames, count);
}

void cosim_start(struct cosim *c)
{
    const char *folder = getenv("COSIM_TRACE");
    char path[300];
    uint32_t buffers;
    if (folder && *folder) {
        snprintf(path, sizeof path, "%s/%s.fst", folder, tcase_name());
        c->options.core.trace_path = path;
        printf("waveform: %s\n", path);
    }
    if (machine_start(&c->machine, &c->options) != 0)
        ck_abort_msg("%s", c->machine.message);
    c->options.core.trace_path = NULL;
    ck_assert(machine_read(&c->machine, NIC_BUFFERS_ADDR, &buffers, 1));
    c->window_bytes =
        ((buffers & NIC_BUFFERS_RX_MASK) >> NIC_BUFFERS_RX_SHIFT) * 256 - BUFFER_MARGIN;
    c->progress_ns = machine_now_ns(&c->machine);
}

void cosim_stop(struct cosim *c)
{
    unsigned assertions = c->machine.core ? core_model_assertions(c->machine.core) : 0;
    machine_stop(&c->machine);
    wire_port_close(c->inner);
    match_free(c->match);
    free(c->frames);
    free(c->storage);
    free(c->completions);
    free(c->status);
    free(c->wire);
    ck_assert_msg(assertions == 0, "%u assertions of the RTL failed", assertions);
    ck_assert_msg(c->machine.findings == 0, "%u findings of the verifier", c->machine.findings);
}

/* ---- traffic ---- */

bool cosim_send(struct cosim *c)
{
    struct sender_frame frames[SENDER_BATCH];
    uint32_t most = 1 + cosim_draw(c, c->batch), n = 0;
    enum sender_call call = cosim_draw(c, 2) ? SENDER_NDIS_SEND : SENDER_NDIS_SEND_PACKETS;
    uint32_t room = SENDER_PACKETS - sender_outstanding(c->machine.sender);
    if (most > room)
        most = room;
    while (n < most && c->sent + n < c->count) {
        uint32_t bytes = cost(c, c->sent + n);
        if (!c->no_window && c->under_way_bytes && c->under_way_bytes + bytes > c->window_bytes)
            break;
        c->under_way_bytes += bytes;
        frames[n] = (struct sender_frame){.octets = c->frames[c->sent + n].octets,
                                          .length = c->frames[c->sent + n].length,
                                          .number = c->sent + n};
        n++;
    }
    if (!n)
        return false;
    c->sent += n;
    ck_assert_uint_eq(sender_send(c->machine.sender, frames, n, call), n);
    return true;
}

bool cosim_carry(struct cosim *c, uint64_t for_ns)
{
    uint64_t end_ns = for_ns == UINT64_MAX ? UINT64_MAX : machine_now_ns(&c->machine) + for_ns;
    for (;;) {
        while (cosim_send(c))
            ;
        bool out = sender_outstanding(c->machine.sender) != 0;
        uint64_t until_ns = c->progress_ns + (out ? GIVE_UP_NS : QUIET_NS);
        c->progress = false;
        if (until_ns > end_ns)
            until_ns = end_ns;
        if (machine_run(&c->machine, &c->progress, until_ns))
            continue;
        if (machine_now_ns(&c->machine) >= end_ns)
            return false;
        ck_assert_msg(!out, "%u frames are not completed after %llu ms",
                      sender_outstanding(c->machine.sender),
                      (unsigned long long)(GIVE_UP_NS / 1000000));
        if (c->sent == c->count)
            return true;
        c->under_way_bytes = 0; /* lost ones will not come */
        c->progress_ns = machine_now_ns(&c->machine);
    }
}

bool cosim_connected(struct cosim *c)
{
    ULONG state = 0;
    ck_assert_int_eq(
        sender_query(c->machine.sender, OID_GEN_MEDIA_CONNECT_STATUS, &state, sizeof state, NULL),
        NDIS_STATUS_SUCCESS);
    return state == NdisMediaStateConnected;
}

bool cosim_link_becomes(struct cosim *c, bool up, unsigned ms)
{
    static volatile bool never;
    for (unsigned i = 0; i < 4 * ms && cosim_connected(c) != up; i++)
        machine_run(&c->machine, &never, machine_now_ns(&c->machine) + 250000);
    return cosim_connected(c) == up;
}

void cosim_check(struct cosim *c, bool all)
{
    const struct match_counts *m = match_counts(c->match);
    for (uint32_t i = 0; i < c->count; i++)
        ck_assert_msg(c->completions[i] == 1, "frame %u was completed %u times", i,
                      c->completions[i]);
    ck_assert(c->any_order || c->completions_out_of_order == 0);
    ck_assert_uint_eq(m->duplicated, 0);
    ck_assert_uint_eq(m->foreign, 0);
    ck_assert_uint_eq(m->out_of_order, 0);
    if (!all)
        return;
    ck_assert_uint_eq(c->succeeded, c->count);
    ck_assert_uint_eq(c->wire_count, c->count);
    ck_assert_uint_eq(m->matched, c->count);
    for (uint32_t i = 0; i < c->wire_count; i++) {
        ck_assert_msg(c->wire[i].fcs_ok && !c->wire[i].error && c->wire[i].preamble == 7 &&
                          c->wire[i].gap >= 12,
                      "frame %u on the wire: FCS %d, error %d, preamble %u, gap %u", i,
                      c->wire[i].fcs_ok, c->wire[i].error, c->wire[i].preamble, c->wire[i].gap);
        ck_assert_uint_eq(c->wire[i].length, cost(c, i) + 4);
    }
}

void cosim_counters(struct cosim *c, uint32_t counters[64])
{
    memset(counters, 0, 64 * sizeof *counters);
    ck_assert_int_eq(sender_query(c->machine.sender, OID_HILNIC_COUNTERS, counters,
                                  4 * (NIC_COUNTER_MAX + 1), NULL),
                     NDIS_STATUS_SUCCESS);
}

/* ---- running ---- */

static void repeat_with_trace(SRunner *runner, const char *program)
{
    char command[600], folder[] = "build/waves";
    TestResult **failures = srunner_failures(runner);
    int n = srunner_ntests_failed(runner);
    snprintf(command, sizeof command, "%s-trace", program);
    if (getenv("COSIM_TRACE") || access(command, X_OK) != 0)
        return;
    mkdir("build", 0777);
    mkdir(folder, 0777);
    for (int i = 0; i < n; i++) {
        printf("once more with a waveform: %s\n", tr_tcname(failures[i]));
        fflush(stdout);
        snprintf(command, sizeof command,
                 "COSIM_TRACE=%s CK_RUN_CASE='%s' timeout 300 %s-trace 2>&1 | grep -v '%%: Checks'",
                 folder, tr_tcname(failures[i]), program);
        if (system(command) != 0)
            printf("%s-trace could not be run\n", program);
    }
    free(failures);
}

int cosim_main(Suite *suite, const char *program)
{
    const char *seed = getenv("SEED");
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    if (failed) {
        printf("SEED=%s\n", seed ? seed : "1");
        repeat_with_trace(runner, program);
    }
    srunner_free(runner);
    return failed ? 1 : 0;
}
