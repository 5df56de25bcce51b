/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query and set requests: the mandatory ones of an 802.3 miniport and ours (nic_oid.h). What needs the device's
 * registers pends until its register accesses are done.
 */
#include "nic_miniport.h"

static const NDIS_OID supported[] = {
    OID_GEN_SUPPORTED_LIST,
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
    OID_GEN_CURRENT_PACKET_FILTER,
    OID_GEN_CURRENT_LOOKAHEAD,
    OID_GEN_DRIVER_VERSION,
    OID_GEN_MAXIMUM_TOTAL_SIZE,
    OID_GEN_PROTOCOL_OPTIONS,
    OID_GEN_MAC_OPTIONS,
    OID_GEN_MEDIA_CONNECT_STATUS,
    OID_GEN_MAXIMUM_SEND_PACKETS,
    OID_GEN_VENDOR_DRIVER_VERSION,
    OID_GEN_XMIT_OK,
    OID_GEN_RCV_OK,
    OID_GEN_XMIT_ERROR,
    OID_GEN_RCV_ERROR,
    OID_GEN_RCV_NO_BUFFER,
    OID_GEN_RCV_CRC_ERROR,
#ifdef NIC_NDIS6
    OID_GEN_STATISTICS,
    OID_GEN_INTERRUPT_MODERATION,
#endif
    OID_802_3_PERMANENT_ADDRESS,
    OID_802_3_CURRENT_ADDRESS,
    OID_802_3_MULTICAST_LIST,
    OID_802_3_MAXIMUM_LIST_SIZE,
    OID_802_3_MAC_OPTIONS,
    OID_802_3_RCV_ERROR_ALIGNMENT,
    OID_802_3_XMIT_ONE_COLLISION,
    OID_802_3_XMIT_MORE_COLLISIONS,
    OID_HILNIC_LAST_ERROR,
    OID_HILNIC_COUNTERS,
    OID_HILNIC_REGISTER,
    OID_HILNIC_DRIVER,
    OID_HILNIC_MAIL,
};

static const char vendor_description[] = "hilnic Ethernet on FPGA";
static const NDIS_MEDIUM medium = NdisMedium802_3;

const NDIS_OID *nic_supported_oids(PULONG length)
{
    *length = sizeof supported;
    return supported;
}

ULONG nic_mac_options(void)
{
    return NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA | NDIS_MAC_OPTION_RECEIVE_SERIALIZED |
           NDIS_MAC_OPTION_TRANSFERS_NOT_PEND | NDIS_MAC_OPTION_NO_LOOPBACK |
           NDIS_MAC_OPTION_FULL_DUPLEX;
}

/* An answer: `data` if it is elsewhere, otherwise `value`, of `length` bytes. */
struct nic_answer {
    const void *data;
    ULONG length;
    union {
        ULONG word;
        USHORT half;
        ULONGLONG wide;
        struct nic_oid_driver driver;
#ifdef NIC_NDIS6
        NDIS_INTERRUPT_MODERATION_PARAMETERS moderation;
        NDIS_STATISTICS_INFO statistics;
#endif
    } value;
};

static void answer_word(struct nic_answer *answer, ULONG word)
{
    answer->value.word = word;
    answer->length = sizeof word;
}

static void answer_data(struct nic_answer *answer, const void *data, ULONG length)
{
    answer->data = data;
    answer->length = length;
}

/* Statistics have 64 bits inside; who asks with room for 32 gets the low half, as NDIS 5 allows. */
static void answer_count(struct nic_answer *answer, ULONGLONG count, ULONG room)
{
    answer->value.wide = count;
    answer->length = room >= sizeof count ? sizeof count : sizeof(ULONG);
}

ULONG nic_link_speed(const struct nic_adapter *a)
{
    return a->link_speed == NIC_SPEED_M1000  ? 10000000
           : a->link_speed == NIC_SPEED_M100 ? 1000000
                                             : 100000;
}

