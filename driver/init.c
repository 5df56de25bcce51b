/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An adapter from MiniportInitialize to MiniportHalt: finding the device, refusing the wrong one, memory, and giving
 * everything back. The device is set up by the same NIC reset that recovers it later (reset.c).
 */
#include "nic_miniport.h"

/* Words 0..4 of the register map: ID, MAP_HASH, LIMITS, BUFFERS, CAPS. */
#define IDENTITY_WORDS  5
#define HALT_TIMEOUT_MS 2000
#define GIGABIT_MHZ     125

static void buffer_prepare(struct nic_adapter *a, struct nic_buffer *buffer, UCHAR endpoint,
                           ULONG bytes, NDIS_STATUS *status)
{
    PVOID data = NULL;
    UNREFERENCED_PARAMETER(a);
    if (*status != NDIS_STATUS_SUCCESS)
        return;
    *status = NdisAllocateMemoryWithTag(&data, bytes, NIC_TAG_MEMORY);
    if (*status != NDIS_STATUS_SUCCESS)
        return;
    buffer->transfer.endpoint = endpoint;
    buffer->transfer.data = data;
    buffer->transfer.length_bytes = bytes;
    buffer->transfer.user = buffer;
}

static void buffer_free(struct nic_buffer *buffer)
{
    if (buffer->transfer.data)
        NdisFreeMemory(buffer->transfer.data, 0, 0);
    buffer->transfer.data = NULL;
}

static NDIS_STATUS memory_get(struct nic_adapter *a)
{
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    PVOID ring = NULL;
    ULONG i;
    for (i = 0; i < NIC_OUT_TRANSFERS; i++)
        buffer_prepare(a, &a->out[i], NIC_ENDPOINT_TX, NIC_STREAM_BYTES, &status);
    for (i = 0; i < NIC_RX_TRANSFERS; i++)
        buffer_prepare(a, &a->rx[i], NIC_ENDPOINT_RX, NIC_STREAM_BYTES, &status);
    for (i = 0; i < NIC_EVENT_TRANSFERS; i++)
        buffer_prepare(a, &a->event[i], NIC_ENDPOINT_EVENT, NIC_EVENT_TRANSFER_BYTES, &status);
    buffer_prepare(a, &a->control, 0, 8 + 4 * NIC_CONTROL_WORDS, &status);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    status =
        NdisAllocateMemoryWithTag(&ring, a->desc_depth * (UINT)sizeof *a->ring, NIC_TAG_MEMORY);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a->ring = ring;
    NdisZeroMemory(a->ring, a->desc_depth * sizeof *a->ring);
    return nic_rx_allocate(a);
}

static void memory_free(struct nic_adapter *a)
{
    ULONG i;
    nic_rx_free(a);
    if (a->ring)
        NdisFreeMemory(a->ring, 0, 0);
    for (i = 0; i < NIC_OUT_TRANSFERS; i++)
        buffer_free(&a->out[i]);
    for (i = 0; i < NIC_RX_TRANSFERS; i++)
        buffer_free(&a->rx[i]);
    for (i = 0; i < NIC_EVENT_TRANSFERS; i++)
        buffer_free(&a->event[i]);
    buffer_free(&a->control);
    nic_firmware_free(a);
    nic_edge_end(a);
    NdisFreeMemory(a, 0, 0);
}

/* A device brings its address in MAC_LO and MAC_HI, if its firmware put it there. */
static void address_from_device(struct nic_adapter *a, const ULONG words[2])
{
    UCHAR address[ETH_LENGTH_OF_ADDRESS];
    BOOLEAN configured = !NdisEqualMemory(a->address, a->permanent_address, ETH_LENGTH_OF_ADDRESS);
    ULONG i;
    for (i = 0; i < ETH_LENGTH_OF_ADDRESS; i++)
        address[i] = (UCHAR)(words[i / 4] >> (8 * (i % 4)));
    if ((!words[0] && !(words[1] & NIC_MAC_HI_OCTETS_MASK)) || ETH_IS_MULTICAST(address))
        return;
    NdisMoveMemory(a->permanent_address, address, sizeof address);
    if (!configured)
        NdisMoveMemory(a->address, address, sizeof address);
}

