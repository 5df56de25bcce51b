/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix of section 6 of the requirements for the send side: how often the miniport refuses x what it answers then and
 * when it completes x call x entry point x model x bindings. The oracle is the same in every cell: each packet back exactly
 * once, with the right status, at the right binding, in the right order at the miniport, not touched afterwards, none left
 * at halt.
 */
#include "ndis_rig.h"

enum behaviour {
    ANSWER_SUCCESS,
    ANSWER_FAILURE,
    ANSWER_OTHER,
    PENDING_INSIDE,
    PENDING_DPC,
    PENDING_THREAD,
    PENDING_RESET,
    REFUSED_UNTIL_RESET,
    PENDING_HALT, /* from here on it ends with the adapter */
    PENDING_NEVER,
    REFUSED_UNTIL_HALT,
    BEHAVIOURS
};

static const char *const behaviour_names[] = {"SUCCESS",
                                              "FAILURE",
                                              "other",
                                              "PENDING inside",
                                              "PENDING from DPC",
                                              "PENDING from another thread",
                                              "PENDING until reset",
                                              "RESOURCES until reset",
                                              "PENDING until halt",
                                              "PENDING for ever",
                                              "RESOURCES until halt"};

/* Before that, each packet of a serialized miniport, and so many in a row of a deserialized one. */
enum { REFUSALS = 3 };
static const unsigned refusal_counts[REFUSALS] = {0, 3, 1}; /* the last one not with threads */

enum { CALLS = 4, ROWS = REFUSALS * CALLS * 2 * 2 * 2 };
static const unsigned call_lengths[CALLS] = {0, 1, 2, 64}; /* 0: NdisSend */

#define SINGLE_SENDS 3
#define PACKETS_MAX  64
#define OTHER_STATUS ((NDIS_STATUS)0xC0012345)
#define FINAL_STATUS NDIS_STATUS_INVALID_DATA

static struct {
    enum behaviour behaviour;
    unsigned refusals, call;
    bool arrays, deserialized;
    unsigned bindings;
    char name[200];
} cell;

static struct rig r;
static unsigned refusals_left;
static unsigned back[2][PACKETS_MAX]; /* how often each packet came back, by result or callback */
static NDIS_STATUS status_of[2][PACKETS_MAX];
static unsigned back_count, answered_count; /* atomic; answered: for good */
static NDIS_STATUS expected[2][PACKETS_MAX];
static unsigned expected_findings;

static bool is_refused_for_good(void)
{
    return cell.behaviour == REFUSED_UNTIL_RESET || cell.behaviour == REFUSED_UNTIL_HALT;
}

static NDIS_STATUS status_at_the_end(void)
{
    switch (cell.behaviour) {
    case ANSWER_SUCCESS:
        return NDIS_STATUS_SUCCESS;
    case ANSWER_FAILURE:
        return NDIS_STATUS_FAILURE;
    case ANSWER_OTHER:
        return OTHER_STATUS;
    case PENDING_NEVER:
    case REFUSED_UNTIL_RESET:
    case REFUSED_UNTIL_HALT:
        return NDIS_STATUS_REQUEST_ABORTED;
    default:
        return FINAL_STATUS;
    }
}

/* What the verifier has to say: a deserialized miniport answers PENDING, and completes arrays with what is final; what is
 * never completed is named at the halt. */
static void expect(PNDIS_PACKET packet, NDIS_STATUS answer)
{
    uint32_t number = nic_script_number(packet);

    if (cell.deserialized || answer != NDIS_STATUS_RESOURCES)
        __atomic_fetch_add(&answered_count, 1, __ATOMIC_SEQ_CST);
    if (cell.deserialized && answer == NDIS_STATUS_RESOURCES)
        expected[number / 1000000u][number % 1000000u] = answer;
    if (cell.deserialized && answer != NDIS_STATUS_PENDING)
        expected_findings += !cell.arrays || answer == NDIS_STATUS_RESOURCES;
    expected_findings += answer == NDIS_STATUS_PENDING && cell.behaviour == PENDING_NEVER;
}