static void answer_driver(const struct nic_adapter *a, struct nic_answer *answer)
{
    answer->value.driver = a->statistics;
    answer->value.driver.state = a->state;
    answer->value.driver.desc_depth = a->desc_depth;
    answer->value.driver.outstanding = a->outstanding;
    answer->value.driver.max_frame = a->max_frame;
    answer->value.driver.map_hash = a->map_hash;
    answer->value.driver.firmware = a->processor;
    answer->value.driver.rx_refused = (ULONG)a->rcv_error;
    answer->length = sizeof answer->value.driver;
}

static ULONG hardware_status(const struct nic_adapter *a)
{
    if (a->state == NIC_STATE_RUNNING)
        return NdisHardwareStatusReady;
    return a->state >= NIC_STATE_DEAD ? NdisHardwareStatusNotReady : NdisHardwareStatusReset;
}

static ULONG message_length(const struct nic_adapter *a)
{
    ULONG length = 0;
    while (a->message[length])
        length++;
    return length + 1;
}

/* What only describes the adapter. */
static BOOLEAN answer_general(const struct nic_adapter *a, NDIS_OID oid, struct nic_answer *answer)
{
    switch (oid) {
    case OID_GEN_SUPPORTED_LIST:
        answer_data(answer, supported, sizeof supported);
        return TRUE;
    case OID_GEN_HARDWARE_STATUS:
        answer_word(answer, hardware_status(a));
        return TRUE;
    case OID_GEN_MEDIA_SUPPORTED:
    case OID_GEN_MEDIA_IN_USE:
        answer_data(answer, &medium, sizeof medium);
        return TRUE;
    case OID_GEN_MAXIMUM_LOOKAHEAD:
    case OID_GEN_MAXIMUM_FRAME_SIZE:
        answer_word(answer, a->max_packet - NIC_MAC_HEADER);
        return TRUE;
    case OID_GEN_CURRENT_LOOKAHEAD:
        answer_word(answer, a->lookahead);
        return TRUE;
    case OID_GEN_LINK_SPEED: /* units of 100 bit/s */
        answer_word(answer, nic_link_speed(a));
        return TRUE;
    case OID_GEN_TRANSMIT_BUFFER_SPACE:
        answer_word(answer, NIC_OUT_TRANSFERS * NIC_STREAM_BYTES);
        return TRUE;
    case OID_GEN_RECEIVE_BUFFER_SPACE:
        answer_word(answer, NIC_RX_TRANSFERS * NIC_STREAM_BYTES);
        return TRUE;
    case OID_GEN_TRANSMIT_BLOCK_SIZE:
    case OID_GEN_RECEIVE_BLOCK_SIZE:
    case OID_GEN_MAXIMUM_TOTAL_SIZE:
        answer_word(answer, a->max_packet);
        return TRUE;
    case OID_GEN_VENDOR_ID:
        answer_word(answer, 0xffffff); /* no IEEE code is ours */
        return TRUE;
    case OID_GEN_VENDOR_DESCRIPTION:
        answer_data(answer, vendor_description, sizeof vendor_description);
        return TRUE;
    case OID_GEN_DRIVER_VERSION:
        answer->value.half = 0x0501;
        answer->length = sizeof answer->value.half;
        return TRUE;
    case OID_GEN_VENDOR_DRIVER_VERSION:
        answer_word(answer, 0x00010000);
        return TRUE;
    }
    return FALSE;
}

