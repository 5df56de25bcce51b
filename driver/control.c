/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register accesses at run time: a set of steps to be made, one asynchronous control transfer at a time, lowest first.
 * The setup after a NIC reset, requests and the hang check all put their steps into the same set. What is written comes
 * from the adapter, so a step that is made late or twice is still right.
 */
#include "nic_miniport.h"

static ULONG filter_bits(const struct nic_adapter *a)
{
    ULONG f = a->packet_filter;
    return (f & NDIS_PACKET_TYPE_PROMISCUOUS ? NIC_FILTER_PROMISCUOUS_MASK : 0) |
           (f & NDIS_PACKET_TYPE_ALL_MULTICAST ? NIC_FILTER_ALL_MULTICAST_MASK : 0) |
           (f & NDIS_PACKET_TYPE_BROADCAST ? NIC_FILTER_BROADCAST_MASK : 0);
}

/* How many multicast addresses fit behind our own in the exact table; the others are hashed. */
static ULONG exact_multicasts(const struct nic_adapter *a)
{
    ULONG room = a->configuration.hash_test ? 0 : a->filter_entries - 1;
    if (!(a->packet_filter & NDIS_PACKET_TYPE_MULTICAST))
        return 0;
    return a->multicast_count < room ? a->multicast_count : room;
}

/* CRC-32 of IEEE 802.3 over an address, bit-reflected, before the final complement; its six low bits (register
 * HASH). */