static struct nic_script_step cell_step(void *context, PNDIS_PACKET packet)
{
    static const enum nic_script_when whens[BEHAVIOURS] = {
        [PENDING_INSIDE] = NIC_WHEN_INSIDE, [PENDING_DPC] = NIC_WHEN_DPC,
        [PENDING_THREAD] = NIC_WHEN_MANUAL, [PENDING_RESET] = NIC_WHEN_RESET,
        [PENDING_HALT] = NIC_WHEN_HALT,     [PENDING_NEVER] = NIC_WHEN_NEVER,
    };
    struct nic_script_step step = {
        .answer = NDIS_STATUS_PENDING, .when = whens[cell.behaviour], .final = FINAL_STATUS};

    (void)context;
    if (refusals_left > 0) {
        refusals_left--;
        step = (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES, .available = true};
    } else if (is_refused_for_good()) {
        step = (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES};
    } else {
        refusals_left = cell.refusals;
        if (cell.behaviour <= ANSWER_OTHER)
            step.answer = status_at_the_end();
    }
    expect(packet, step.answer);
    return step;
}

/* The packet is ours: spoil its data and free it, so that a later look at it shows. */
static void came_back(unsigned binding, PNDIS_PACKET packet, NDIS_STATUS status)
{
    uint32_t number = nic_script_number(packet) - binding * 1000000u;
    PVOID address;
    UINT length;

    ck_assert_msg(number < PACKETS_MAX, "%s: packet %u came to binding %u", cell.name,
                  nic_script_number(packet), binding);
    back[binding][number]++;
    status_of[binding][number] = status;
    NdisQueryBuffer(packet->Private.Head, &address, &length);
    memset(address, 0xEE, length);
    nic_script_packet_free(&r.protocols[binding], packet);
    __atomic_fetch_add(&back_count, 1, __ATOMIC_SEQ_CST);
}

static void on_complete(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    came_back((unsigned)((struct nic_script_protocol *)context - r.protocols), packet, status);
}

static unsigned send_cell(void)
{
    unsigned each = call_lengths[cell.call] ? call_lengths[cell.call] : SINGLE_SENDS;

    for (unsigned b = 0; b < cell.bindings; b++) {
        PNDIS_PACKET packets[PACKETS_MAX];
        for (unsigned i = 0; i < each; i++) {
            packets[i] = nic_script_packet(&r.protocols[b], 60);
            ck_assert_ptr_nonnull(packets[i]);
        }
        if (cell.call) {
            nic_script_send_array(&r.protocols[b], packets, each);
            continue;
        }
        for (unsigned i = 0; i < each; i++) {
            NDIS_STATUS status = nic_script_send(&r.protocols[b], packets[i]);
            if (status != NDIS_STATUS_PENDING)
                came_back(b, packets[i], status);
        }
    }
    return each * cell.bindings;
}

static void *release_all(void *context)
{
    (void)context;
    while (nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1))
        ;
    return NULL;
}

static void let_it_happen(unsigned count)
{
    pthread_t thread;
    NDIS_STATUS status;

    rig_run(&r, 1000);
    for (unsigned i = 0; i < 5000 && !is_refused_for_good() &&
                         __atomic_load_n(&answered_count, __ATOMIC_SEQ_CST) < count;
         i++)
        rig_run(&r, 1000);
    if (cell.behaviour == PENDING_THREAD) {
        pthread_create(&thread, NULL, release_all, NULL);
        pthread_join(thread, NULL);
    } else if (cell.behaviour == PENDING_RESET || cell.behaviour == REFUSED_UNTIL_RESET) {
        NdisReset(&status, r.protocols[0].binding);
        ck_status(status, NDIS_STATUS_PENDING);
    }
    for (unsigned i = 0; i < 1000 && cell.behaviour < PENDING_HALT &&
                         __atomic_load_n(&back_count, __ATOMIC_SEQ_CST) < count;
         i++) {
        rig_run(&r, 1000);
        if (cell.behaviour == PENDING_THREAD) /* what was answered, but not yet there */
            release_all(NULL);
    }
}

/* First sight of every packet at the miniport is in the order of submission; again only the one
 * refused last. */
static void check_order(void)
{
    uint32_t last = 0, refused = UINT32_MAX;
    bool any = false;

    for (size_t i = 0; i < r.trace.count; i++) {
        const struct nic_trace_event *event = &r.trace.events[i];
        if (event->kind == NIC_TRACE_GIVEN) {
            ck_assert_msg(refused == UINT32_MAX || event->packet == refused,
                          "%s: after refusing %u came %u", cell.name, refused, event->packet);
            ck_assert_msg(!any || event->packet > last || event->packet == refused,
                          "%s: %u after %u", cell.name, event->packet, last);
            last = event->packet;
            any = true;
        } else if (event->kind == NIC_TRACE_ANSWER) {
            refused = event->value == (uint32_t)NDIS_STATUS_RESOURCES && !cell.deserialized
                          ? event->packet
                          : UINT32_MAX;
        }
    }
}