/* What changes while it runs. */
static BOOLEAN answer_state(const struct nic_adapter *a, NDIS_OID oid, ULONG room,
                            struct nic_answer *answer)
{
    switch (oid) {
    case OID_GEN_CURRENT_PACKET_FILTER:
        answer_word(answer, a->packet_filter);
        return TRUE;
    case OID_GEN_MAC_OPTIONS:
        answer_word(answer, nic_mac_options());
        return TRUE;
    case OID_GEN_MEDIA_CONNECT_STATUS:
        answer_word(answer, a->link_up ? NdisMediaStateConnected : NdisMediaStateDisconnected);
        return TRUE;
    case OID_GEN_MAXIMUM_SEND_PACKETS:
#ifdef NIC_SEND_SINGLE
        answer_word(answer, 1);
#else
        answer_word(answer, a->desc_depth);
#endif
        return TRUE;
    case OID_GEN_XMIT_OK:
        answer_count(answer, a->xmit_ok, room);
        return TRUE;
    case OID_GEN_RCV_OK:
        answer_count(answer, a->rcv_ok, room);
        return TRUE;
    case OID_GEN_XMIT_ERROR:
        answer_count(answer, a->xmit_error, room);
        return TRUE;
    case OID_GEN_RCV_NO_BUFFER:
        answer_count(answer, a->rcv_no_buffer, room);
        return TRUE;
    case OID_802_3_PERMANENT_ADDRESS:
        answer_data(answer, a->permanent_address, ETH_LENGTH_OF_ADDRESS);
        return TRUE;
    case OID_802_3_CURRENT_ADDRESS:
        answer_data(answer, a->address, ETH_LENGTH_OF_ADDRESS);
        return TRUE;
    case OID_802_3_MULTICAST_LIST:
        answer_data(answer, a->multicast, a->multicast_count * ETH_LENGTH_OF_ADDRESS);
        return TRUE;
    case OID_802_3_MAXIMUM_LIST_SIZE:
        answer_word(answer, NIC_MULTICAST_MAX);
        return TRUE;
    case OID_802_3_MAC_OPTIONS:
    case OID_802_3_XMIT_ONE_COLLISION: /* full duplex only */
    case OID_802_3_XMIT_MORE_COLLISIONS:
        answer_word(answer, 0);
        return TRUE;
#ifdef NIC_NDIS6
    case OID_GEN_INTERRUPT_MODERATION:
        nic_moderation_get(a, &answer->value.moderation);
        answer->length = NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1;
        return TRUE;
#endif
    case OID_HILNIC_LAST_ERROR:
        answer_data(answer, a->message, message_length(a));
        return TRUE;
    case OID_HILNIC_DRIVER:
        answer_driver(a, answer);
        return TRUE;
    }
    return FALSE;
}

#define COUNTERS (NIC_STEP_SNAPSHOT | NIC_STEP_COUNTERS)

/* What the device counts, or has in its registers: it has to be asked. */
static const struct asked {
    NDIS_OID oid;
    ULONG minimum, steps; /* octets of the buffer; what is to be done */
} asked[] = {
#ifdef NIC_NDIS6
    {OID_GEN_STATISTICS, NDIS_SIZEOF_STATISTICS_INFO_REVISION_1, COUNTERS},
#endif
    {OID_GEN_RCV_ERROR, sizeof(ULONG), COUNTERS},
    {OID_GEN_RCV_CRC_ERROR, sizeof(ULONG), COUNTERS},
    {OID_802_3_RCV_ERROR_ALIGNMENT, sizeof(ULONG), COUNTERS},
    {OID_HILNIC_COUNTERS, 4 * (NIC_COUNTER_MAX + 1), COUNTERS},
    {OID_HILNIC_REGISTER, 12, NIC_STEP_REGISTER_READ},
    {OID_HILNIC_MAIL, sizeof(struct nic_oid_mail), NIC_STEP_MAIL | NIC_STEP_ANSWER},
};

