/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport queue, synchronous register access, the null transport and the soft device at record level, without a
 * driver. Expected bytes are written out from nic.rdl.
 */
#include "nic_null.h"
#include "nic_platform.h"
#define NIC_REGS_TABLES
#include "nic_regs.h"
#include "nic_transport.h"
#include "soft_device.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VECTOR 3
#define MS     1000000ull

static struct nic_platform *platform;
static struct soft_device *device;
static struct nic_transport *transport;
static unsigned interrupts;

static void isr(void *context)
{
    (void)context;
    interrupts++;
}

static void start(const struct soft_options *options)
{
    platform = nic_virtual_create(1);
    device = soft_device_create(options, platform, VECTOR);
    transport = soft_device_transport(device);
    interrupts = 0;
    platform->ops->interrupt_connect(platform, VECTOR, isr, NULL);
    ck_assert_int_eq(nic_transport_open(transport), 0);
}

static void stop(void)
{
    soft_device_unplug(device); /* what is still posted comes back */
    nic_virtual_run(platform, NULL, platform->ops->now_ns(platform) + MS);
    while (nic_transport_reap(transport))
        ;
    nic_transport_close(transport);
    soft_device_destroy(device);
    nic_virtual_destroy(platform);
}

static void pass(uint64_t ns)
{
    nic_virtual_run(platform, NULL, platform->ops->now_ns(platform) + ns);
}

static void post(struct nic_transfer *transfer, uint8_t endpoint, uint8_t *data, uint32_t length)
{
    memset(transfer, 0, sizeof *transfer);
    transfer->endpoint = endpoint;
    transfer->data = data;
    transfer->length_bytes = length;
    ck_assert_int_eq(nic_transport_submit(transport, transfer), 0);
}

static void reg_set(uint32_t address, uint32_t value)
{
    ck_assert_int_eq(nic_transport_reg_write(transport, address, &value, 1), 0);
}

/* A TX record by hand: 16 bytes of header, the frame, zeros to a multiple of four. */
static uint32_t record(uint8_t *to, uint32_t length, uint32_t flags, uint32_t tag, uint64_t launch)
{
    uint32_t i, padded = (length + 3) / 4 * 4;
    to[0] = (uint8_t)length;
    to[1] = (uint8_t)(length >> 8);
    to[2] = (uint8_t)flags;
    to[3] = 0x5a ^ to[0] ^ to[1] ^ to[2];
    for (i = 0; i < 4; i++)
        to[4 + i] = (uint8_t)(tag >> 8 * i);
    for (i = 0; i < 8; i++)
        to[8 + i] = (uint8_t)(launch >> 8 * i);
    for (i = 0; i < padded; i++)
        to[16 + i] = i < length ? (uint8_t)(i + tag) : 0;
    return 16 + padded;
}

static const struct soft_options plain;

START_TEST(slots)
{
    struct nic_transport a, b;
    ck_assert_ptr_null(nic_transport_at(0));
    ck_assert_int_eq(nic_transport_put(0, &a), 0);
    ck_assert_int_eq(nic_transport_put(0, &b), -EBUSY);
    ck_assert_int_eq(nic_transport_put(15, &b), 0);
    ck_assert_int_eq(nic_transport_put(16, &b), -EINVAL);
    ck_assert_ptr_eq(nic_transport_at(0), &a);
    ck_assert_ptr_eq(nic_transport_at(15), &b);
    ck_assert_ptr_null(nic_transport_at(16));
    ck_assert_int_eq(nic_transport_put(0, NULL), 0);
    ck_assert_int_eq(nic_transport_put(15, NULL), 0);
    ck_assert_ptr_null(nic_transport_at(0));
}
END_TEST

