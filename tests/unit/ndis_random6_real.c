/* SPDX-License-Identifier: Apache-2.0 */
/* The library's side of a random script over NDIS 6: its miniport and protocols, and the comparison with the model. */
#include <string.h>

#include "ndis_random6_world.h"
#include "ndis_rig6.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct rig6 r;
static struct world real;
static struct random_event events[MODEL6_EVENTS];
static unsigned event_count, compared; /* up to here they are the model's */
static unsigned surprises;
static uint32_t next_request;
static char cancel_ids[3];
static NDIS_HANDLE frame_pool;
static UCHAR frames[FRAMES][60];
static PMDL frame_mdls[FRAMES];
static PNET_BUFFER_LIST frame_nbls[FRAMES];
static PNET_BUFFER_LIST lent[2][FRAMES];
static unsigned lent_count[2];
static struct request {
    NDIS_OID_REQUEST oid;
    ULONG filter;
    bool used;
} requests[MODEL6_REQUESTS + 1];

/* ---- sends ---- */

static void event(enum model6_kind kind, uint32_t number, unsigned value)
{
    ck_assert_msg(rig6_locks() == 0, "a lock is held across a callback");
    if (event_count < MODEL6_EVENTS)
        events[event_count++] = (struct random_event){kind, number, value};
}

static unsigned status_of(NDIS_STATUS status)
{
    return status == NDIS_STATUS_SUCCESS             ? MODEL6_OK
           : status == NDIS_STATUS_PAUSED            ? MODEL6_PAUSED
           : status == NDIS_STATUS_SEND_ABORTED      ? MODEL6_CANCELLED
           : status == NDIS_STATUS_RESET_IN_PROGRESS ? MODEL6_RESETTING
                                                     : MODEL6_FAILED;
}

static void real_send(unsigned binding, unsigned count)
{
    struct nic_script6_protocol *p = &r.protocols[binding];
    uint32_t number = real.next_nbl;
    PNET_BUFFER_LIST chain = NULL, *tail = &chain;

    count = random6_take_numbers(&real, binding, count);
    for (unsigned i = 0; i < count; i++, number++) {
        p->next_nbl = number;
        *tail = nic_script6_nbl(p, 1 + number % 3, 60);
        ck_assert_ptr_nonnull(*tail);
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(*tail, &cancel_ids[number % 3]);
        tail = &(*tail)->Next;
    }
    if (chain)
        nic_script6_send(p, chain, 0);
}

static unsigned binding_of(PNET_BUFFER_LIST nbl)
{
    return nbl->SourceHandle == r.protocols[1].binding;
}

static void real_cancel(unsigned binding, unsigned id)
{
    NdisCancelSendNetBufferLists(r.protocols[binding].binding, &cancel_ids[id]);
}

static void real_given(void *context, PNET_BUFFER_LIST nbl)
{
    uint32_t number = nic_script6_number(nbl);

    (void)context;
    event(MODEL6_GIVEN, number, (unsigned)rig6_statistics().waiting);
    switch (random_decide(&real.reader, RANDOM_INSIDE)) {
    case COMPLETES:
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
        break;
    case COMPLETES_ALL:
        nic_script6_release_chain(r.miniport);
        break;
    case CANCELS:
        real_cancel(binding_of(nbl), 1 + number % 2);
        break;
    case OTHER_SENDS:
        real_send(1 - binding_of(nbl), 2);
    }
}

static struct nic_script6_step real_answer(void *context, PNET_BUFFER_LIST nbl)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_INSIDE, NIC_WHEN_DPC, NIC_WHEN_MANUAL};
    struct model6_answer answer =
        random6_answers[random_decide(&real.reader, RANDOM_ANSWERS)].answer;

    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.when = whens[answer.when],
                                     .final = answer.status == MODEL6_OK ? NDIS_STATUS_SUCCESS
                                                                         : NDIS_STATUS_FAILURE,
                                     .queued = answer.queued};
}

static void real_completed(void *context, PNET_BUFFER_LIST nbl)
{
    struct nic_script6_protocol *p = context;
    unsigned binding = (unsigned)(p - r.protocols);

    event(MODEL6_BACK, nic_script6_number(nbl), status_of(nbl->Status));
    nic_script6_nbl_free(p, nbl);
    real.nbls_out[binding]--;
    real_send(binding, random_decide(&real.reader, RANDOM_AGAIN));
}

/* ---- receives ---- */

static uint32_t frame_of(PNET_BUFFER_LIST nbl)
{
    return (uint32_t)((UCHAR(*)[60])nbl->FirstNetBuffer->MdlChain->MappedSystemVa - frames);
}

