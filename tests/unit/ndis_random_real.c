/* SPDX-License-Identifier: Apache-2.0 */
/* The library's side of a random script over NDIS 5: its miniport and protocols, and the comparison with the model. */
#include <string.h>

#include "ndis_random_world.h"
#include "ndis_rig.h"

#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))
#define HEADER         14
#define TRANSFER_FIRST 1000000u /* numbers of packets for transfers */
#define ASKED          25       /* bytes of a transfer */

static struct rig r;
static struct world real;
static struct random_event events[MODEL_EVENTS];
static unsigned event_count, compared; /* up to here they are the model's */
static bool is_open[2];                /* what the protocols know */
static char cancel_ids[3];
static const struct random_step *in_dpc; /* what the next MiniportHandleInterrupt does */
static NDIS_HANDLE frame_packets, frame_buffers;
static UCHAR frames[MODEL_FRAMES][HEADER + MODEL_PAYLOAD];
static PNDIS_PACKET frame_list[MODEL_FRAMES], payload; /* payload: of a frame that is no packet */
static unsigned holders[MODEL_FRAMES];
static PNDIS_PACKET lent[2][MODEL_FRAMES];
static unsigned lent_count[2];
static struct transfer {
    PNDIS_PACKET packet;
    unsigned binding;
    uint32_t frame;
    UINT bytes;
} transfers[2 * RANDOM_TRANSFERS];
static unsigned transfer_count;
static struct request {
    NDIS_REQUEST ndis;
    uint32_t number;
    ULONG value;
    UCHAR list[MODEL_GROUPS][6];
    bool used;
} requests[MODEL_REQUESTS * 2];

static void event(enum model_kind kind, uint32_t number, unsigned value)
{
    if (event_count < MODEL_EVENTS)
        events[event_count++] = (struct random_event){kind, number, value};
}

static enum model_status status_of(NDIS_STATUS status)
{
    switch (status) {
    case NDIS_STATUS_SUCCESS:
        return MODEL_OK;
    case NDIS_STATUS_PENDING:
        return MODEL_PENDING;
    case NDIS_STATUS_INVALID_PACKET:
        return MODEL_INVALID;
    case NDIS_STATUS_RESOURCES:
        return MODEL_RESOURCES;
    case NDIS_STATUS_REQUEST_ABORTED:
        return MODEL_ABORTED;
    case NDIS_STATUS_RESET_IN_PROGRESS:
        return MODEL_RESETTING;
    default:
        return MODEL_FAILED;
    }
}

static const NDIS_STATUS statuses[MODEL_STATUSES] = {
    NDIS_STATUS_SUCCESS,          NDIS_STATUS_PENDING,   NDIS_STATUS_FAILURE,
    NDIS_STATUS_INVALID_PACKET,   NDIS_STATUS_RESOURCES, NDIS_STATUS_REQUEST_ABORTED,
    NDIS_STATUS_RESET_IN_PROGRESS};

/* ---- sends ---- */

static unsigned binding_of(const void *protocol)
{
    return (unsigned)((const struct nic_script_protocol *)protocol - r.protocols);
}

static bool may_send(unsigned binding)
{
    return is_open[binding] && real.depth < DEEPEST;
}

static void free_packet(unsigned binding, PNDIS_PACKET packet)
{
    nic_script_packet_free(&r.protocols[binding], packet);
    real.out[binding]--;
}

static void send(unsigned binding, unsigned count, bool is_array)
{
    struct nic_script_protocol *p = &r.protocols[binding];
    uint32_t first = real.next_packet;
    PNDIS_PACKET packets[12];
    NDIS_STATUS status;

    count = random5_take_numbers(&real, binding, count);
    for (unsigned i = 0; i < count; i++) {
        p->next_packet = first + i;
        packets[i] = nic_script_packet(p, 60);
        ck_assert_ptr_nonnull(packets[i]);
        NDIS_SET_PACKET_CANCEL_ID(packets[i], &cancel_ids[(first + i) % 3]);
    }
    real.depth++;
    if (count && is_array) {
        nic_script_send_array(p, packets, count);
    } else if (count) {
        status = nic_script_send(p, packets[0]);
        event(MODEL_RESULT, first, status_of(status));
        if (status != NDIS_STATUS_PENDING)
            free_packet(binding, packets[0]);
    }
    real.depth--;
}