static void limits_set(struct nic_adapter *a, const ULONG *words)
{
    ULONG longest, jumbo = a->configuration.jumbo_packet;
    a->map_hash = words[NIC_MAP_HASH_ADDR / 4];
    a->max_frame =
        (words[NIC_LIMITS_ADDR / 4] & NIC_LIMITS_MAX_FRAME_MASK) >> NIC_LIMITS_MAX_FRAME_SHIFT;
    a->desc_depth =
        (words[NIC_LIMITS_ADDR / 4] & NIC_LIMITS_DESC_DEPTH_MASK) >> NIC_LIMITS_DESC_DEPTH_SHIFT;
    a->rx_buffer = (words[NIC_BUFFERS_ADDR / 4] & NIC_BUFFERS_RX_MASK) >> NIC_BUFFERS_RX_SHIFT;
    a->filter_entries = words[NIC_CAPS_ADDR / 4] & NIC_CAPS_FILTER_ENTRIES_MASK;
    if (a->filter_entries > NIC_EXACT_WORDS / 4)
        a->filter_entries = NIC_EXACT_WORDS / 4;
    a->has_processor = (words[NIC_CAPS_ADDR / 4] & NIC_CAPS_PROCESSOR_MASK) != 0;
    /* Gigabit moves a byte per clock at 125 MHz; RMII's 50 MHz ends at 100 Mb/s. */
    a->best_speed =
        (words[NIC_CAPS_ADDR / 4] & NIC_CAPS_TX_MHZ_MASK) >> NIC_CAPS_TX_MHZ_SHIFT < GIGABIT_MHZ
            ? NIC_SPEED_M100
            : NIC_SPEED_M1000;
    longest = a->max_frame - NIC_FCS_BYTES;
    a->max_packet = jumbo > NIC_STANDARD_FRAME ? jumbo : NIC_STANDARD_FRAME;
    if (a->max_packet > longest - NIC_VLAN_BYTES)
        a->max_packet = longest - NIC_VLAN_BYTES;
    a->max_packet_vlan = a->max_packet + NIC_VLAN_BYTES;
}