START_TEST(finished_in_order_with_one_interrupt)
{
    struct nic_transfer t[3] = {
        {.endpoint = NIC_ENDPOINT_RX}, {.endpoint = NIC_ENDPOINT_RX}, {.endpoint = 1}};
    int i;
    start(&plain);
    ck_assert(!nic_transport_ready(transport));
    ck_assert_ptr_null(nic_transport_reap(transport));
    for (i = 0; i < 3; i++)
        nic_transport_finish(transport, &t[i]);
    ck_assert_uint_eq(interrupts, 1);
    for (i = 0; i < 3; i++) {
        ck_assert(nic_transport_ready(transport));
        ck_assert_ptr_eq(nic_transport_reap(transport), &t[i]);
    }
    ck_assert(!nic_transport_ready(transport));
    ck_assert_ptr_null(nic_transport_reap(transport));
    nic_transport_finish(transport, &t[0]);
    ck_assert_uint_eq(interrupts, 2);
    stop();
}
END_TEST

START_TEST(setup_packet)
{
    static const uint8_t read[8] = {0xc0, 2, 0x14, 0x04, 0x01, 0x00, 0x9c, 0x00};
    static const uint8_t write[8] = {0x40, 1, 0x44, 0x00, 0x00, 0x00, 0x04, 0x01};
    uint8_t setup[8];
    nic_transport_setup(setup, NIC_VENDOR_REQUEST_REG_READ, 0x10414, 0x9c);
    ck_assert_mem_eq(setup, read, 8);
    nic_transport_setup(setup, NIC_VENDOR_REQUEST_REG_WRITE, 0x44, 0x104);
    ck_assert_mem_eq(setup, write, 8);
}
END_TEST

START_TEST(registers_read_and_write)
{
    uint32_t words[64], ones[64];
    unsigned i, word;
    start(&plain);
    memset(ones, 0xff, sizeof ones);
    for (i = 0; i < NIC_REGISTERS; i++) {
        const struct nic_register *r = &nic_registers[i];
        if (r->needs)
            continue;
        ck_assert_int_eq(nic_transport_reg_read(transport, r->address, words, r->words), 0);
        for (word = 0; word < r->words; word++)
            ck_assert_msg((words[word] & r->known) == (r->reset & r->known), "%s", r->name);
        if (strcmp(r->access, "rw") != 0 || !strncmp(r->name, "TIME_", 5))
            continue;
        ck_assert_int_eq(nic_transport_reg_write(transport, r->address, ones, r->words), 0);
        ck_assert_int_eq(nic_transport_reg_read(transport, r->address, words, r->words), 0);
        for (word = 0; word < r->words; word++)
            if (r->address != NIC_EXACT_ADDR || word % 4 != 3)
                ck_assert_msg(words[word] == r->writable, "%s reads %08x", r->name, words[word]);
            else
                ck_assert_uint_eq(words[word], 0);
    }
    ck_assert_int_eq(nic_transport_reg_read(transport, 0x20, words, 1), -EPIPE);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0x10, words, 2), -EPIPE);
    ck_assert_uint_eq(interrupts, 0); /* synchronous accesses do not reach the driver */
    stop();
}
END_TEST

START_TEST(register_failures_are_errors)
{
    uint32_t word;
    uint64_t before;
    start(&plain);
    soft_device_fault(device, SOFT_FAULT_STALL_CONTROL, 0);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0, &word, 1), -EPIPE);
    soft_device_fault(device, SOFT_FAULT_ERROR_CONTROL, 0);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0, &word, 1), -EIO);
    soft_device_fault(device, SOFT_FAULT_SHORT_CONTROL, 0);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0, &word, 1), -EIO);
    soft_device_fault(device, SOFT_FAULT_CONTROL_SILENT, 0);
    before = platform->ops->now_ns(platform);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0, &word, 1), -ETIMEDOUT);
    ck_assert_uint_le(platform->ops->now_ns(platform) - before, 3000 * MS);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0, &word, 1), 0);
    ck_assert_uint_eq(word, 0x434e6c68);
    soft_device_unplug(device);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0, &word, 1), -ENODEV);
    stop();
}
END_TEST