static void on_completed(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    unsigned binding = binding_of(context), count;

    event(MODEL_COMPLETE, nic_script_number(packet), status_of(status));
    free_packet(binding, packet);
    if (status == NDIS_STATUS_RESET_IN_PROGRESS || !may_send(binding))
        return;
    count = random_decide(&real.reader, RANDOM_AGAIN);
    if (count)
        send(binding, count, count == 2);
}

/* ---- the miniport ---- */

static unsigned sender_of(PNDIS_PACKET packet)
{
    return NdisGetPoolFromPacket(packet) == r.protocols[1].packet_pool;
}

static void ask_for_reset(unsigned binding)
{
    NDIS_STATUS status;

    NdisReset(&status, r.protocols[binding].binding);
    event(MODEL_RESET_RESULT, binding, status_of(status));
}

static void on_given(void *context, PNDIS_PACKET packet)
{
    uint32_t number = nic_script_number(packet);
    unsigned binding = sender_of(packet);

    (void)context;
    event(MODEL_GIVEN, number, 0);
    switch (random_decide(&real.reader, RANDOM_INSIDE)) {
    case INSIDE_COMPLETES:
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
        break;
    case INSIDE_CANCELS:
        if (is_open[binding])
            NdisCancelSendPackets(r.protocols[binding].binding, &cancel_ids[1 + number % 2]);
        break;
    case INSIDE_OTHER_SENDS:
        if (may_send(1 - binding))
            send(1 - binding, 1, false);
        break;
    case INSIDE_RESETS:
        if (!r.miniport->deserialized && is_open[binding])
            ask_for_reset(binding);
    }
}

static struct nic_script_step on_answer(void *context, PNDIS_PACKET packet)
{
    struct model_answer answer = random5_answer(&real);

    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = statuses[answer.now],
                                    .when = answer.inside ? NIC_WHEN_INSIDE : NIC_WHEN_MANUAL,
                                    .final = statuses[answer.final],
                                    .queued = answer.queued};
}

static void on_reset(void *context)
{
    (void)context;
    event(MODEL_RESET, 0, 0);
}

static void on_halt(void *context)
{
    (void)context;
    event(MODEL_HALT, 0, 0);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
}

static const ULONG filter_bits[] = {NDIS_PACKET_TYPE_DIRECTED, NDIS_PACKET_TYPE_BROADCAST,
                                    NDIS_PACKET_TYPE_PROMISCUOUS, NDIS_PACKET_TYPE_MULTICAST};

static const UCHAR addresses[][6] = {[MODEL_DIRECTED] = {2, 0, 0, 0, 0, 1},
                                     [MODEL_BROADCAST] = {255, 255, 255, 255, 255, 255},
                                     [MODEL_OTHER] = {2, 0, 0, 0, 0, 9},
                                     [MODEL_GROUP] = {1, 0, 0x5e, 0, 0, 1},
                                     [MODEL_GROUP + 1] = {1, 0, 0x5e, 0, 0, 2}};

/* The groups of a list as bits; each is there once. */
static unsigned groups_of(const UCHAR (*list)[6], ULONG length)
{
    unsigned groups = 0;

    ck_assert_uint_eq(length % 6, 0);
    for (ULONG i = 0; i < length / 6; i++) {
        unsigned group = 0;
        while (group < MODEL_GROUPS && memcmp(list[i], addresses[MODEL_GROUP + group], 6) != 0)
            group++;
        ck_assert(group < MODEL_GROUPS && !(groups & 1u << group));
        groups |= 1u << group;
    }
    return groups;
}

