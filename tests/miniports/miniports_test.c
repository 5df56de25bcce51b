/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sample miniports of this folder, each over the model of its device and under the verifier: they
 * initialise, send, receive, are interrupted, reset and halted, through the library's calls for
 * hardware.
 */
#include <string.h>

#include "model.h"
#include "ndis_rig.h"
#include "sender.h"

nic_ndis_driver_entry port_io_entry, fifo_entry, bus_master_entry;

static const struct kind {
    nic_ndis_driver_entry *entry;
    struct model *(*model)(void);
    const char *parameter;
} kinds[] = {
    {port_io_entry, port_io_model, NULL},
    {fifo_entry, fifo_model, NULL},
    {bus_master_entry, bus_master_model, NULL},
    {bus_master_entry, bus_master_model, "MapRegisters=1"},
};
#define KINDS 4

static const UCHAR own[6] = MODEL_ADDRESS, other[6] = {2, 0, 0, 0, 0, 9},
                   group[6] = {1, 0, 0x5e, 0, 0, 1};

static struct rig r;
static struct model *model;
static struct sender *sender;

/* On the wire and back from it. */
static struct {
    unsigned count;
    UINT lengths[64];
    UCHAR frames[64][1514];
} wire, up;
static unsigned completed[64];
static NDIS_STATUS statuses[64];
static unsigned completions;

static void on_wire(const uint8_t *frame, unsigned length)
{
    ck_assert(wire.count < 64 && length <= 1514);
    wire.lengths[wire.count] = length;
    memcpy(wire.frames[wire.count++], frame, length);
}

static void on_received(void *context, const UCHAR *octets, UINT length)
{
    (void)context;
    ck_assert(up.count < 64 && length <= 1514);
    up.lengths[up.count] = length;
    memcpy(up.frames[up.count++], octets, length);
}

static void on_completed(void *context, ULONG number, NDIS_STATUS status)
{
    (void)context;
    ck_assert_uint_lt(number, 64);
    completed[number]++;
    statuses[number] = status;
    completions++;
}

static const struct sender_handlers handlers = {.completed = on_completed, .received = on_received};

static NDIS_STATUS add_with(const struct kind *kind, const char *parameter,
                            const struct nic_ndis_device *device)
{
    const char *parameters[4] = {NULL};
    const struct nic_ndis_adapter adapter = {.parameters = parameters, .device = device};
    unsigned count = 0;

    if (kind->parameter)
        parameters[count++] = kind->parameter;
    if (parameter)
        parameters[count++] = parameter;
    if (rig_layer() != RIG_DIRECT)
        parameters[count] = "UpperBindings=above0";
    return nic_ndis_adapter_add_configured(r.driver, "nic0", &adapter);
}

static NDIS_STATUS add(const struct kind *kind, const char *parameter)
{
    return add_with(kind, parameter, &model->device);
}

static void load_driver(const struct kind *kind)
{
    if (rig_layer() != RIG_DIRECT) {
        ck_status(nic_ndis_driver_load(rig_layer_entry(), &r.intermediate), NDIS_STATUS_SUCCESS);
        r.adapter = "above0";
    }
    ck_status(nic_ndis_driver_load(kind->entry, &r.driver), NDIS_STATUS_SUCCESS);
}

static void load(const struct kind *kind)
{
    memset(&wire, 0, sizeof(wire));
    memset(&up, 0, sizeof(up));
    memset(completed, 0, sizeof(completed));
    completions = 0;
    rig_start(&r, NULL, 0, RIG_VERIFY | RIG_NO_MINIPORT, 0);
    model = kind->model();
    model->sent = on_wire;
    load_driver(kind);
}

static void filter(ULONG bits)
{
    ck_status(sender_set(sender, OID_GEN_CURRENT_PACKET_FILTER, &bits, sizeof(bits)),
              NDIS_STATUS_SUCCESS);
}

static void start(const struct kind *kind)
{
    NDIS_STATUS status;

    load(kind);
    ck_status(add(kind, NULL), NDIS_STATUS_SUCCESS);
    sender = sender_open(r.adapter, &handlers, &status);
    ck_status(status, NDIS_STATUS_SUCCESS);
    filter(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST);
}

static void stop(void)
{
    sender_close(sender);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    ck_assert_ptr_null(model->bus);
}

