/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix of section 6 of the requirements on the edge of the NBLs: when the miniport completes x with what status x
 * length of the chain x NET_BUFFERs in each NBL x bindings. The oracle is the same in every cell: each NBL back exactly
 * once, with its status, at its binding, in the order of submission at the miniport, its list of NET_BUFFERs as it was,
 * not touched afterwards, none left at halt.
 */
#include "ndis_rig6.h"

#include <string.h>

enum when { INSIDE, FROM_DPC, FROM_THREAD, IN_ONE_CHAIN, UNTIL_RESET, UNTIL_PAUSE, NEVER, WHENS };

static const char *const when_names[] = {"inside",       "from DPC",    "from another thread",
                                         "in one chain", "until reset", "until pause",
                                         "for ever"};
static const NDIS_STATUS finals[] = {NDIS_STATUS_SUCCESS, NDIS_STATUS_FAILURE,
                                     NDIS_STATUS_RESOURCES};
static const unsigned lengths[] = {1, 2, 32};
static const unsigned nbs[] = {1, 3};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
enum { CELLS = WHENS * 3 * 3 * 2 * 2, NBLS_MAX = 32 };

static struct {
    enum when when;
    NDIS_STATUS final;
    unsigned length, nbs, bindings;
    char name[160];
} cell;

static struct rig6 r;
static PNET_BUFFER_LIST sent[2][NBLS_MAX];
static PNET_BUFFER lists[2][NBLS_MAX][3];
static unsigned back[2][NBLS_MAX], back_count; /* atomic */
static NDIS_STATUS status_of[2][NBLS_MAX];

static struct nic_script6_step cell_step(void *context, PNET_BUFFER_LIST nbl)
{
    static const enum nic_script_when whens[WHENS] = {
        NIC_WHEN_INSIDE, NIC_WHEN_DPC,    NIC_WHEN_MANUAL, NIC_WHEN_MANUAL,
        NIC_WHEN_RESET,  NIC_WHEN_MANUAL, NIC_WHEN_NEVER};

    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.when = whens[cell.when], .final = cell.final};
}

/* The NBL is ours: look at it, spoil its data and free it, so that a later look at it shows. */
static void came_back(void *context, PNET_BUFFER_LIST nbl)
{
    struct nic_script6_protocol *p = context;
    unsigned binding = (unsigned)(p - r.protocols), i = 0;
    uint32_t number = nic_script6_number(nbl) - binding * 1000000u;

    ck_assert_msg(number < NBLS_MAX && nbl == sent[binding][number], "%s: NBL %u at binding %u",
                  cell.name, nic_script6_number(nbl), binding);
    back[binding][number]++;
    status_of[binding][number] = nbl->Status;
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        ck_assert_msg(nb == lists[binding][number][i++], "%s: another NET_BUFFER", cell.name);
        memset(nb->MdlChain->MappedSystemVa, 0xEE, nb->DataLength);
    }
    ck_assert_uint_eq(i, cell.nbs);
    nic_script6_nbl_free(p, nbl);
    __atomic_fetch_add(&back_count, 1, __ATOMIC_SEQ_CST);
}

static void *release_all(void *context)
{
    (void)context;
    while (nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1))
        ;
    return NULL;
}

static void let_it_happen(unsigned count)
{
    pthread_t thread;

    rig6_run(&r, 1000);
    if (cell.when == FROM_THREAD) {
        pthread_create(&thread, NULL, release_all, NULL);
        pthread_join(thread, NULL);
    } else if (cell.when == IN_ONE_CHAIN) {
        nic_script6_release_chain(r.miniport);
    } else if (cell.when == UNTIL_RESET) {
        r.miniport->hangs = TRUE; /* asked every two seconds */
    } else if (cell.when == UNTIL_PAUSE) {
        ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    }
    for (unsigned i = 0;
         i < 3000 && cell.when != NEVER && __atomic_load_n(&back_count, __ATOMIC_SEQ_CST) < count;
         i++)
        rig6_run(&r, 1000);
}