static void real_received(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    unsigned binding = (unsigned)((struct nic_script6_protocol *)context - r.protocols);
    bool keeps = NDIS_TEST_RECEIVE_CAN_PEND(flags);

    for (PNET_BUFFER_LIST next; chain; chain = next, count--) {
        next = chain->Next;
        event(MODEL6_UP, frame_of(chain), binding + (keeps ? 2 : 0));
        if (keeps)
            lent[binding][lent_count[binding]++] = chain;
    }
    ck_assert_uint_eq(count, 0);
}

static void real_returning(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    event(MODEL6_RETURNED, frame_of(nbl), 0);
}

static PNET_BUFFER_LIST link_up(PNET_BUFFER_LIST *nbls, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        nbls[i]->Next = i + 1 < count ? nbls[i + 1] : NULL;
    return nbls[0];
}

static void real_return(unsigned binding, unsigned count)
{
    PNET_BUFFER_LIST nbls[FRAMES];

    count = count < lent_count[binding] ? count : lent_count[binding];
    if (!count)
        return;
    memcpy(nbls, lent[binding], sizeof(nbls));
    lent_count[binding] -= count;
    memmove(lent[binding], lent[binding] + count, lent_count[binding] * sizeof(nbls[0]));
    NdisReturnNetBufferLists(r.protocols[binding].binding, link_up(nbls, count), 0);
}

static void real_indicate(unsigned count, bool lend)
{
    static const UCHAR addresses[][6] = {[MODEL6_DIRECTED] = {2, 0, 0, 0, 0, 1},
                                         [MODEL6_BROADCAST] = {255, 255, 255, 255, 255, 255},
                                         [MODEL6_OTHER] = {2, 0, 0, 0, 0, 9}};
    PNET_BUFFER_LIST nbls[FRAMES];
    uint32_t numbers[FRAMES];
    uint8_t kinds[FRAMES];
    bool is_lent[FRAMES] = {false};

    for (unsigned b = 0; b < 2; b++) {
        for (unsigned i = 0; i < lent_count[b]; i++)
            is_lent[frame_of(lent[b][i])] = true;
    }
    count = random6_take_frames(is_lent, count, numbers, kinds);
    if (!count)
        return;
    for (unsigned i = 0; i < count; i++) {
        nbls[i] = frame_nbls[numbers[i]];
        memcpy(frames[numbers[i]], addresses[kinds[i]], 6);
    }
    NdisMIndicateReceiveNetBufferLists(r.miniport->handle, link_up(nbls, count),
                                       NDIS_DEFAULT_PORT_NUMBER, count,
                                       lend ? 0 : NDIS_RECEIVE_FLAGS_RESOURCES);
    for (unsigned i = 0; !lend && i + 1 < count; i++) /* it is the driver's, as it was */
        ck_assert_ptr_eq(nbls[i]->Next, nbls[i + 1]);
}

/* ---- requests and resets ---- */

static void real_answered(void *context, PNDIS_OID_REQUEST oid, NDIS_STATUS status)
{
    (void)context;
    ((struct request *)oid)->used = false;
    event(MODEL6_ANSWERED, (uint32_t)(uintptr_t)oid->RequestId, status_of(status));
}

static void real_status(void *context, PNDIS_STATUS_INDICATION indication)
{
    (void)context;
    (void)indication;
    ck_assert_msg(rig6_locks() == 0, "a lock is held across a status indication");
}

static struct request *free_request(void)
{
    unsigned i = 0;

    while (i < COUNT(requests) && requests[i].used)
        i++;
    ck_assert_uint_lt(i, COUNT(requests));
    return &requests[i];
}

static void real_request(uint32_t number, unsigned binding, unsigned filter)
{
    static const ULONG bits[] = {NDIS_PACKET_TYPE_DIRECTED, NDIS_PACKET_TYPE_BROADCAST,
                                 NDIS_PACKET_TYPE_PROMISCUOUS};
    struct request *request = free_request();
    NDIS_STATUS status;

    request->used = true;
    request->filter = 0;
    for (unsigned i = 0; i < COUNT(bits); i++)
        request->filter |= filter & 1u << i ? bits[i] : 0;
    request->oid =
        (NDIS_OID_REQUEST){.Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                                      NDIS_SIZEOF_OID_REQUEST_REVISION_1},
                           .RequestType = NdisRequestSetInformation,
                           .RequestId = (PVOID)(uintptr_t)number,
                           .DATA.SET_INFORMATION = {.Oid = OID_GEN_CURRENT_PACKET_FILTER,
                                                    .InformationBuffer = &request->filter,
                                                    .InformationBufferLength = sizeof(ULONG)}};
    status = NdisOidRequest(r.protocols[binding].binding, &request->oid);
    if (status != NDIS_STATUS_PENDING)
        real_answered(NULL, &request->oid, status);
}

static void real_request_done(void)
{
    PNDIS_OID_REQUEST request = r.miniport->request;

    r.miniport->request = NULL;
    if (request)
        NdisMOidRequestComplete(r.miniport->handle, request, NDIS_STATUS_SUCCESS);
}