/* A back end that gives a control transfer back after the caller has gone. */
static struct nic_transfer *late;

static int late_submit(struct nic_transport *t, struct nic_transfer *transfer)
{
    (void)t;
    late = transfer;
    return 0;
}

static void late_cancel(struct nic_transport *t, struct nic_transfer *transfer)
{
    (void)t;
    (void)transfer;
}

START_TEST(abandoned_access_is_freed_late)
{
    static const struct nic_transport_ops ops = {.submit = late_submit, .cancel = late_cancel};
    struct nic_transport t;
    uint32_t word;
    platform = nic_virtual_create(1);
    nic_transport_init(&t, &ops, platform, VECTOR);
    ck_assert_int_eq(nic_transport_reg_read(&t, 0, &word, 1), -ETIMEDOUT);
    late->status = NIC_TRANSFER_OK;
    nic_transport_finish(&t, late); /* the leak checker of the sanitizer build watches this */
    ck_assert(!nic_transport_ready(&t));
    nic_transport_fini(&t);
    nic_virtual_destroy(platform);
}
END_TEST

/* Enables both directions and the link; the LINK event comes first in the stream. */
static void bring_up(void)
{
    reg_set(NIC_LINK_ADDR, 0xd);
    reg_set(NIC_CTRL_ADDR, 3);
    reg_set(NIC_FILTER_ADDR, 1);
}

static uint32_t sent_length, sent_tag, sent_count;
static uint8_t sent[2048];

static void listener(void *context, const struct soft_frame *frame)
{
    (void)context;
    sent_length = frame->length_bytes;
    sent_tag = frame->tag;
    sent_count++;
    memcpy(sent, frame->octets, frame->length_bytes);
}

START_TEST(descriptor_to_event)
{
    static const uint8_t link_event[16] = {2, 1, 2, 0};
    struct soft_options options = {.transmitted = listener};
    struct nic_transfer out, event;
    uint8_t stream[256], events[64];
    uint32_t length;
    start(&options);
    bring_up();
    length = record(stream, 14, 0, 0x11223344, 0);
    length += record(stream + length, 61, 0, 0x11223345, 0);
    sent_count = 0;
    post(&out, NIC_ENDPOINT_TX, stream, length);
    pass(1 * MS);
    ck_assert_uint_eq(sent_count, 2);
    ck_assert_uint_eq(sent_length, 61);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(1 * MS);
    ck_assert_ptr_eq(nic_transport_reap(transport), &out);
    ck_assert_int_eq(out.status, NIC_TRANSFER_OK);
    ck_assert_uint_eq(out.actual_bytes, length);
    ck_assert_ptr_eq(nic_transport_reap(transport), &event);
    /* Nothing took the events meanwhile: the first completion stood in the pipe, at the latest the second merges. */
    ck_assert_uint_ge(event.actual_bytes, 32);
    ck_assert_mem_eq(events, link_event, 16);
    ck_assert_uint_eq(events[16], 1);
    ck_assert_uint_eq(events[17], 0);
    ck_assert_uint_eq(events[event.actual_bytes - 12], 0x45);
    stop();
}
END_TEST

START_TEST(short_frames_are_padded_with_zeros)
{
    struct soft_options options = {.transmitted = listener};
    struct nic_transfer out;
    uint8_t stream[256];
    uint32_t length;
    unsigned i;
    start(&options);
    bring_up();
    length = record(stream, 14, 0, 7, 0);
    post(&out, NIC_ENDPOINT_TX, stream, length);
    pass(1 * MS);
    ck_assert_uint_eq(sent_length, 60);
    ck_assert_mem_eq(sent, stream + 16, 14);
    for (i = 14; i < 60; i++)
        ck_assert_uint_eq(sent[i], 0);
    stop();
}
END_TEST

