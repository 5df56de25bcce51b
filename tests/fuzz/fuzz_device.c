/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device that lies, in every way that its streams and transfers allow, under a driver that works. Whatever it does,
 * every packet is completed exactly once within a bound, the verifier finds nothing to say, and nothing leaks.
 */
#include "driver_rig.h"
#include "fuzz.h"

#include <check.h>

#define STEPS 120
#define BOUND (60 * RIG_S) /* of virtual time */

static const NDIS_OID oids[] = {OID_GEN_XMIT_OK,           OID_GEN_RCV_OK,
                                OID_GEN_LINK_SPEED,        OID_GEN_MEDIA_CONNECT_STATUS,
                                OID_802_3_CURRENT_ADDRESS, OID_802_3_RCV_ERROR_ALIGNMENT,
                                OID_GEN_SUPPORTED_LIST,    OID_HILNIC_DRIVER};

static uint32_t last_tag;

static void transmitted(void *context, const struct soft_frame *frame)
{
    (void)context;
    last_tag = frame->tag;
}

static void send_packets(struct fuzz_input *in, bool array)
{
    struct rig_packet *packets[8];
    unsigned count = array ? 1 + fuzz_byte(in) % 8 : 1;

    if (rig.packet_count + count > RIG_PACKETS)
        return;
    for (unsigned i = 0; i < count; i++)
        packets[i] = rig_packet(fuzz_byte(in) * 6u, 1 + fuzz_byte(in) % 3);
    if (array)
        rig_send_array(packets, count);
    else
        rig_send(packets[0]);
}

/* A record whose fields are near the truth: the tag near the last one that left, the kind a known one or the next. */
static void event_record(struct fuzz_input *in)
{
    uint8_t record[NIC_EVENT_BYTES] = {fuzz_byte(in) % (NIC_EVENT_TYPE_MAX + 2),
                                       fuzz_byte(in) % 16};
    record[2] = fuzz_byte(in);
    nic_put_le32(record + 4, last_tag + fuzz_byte(in) - 8);
    nic_put_le32(record + 8, fuzz_le32(in));
    soft_device_raw_event(rig.device, record, sizeof record);
}

static void rx_record(struct fuzz_input *in)
{
    uint8_t bytes[NIC_RX_HEADER_BYTES + 256] = {0};
    uint32_t length = fuzz_byte(in), given = fuzz_byte(in);

    bytes[0] = (uint8_t)length;
    bytes[1] = fuzz_byte(in) % 8;
    bytes[2] = fuzz_byte(in);
    bytes[3] = bytes[0] ^ bytes[1] ^ bytes[2] ^ fuzz_byte(in);
    bytes[4] = fuzz_byte(in);
    for (uint32_t i = 0; i < given; i++)
        bytes[NIC_RX_HEADER_BYTES + i] = (uint8_t)i;
    soft_device_raw_rx(rig.device, bytes, NIC_RX_HEADER_BYTES + given);
}

static void raw_bytes(struct fuzz_input *in, bool event)
{
    uint8_t bytes[64];
    unsigned count = fuzz_byte(in) % sizeof bytes;

    for (unsigned i = 0; i < count; i++)
        bytes[i] = fuzz_byte(in);
    if (event)
        soft_device_raw_event(rig.device, bytes, count);
    else
        soft_device_raw_rx(rig.device, bytes, count);
}

static void receive_frame(struct fuzz_input *in)
{
    uint8_t frame[1600];
    uint32_t length = 60 + fuzz_le16(in) % 1460;

    memset(frame, fuzz_byte(in), sizeof frame);
    soft_device_receive(rig.device, frame, length);
}

static void hold(struct fuzz_input *in)
{
    unsigned what = fuzz_byte(in);
    bool on = what & 1;

    if (what & 2)
        soft_device_hold_events(rig.device, on);
    if (what & 4)
        soft_device_hold_tx(rig.device, on);
    if (what & 8)
        soft_device_hold_out(rig.device, on);
    if (what & 16)
        soft_device_hold_reset(rig.device, on);
}

static void ask(struct fuzz_input *in)
{
    ULONG buffer[64] = {0};
    unsigned which = fuzz_byte(in) % (sizeof oids / sizeof *oids), length = fuzz_byte(in);

    rig_query(oids[which], buffer, length, NULL);
    buffer[0] = fuzz_byte(in);
    rig_set(OID_GEN_CURRENT_PACKET_FILTER, buffer, sizeof(ULONG));
}

static void step(struct fuzz_input *in)
{
    unsigned what = fuzz_byte(in) % 16;

    if (what <= 1)
        send_packets(in, what);
    else if (what == 2)
        event_record(in);
    else if (what == 3)
        rx_record(in);
    else if (what <= 5)
        raw_bytes(in, what == 4);
    else if (what <= 7)
        soft_device_fault(rig.device, (enum soft_fault)(fuzz_byte(in) % SOFT_FAULT_COUNT),
                          fuzz_byte(in) % 4);
    else if (what == 8)
        receive_frame(in);
    else if (what == 9)
        soft_device_link(rig.device, fuzz_byte(in) & 1, fuzz_byte(in) % 4);
    else if (what == 10)
        hold(in);
    else if (what <= 12)
        rig_pass(fuzz_byte(in) * (what == 11 ? 10000ull : 20 * RIG_MS));
    else if (what == 13)
        ask(in);
    else if (what == 14)
        soft_device_forget(rig.device);
    else if (fuzz_byte(in) < 16) /* seldom: little happens afterwards */
        soft_device_unplug(rig.device);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    /* A device whose reset takes seconds stalls its driver, and the verifier says so. */
    struct rig_options options = {.seed = 1, .tolerated = "is stalled: it answered RESOURCES"};

    options.single = fuzz_byte(&in) & 1;
    options.soft.cut_percent = fuzz_byte(&in) % 64;
    options.soft.transmitted = transmitted;
    last_tag = 0;
    rig_start(&options);
    for (unsigned i = 0; i < STEPS && fuzz_more(&in) && rig.added == NDIS_STATUS_SUCCESS; i++)
        step(&in);
    soft_device_heal(rig.device);
    soft_device_hold_events(rig.device, false);
    soft_device_hold_tx(rig.device, false);
    soft_device_hold_out(rig.device, false);
    soft_device_hold_reset(rig.device, false);
    ck_assert_msg(rig_settle(BOUND), "%u packets are not completed", rig_open());
    rig_stop();
    return 0;
}