/* NULL: it is not. */
static const struct asked *asked_of_the_device(NDIS_OID oid)
{
    ULONG i;
    for (i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (asked[i].oid == oid)
            return &asked[i];
    return NULL;
}

/* Pends until the steps are made. */
static NDIS_STATUS request_pend(struct nic_adapter *a, NDIS_OID oid, BOOLEAN set, ULONG steps,
                                PVOID buffer, ULONG length, PULONG moved, PULONG needed)
{
    struct nic_request request = {TRUE, set, steps, oid, buffer, length, moved, needed};
    if (a->state >= NIC_STATE_DEAD)
        return NDIS_STATUS_FAILURE;
    a->control_todo |= steps;
    nic_control_start(a);
    /* A transport that refuses the transfer as unplugged must not complete a request that was not pended. */
    if (a->state >= NIC_STATE_DEAD)
        return NDIS_STATUS_FAILURE;
    a->request = request;
    return NDIS_STATUS_PENDING;
}

/* Checks the caller's register access and takes it over. */
static NDIS_STATUS access_take(struct nic_adapter *a, const void *buffer, ULONG length, BOOLEAN set)
{
    ULONG head[2];
    if (length < sizeof head)
        return NDIS_STATUS_INVALID_LENGTH;
    NdisMoveMemory(head, buffer, sizeof head);
    if (head[1] < 1 || head[1] > NIC_OID_REGISTER_WORDS || head[0] % 4 ||
        length < sizeof head + 4 * head[1])
        return NDIS_STATUS_INVALID_DATA;
    if (set && head[0] <= NIC_RESET_ADDR && head[0] + 4 * head[1] > NIC_RESET_ADDR)
        return NDIS_STATUS_INVALID_DATA;
    NdisMoveMemory(&a->access, buffer, sizeof head + 4 * head[1]);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS query_registers(struct nic_adapter *a, const struct asked *what, PVOID buffer,
                                   ULONG length, PULONG written, PULONG needed)
{
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    if (length < what->minimum) {
        *needed = what->minimum;
        return NDIS_STATUS_INVALID_LENGTH;
    }
    if (what->oid == OID_HILNIC_REGISTER)
        status = access_take(a, buffer, length, FALSE);
    if (what->oid == OID_HILNIC_MAIL) {
        if (!a->processor)
            return NDIS_STATUS_FAILURE;
        NdisMoveMemory(&a->mail, buffer, sizeof a->mail);
        a->mail_done = FALSE;
    }
    return status == NDIS_STATUS_SUCCESS
               ? request_pend(a, what->oid, FALSE, what->steps, buffer, length, written, needed)
               : status;
}

NDIS_STATUS NTAPI nic_query_information(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer,
                                        ULONG length, PULONG written, PULONG needed)
{
    struct nic_adapter *a = context;
    const struct asked *what = asked_of_the_device(oid);
    struct nic_answer answer;
    *written = 0;
    *needed = 0;
    answer.data = NULL;
    if (what)
        return query_registers(a, what, buffer, length, written, needed);
    if (!answer_general(a, oid, &answer) && !answer_state(a, oid, length, &answer))
        return NDIS_STATUS_NOT_SUPPORTED;
    if (length < answer.length) {
        *needed = answer.length;
        return NDIS_STATUS_INVALID_LENGTH;
    }
    NdisMoveMemory(buffer, answer.data ? answer.data : &answer.value, answer.length);
    *written = answer.length;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS set_multicast(struct nic_adapter *a, const UCHAR *list, ULONG length)
{
    ULONG count = length / ETH_LENGTH_OF_ADDRESS, i;
    if (length % ETH_LENGTH_OF_ADDRESS)
        return NDIS_STATUS_INVALID_LENGTH;
    if (count > NIC_MULTICAST_MAX)
        return NDIS_STATUS_MULTICAST_FULL;
    for (i = 0; i < count; i++)
        if (!ETH_IS_MULTICAST(list + i * ETH_LENGTH_OF_ADDRESS))
            return NDIS_STATUS_INVALID_DATA;
    a->multicast_count = count;
    if (length)
        NdisMoveMemory(a->multicast, list, length);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS set_word(struct nic_adapter *a, NDIS_OID oid, ULONG word)
{
    if (oid == OID_GEN_CURRENT_PACKET_FILTER) {
        if (word & ~(ULONG)NIC_FILTERS)
            return NDIS_STATUS_NOT_SUPPORTED;
        a->packet_filter = word;
    } else if (oid == OID_GEN_CURRENT_LOOKAHEAD) {
        if (word > a->max_packet - NIC_MAC_HEADER)
            return NDIS_STATUS_INVALID_DATA;
        a->lookahead = word; /* frames are indicated whole, so it only has to be remembered */
    }
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NTAPI nic_set_information(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                      PULONG read, PULONG needed)
{
    struct nic_adapter *a = context;
    NDIS_STATUS status;
    ULONG word = 0, steps = NIC_STEP_FILTER | NIC_STEP_EXACT;
    *read = 0;
    *needed = 0;
    switch (oid) {
    case OID_GEN_CURRENT_PACKET_FILTER:
    case OID_GEN_CURRENT_LOOKAHEAD:
    case OID_GEN_PROTOCOL_OPTIONS:
        if (length < sizeof word) {
            *needed = sizeof word;
            return NDIS_STATUS_INVALID_LENGTH;
        }
        NdisMoveMemory(&word, buffer, sizeof word);
        length = sizeof word;
        status = set_word(a, oid, word);
        if (oid != OID_GEN_CURRENT_PACKET_FILTER)
            steps = 0;
        break;
    case OID_802_3_MULTICAST_LIST:
        status = set_multicast(a, buffer, length);
        break;
#ifdef NIC_NDIS6
    case OID_GEN_INTERRUPT_MODERATION:
        if (length < NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1) {
            *needed = NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1;
            return NDIS_STATUS_INVALID_LENGTH;
        }
        status = nic_moderation_set(a, buffer);
        steps = NIC_STEP_MODERATION;
        break;
#endif
    case OID_HILNIC_REGISTER:
        status = access_take(a, buffer, length, TRUE);
        steps = NIC_STEP_REGISTER_WRITE;
        break;
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    *read = length;
    return steps ? request_pend(a, oid, TRUE, steps, buffer, length, read, needed)
                 : NDIS_STATUS_SUCCESS;
}

/* Frames that came broken, by the device's counters, and what the driver refused of what it delivered. */
ULONGLONG nic_receive_errors(const struct nic_adapter *a)
{
    ULONGLONG sum = a->rcv_error;
    ULONG i;
    for (i = NIC_COUNTER_RX_FCS_ERRORS; i <= NIC_COUNTER_RX_SYMBOL_ERRORS; i++)
        sum += a->counters[i];
    return sum;
}

/* Fills the caller's buffer; how much. */
static ULONG answer_pended(struct nic_adapter *a, const struct nic_request *r)
{
    struct nic_answer answer;
    answer_data(&answer, &a->counters[NIC_COUNTER_RX_FCS_ERRORS], sizeof(ULONG));
    switch (r->oid) {
#ifdef NIC_NDIS6
    case OID_GEN_STATISTICS:
        nic_statistics(a, &answer.value.statistics);
        answer_data(&answer, &answer.value, NDIS_SIZEOF_STATISTICS_INFO_REVISION_1);
        break;
#endif
    case OID_GEN_RCV_ERROR:
        answer_count(&answer, nic_receive_errors(a), r->length);
        answer.data = &answer.value;
        break;
    case OID_HILNIC_COUNTERS:
        answer_data(&answer, a->counters, 4 * (NIC_COUNTER_MAX + 1));
        break;
    case OID_HILNIC_REGISTER:
        answer_data(&answer, &a->access, 8 + 4 * a->access.count);
        break;
    case OID_HILNIC_MAIL:
        answer_data(&answer, &a->mail, sizeof a->mail);
        break;
    case OID_802_3_RCV_ERROR_ALIGNMENT:
        answer.data = &a->counters[NIC_COUNTER_RX_ALIGN_ERRORS];
        break;
    }
    NdisMoveMemory(r->buffer, answer.data, answer.length);
    return answer.length;
}

void nic_request_finish(struct nic_adapter *a, NDIS_STATUS status)
{
    struct nic_request r = a->request;
    if (!r.busy)
        return;
    a->request.busy = FALSE;
    if (status == NDIS_STATUS_SUCCESS && !r.set)
        *r.moved = answer_pended(a, &r);
    if (status != NDIS_STATUS_SUCCESS && r.set)
        *r.moved = 0;
    nic_edge_request_done(a, r.set, status);
}