static ULONG ask(NDIS_OID oid)
{
    ULONG value = 0;

    ck_status(sender_query(sender, oid, &value, sizeof(value), NULL), NDIS_STATUS_SUCCESS);
    return value;
}

static void fill(UCHAR *frame, const UCHAR *to, UINT length, unsigned seed)
{
    memcpy(frame, to, 6);
    for (UINT i = 6; i < length; i++)
        frame[i] = (UCHAR)(i * 7 + seed * 31 + i / 256);
}

/* ---- beginning and end ---- */

START_TEST(it_comes_and_goes)
{
    static const NDIS_OID mandatory[] = {OID_GEN_SUPPORTED_LIST,
                                         OID_GEN_HARDWARE_STATUS,
                                         OID_GEN_MEDIA_SUPPORTED,
                                         OID_GEN_MEDIA_IN_USE,
                                         OID_GEN_MAXIMUM_LOOKAHEAD,
                                         OID_GEN_MAXIMUM_FRAME_SIZE,
                                         OID_GEN_LINK_SPEED,
                                         OID_GEN_TRANSMIT_BUFFER_SPACE,
                                         OID_GEN_RECEIVE_BUFFER_SPACE,
                                         OID_GEN_TRANSMIT_BLOCK_SIZE,
                                         OID_GEN_RECEIVE_BLOCK_SIZE,
                                         OID_GEN_VENDOR_ID,
                                         OID_GEN_VENDOR_DESCRIPTION,
                                         OID_GEN_VENDOR_DRIVER_VERSION,
                                         OID_GEN_CURRENT_PACKET_FILTER,
                                         OID_GEN_CURRENT_LOOKAHEAD,
                                         OID_GEN_DRIVER_VERSION,
                                         OID_GEN_MAXIMUM_TOTAL_SIZE,
                                         OID_GEN_MAC_OPTIONS,
                                         OID_GEN_MEDIA_CONNECT_STATUS,
                                         OID_GEN_MAXIMUM_SEND_PACKETS,
                                         OID_GEN_XMIT_OK,
                                         OID_GEN_RCV_OK,
                                         OID_GEN_XMIT_ERROR,
                                         OID_GEN_RCV_ERROR,
                                         OID_GEN_RCV_NO_BUFFER,
                                         OID_802_3_PERMANENT_ADDRESS,
                                         OID_802_3_CURRENT_ADDRESS,
                                         OID_802_3_MULTICAST_LIST,
                                         OID_802_3_MAXIMUM_LIST_SIZE,
                                         OID_802_3_RCV_ERROR_ALIGNMENT,
                                         OID_802_3_XMIT_ONE_COLLISION,
                                         OID_802_3_XMIT_MORE_COLLISIONS};
    UCHAR buffer[256];
    ULONG lookahead = 128;

    start(&kinds[_i]);
    for (unsigned i = 0; i < sizeof(mandatory) / sizeof(mandatory[0]); i++)
        ck_assert_msg(sender_query(sender, mandatory[i], buffer, sizeof(buffer), NULL) ==
                          NDIS_STATUS_SUCCESS,
                      "%08x", mandatory[i]);
    ck_status(sender_query(sender, 0x12345678, buffer, 4, NULL), NDIS_STATUS_NOT_SUPPORTED);
    ck_status(sender_query(sender, OID_GEN_LINK_SPEED, buffer, 3, NULL),
              NDIS_STATUS_INVALID_LENGTH);
    ck_status(sender_set(sender, OID_GEN_CURRENT_LOOKAHEAD, &lookahead, 4), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(ask(OID_GEN_CURRENT_LOOKAHEAD), 128);
    ck_status(sender_set(sender, OID_GEN_CURRENT_LOOKAHEAD, &lookahead, 3),
              NDIS_STATUS_INVALID_LENGTH);
    ck_status(sender_set(sender, OID_GEN_LINK_SPEED, &lookahead, 4), NDIS_STATUS_NOT_SUPPORTED);
    ck_status(sender_query(sender, OID_802_3_CURRENT_ADDRESS, buffer, 6, NULL),
              NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(buffer, own, 6);
    nic_ndis_shutdown();
    stop();
}
END_TEST

START_TEST(another_address)
{
    UCHAR buffer[6], frame[60];
    NDIS_STATUS status;

    load(&kinds[_i]);
    ck_status(add(&kinds[_i], "NetworkAddress=020000000009"), NDIS_STATUS_SUCCESS);
    sender = sender_open(r.adapter, &handlers, &status);
    filter(NDIS_PACKET_TYPE_DIRECTED);
    ck_status(sender_query(sender, OID_802_3_CURRENT_ADDRESS, buffer, 6, NULL),
              NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(buffer, other, 6);
    ck_status(sender_query(sender, OID_802_3_PERMANENT_ADDRESS, buffer, 6, NULL),
              NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(buffer, own, 6);
    fill(frame, own, 60, 0);
    model->receive(model, frame, 60);
    rig_run(&r, 100);
    ck_assert_uint_eq(up.count, 0);
    fill(frame, other, 60, 0);
    model->receive(model, frame, 60);
    rig_run(&r, 100);
    ck_assert_uint_eq(up.count, 1);
    stop();
}
END_TEST

/* No device, no resources, a vector that somebody has. */
START_TEST(it_fails_cleanly)
{
    const struct kind *kind = &kinds[_i % KINDS];
    struct nic_ndis_device *device;

    load(kind);
    device = &model->device;
    switch (_i / KINDS) {
    case 0:
        device->read = NULL;
        break;
    case 1:
        memset(device->resources, 0, sizeof(device->resources));
        device->has_interrupt = false;
        break;
    case 2:
        device->resources[0].length = 0x10;
        break;
    case 3:
        device->vector = 99;
        break;
    }
    ck_status(add(kind, NULL) == NDIS_STATUS_SUCCESS, false);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}
END_TEST

/* ---- sending ---- */

static void send_frames(const UCHAR (*frames)[1515], const UINT *lengths, unsigned count)
{
    struct sender_frame list[64];

    for (unsigned i = 0; i < count; i++)
        list[i] = (struct sender_frame){.octets = frames[i], .length = lengths[i], .number = i};
    ck_assert_uint_eq(sender_send(sender, list, count, SENDER_BY_MINIPORT), count);
}

static UCHAR frames[64][1515];
static UINT lengths[64];

static void check_wire(unsigned count)
{
    ck_assert_uint_eq(wire.count, count);
    for (unsigned i = 0; i < count; i++) {
        UINT padded = lengths[i] < 60 ? 60 : lengths[i];
        ck_assert_uint_eq(wire.lengths[i], padded);
        ck_assert_mem_eq(wire.frames[i], frames[i], lengths[i]);
        for (UINT at = lengths[i]; at < padded; at++)
            ck_assert_uint_eq(wire.frames[i][at], 0); /* C-7 */
    }
}

START_TEST(frames_of_every_kind_of_length)
{
    static const UINT some[] = {14, 15, 59, 60, 61, 63, 64, 65, 255, 256, 257, 1000, 1513, 1514};
    unsigned count = sizeof(some) / sizeof(some[0]);

    start(&kinds[_i]);
    for (unsigned i = 0; i < count; i++)
        fill(frames[i], other, lengths[i] = some[i], i);
    send_frames(frames, lengths, count);
    rig_run(&r, 1000);
    check_wire(count);
    ck_assert_uint_eq(completions, count);
    for (unsigned i = 0; i < count; i++)
        ck_assert(completed[i] == 1 && statuses[i] == NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(ask(OID_GEN_XMIT_OK), count);
    lengths[0] = 13;
    lengths[1] = 1515;
    send_frames(frames, lengths, 2);
    rig_run(&r, 1000);
    ck_assert_uint_eq(wire.count, count);
    ck_status(statuses[0], NDIS_STATUS_FAILURE);
    ck_status(statuses[1], NDIS_STATUS_FAILURE);
    stop();
}
END_TEST

/* More than the device has room for: RESOURCES, and in order after all. */
START_TEST(a_slow_wire)
{
    start(&kinds[_i]);
    model->is_slow = true;
    for (unsigned i = 0; i < 40; i++)
        fill(frames[i], other, lengths[i] = 60 + 30 * i, i);
    send_frames(frames, lengths, 40);
    rig_run(&r, 1000);
    ck_assert_uint_eq(wire.count, 0);
    ck_assert_uint_gt(rig_statistics(&r).resources, 0);
    for (unsigned i = 0; i < 40 && completions < 40; i++) {
        model->send_all(model);
        rig_run(&r, 1000);
    }
    check_wire(40);
    ck_assert_uint_eq(completions, 40);
    stop();
}
END_TEST

START_TEST(frames_that_fail)
{
    start(&kinds[_i]);
    model->has_failed = true;
    for (unsigned i = 0; i < 3; i++)
        fill(frames[i], other, lengths[i] = 100, i);
    send_frames(frames, lengths, 3);
    rig_run(&r, 1000);
    ck_assert(wire.count == 0 && completions == 3);
    for (unsigned i = 0; i < 3; i++)
        ck_status(statuses[i], NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(ask(OID_GEN_XMIT_ERROR), 3);
    stop();
}
END_TEST

/* Buffers that begin anywhere, cross pages, are empty. */
START_TEST(packets_of_many_buffers)
{
    static UCHAR memory[3 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
    static const struct {
        UINT offset, length;
    } pieces[] = {{3, 14}, {PAGE_SIZE - 1, 2}, {100, 0}, {PAGE_SIZE - 300, 700}, {8190, 5},
                  {33, 1}};
    struct nic_script_protocol p = {.trace = &r.trace, .packet_count = 4, .packet_bytes = 100};
    NDIS_HANDLE pool;
    NDIS_STATUS status;
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    UINT at = 60;

    start(&kinds[_i]);
    for (unsigned i = 0; i < sizeof(memory); i++)
        memory[i] = (UCHAR)(i * 5 + i / 256);
    ck_status(nic_script_protocol_start(&p, r.platform, r.adapter), NDIS_STATUS_SUCCESS);
    NdisAllocateBufferPool(&status, &pool, 8);
    packet = nic_script_packet(&p, 60);
    for (unsigned i = 0; i < 6; i++) {
        NdisAllocateBuffer(&status, &buffer, pool, memory + pieces[i].offset, pieces[i].length);
        NdisChainBufferAtBack(packet, buffer);
    }
    ck_status(nic_script_send(&p, packet), NDIS_STATUS_PENDING);
    rig_run(&r, 1000);
    ck_assert_uint_eq(nic_script_record(&p, packet)->completed, 1);
    ck_assert_uint_eq(wire.count, 1);
    for (unsigned i = 0; i < 6; at += pieces[i++].length)
        ck_assert_mem_eq(wire.frames[0] + at, memory + pieces[i].offset, pieces[i].length);
    ck_assert_uint_eq(wire.lengths[0], at);
    for (unsigned i = 0; i < 6; i++) {
        NdisUnchainBufferAtBack(packet, &buffer);
        NdisFreeBuffer(buffer);
    }
    nic_script_packet_free(&p, packet);
    NdisFreeBufferPool(pool);
    ck_status(nic_script_protocol_stop(&p), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

/* ---- receiving ---- */

START_TEST(frames_from_the_wire)
{
    UCHAR frame[1514];

    start(&kinds[_i]);
    for (UINT length = 60; length <= 1514; length += length < 70 || length > 1500 ? 1 : 53) {
        fill(frame, length & 1 ? own : model_broadcast, length, length);
        up.count = 0;
        ck_assert(model->receive(model, frame, length));
        rig_run(&r, 100);
        ck_assert_uint_eq(up.count, 1);
        ck_assert_uint_eq(up.lengths[0], length);
        ck_assert_mem_eq(up.frames[0], frame, length);
    }
    stop();
}
END_TEST

/* While interrupts are kept out: the device keeps what it has room for, and says what it lost. */
START_TEST(a_burst)
{
    UCHAR frame[1514];
    unsigned kept = 0;

    start(&kinds[_i]);
    r.platform->ops->interrupt_lock(r.platform, MODEL_VECTOR);
    for (unsigned i = 0; i < 40; i++) {
        fill(frame, own, 1000, i);
        if (model->receive(model, frame, 1000))
            fill(frames[kept++], own, 1000, i);
    }
    r.platform->ops->interrupt_unlock(r.platform, MODEL_VECTOR);
    rig_run(&r, 1000);
    ck_assert(kept > 5 && kept < 40);
    ck_assert_uint_eq(up.count, kept);
    for (unsigned i = 0; i < kept; i++)
        ck_assert_mem_eq(up.frames[i], frames[i], 1000);
    ck_assert_uint_eq(ask(OID_GEN_RCV_OK), kept);
    ck_assert_uint_gt(ask(OID_GEN_RCV_NO_BUFFER), 0);
    up.count = 0;
    for (unsigned i = 0; i < 50; i++) { /* and goes on, round and round */
        fill(frame, own, 300 + i, i);
        ck_assert(model->receive(model, frame, 300 + i));
        rig_run(&r, 100);
        ck_assert_uint_eq(up.count, i + 1);
        ck_assert_mem_eq(up.frames[i], frame, 300 + i);
    }
    stop();
}
END_TEST

static bool gets(const UCHAR *to)
{
    UCHAR frame[60];

    up.count = 0;
    fill(frame, to, 60, 1);
    model->receive(model, frame, 60);
    rig_run(&r, 100);
    return up.count == 1;
}

START_TEST(filters)
{
    start(&kinds[_i]);
    ck_assert(gets(own) && gets(model_broadcast) && !gets(other) && !gets(group));
    filter(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST);
    ck_status(sender_set(sender, OID_802_3_MULTICAST_LIST, (void *)group, 6), NDIS_STATUS_SUCCESS);
    ck_assert(gets(own) && !gets(model_broadcast) && !gets(other) && gets(group));
    filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    ck_assert(gets(own) && gets(model_broadcast) && gets(other) && gets(group));
    filter(0);
    ck_assert(!gets(own) && !gets(model_broadcast) && !gets(other) && !gets(group));
    ck_status(sender_set(sender, OID_GEN_CURRENT_PACKET_FILTER,
                         &(ULONG){NDIS_PACKET_TYPE_SOURCE_ROUTING}, 4),
              NDIS_STATUS_NOT_SUPPORTED);
    ck_status(sender_set(sender, OID_802_3_MULTICAST_LIST, frames, 5), NDIS_STATUS_INVALID_LENGTH);
    ck_status(sender_set(sender, OID_802_3_MULTICAST_LIST, frames, 33 * 6),
              NDIS_STATUS_MULTICAST_FULL);
    stop();
}
END_TEST

/* A protocol that keeps packets: the bus master goes on with what is left, and waits for it when it is
 * halted; the others copy and do not care. */
static PNDIS_PACKET kept_packets[64];
static unsigned kept_count;

static INT keep(void *context, PNDIS_PACKET packet)
{
    (void)context;
    if (NDIS_GET_PACKET_STATUS(packet) == NDIS_STATUS_RESOURCES)
        return 0;
    kept_packets[kept_count++] = packet;
    return 1;
}

START_TEST(packets_that_are_kept)
{
    struct nic_script_protocol p = {.trace = &r.trace, .received_packet = keep};
    ULONG bits = NDIS_PACKET_TYPE_DIRECTED;
    UCHAR frame[60];

    start(&kinds[_i]);
    kept_count = 0;
    ck_status(nic_script_protocol_start(&p, r.platform, r.adapter), NDIS_STATUS_SUCCESS);
    nic_script_request(&p, NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, &bits, 4,
                       NULL);
    for (unsigned i = 0; i < 60; i++) {
        fill(frame, own, 60, i);
        ck_assert_msg(model->receive(model, frame, 60) || kept_count >= 10, "%u", i);
        rig_run(&r, 100);
        if (kept_count >= 12)
            NdisReturnPackets(kept_packets, kept_count), kept_count = 0;
    }
    ck_assert_uint_eq(up.count, 60);
    NdisReturnPackets(kept_packets, kept_count);
    rig_run(&r, 100);
    ck_status(nic_script_protocol_stop(&p), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

/* ---- reset ---- */

static void check_works(void)
{
    wire.count = completions = 0;
    fill(frames[0], other, lengths[0] = 200, 1);
    send_frames(frames, lengths, 1);
    rig_run(&r, 1000);
    check_wire(1);
    ck_assert_uint_eq(completions, 1);
    ck_assert(gets(own) && gets(model_broadcast) && !gets(group));
}

/* A device that swallows what it is given: the driver, or the library, finds out and resets it. */
START_TEST(a_hang_ends_in_a_reset)
{
    unsigned resets;

    start(&kinds[_i]);
    resets = model->resets;
    model->is_deaf = true;
    for (unsigned i = 0; i < 5; i++)
        fill(frames[i], other, lengths[i] = 100, i);
    send_frames(frames, lengths, 5);
    rig_run(&r, 1000);
    ck_assert_uint_eq(completions, 0);
    rig_run(&r, 12000000);
    ck_assert_uint_gt(model->resets, resets);
    ck_assert_uint_eq(completions, 5);
    for (unsigned i = 0; i < 5; i++)
        ck_status(statuses[i], NDIS_STATUS_REQUEST_ABORTED);
    model->is_deaf = false;
    check_works();
    stop();
}
END_TEST

START_TEST(a_reset_by_the_protocol)
{
    start(&kinds[_i]);
    model->is_slow = true;
    for (unsigned i = 0; i < 20; i++)
        fill(frames[i], other, lengths[i] = 100, i);
    send_frames(frames, lengths, 20);
    ck_status(sender_reset(sender), NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    ck_assert_uint_eq(completions, 20);
    model->is_slow = false;
    model->send_all(model); /* nothing of before comes out */
    ck_assert_uint_eq(wire.count, 0);
    check_works();
    stop();
}
END_TEST

/* Halted with frames under way: each comes back once. */
START_TEST(a_halt_with_frames_under_way)
{
    struct nic_script_protocol p = {.trace = &r.trace, .packet_count = 8, .packet_bytes = 100};
    PNDIS_PACKET packets[5];

    start(&kinds[_i]);
    sender_close(sender);
    model->is_slow = true;
    ck_status(nic_script_protocol_start(&p, r.platform, r.adapter), NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < 5; i++)
        packets[i] = nic_script_packet(&p, 100);
    nic_script_send_array(&p, packets, 5);
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_uint_eq(nic_script_record(&p, packets[i])->completed, 1);
        ck_status(nic_script_record(&p, packets[i])->status, NDIS_STATUS_REQUEST_ABORTED);
        nic_script_packet_free(&p, packets[i]);
    }
    ck_status(nic_script_protocol_stop(&p), NDIS_STATUS_SUCCESS);
    rig_stop(&r);
    ck_assert_ptr_null(model->bus);
}
END_TEST

/* ---- interrupts ---- */

static unsigned access_count, access_target;
static bool is_arriving;

/* A frame arrives at one access of the device, whatever the driver is doing. */
static void at_access(void *context, const char *where)
{
    UCHAR frame[100];

    (void)context;
    if (strncmp(where, "read of", 7) != 0 && strncmp(where, "write to", 8) != 0)
        return;
    if (is_arriving || ++access_count != access_target)
        return;
    is_arriving = true;
    fill(frame, own, 100, 7);
    model->receive(model, frame, 100);
    is_arriving = false;
}

START_TEST(a_frame_at_every_access)
{
    UCHAR expected[100];

    start(&kinds[_i]);
    fill(expected, own, 100, 7);
    for (access_target = 1;; access_target++) {
        wire.count = up.count = completions = access_count = 0;
        fill(frames[0], other, lengths[0] = 61, access_target);
        r.platform->preempt = at_access;
        send_frames(frames, lengths, 1);
        rig_run(&r, 1000);
        r.platform->preempt = NULL;
        check_wire(1);
        ck_assert_uint_eq(completions, 1);
        if (access_count < access_target)
            break;
        ck_assert_uint_eq(up.count, 1);
        ck_assert_mem_eq(up.frames[0], expected, 100);
    }
    ck_assert_uint_gt(access_target, 5);
    stop();
}
END_TEST

/* ---- real threads ---- */

/* A device is one thing whoever touches it; but its interrupt must not be raised with the lock held,
 * which an ISR wants. */
static pthread_mutex_t device_lock = PTHREAD_MUTEX_INITIALIZER;
static struct nic_ndis_device bare_device;

static void unlock_and_raise(void)
{
    struct nic_ndis_bus *bus = model->is_raised ? model->bus : NULL;

    model->is_raised = false;
    pthread_mutex_unlock(&device_lock);
    if (bus)
        nic_ndis_bus_interrupt(bus);
}

static uint32_t locked_read(void *context, enum nic_ndis_space space, uint64_t address,
                            unsigned size_bytes)
{
    uint32_t value;

    pthread_mutex_lock(&device_lock);
    value = bare_device.read(context, space, address, size_bytes);
    unlock_and_raise();
    return value;
}

static void locked_write(void *context, enum nic_ndis_space space, uint64_t address,
                         unsigned size_bytes, uint32_t value)
{
    pthread_mutex_lock(&device_lock);
    bare_device.write(context, space, address, size_bytes, value);
    unlock_and_raise();
}

#define THREAD_FRAMES 300

static unsigned wired, arrived, accepted, given_back;

static void count_wire(const uint8_t *frame, unsigned length)
{
    (void)frame;
    (void)length;
    __atomic_fetch_add(&wired, 1, __ATOMIC_SEQ_CST);
}

static void count_received(void *context, const UCHAR *octets, UINT length)
{
    (void)context;
    ck_assert(length == 100 && octets[99] == (UCHAR)(99 * 7 + 3 * 31));
    __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
}

static void count_completed(void *context, ULONG number, NDIS_STATUS status)
{
    (void)context;
    (void)number;
    ck_status(status, NDIS_STATUS_SUCCESS);
    __atomic_fetch_add(&given_back, 1, __ATOMIC_SEQ_CST);
}

static void *wire_thread(void *context)
{
    UCHAR frame[100];

    (void)context;
    fill(frame, own, 100, 3);
    for (unsigned i = 0; i < THREAD_FRAMES; i++) {
        pthread_mutex_lock(&device_lock);
        accepted += model->receive(model, frame, 100);
        unlock_and_raise();
        if (i % 8 == 7)
            rig_run(&r, 200);
    }
    return NULL;
}

START_TEST(sending_and_receiving_at_once)
{
    static const struct sender_handlers counting = {.completed = count_completed,
                                                    .received = count_received};
    struct nic_ndis_device device;
    struct sender_frame frame;
    NDIS_STATUS status;
    pthread_t thread;

    wired = arrived = accepted = given_back = 0;
    rig_start(&r, NULL, 0, RIG_VERIFY | RIG_NO_MINIPORT | RIG_POSIX, 0);
    model = kinds[_i].model();
    model->sent = count_wire;
    model->defers = true;
    bare_device = device = model->device;
    device.read = locked_read;
    device.write = locked_write;
    load_driver(&kinds[_i]);
    ck_status(add_with(&kinds[_i], NULL, &device), NDIS_STATUS_SUCCESS);
    sender = sender_open(r.adapter, &counting, &status);
    ck_status(status, NDIS_STATUS_SUCCESS);
    filter(NDIS_PACKET_TYPE_DIRECTED);
    fill(frames[0], other, 100, 1);
    pthread_create(&thread, NULL, wire_thread, NULL);
    for (unsigned i = 0; i < THREAD_FRAMES;) {
        frame = (struct sender_frame){.octets = frames[0], .length = 100, .number = i};
        i += sender_send(sender, &frame, 1, SENDER_BY_MINIPORT);
    }
    pthread_join(thread, NULL);
    for (unsigned i = 0;
         i < 5000 && (__atomic_load_n(&given_back, __ATOMIC_SEQ_CST) < THREAD_FRAMES ||
                      __atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < accepted);
         i++)
        rig_run(&r, 1000);
    ck_assert_uint_eq(given_back, THREAD_FRAMES);
    ck_assert_uint_eq(wired, THREAD_FRAMES);
    ck_assert_uint_eq(arrived, accepted);
    ck_assert_uint_gt(accepted, 0);
    stop();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "miniports");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, it_comes_and_goes, 0, KINDS);
    tcase_add_loop_test(t, another_address, 0, KINDS);
    tcase_add_loop_test(t, it_fails_cleanly, 0, 4 * KINDS);
    tcase_add_loop_test(t, frames_of_every_kind_of_length, 0, KINDS);
    tcase_add_loop_test(t, a_slow_wire, 0, KINDS);
    tcase_add_loop_test(t, frames_that_fail, 0, KINDS);
    tcase_add_loop_test(t, packets_of_many_buffers, 0, KINDS);
    tcase_add_loop_test(t, frames_from_the_wire, 0, KINDS);
    tcase_add_loop_test(t, a_burst, 0, KINDS);
    tcase_add_loop_test(t, filters, 0, KINDS);
    tcase_add_loop_test(t, packets_that_are_kept, 0, KINDS);
    tcase_add_loop_test(t, a_hang_ends_in_a_reset, 0, KINDS);
    tcase_add_loop_test(t, a_reset_by_the_protocol, 0, KINDS);
    tcase_add_loop_test(t, a_halt_with_frames_under_way, 0, KINDS);
    tcase_add_loop_test(t, a_frame_at_every_access, 0, KINDS);
    tcase_add_loop_test(t, sending_and_receiving_at_once, 0, KINDS);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "miniports");
}