/* Reads who the device is. A refusal is one sentence in a->message. */
static NDIS_STATUS identify(struct nic_adapter *a)
{
    uint32_t words[IDENTITY_WORDS], mac[2];
    int error = nic_transport_reg_read(a->transport, NIC_ID_ADDR, words, IDENTITY_WORDS);
    if (!error)
        error = nic_transport_reg_read(a->transport, NIC_MAC_LO_ADDR, mac, 2);
    if (error) {
        nic_message(a, NDIS_ERROR_CODE_HARDWARE_FAILURE,
                    "The device in slot %u does not answer register reads (error "
                    "%u); replug it",
                    a->configuration.slot, (ULONG)-error);
        return NDIS_STATUS_DEVICE_FAILED;
    }
    if (words[NIC_ID_ADDR / 4] != NIC_ID_RESET_VALUE) {
        nic_message(a, NDIS_ERROR_CODE_ADAPTER_NOT_FOUND,
                    "The device in slot %u is not a hilnic: its ID register "
                    "reads %x, not %x",
                    a->configuration.slot, words[NIC_ID_ADDR / 4], (ULONG)NIC_ID_RESET_VALUE);
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    }
    if (words[NIC_MAP_HASH_ADDR / 4] != NIC_MAP_HASH) {
        nic_message(a, NDIS_ERROR_CODE_BAD_VERSION,
                    "The device in slot %u has register map %x but this driver is "
                    "built for %x; load matching gateware or driver",
                    a->configuration.slot, words[NIC_MAP_HASH_ADDR / 4], (ULONG)NIC_MAP_HASH);
        return NDIS_STATUS_BAD_VERSION;
    }
    limits_set(a, (const ULONG *)words);
    if (a->max_frame < NIC_STANDARD_FRAME + NIC_FCS_BYTES + NIC_VLAN_BYTES || !a->desc_depth ||
        !a->filter_entries || nic_align4(a->max_frame) + NIC_TX_HEADER_BYTES > NIC_STREAM_BYTES) {
        nic_message(a, NDIS_ERROR_CODE_INVALID_VALUE_FROM_ADAPTER,
                    "The device in slot %u has impossible limits: "
                    "LIMITS reads %x, CAPS %x",
                    a->configuration.slot, words[NIC_LIMITS_ADDR / 4], words[NIC_CAPS_ADDR / 4]);
        return NDIS_STATUS_DEVICE_FAILED;
    }
    address_from_device(a, (const ULONG *)mac);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS device_find(struct nic_adapter *a)
{
    NDIS_STATUS status;
    int error;
    a->transport = nic_transport_at(a->configuration.slot);
    if (!a->transport) {
        nic_message(a, NDIS_ERROR_CODE_ADAPTER_NOT_FOUND, "There is no device in slot %u",
                    a->configuration.slot);
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    }
    error = nic_transport_open(a->transport);
    if (error) {
        nic_message(a, NDIS_ERROR_CODE_HARDWARE_FAILURE,
                    "The device in slot %u cannot be opened (error %u)", a->configuration.slot,
                    (ULONG)-error);
        return NDIS_STATUS_DEVICE_FAILED;
    }
    a->opened = TRUE;
    status = identify(a);
    return status == NDIS_STATUS_SUCCESS ? nic_firmware_start(a) : status;
}

static void cancel_all(struct nic_adapter *a)
{
    ULONG i;
    for (i = 0; i < NIC_OUT_TRANSFERS; i++)
        if (a->out[i].busy)
            nic_transport_cancel(a->transport, &a->out[i].transfer);
    for (i = 0; i < NIC_RX_TRANSFERS; i++)
        if (a->rx[i].busy)
            nic_transport_cancel(a->transport, &a->rx[i].transfer);
    for (i = 0; i < NIC_EVENT_TRANSFERS; i++)
        if (a->event[i].busy)
            nic_transport_cancel(a->transport, &a->event[i].transfer);
    if (a->control.busy)
        nic_transport_cancel(a->transport, &a->control.transfer);
}

static BOOLEAN transfers_out(const struct nic_adapter *a)
{
    return a->out_busy || a->rx_busy || a->event_busy || a->control.busy;
}

/* Nothing but MiniportReturnPacket runs any more: takes all transfers and lent packets back. FALSE: somebody kept some,
 * their memory must stay. */
static BOOLEAN all_recall(struct nic_adapter *a)
{
    struct nic_transfer *transfer;
    ULONG waited_ms;
    cancel_all(a);
    for (waited_ms = 0; (transfers_out(a) || a->lent_count) && waited_ms < HALT_TIMEOUT_MS;
         waited_ms++) {
        while ((transfer = nic_transport_reap(a->transport))) {
            struct nic_buffer *buffer = transfer->user;
            buffer->busy = FALSE;
            a->out_busy -= transfer->endpoint == NIC_ENDPOINT_TX;
            a->rx_busy -= transfer->endpoint == NIC_ENDPOINT_RX;
            a->event_busy -= transfer->endpoint == NIC_ENDPOINT_EVENT;
        }
        nic_edge_returns(a);
        if (transfers_out(a) || a->lent_count)
            NdisMSleep(1000);
    }
    return !transfers_out(a) && !a->lent_count;
}

void nic_adapter_halt(struct nic_adapter *a)
{
    BOOLEAN all_back = TRUE, answers;
    uint32_t off = 0;
    if (a->interrupt_registered)
        nic_edge_interrupt_disconnect(a);
    if (a->timer_ready)
        nic_edge_timer_free(a);
    answers = a->interrupt_registered && a->state < NIC_STATE_DEAD;
    a->state = NIC_STATE_GONE;
    if (a->opened) {
        all_back = all_recall(a);
        /* NDIS halts with nothing outstanding; if it does not, the packets still go back. */
        nic_complete_all(a, NDIS_STATUS_REQUEST_ABORTED);
        nic_request_finish(a, NDIS_STATUS_REQUEST_ABORTED);
        nic_edge_halted(a);
        if (all_back && answers)
            nic_transport_reg_write(a->transport, NIC_CTRL_ADDR, &off, 1);
        if (all_back)
            nic_transport_close(a->transport);
        else
            nic_message(a, NDIS_ERROR_CODE_TIMEOUT,
                        "Transfers or received packets did not come back at halt; "
                        "their memory is not freed");
    }
    if (all_back)
        memory_free(a);
}

static NDIS_STATUS device_start(struct nic_adapter *a)
{
    struct nic_transport_description description;
    NDIS_STATUS status = device_find(a);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    status = memory_get(a);
    if (status == NDIS_STATUS_SUCCESS)
        status = nic_edge_timer_make(a);
    if (status != NDIS_STATUS_SUCCESS) {
        nic_message(a, NDIS_ERROR_CODE_OUT_OF_RESOURCES,
                    "There is no memory for %u descriptors and a timer", a->desc_depth);
        return status;
    }
    a->timer_ready = TRUE;
    /* Before the interrupt, so that no DPC runs beside it: an interrupt raised meanwhile is kept for the ISR. */
    nic_reset_begin(a);
    nic_transport_describe(a->transport, &description);
    status = nic_edge_interrupt_connect(a, description.interrupt_vector);
    if (status != NDIS_STATUS_SUCCESS) {
        nic_message(a, NDIS_ERROR_CODE_INTERRUPT_CONNECT, "Interrupt %u cannot be had",
                    (ULONG)description.interrupt_vector);
        return status;
    }
    a->interrupt_registered = TRUE;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS nic_adapter_start(struct nic_adapter *a)
{
    NDIS_STATUS status = device_start(a);
    if (status != NDIS_STATUS_SUCCESS) {
        nic_message_refusal(a);
        nic_adapter_halt(a);
    }
    return status;
}

struct nic_adapter *nic_adapter_new(NDIS_HANDLE handle)
{
    struct nic_adapter *a;
    PVOID memory = NULL;
    if (NdisAllocateMemoryWithTag(&memory, sizeof *a, NIC_TAG_MEMORY) != NDIS_STATUS_SUCCESS)
        return NULL;
    a = memory;
    NdisZeroMemory(a, sizeof *a);
    a->handle = handle;
    a->lookahead = NIC_STANDARD_FRAME - NIC_MAC_HEADER;
    a->link_speed = NIC_SPEED_M1000;
    return a;
}