/* kind of violation, byte of the record to change, mask */
static const struct {
    uint32_t error;
    unsigned at;
    uint8_t mask;
    bool fix_check;
} wrong[] = {
    {NIC_STREAM_ERROR_CHECK, 3, 0x01, false},
    {NIC_STREAM_ERROR_RESERVED, 2, 0x20, true},
    {NIC_STREAM_ERROR_LENGTH, 0, 61, true},
    {NIC_STREAM_ERROR_PADDING, 16 + 62, 0x80, false},
};

START_TEST(stream_errors_halt_until_reset)
{
    struct soft_options options = {.transmitted = listener};
    struct nic_transfer out, second, event;
    uint8_t stream[256], events[256];
    uint32_t length, word;
    start(&options);
    bring_up();
    length = record(stream, 61, 0, 7, 0);
    stream[wrong[_i].at] ^= wrong[_i].mask;
    if (wrong[_i].fix_check)
        stream[3] ^= wrong[_i].mask;
    sent_count = 0;
    post(&out, NIC_ENDPOINT_TX, stream, length);
    pass(1 * MS);
    ck_assert_ptr_eq(nic_transport_reap(transport), &out);
    ck_assert_int_eq(out.status, NIC_TRANSFER_STALL);
    post(&second, NIC_ENDPOINT_TX, stream, length);
    pass(1 * MS);
    ck_assert_ptr_eq(nic_transport_reap(transport), &second);
    ck_assert_int_eq(second.status, NIC_TRANSFER_STALL);
    ck_assert_uint_eq(sent_count, 0);
    nic_transport_reg_read(transport, NIC_STATUS_ADDR, &word, 1);
    ck_assert_uint_eq(word & 2, 2);
    reg_set(NIC_RESET_ADDR, 1);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(1 * MS);
    ck_assert_ptr_eq(nic_transport_reap(transport), &event);
    ck_assert_uint_eq(event.actual_bytes, 48); /* LINK, STREAM_ERROR, RESET_DONE */
    ck_assert_uint_eq(events[16], 5);
    ck_assert_uint_eq(events[17], wrong[_i].error);
    ck_assert_uint_eq(events[32], 6);
    length = record(stream, 61, 0, 8, 0);
    post(&out, NIC_ENDPOINT_TX, stream, length);
    pass(1 * MS);
    ck_assert_uint_eq(sent_count, 1);
    ck_assert_uint_eq(sent_tag, 8);
    stop();
}
END_TEST

START_TEST(reset_aborts_every_descriptor_first)
{
    struct soft_options options = {.transmitted = listener};
    struct nic_transfer out, event;
    uint8_t stream[1024], events[512];
    uint32_t length = 0, i;
    start(&options);
    bring_up();
    soft_device_hold_tx(device, true);
    for (i = 0; i < 5; i++)
        length += record(stream + length, 64, 0, 100 + i, 0);
    sent_count = 0;
    post(&out, NIC_ENDPOINT_TX, stream, length);
    pass(1 * MS);
    reg_set(NIC_RESET_ADDR, 1);
    for (i = 0; i < 4; i++) {
        post(&event, NIC_ENDPOINT_EVENT, events + 64 * i, 64);
        pass(1 * MS);
        if (event.status != NIC_TRANSFER_OK || !event.actual_bytes)
            break;
    }
    ck_assert_uint_eq(sent_count, 0);
    for (i = 0; i < 5; i++) { /* after the LINK event */
        ck_assert_uint_eq(events[16 + 16 * i], 1);
        ck_assert_uint_eq(events[16 + 16 * i + 1], NIC_TX_STATUS_ABORTED);
        ck_assert_uint_eq(events[16 + 16 * i + 4], 100 + i);
    }
    ck_assert_uint_eq(events[96], 6);
    stop();
}
END_TEST