static void on_asked(void *context, NDIS_OID oid, const void *buffer, ULONG length)
{
    bool is_set = oid == OID_GEN_CURRENT_PACKET_FILTER;
    unsigned filter = 0;
    ULONG value = 0;

    (void)context;
    if (oid == OID_GEN_MAC_OPTIONS || oid == OID_GEN_MAXIMUM_SEND_PACKETS ||
        oid == OID_802_3_CURRENT_ADDRESS)
        return; /* the library's, at the start */
    if (oid == OID_802_3_MULTICAST_LIST) {
        event(MODEL_ASKED, MODEL_SET_LIST, groups_of(buffer, length));
        return;
    }
    ck_assert_msg(is_set || oid == OID_GEN_MAXIMUM_TOTAL_SIZE, "nobody asked for OID %08x", oid);
    if (is_set) {
        ck_assert_uint_eq(length, sizeof(value));
        memcpy(&value, buffer, sizeof(value));
    }
    for (unsigned i = 0; i < COUNT(filter_bits); i++)
        filter |= value & filter_bits[i] ? 1u << i : 0;
    event(MODEL_ASKED, is_set ? MODEL_SET_FILTER : MODEL_QUERY, filter);
}

/* ---- receives ---- */

static UCHAR byte_of(uint32_t frame, unsigned at)
{
    return (UCHAR)(frame * 17 + at);
}

static uint32_t lent_frame(PNDIS_PACKET packet)
{
    unsigned i = 0;

    while (i < MODEL_FRAMES && frame_list[i] != packet)
        i++;
    ck_assert_uint_lt(i, MODEL_FRAMES);
    return i;
}

/* What the transfer brought is what the frame has there. */
static void transferred(const struct transfer *t)
{
    PNDIS_BUFFER buffer;
    UINT offset = model_transfer_offset(t->frame), length;
    PVOID bytes;

    NdisQueryPacket(t->packet, NULL, NULL, &buffer, NULL);
    NdisQueryBuffer(buffer, &bytes, &length);
    for (UINT i = 0; i < t->bytes; i++)
        ck_assert_uint_eq(((UCHAR *)bytes)[i], byte_of(t->frame, offset + i));
    event(MODEL_TRANSFER, t->frame, t->bytes);
    nic_script_packet_free(&r.protocols[t->binding], t->packet);
}

static void transfer(unsigned binding, uint32_t frame)
{
    struct nic_script_protocol *p = &r.protocols[binding];
    struct transfer t = {.binding = binding, .frame = frame};
    NDIS_STATUS status;

    p->next_packet = TRANSFER_FIRST;
    t.packet = nic_script_packet(p, ASKED);
    ck_assert_ptr_nonnull(t.packet);
    NdisTransferData(&status, p->binding, p->receive_context, model_transfer_offset(frame), ASKED,
                     t.packet, &t.bytes);
    if (status == NDIS_STATUS_SUCCESS) {
        transferred(&t);
        return;
    }
    ck_status(status, NDIS_STATUS_PENDING);
    ck_assert_uint_lt(transfer_count, COUNT(transfers));
    transfers[transfer_count++] = t;
}

static void on_transfer_ended(void *context, PNDIS_PACKET packet, NDIS_STATUS status, UINT bytes)
{
    struct transfer t = transfers[0];

    ck_assert_ptr_eq(packet, t.packet);
    ck_assert_uint_eq(binding_of(context), t.binding);
    memmove(transfers, transfers + 1, --transfer_count * sizeof(t));
    t.bytes = bytes;
    if (status == NDIS_STATUS_SUCCESS) {
        transferred(&t);
        return;
    }
    event(MODEL_TRANSFER_FAILED, t.frame, bytes);
    nic_script_packet_free(&r.protocols[t.binding], packet);
}

static void transfers_done(unsigned count, NDIS_STATUS status)
{
    while (count-- && transfer_count)
        NdisMTransferDataComplete(r.miniport->handle, transfers[0].packet, status,
                                  status == NDIS_STATUS_SUCCESS ? transfers[0].bytes : 0);
}

/* The first byte of the look-ahead says which frame it is. */
static void on_received(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    unsigned binding = binding_of(context), does;
    uint32_t frame = header[6] | (uint32_t)header[7] << 8;

    ck_assert_uint_ge(length, MODEL_AHEAD);
    for (UINT i = 0; i < length; i++)
        ck_assert_uint_eq(data[i], byte_of(frame, i));
    event(MODEL_UP, frame, binding);
    does = random_decide(&real.reader, RANDOM_AGAIN);
    if (does)
        transfer(binding, frame);
    if (does == 2 && may_send(binding))
        send(binding, 1, false);
}