static ULONG hash_bit(const UCHAR *address)
{
    ULONG crc = 0xffffffff, i, bit;
    for (i = 0; i < ETH_LENGTH_OF_ADDRESS; i++) {
        crc ^= address[i];
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return crc & 63;
}

static ULONG filter_words(const struct nic_adapter *a, ULONG *words)
{
    ULONG i;
    words[0] = filter_bits(a);
    words[1] = words[2] = 0;
    for (i = exact_multicasts(a);
         a->packet_filter & NDIS_PACKET_TYPE_MULTICAST && i < a->multicast_count; i++)
        words[1 + hash_bit(a->multicast[i]) / 32] |= 1u << hash_bit(a->multicast[i]) % 32;
    words[3] = nic_get_le32(a->address);
    words[4] = a->address[4] | (ULONG)a->address[5] << 8;
    return 5;
}

static void exact_entry(ULONG *words, const UCHAR *address)
{
    words[0] = address[0] | (ULONG)address[1] << 8;
    words[1] = address[2] | (ULONG)address[3] << 8;
    words[2] = address[4] | (ULONG)address[5] << 8 | NIC_EXACT_VALID_MASK;
}

static ULONG exact_words(const struct nic_adapter *a, ULONG *words)
{
    ULONG i, count = exact_multicasts(a);
    for (i = 0; i < 4 * a->filter_entries; i++)
        words[i] = 0;
    if (a->packet_filter & NDIS_PACKET_TYPE_DIRECTED)
        exact_entry(words, a->address);
    for (i = 0; i < count; i++)
        exact_entry(words + 4 * (i + 1), a->multicast[i]);
    return 4 * a->filter_entries;
}

static ULONG link_word(const struct nic_adapter *a)
{
    ULONG speed = a->configuration.speed_duplex == 2   ? NIC_SPEED_M10
                  : a->configuration.speed_duplex == 4 ? NIC_SPEED_M100
                                                       : a->best_speed;
    return NIC_LINK_UP_MASK | speed << NIC_LINK_SPEED_SHIFT | NIC_LINK_FULL_DUPLEX_MASK;
}

/* XOFF leaves room for the frame that is coming in and for the one that the partner has begun when he hears of it. A buffer of
 * fewer than four frames has no such room to spare: it asks at five eighths, the share that the reset value has of 4 KiB, and what is lost
 * is counted. */
static ULONG watermarks_word(const struct nic_adapter *a)
{
    ULONG two_frames = (2 * a->max_frame + 255) / 256;
    ULONG high = a->rx_buffer > 2 * two_frames ? a->rx_buffer - two_frames : a->rx_buffer * 5 / 8;
    return high << NIC_WATERMARKS_HIGH_SHIFT | high * 2 / 5 << NIC_WATERMARKS_LOW_SHIFT;
}

/* What a step reads or writes. */
struct nic_access {
    ULONG address, count;
    BOOLEAN read;
    ULONG words[NIC_CONTROL_WORDS];
};

static void access_of(const struct nic_adapter *a, ULONG step, struct nic_access *x)
{
    x->read = FALSE;
    x->count = 1;
    switch (step) {
    case NIC_STEP_RESET:
        x->address = NIC_RESET_ADDR;
        x->words[0] = NIC_RESET_START_MASK;
        break;
    case NIC_STEP_MODERATION:
        x->address = NIC_MODERATION_ADDR;
        x->words[0] = a->moderation_off
                          ? 0
                          : a->configuration.moderation_count << NIC_MODERATION_COUNT_SHIFT |
                                a->configuration.moderation_us << NIC_MODERATION_MICROSECONDS_SHIFT;
        break;
    case NIC_STEP_WATERMARKS:
        x->address = NIC_WATERMARKS_ADDR;
        x->words[0] = watermarks_word(a);
        break;
    case NIC_STEP_FILTER:
        x->address = NIC_FILTER_ADDR;
        x->count = filter_words(a, x->words);
        break;
    case NIC_STEP_EXACT:
        x->address = NIC_EXACT_ADDR;
        x->count = exact_words(a, x->words);
        break;
    case NIC_STEP_LINK:
        x->address = NIC_LINK_ADDR;
        x->read = a->processor;
        x->words[0] = link_word(a);
        break;
    case NIC_STEP_CTRL:
        x->address = NIC_CTRL_ADDR;
        x->words[0] = NIC_CTRL_TX_ENABLE_MASK | NIC_CTRL_RX_ENABLE_MASK;
        break;
    case NIC_STEP_ALIVE:
        x->address = NIC_MAC_LO_ADDR;
        x->count = 2;
        x->read = TRUE;
        break;
    case NIC_STEP_SNAPSHOT:
        x->address = NIC_SNAPSHOT_ADDR;
        x->words[0] = NIC_SNAPSHOT_TAKE_MASK;
        break;
    case NIC_STEP_COUNTERS:
        x->address = NIC_COUNTER_ADDR;
        x->count = NIC_COUNTER_MAX + 1;
        x->read = TRUE;
        break;
    case NIC_STEP_PROCESSOR:
        x->address = NIC_PROC_CTRL_ADDR;
        x->words[0] = a->processor ? NIC_PROC_RUN : 0;
        break;
    case NIC_STEP_IMAGE:
        x->count = nic_firmware_part(a, &x->address, x->words);
        break;
    case NIC_STEP_MAIL:
        x->address = NIC_MAIL_ARGUMENT_ADDR; /* MAIL_REQUEST follows */
        x->count = 2;
        x->words[0] = a->mail.argument;
        x->words[1] = a->mail.request;
        break;
    case NIC_STEP_ANSWER:
        x->address = NIC_MAIL_STATUS_ADDR;
        x->count = (NIC_MAIL_ANSWER_ADDR - NIC_MAIL_STATUS_ADDR) / 4 + NIC_MAIL_ANSWER_WORDS;
        x->read = TRUE;
        break;
    case NIC_STEP_PROBE:
        x->address = NIC_TIME_LO_ADDR;
        x->count = 2;
        x->read = TRUE;
        break;
    default: /* REGISTER_READ, REGISTER_WRITE */
        x->address = a->access.address;
        x->count = a->access.count;
        x->read = step == NIC_STEP_REGISTER_READ;
        NdisMoveMemory(x->words, a->access.value, 4 * x->count);
        break;
    }
}

static ULONG steps_allowed(const struct nic_adapter *a)
{
    switch (a->state) {
    case NIC_STATE_RUNNING:
        return ~(ULONG)(NIC_STEP_RESET | (a->mail_done ? 0 : NIC_STEP_ANSWER));
    case NIC_STATE_RESET:
        return NIC_STEP_RESET;
    case NIC_STATE_SETUP:
        return NIC_STEPS_SETUP;
    default:
        return 0;
    }
}

void nic_control_start(struct nic_adapter *a)
{
    ULONG steps = a->control_todo & steps_allowed(a);
    struct nic_transfer *transfer = &a->control.transfer;
    struct nic_access x;
    ULONG busy = 0, i;
    if (a->control.busy || !steps)
        return;
    a->control_step = steps & (~steps + 1);
    a->control_todo &= ~a->control_step; /* whoever asks for it from now on means new values */
    a->control_cancelled = FALSE;
    if (a->control_step == NIC_STEP_MAIL)
        a->mail_done = FALSE;
    access_of(a, a->control_step, &x);
    nic_transport_setup(transfer->data,
                        x.read ? NIC_VENDOR_REQUEST_REG_READ : NIC_VENDOR_REQUEST_REG_WRITE,
                        x.address, (uint16_t)(4 * x.count));
    for (i = 0; i < x.count; i++)
        nic_put_le32(transfer->data + 8 + 4 * i, x.read ? 0 : x.words[i]);
    transfer->length_bytes = 8 + 4 * x.count;
    nic_timer_arm(a);
    nic_submit(a, &a->control, &busy);
}

/* Takes over what a read step brought, and goes on where one follows. */
static void step_done(struct nic_adapter *a, const UCHAR *data, ULONG count)
{
    ULONG i, word = nic_get_le32(data);
    switch (a->control_step) {
    case NIC_STEP_LINK:
        if (!a->processor)
            word = link_word(a);
        nic_link_set(a, (word & NIC_LINK_UP_MASK) != 0,
                     (word & NIC_LINK_SPEED_MASK) >> NIC_LINK_SPEED_SHIFT);
        break;
    case NIC_STEP_COUNTERS:
        for (i = 0; i < count; i++)
            a->counters[i] = nic_get_le32(data + 4 * i);
        break;
    case NIC_STEP_REGISTER_READ:
        for (i = 0; i < count; i++)
            a->access.value[i] = nic_get_le32(data + 4 * i);
        break;
    case NIC_STEP_ANSWER:
        a->mail.result = (word & NIC_MAIL_STATUS_RESULT_MASK) >> NIC_MAIL_STATUS_RESULT_SHIFT;
        for (i = 0; i < NIC_MAIL_ANSWER_WORDS; i++)
            a->mail.answer[i] =
                nic_get_le32(data + NIC_MAIL_ANSWER_ADDR - NIC_MAIL_STATUS_ADDR + 4 * i);
        break;
    case NIC_STEP_PROBE:
        a->probe_time_ns = word | (ULONGLONG)nic_get_le32(data + 4) << 32;
        a->probed = TRUE;
        break;
    case NIC_STEP_IMAGE:
        nic_firmware_written(a);
        break;
    case NIC_STEP_ALIVE:
        if (word != nic_get_le32(a->address) ||
            (nic_get_le32(data + 4) & 0xffff) != (a->address[4] | (ULONG)a->address[5] << 8))
            nic_trouble(a, "The device was reset and has forgotten its settings");
        break;
    }
}

static void step_failed(struct nic_adapter *a)
{
    ULONG steps = a->request.busy ? a->request.steps : 0;
    if (a->state == NIC_STATE_RUNNING && steps & a->control_step) {
        a->control_todo &= ~steps;
        nic_request_finish(a, NDIS_STATUS_FAILURE);
        return;
    }
    if (a->control_step == NIC_STEP_IMAGE) {
        nic_firmware_lost(a);
        return;
    }
    a->control_todo |= a->control_step;
    nic_trouble(a, "The access to register %x failed", nic_get_le32(a->control.transfer.data + 2));
}

void nic_control_done(struct nic_adapter *a)
{
    struct nic_transfer *transfer = &a->control.transfer;
    BOOLEAN ok =
        transfer->status == NIC_TRANSFER_OK && transfer->actual_bytes == transfer->length_bytes - 8;
    if (a->state >= NIC_STATE_DEAD)
        return;
    if (a->state == NIC_STATE_DRAIN) { /* a step that was cut off stays to be done */
        a->control_todo |= a->control_step & ~(ULONG)(NIC_STEP_RESET | NIC_STEP_PROBE);
        return;
    }
    if (!ok) {
        step_failed(a);
        return;
    }
    step_done(a, transfer->data + 8, (transfer->length_bytes - 8) / 4);
    if (a->request.busy && !(a->control_todo & a->request.steps))
        nic_request_finish(a, NDIS_STATUS_SUCCESS);
}

void nic_timer_arm(struct nic_adapter *a)
{
    nic_edge_timer_set(a, NIC_TIMEOUT_MS);
}