START_TEST(moderation_gathers_and_keeps_the_last)
{
    struct soft_options options = {.instant = true};
    struct nic_transfer out, event;
    uint8_t stream[4096], events[512];
    uint32_t length = 0, i;
    start(&options);
    bring_up();
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(1 * MS);
    ck_assert_ptr_eq(nic_transport_reap(transport), &event); /* LINK */
    reg_set(NIC_MODERATION_ADDR, 4 | 100 << 16);
    for (i = 0; i < 6; i++)
        length += record(stream + length, 64, 0, i, 0);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    post(&out, NIC_ENDPOINT_TX, stream, length);
    pass(50000);
    ck_assert_ptr_eq(nic_transport_reap(transport), &out);
    ck_assert_ptr_eq(nic_transport_reap(transport), &event);
    ck_assert_uint_eq(events[2], 4);
    ck_assert_uint_eq(events[4], 3);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(40000);
    ck_assert_ptr_null(nic_transport_reap(transport));
    pass(20000);
    ck_assert_ptr_eq(nic_transport_reap(transport), &event);
    ck_assert_uint_eq(events[2], 2);
    ck_assert_uint_eq(events[4], 5);
    stop();
}
END_TEST

START_TEST(report_and_errors_are_not_merged)
{
    struct soft_options options = {.instant = true};
    struct nic_transfer out, event;
    uint8_t stream[4096], events[512];
    uint32_t length = 0, i;
    start(&options);
    bring_up();
    reg_set(NIC_MODERATION_ADDR, 100 | 1000 << 16);
    pass(1 * MS);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(1 * MS);
    for (i = 0; i < 5; i++)
        length += record(stream + length, i == 4 ? 1519 : 64, i == 2 ? 1 : 0, i, 0);
    post(&out, NIC_ENDPOINT_TX, stream, length);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(10000);
    ck_assert_uint_eq(event.actual_bytes, 64);
    ck_assert_uint_eq(events[2], 2);      /* 0 and 1, pushed out by the report */
    ck_assert_uint_eq(events[16 + 2], 1); /* the report */
    ck_assert_uint_eq(events[16 + 4], 2);
    ck_assert_uint_eq(events[32 + 4], 3);
    ck_assert_uint_eq(events[48 + 1], NIC_TX_STATUS_TOO_LONG);
    ck_assert_uint_eq(events[48 + 4], 4);
    while (nic_transport_reap(transport))
        ;
    stop();
}
END_TEST

START_TEST(launch_time_and_late)
{
    struct soft_options options = {.transmitted = listener};
    struct nic_transfer out, event;
    uint8_t stream[512], events[512];
    uint32_t length;
    uint64_t launch, stamp;
    start(&options);
    bring_up();
    pass(1 * MS);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(1 * MS);
    launch = soft_device_time(device) + 70000;
    length = record(stream, 64, 3, 1, launch);
    length += record(stream + length, 64, 3, 2, launch); /* the first is in its way */
    post(&out, NIC_ENDPOINT_TX, stream, length);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(60000);
    ck_assert_uint_eq(event.actual_bytes, 0);
    pass(60000);
    ck_assert_uint_eq(events[4], 1);
    memcpy(&stamp, events + 8, 8);
    ck_assert_uint_eq(stamp, launch);
    post(&event, NIC_ENDPOINT_EVENT, events, sizeof events);
    pass(60000);
    ck_assert_uint_eq(events[4], 2);
    ck_assert_uint_eq(events[1], NIC_TX_STATUS_LATE);
    while (nic_transport_reap(transport))
        ;
    stop();
}
END_TEST