static INT on_received_packet(void *context, PNDIS_PACKET packet)
{
    unsigned binding = binding_of(context), does;
    uint32_t frame = lent_frame(packet);

    event(MODEL_UP, frame, binding + 2);
    does = random_decide(&real.reader, RANDOM_AGAIN);
    if (does) {
        lent[binding][lent_count[binding]++] = packet;
        holders[frame]++;
    }
    if (does == 2 && may_send(binding))
        send(binding, 1, false);
    return does != 0;
}

static void on_burst(void *context)
{
    event(MODEL_BURST, binding_of(context), 0);
}

static void on_returning(void *context, PNDIS_PACKET packet)
{
    (void)context;
    event(MODEL_RETURNED, lent_frame(packet), 0);
}

static void give_back(unsigned binding, unsigned count)
{
    PNDIS_PACKET packets[MODEL_FRAMES];

    count = count < lent_count[binding] ? count : lent_count[binding];
    memcpy(packets, lent[binding], sizeof(packets));
    lent_count[binding] -= count;
    memmove(lent[binding], lent[binding] + count, lent_count[binding] * sizeof(packets[0]));
    for (unsigned i = 0; i < count; i++)
        holders[lent_frame(packets[i])]--;
    NdisReturnPackets(packets, count);
}

static void frame_fill(UCHAR *frame, uint32_t number, uint8_t kind)
{
    memcpy(frame, addresses[kind], 6);
    frame[6] = (UCHAR)number;
    frame[7] = (UCHAR)(number >> 8);
    for (unsigned i = 0; i < MODEL_PAYLOAD; i++)
        frame[HEADER + i] = byte_of(number, i);
}

static void indicate_bytes(uint32_t number, uint8_t kind)
{
    UCHAR frame[HEADER + MODEL_PAYLOAD], *bytes;
    PNDIS_BUFFER buffer;
    UINT length;

    frame_fill(frame, number, kind);
    NdisQueryPacket(payload, NULL, NULL, &buffer, NULL);
    NdisQueryBuffer(buffer, (PVOID *)&bytes, &length);
    memcpy(bytes, frame + HEADER, MODEL_PAYLOAD);
    NdisMEthIndicateReceive(r.miniport->handle, payload, frame, HEADER, frame + HEADER, MODEL_AHEAD,
                            MODEL_PAYLOAD);
}

static void indicate_packets(enum model_way way, const uint32_t *numbers, const uint8_t *kinds,
                             unsigned count)
{
    NDIS_STATUS before = way == MODEL_LENT ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
    PNDIS_PACKET packets[MODEL_FRAMES];

    for (unsigned i = 0; i < count; i++) {
        packets[i] = frame_list[numbers[i]];
        frame_fill(frames[numbers[i]], numbers[i], kinds[i]);
        NDIS_SET_PACKET_STATUS(packets[i], before);
    }
    NdisMIndicateReceivePacket(r.miniport->handle, packets, count);
    for (unsigned i = 0; i < count; i++)
        ck_status(NDIS_GET_PACKET_STATUS(packets[i]),
                  holders[numbers[i]] ? NDIS_STATUS_PENDING : before);
}

static void indicate(const struct random_step *step)
{
    enum model_way way = random5_way(step);
    uint32_t numbers[MODEL_FRAMES];
    uint8_t kinds[MODEL_FRAMES];
    unsigned count = random5_take_frames(&real, way, holders, step->count, numbers, kinds);

    r.miniport->transfer_pends = step->binding;
    if (way != MODEL_BYTES) {
        indicate_packets(way, numbers, kinds, count);
        return;
    }
    for (unsigned i = 0; i < count; i++)
        indicate_bytes(numbers[i], kinds[i]);
    NdisMEthIndicateReceiveComplete(r.miniport->handle);
}

static void on_interrupt(void *context)
{
    (void)context;
    if (in_dpc->what == RANDOM_INTERRUPT)
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, in_dpc->count);
    else
        indicate(in_dpc);
}

/* ---- requests, resets, bindings ---- */