static void check_order(void)
{
    uint32_t last[2] = {0, 0};
    unsigned given = 0;

    for (size_t i = 0; i < r.trace.count; i++) {
        const struct nic_trace_event *event = &r.trace.events[i];
        unsigned binding = event->packet >= 1000000;
        if (event->kind != NIC_TRACE_GIVEN)
            continue;
        ck_assert_msg(event->packet % 1000000 == last[binding]++, "%s: %u is out of order",
                      cell.name, event->packet);
        given++;
    }
    ck_assert_uint_eq(given, cell.length * cell.bindings);
}

static void check_back(void)
{
    for (unsigned b = 0; b < cell.bindings; b++) {
        for (unsigned i = 0; i < cell.length; i++) {
            NDIS_STATUS expected = cell.when == NEVER ? NDIS_STATUS_REQUEST_ABORTED : cell.final;
            ck_assert_msg(back[b][i] == 1, "%s: NBL %u of binding %u came back %u times", cell.name,
                          i, b, back[b][i]);
            ck_assert_msg(status_of[b][i] == expected, "%s: NBL %u has status %08x", cell.name, i,
                          (unsigned)status_of[b][i]);
        }
    }
    check_order();
}

static void run_cell(unsigned flags)
{
    struct nic_script6_miniport like = {.next = cell_step};
    unsigned count = cell.length * cell.bindings, expected_findings = 0;

    memset(back, 0, sizeof(back));
    back_count = 0;
    rig6_start(&r, &like, cell.bindings, flags);
    for (unsigned b = 0; b < cell.bindings; b++) {
        PNET_BUFFER_LIST chain = rig6_chain(&r.protocols[b], cell.length, cell.nbs);
        r.protocols[b].completed = came_back;
        r.protocols[b].context = &r.protocols[b];
        rig6_list(chain, sent[b]);
        for (unsigned i = 0; i < cell.length; i++) {
            unsigned j = 0;
            for (PNET_BUFFER nb = sent[b][i]->FirstNetBuffer; nb; nb = nb->Next)
                lists[b][i][j++] = nb;
        }
        nic_script6_send(&r.protocols[b], chain, 0);
    }
    let_it_happen(count);
    if (cell.when != NEVER)
        ck_assert_msg(rig6_statistics().outstanding == 0, "%s: something is left", cell.name);
    else
        expected_findings = count + 1; /* each NBL, and the pause that left them */
    ck_status(nic_ndis_adapter_remove("nic0", 5), NDIS_STATUS_SUCCESS);
    check_back();
    rig6_stop(&r);
    if (flags & RIG_VERIFY)
        ck_assert_msg(r.findings == expected_findings, "%s: %u findings, the first: %s", cell.name,
                      r.findings, r.finding);
}

static void choose_cell(unsigned index)
{
    cell.when = (enum when)(index % WHENS);
    index /= WHENS;
    cell.final = finals[index % COUNT(finals)];
    index /= COUNT(finals);
    cell.length = lengths[index % COUNT(lengths)];
    index /= COUNT(lengths);
    cell.nbs = nbs[index % COUNT(nbs)];
    index /= COUNT(nbs);
    cell.bindings = 1 + index % 2;
    snprintf(cell.name, sizeof(cell.name), "%s, %08x, %u NBLs of %u, %u bindings",
             when_names[cell.when], (unsigned)cell.final, cell.length, cell.nbs, cell.bindings);
}

START_TEST(req_14_15_der_13_matrix_on_the_virtual_platform)
{
    choose_cell((unsigned)_i);
    run_cell(RIG_VERIFY);
    run_cell(0);
}
END_TEST

/* The hang check that leads to a reset would take seconds of real time. */
START_TEST(req_14_15_der_13_matrix_with_threads)
{
    choose_cell((unsigned)_i);
    if (cell.when != UNTIL_RESET)
        run_cell(RIG_POSIX | RIG_VERIFY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_matrix6");
    TCase *t = tcase_create("matrix");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, req_14_15_der_13_matrix_on_the_virtual_platform, 0, CELLS);
    tcase_add_loop_test(t, req_14_15_der_13_matrix_with_threads, 0, CELLS);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