START_TEST(received_frame)
{
    struct nic_transfer in;
    uint8_t frame[61], data[128];
    uint32_t first, loss;
    unsigned i;
    start(&plain);
    bring_up();
    for (i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)(0x20 + i);
    frame[0] = 0x01; /* multicast */
    frame[12] = 0x81;
    frame[13] = 0x00;
    soft_device_receive(device, frame, sizeof frame);
    post(&in, NIC_ENDPOINT_RX, data, sizeof data);
    pass(1 * MS);
    ck_assert_ptr_eq(nic_transport_reap(transport), &in);
    ck_assert_uint_eq(in.actual_bytes, 80);
    ck_assert_uint_eq(data[0], 61);
    ck_assert_uint_eq(data[2], 0x60);
    ck_assert_uint_eq(data[3], 0x5a ^ 61 ^ 0x60);
    ck_assert_mem_eq(data + 16, frame, 61);
    ck_assert_uint_eq(data[77] | data[78] | data[79], 0);
    first = nic_get_le32(data + 4);
    for (loss = 0; loss < 60; loss++)
        soft_device_receive(device, frame, sizeof frame); /* 4096 bytes hold 51 */
    post(&in, NIC_ENDPOINT_RX, data, sizeof data);
    pass(1 * MS);
    ck_assert_uint_eq(nic_get_le32(data + 4), first + 1);
    ck_assert_ptr_eq(nic_transport_reap(transport), &in);
    loss = 0;
    do {
        post(&in, NIC_ENDPOINT_EVENT, data, 16);
        pass(1 * MS);
        ck_assert_ptr_eq(nic_transport_reap(transport), &in);
        loss += data[0] == 3 ? data[2] : 0;
    } while (loss < 60 - 51);
    ck_assert_uint_eq(loss, 60 - 51);
    stop();
}
END_TEST

START_TEST(filter_rules)
{
    static const uint8_t own[6] = {2, 1, 2, 3, 4, 5}, other[6] = {2, 1, 2, 3, 4, 6};
    /* Python: zlib.crc32(bytes.fromhex("01005e000001")) ^ 0xffffffff = 0xd9b4c5fe, six low bits 62 */
    static const uint8_t group[6] = {1, 0, 0x5e, 0, 0, 1},
                         all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint8_t *address[4] = {own, other, group, all};
    uint32_t exact[3] = {0x0102, 0x0302, 0x10504}, hash[2] = {0, 0};
    static const unsigned expected[5] = {1, 1 | 8, 1 | 4, 1 | 4, 15};
    uint32_t filter[5] = {0, 4, 2, 0, 1}, word;
    uint8_t frame[60] = {0};
    unsigned i;
    start(&plain);
    bring_up();
    ck_assert_int_eq(nic_transport_reg_write(transport, NIC_EXACT_ADDR, exact, 3), 0);
    if (_i == 3)
        hash[1] = 1u << 30;
    ck_assert_int_eq(nic_transport_reg_write(transport, NIC_HASH_ADDR, hash, 2), 0);
    reg_set(NIC_FILTER_ADDR, filter[_i]);
    for (i = 0; i < 4; i++) {
        uint32_t before, after;
        reg_set(NIC_SNAPSHOT_ADDR, 1);
        nic_transport_reg_read(transport, NIC_COUNTER_ADDR + 4 * NIC_COUNTER_RX_PACKETS, &before,
                               1);
        memcpy(frame, address[i], 6);
        soft_device_receive(device, frame, sizeof frame);
        reg_set(NIC_SNAPSHOT_ADDR, 1);
        nic_transport_reg_read(transport, NIC_COUNTER_ADDR + 4 * NIC_COUNTER_RX_PACKETS, &after, 1);
        ck_assert_uint_eq(after - before, expected[_i] >> i & 1);
    }
    nic_transport_reg_read(transport, NIC_COUNTER_ADDR + 4 * NIC_COUNTER_RX_DROP_FILTER, &word, 1);
    ck_assert_uint_eq(word, 4 - (unsigned)__builtin_popcount(expected[_i]));
    stop();
}
END_TEST