static void on_request_ended(void *context, PNDIS_REQUEST ndis, NDIS_STATUS status)
{
    struct request *request = (struct request *)ndis;
    ULONG room = ndis->DATA.QUERY_INFORMATION.InformationBufferLength;
    bool is_list = ndis->DATA.QUERY_INFORMATION.Oid == OID_802_3_MULTICAST_LIST;
    bool has_room = is_list || room >= sizeof(request->value);

    (void)context;
    request->used = false;
    event(MODEL_ANSWERED, request->number, status_of(status));
    if (status == NDIS_STATUS_SUCCESS && has_room)
        ck_assert_uint_eq(ndis->DATA.QUERY_INFORMATION.BytesWritten,
                          is_list ? room : sizeof(request->value));
    if (status == NDIS_STATUS_SUCCESS && has_room &&
        ndis->RequestType == NdisRequestQueryInformation)
        ck_assert(request->value == 1514 || request->value == 0x12345678);
    if (status == NDIS_STATUS_INVALID_LENGTH)
        ck_assert_uint_eq(ndis->DATA.QUERY_INFORMATION.BytesNeeded, sizeof(request->value));
}

static struct request *new_request(uint32_t number)
{
    unsigned i = 0;

    while (i < COUNT(requests) && requests[i].used)
        i++;
    ck_assert_uint_lt(i, COUNT(requests));
    requests[i] = (struct request){.number = number, .used = true};
    return &requests[i];
}

static void set_groups(struct request *request, unsigned groups)
{
    struct SET_INFORMATION *set = &request->ndis.DATA.SET_INFORMATION;

    set->Oid = OID_802_3_MULTICAST_LIST;
    set->InformationBuffer = request->list;
    set->InformationBufferLength = 0;
    for (unsigned i = 0; i < MODEL_GROUPS; i++) {
        if (!(groups & 1u << i))
            continue;
        memcpy(request->list[set->InformationBufferLength / 6], addresses[MODEL_GROUP + i], 6);
        set->InformationBufferLength += 6;
    }
}

static void ask(const struct random_step *step)
{
    struct request *request = new_request(real.next_request++);
    bool is_set = random5_ask(step) != MODEL_QUERY, fails = step->count % 3 == 0;
    NDIS_STATUS status;

    r.miniport->requests_pend = step->count % 2;
    r.miniport->set_status = fails ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
    for (unsigned i = 0; i < COUNT(filter_bits) && is_set; i++)
        request->value |= random5_value(step) & 1u << i ? filter_bits[i] : 0;
    request->ndis.RequestType = is_set ? NdisRequestSetInformation : NdisRequestQueryInformation;
    request->ndis.DATA.SET_INFORMATION.Oid =
        is_set ? OID_GEN_CURRENT_PACKET_FILTER : OID_GEN_MAXIMUM_TOTAL_SIZE;
    request->ndis.DATA.SET_INFORMATION.InformationBuffer = &request->value;
    request->ndis.DATA.SET_INFORMATION.InformationBufferLength = fails && !is_set ? 2 : 4;
    if (step->what == RANDOM_LIST)
        set_groups(request, random5_value(step));
    NdisRequest(&status, r.protocols[step->binding].binding, &request->ndis);
    if (status != NDIS_STATUS_PENDING)
        on_request_ended(NULL, &request->ndis, status);
}

static void on_status(void *context, NDIS_STATUS status)
{
    bool is_end = status == NDIS_STATUS_RESET_END;

    ck_assert(is_end || (uint32_t)status == (uint32_t)NDIS_STATUS_RESET_START);
    event(MODEL_RESET_STATUS, binding_of(context), is_end);
}

static void on_reset_ended(void *context, NDIS_STATUS status)
{
    event(MODEL_RESET_DONE, binding_of(context), status_of(status));
}

static void on_close_ended(void *context)
{
    event(MODEL_CLOSED, binding_of(context), 0);
}

static void close_binding(unsigned binding)
{
    give_back(binding, MODEL_FRAMES);
    is_open[binding] = false;
    event(MODEL_CLOSE_RESULT, binding, status_of(nic_script_protocol_close(&r.protocols[binding])));
}