/* The check for hang asks for it. */
static void real_reset(bool pends)
{
    r.miniport->reset_pends = pends;
    r.miniport->hangs = TRUE;
    rig6_run(&r, HANG_INTERVAL_US);
}

static void real_reset_done(void)
{
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    NdisMResetComplete(r.miniport->handle, NDIS_STATUS_SUCCESS, TRUE);
}

/* ---- comparison ---- */

void random6_real_compare(const char *name, unsigned step, const struct model6 *model,
                          bool is_there)
{
    static const char *const kinds[] = {"given", "back", "up", "returned", "answered"};
    unsigned least = model->requests_given, most = least;
    struct nic_ndis_statistics s = rig6_statistics();

    random_compare(name, step, kinds, (struct random_events){events, event_count},
                   (struct random_events){model->events, model->event_count}, &compared);
    /* In a removal the bindings close: the driver gets the filters that are left, once or each time. */
    if (!is_there) {
        least += model->filter[0] || model->filter[1];
        most += (model->filter[0] != 0) + (model->filter[1] != 0);
    }
    ck_assert_msg(r.miniport->oids >= least && r.miniport->oids <= most,
                  "%s, step %u: %u requests were given, the model says %u to %u", name, step,
                  r.miniport->oids, least, most);
    ck_assert_msg(!is_there ||
                      (s.outstanding == model->held_count && s.waiting == model->queue_length),
                  "%s, step %u: %llu NBLs are outstanding and %llu wait, the model says %u and %u",
                  name, step, (unsigned long long)s.outstanding, (unsigned long long)s.waiting,
                  model->held_count, model->queue_length);
}

/* ---- steps ---- */

static void real_pause(void)
{
    for (unsigned b = 0; b < 2; b++)
        real_return(b, FRAMES);
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
}

static void run_step(const struct random_step *step)
{
    switch (step->what) {
    case SEND:
        real_send(step->binding, step->count);
        break;
    case COMPLETE:
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, step->count);
        break;
    case SURPRISE:
        nic_ndis_adapter_surprise("nic0");
        ck_assert_uint_eq(r.miniport->events, ++surprises);
        /* fall through */
    case COMPLETE_ALL:
        nic_script6_release_chain(r.miniport);
        break;
    case CANCEL:
        real_cancel(step->binding, 1 + step->count % 2);
        break;
    case PAUSE:
        real_pause();
        break;
    case RESTART:
        ck_status(nic_ndis_adapter_restart("nic0", 1000), NDIS_STATUS_SUCCESS);
        break;
    case RESET:
        real_reset(step->count % 2);
        break;
    case RESET_DONE:
        real_reset_done();
        break;
    case INDICATE:
        real_indicate(step->count, step->binding);
        break;
    case RETURN:
        real_return(step->binding, step->count);
        break;
    case REQUEST:
        r.miniport->oids_pend = step->count % 2;
        real_request(next_request++, step->binding, step->count % 8);
        break;
    case REQUEST_DONE:
        real_request_done();
    }
}

void random6_real_step(const struct random_step *step)
{
    run_step(step);
    rig6_run(&r, 1); /* work items */
}

void random6_real_end(void)
{
    real.reader.ended = true;
}

void random6_real_remove(void)
{
    ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
}

/* ---- start and stop ---- */

static void frames_make(void)
{
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};

    frame_pool = NdisAllocateNetBufferListPool(r.miniport->handle, &p);
    for (unsigned i = 0; i < FRAMES; i++) {
        frame_mdls[i] = NdisAllocateMdl(r.miniport->handle, frames[i], 60);
        frame_nbls[i] =
            NdisAllocateNetBufferAndNetBufferList(frame_pool, 0, 0, frame_mdls[i], 0, 60);
        frame_nbls[i]->SourceHandle = r.miniport->handle;
    }
}

static void frames_free(void)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        NdisFreeNetBufferList(frame_nbls[i]);
        NdisFreeMdl(frame_mdls[i]);
    }
    NdisFreeNetBufferListPool(frame_pool);
}

void random6_real_start(const struct random_plan *plan)
{
    struct nic_script6_miniport like = {.sending = real_given,
                                        .next = real_answer,
                                        .returning = real_returning,
                                        .address = {2, 0, 0, 0, 0, 1}};

    real = (struct world){.reader.plan = plan};
    event_count = compared = surprises = 0;
    next_request = 0;
    memset(lent_count, 0, sizeof(lent_count));
    memset(requests, 0, sizeof(requests));
    rig6_start(&r, &like, 2, plan->verify ? RIG_VERIFY : 0);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].completed = real_completed;
        r.protocols[b].received = real_received;
        r.protocols[b].answered = real_answered;
        r.protocols[b].status = real_status;
        r.protocols[b].context = &r.protocols[b];
    }
    frames_make();
}

void random6_real_stop(const char *name)
{
    frames_free();
    rig6_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", name, r.finding);
}