START_TEST(cancelled_and_gone_transfers_come_back_once)
{
    struct nic_transfer in[3], event;
    uint8_t data[64];
    unsigned i, back = 0;
    struct nic_transfer *transfer;
    start(&plain);
    for (i = 0; i < 3; i++)
        post(&in[i], NIC_ENDPOINT_RX, data, sizeof data);
    nic_transport_cancel(transport, &in[1]);
    nic_transport_cancel(transport, &in[1]);
    pass(1000);
    ck_assert_ptr_eq(nic_transport_reap(transport), &in[1]);
    ck_assert_int_eq(in[1].status, NIC_TRANSFER_CANCELLED);
    ck_assert_ptr_null(nic_transport_reap(transport));
    soft_device_unplug(device);
    pass(1000);
    while ((transfer = nic_transport_reap(transport))) {
        ck_assert_int_eq(transfer->status, NIC_TRANSFER_GONE);
        back++;
    }
    ck_assert_uint_eq(back, 2);
    event = (struct nic_transfer){.endpoint = NIC_ENDPOINT_EVENT, .data = data, .length_bytes = 16};
    ck_assert_int_eq(nic_transport_submit(transport, &event), -ENODEV);
    stop();
}
END_TEST

START_TEST(null_completes_everything)
{
    struct nic_transport *n;
    struct nic_transfer out = {.endpoint = NIC_ENDPOINT_TX},
                        event = {.endpoint = NIC_ENDPOINT_EVENT};
    uint8_t stream[512], events[64];
    uint32_t word;
    platform = nic_virtual_create(1);
    n = nic_null_create(platform, VECTOR);
    ck_assert_int_eq(nic_transport_open(n), 0);
    ck_assert_int_eq(nic_transport_reg_read(n, NIC_MAP_HASH_ADDR, &word, 1), 0);
    ck_assert_uint_eq(word, NIC_MAP_HASH);
    event.data = events;
    event.length_bytes = sizeof events;
    ck_assert_int_eq(nic_transport_submit(n, &event), 0);
    out.data = stream;
    out.length_bytes = record(stream, 60, 0, 5, 0);
    out.length_bytes += record(stream + out.length_bytes, 33, 0, 6, 0);
    out.length_bytes += record(stream + out.length_bytes, 33, 1, 7, 0);
    out.length_bytes += record(stream + out.length_bytes, 33, 0, 8, 0);
    ck_assert_int_eq(nic_transport_submit(n, &out), 0);
    ck_assert_ptr_eq(nic_transport_reap(n), &out);
    ck_assert_ptr_eq(nic_transport_reap(n), &event);
    ck_assert_uint_eq(event.actual_bytes, 48);
    ck_assert_uint_eq(nic_get_le32(events), 1 | 2 << 16);
    ck_assert_uint_eq(nic_get_le32(events + 4), 6);
    ck_assert_uint_eq(nic_get_le32(events + 16), 1 | 1 << 16);
    ck_assert_uint_eq(nic_get_le32(events + 20), 7);
    ck_assert_uint_eq(nic_get_le32(events + 36), 8);
    nic_transport_close(n);
    nic_null_destroy(n);
    nic_virtual_destroy(platform);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transport");
    TCase *c = tcase_create("queue and registers");
    SRunner *runner;
    int failed;
    tcase_set_timeout(c, 60);
    tcase_add_test(c, slots);
    tcase_add_test(c, finished_in_order_with_one_interrupt);
    tcase_add_test(c, setup_packet);
    tcase_add_test(c, registers_read_and_write);
    tcase_add_test(c, register_failures_are_errors);
    tcase_add_test(c, abandoned_access_is_freed_late);
    tcase_add_test(c, descriptor_to_event);
    tcase_add_test(c, short_frames_are_padded_with_zeros);
    tcase_add_loop_test(c, stream_errors_halt_until_reset, 0, 4);
    tcase_add_test(c, reset_aborts_every_descriptor_first);
    tcase_add_test(c, moderation_gathers_and_keeps_the_last);
    tcase_add_test(c, report_and_errors_are_not_merged);
    tcase_add_test(c, launch_time_and_late);
    tcase_add_test(c, received_frame);
    tcase_add_loop_test(c, filter_rules, 0, 5);
    tcase_add_test(c, cancelled_and_gone_transfers_come_back_once);
    tcase_add_test(c, null_completes_everything);
    suite_add_tcase(suite, c);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