static void open_binding(unsigned binding)
{
    ck_status(nic_script_protocol_open(&r.protocols[binding], "nic0"), NDIS_STATUS_SUCCESS);
    is_open[binding] = true;
}

static void tick(bool hangs)
{
    r.miniport->hangs = hangs;
    rig_run(&r, HANG_INTERVAL_US + 1);
    r.miniport->hangs = FALSE;
}

static void remove_adapter(void)
{
    real.reader.ended = true;
    for (unsigned b = 0; b < 2; b++) {
        transfers_done(UINT32_MAX, NDIS_STATUS_SUCCESS);
        give_back(b, MODEL_FRAMES);
        is_open[b] = false;
    }
    ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
    for (unsigned b = 0; b < 2; b++)
        ck_assert_ptr_null(r.protocols[b].binding);
}

/* ---- steps ---- */

static NDIS_STATUS status_for(const struct random_step *step)
{
    return step->count % 3 == 0 ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
}

static void step_states(const struct random_step *step)
{
    switch (step->what) {
    case RANDOM_RESET:
        r.miniport->reset_pends = step->count % 2;
        ask_for_reset(step->binding);
        break;
    case RANDOM_RESET_DONE:
        nic_script_reset_done(r.miniport, status_for(step));
        break;
    case RANDOM_TICK:
        r.miniport->reset_pends = step->binding;
        tick(step->count % 2 == 0);
        break;
    case RANDOM_CLOSE:
        close_binding(step->binding);
        break;
    case RANDOM_OPEN:
        open_binding(step->binding);
        break;
    case RANDOM_REMOVE:
        remove_adapter();
    }
}

void random5_real_step(const struct random_step *step)
{
    switch (step->what) {
    case RANDOM_SEND:
        send(step->binding, 1, false);
        break;
    case RANDOM_ARRAY:
        send(step->binding, step->count, true);
        break;
    case RANDOM_AVAILABLE:
        nic_script_available(r.miniport);
        break;
    case RANDOM_COMPLETE:
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
        break;
    case RANDOM_CANCEL:
        NdisCancelSendPackets(r.protocols[step->binding].binding, &cancel_ids[1 + step->count % 2]);
        break;
    case RANDOM_QUERY:
    case RANDOM_SET:
    case RANDOM_LIST:
        ask(step);
        break;
    case RANDOM_REQUEST_DONE:
        nic_script_request_done(r.miniport, status_for(step));
        break;
    case RANDOM_INTERRUPT:
    case RANDOM_INDICATE:
    case RANDOM_LEND:
    case RANDOM_SHOW:
        in_dpc = step;
        r.platform->ops->interrupt_raise(r.platform, 8);
        break;
    case RANDOM_RETURN:
        give_back(step->binding, step->count);
        break;
    case RANDOM_TRANSFER_DONE:
        transfers_done(step->count, status_for(step));
        break;
    default:
        step_states(step);
    }
}

void random5_real_end(void)
{
    real.reader.ended = true;
}

/* ---- comparison ---- */

static bool has_no_order(const struct random_event *e)
{
    return e->kind == MODEL_CLOSED ||
           (e->kind == MODEL_COMPLETE &&
            (e->value == MODEL_ABORTED || e->value == MODEL_RESETTING)) ||
           (e->kind == MODEL_RESULT && e->value == MODEL_RESETTING);
}

/* In which order the library gives back what a reset or a halt leaves, it does not promise (C-9): each such run, with what
 * the protocols sent again and the reset refused, is put in the order of kinds and numbers. */
static void put_in_order(struct random_event *list, unsigned first, unsigned count)
{
    for (unsigned i = first; i < count; i++) {
        for (unsigned j = i; j > first && has_no_order(&list[j]) && has_no_order(&list[j - 1]);
             j--) {
            struct random_event later = list[j - 1];
            if (later.kind < list[j].kind ||
                (later.kind == list[j].kind && later.number <= list[j].number))
                break;
            list[j - 1] = list[j];
            list[j] = later;
        }
    }
}