static void check_cell(unsigned count)
{
    unsigned each = count / cell.bindings;

    ck_assert_msg(back_count == count, "%s: %u of %u packets came back", cell.name, back_count,
                  count);
    for (unsigned b = 0; b < cell.bindings; b++) {
        for (unsigned i = 0; i < each; i++) {
            ck_assert_msg(back[b][i] == 1, "%s: packet %u of binding %u came back %u times",
                          cell.name, i, b, back[b][i]);
            ck_assert_msg(status_of[b][i] == expected[b][i], "%s: packet %u with %08x", cell.name,
                          i, (unsigned)status_of[b][i]);
        }
    }
    check_order();
}

static void run_cell(unsigned flags)
{
    struct nic_script_miniport like = {.next = cell_step,
                                       .arrays = cell.arrays,
                                       .deserialized = cell.deserialized,
                                       .max_packets = 16};
    unsigned count;

    memset(back, 0, sizeof(back));
    back_count = 0;
    refusals_left = cell.refusals;
    expected_findings = answered_count = 0;
    for (unsigned i = 0; i < PACKETS_MAX; i++)
        expected[0][i] = expected[1][i] = status_at_the_end();
    rig_start(&r, &like, cell.bindings, flags, 0);
    for (unsigned b = 0; b < cell.bindings; b++) {
        r.protocols[b].completed = on_complete;
        r.protocols[b].context = &r.protocols[b];
    }
    count = send_cell();
    let_it_happen(count);
    if (cell.behaviour < PENDING_HALT)
        ck_assert_msg(rig_statistics(&r).outstanding == 0 && rig_statistics(&r).waiting == 0,
                      "%s: something is left", cell.name);
    ck_status(nic_ndis_adapter_remove("nic0", 5), NDIS_STATUS_SUCCESS);
    check_cell(count);
    rig_stop(&r);
    if (flags & RIG_VERIFY)
        ck_assert_msg(r.findings == expected_findings, "%s: %u findings, the first: %s", cell.name,
                      r.findings, r.finding);
}

static void choose_cell(unsigned index)
{
    cell.behaviour = (enum behaviour)(index % BEHAVIOURS);
    index /= BEHAVIOURS;
    cell.call = index % CALLS;
    index /= CALLS;
    cell.arrays = index % 2;
    cell.deserialized = index / 2 % 2;
    cell.bindings = 1 + index / 4 % 2;
    cell.refusals = refusal_counts[index / 8];
    snprintf(cell.name, sizeof(cell.name), "RESOURCES x%u, %s, %s(%u), %s, %s, %u bindings",
             cell.refusals, behaviour_names[cell.behaviour],
             cell.call ? "NdisSendPackets" : "NdisSend", call_lengths[cell.call],
             cell.arrays ? "MiniportSendPackets" : "MiniportSend",
             cell.deserialized ? "deserialized" : "serialized", cell.bindings);
}

/* A test is a row, with every behaviour: a process for each cell takes longer than the cells. Also C-10: a completion before
 * MiniportSend has answered PENDING. */
START_TEST(matrix_on_the_virtual_platform)
{
    for (unsigned i = 0; i < BEHAVIOURS; i++) {
        choose_cell((unsigned)_i * BEHAVIOURS + i);
        run_cell(RIG_VERIFY);
        run_cell(0);
    }
}
END_TEST

START_TEST(matrix_with_threads)
{
    for (unsigned i = 0; i < BEHAVIOURS; i++) {
        choose_cell((unsigned)_i * BEHAVIOURS + i);
        run_cell(RIG_POSIX | RIG_VERIFY);
    }
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "matrix");

    tcase_set_timeout(t, 60);
#ifndef __SANITIZE_THREAD__ /* one actor at a time: it finds nothing there */
    tcase_add_loop_test(t, matrix_on_the_virtual_platform, 0, ROWS);
#else
    (void)matrix_on_the_virtual_platform;
#endif
    tcase_add_loop_test(t, matrix_with_threads, 0, ROWS / REFUSALS * (REFUSALS - 1));
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_matrix");
}