void random5_real_compare(const char *name, unsigned step, struct model *model)
{
    static const char *const kinds[MODEL_KINDS] = {
        "given",       "result",   "complete",     "reset-status", "reset", "reset-result",
        "reset-done",  "asked",    "answered",     "up",           "burst", "transfer",
        "no-transfer", "returned", "close-result", "closed",       "halt"};
    struct nic_ndis_statistics s = rig_statistics(&r);

    put_in_order(events, compared, event_count);
    put_in_order(model->events, compared, model->event_count);
    random_compare(name, step, kinds, (struct random_events){events, event_count},
                   (struct random_events){model->events, model->event_count}, &compared);
    ck_assert_msg(
        model->halted || (s.outstanding == model->held_count + model->dropped_count &&
                          s.waiting == model->queue_length),
        "%s, step %u: %llu packets are outstanding and %llu wait, the model says %u and %u", name,
        step, (unsigned long long)s.outstanding, (unsigned long long)s.waiting,
        model->held_count + model->dropped_count, model->queue_length);
}

/* ---- start and stop ---- */

static PNDIS_PACKET frame_packet(UCHAR *bytes, UINT length)
{
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;

    NdisAllocatePacket(&status, &packet, frame_packets);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisAllocateBuffer(&status, &buffer, frame_buffers, bytes, length);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisChainBufferAtFront(packet, buffer);
    return packet;
}

static void frames_make(void)
{
    static UCHAR payload_bytes[MODEL_PAYLOAD];
    NDIS_STATUS status;

    NdisAllocatePacketPool(&status, &frame_packets, MODEL_FRAMES + 1, 0);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisAllocateBufferPool(&status, &frame_buffers, MODEL_FRAMES + 1);
    ck_status(status, NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < MODEL_FRAMES; i++)
        frame_list[i] = frame_packet(frames[i], sizeof(frames[i]));
    payload = frame_packet(payload_bytes, sizeof(payload_bytes));
}

static void frame_free(PNDIS_PACKET packet)
{
    PNDIS_BUFFER buffer;

    NdisUnchainBufferAtFront(packet, &buffer);
    NdisFreeBuffer(buffer);
    NdisFreePacket(packet);
}

static void frames_free(void)
{
    for (unsigned i = 0; i < MODEL_FRAMES; i++)
        frame_free(frame_list[i]);
    frame_free(payload);
    NdisFreePacketPool(frame_packets);
    NdisFreeBufferPool(frame_buffers);
}

static void protocol_start(struct nic_script_protocol *p)
{
    *p = (struct nic_script_protocol){.trace = &r.trace,
                                      .packet_count = POOL_PACKETS,
                                      .completed = on_completed,
                                      .received = on_received,
                                      .received_packet = on_received_packet,
                                      .burst = on_burst,
                                      .transfer_ended = on_transfer_ended,
                                      .request_ended = on_request_ended,
                                      .reset_ended = on_reset_ended,
                                      .status = on_status,
                                      .close_ended = on_close_ended,
                                      .context = p};
    ck_status(nic_script_protocol_start(p, r.platform, "nic0"), NDIS_STATUS_SUCCESS);
    is_open[r.bindings++] = true;
}

void random5_real_start(const struct random_plan *plan)
{
    struct nic_script_miniport like = {.next = on_answer,
                                       .sending = on_given,
                                       .interrupting = on_interrupt,
                                       .resetting = on_reset,
                                       .halting = on_halt,
                                       .asked = on_asked,
                                       .returning = on_returning,
                                       .arrays = plan->miniport & RANDOM_MINIPORT_ARRAYS,
                                       .deserialized =
                                           plan->miniport & RANDOM_MINIPORT_DESERIALIZED,
                                       .max_packets = plan->array_max,
                                       .address = {2, 0, 0, 0, 0, 1}};

    real = (struct world){.reader.plan = plan};
    event_count = compared = transfer_count = 0;
    memset(lent_count, 0, sizeof(lent_count));
    memset(holders, 0, sizeof(holders));
    memset(requests, 0, sizeof(requests));
    rig_start(&r, &like, 0, plan->verify ? RIG_VERIFY : 0, 0);
    protocol_start(&r.protocols[0]);
    protocol_start(&r.protocols[1]);
    frames_make();
}

void random5_real_stop(const char *name)
{
    frames_free();
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", name, r.finding);
}
