/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sample miniport for the memory-mapped kind: a controller with FIFOs behind 256 octets of registers, in the
 * manner of SMSC's LAN9118. Several packets at a time by MiniportSendPackets, told apart by tags;
 * an ISR on a vector that may be shared; look-ahead of the header's size only, the rest by MiniportTransferData.
 */
#include "ethernet.h"

/* Registers, the data sheet's names. */
enum {
    RX_DATA = 0x00,
    TX_DATA = 0x20,
    RX_STATUS = 0x40,
    TX_STATUS = 0x48,
    ID_REV = 0x50,
    IRQ_CFG = 0x54,
    INT_STS = 0x58,
    INT_EN = 0x5c,
    BYTE_TEST = 0x64,
    TX_CFG = 0x70,
    HW_CFG = 0x74,
    RX_FIFO_INF = 0x7c,
    TX_FIFO_INF = 0x80,
    RX_DROP = 0xa0,
    MAC_CMD = 0xa4,
    MAC_DATA = 0xa8
};
enum { MAC_CR = 1, MAC_ADDRH = 2, MAC_ADDRL = 3 };
#define MAC_CMD_BUSY  0x80000000u
#define MAC_CMD_READ  0x40000000u
#define INT_RSFL      0x00000008u /* something in the receive status FIFO */
#define INT_TSFL      0x00000080u /* something in the transmit status FIFO */
#define IRQ_CFG_ON    0x00000100u
#define TX_A_FIRST    0x00002000u
#define TX_A_LAST     0x00001000u
#define TX_A_TELL     0x80000000u
#define STATUS_ERROR  0x00008000u
#define MAC_CR_ALWAYS 0x0000000cu /* transmitter and receiver on */

#define TAGS       8
#define REGISTERS  0x100
#define FRAME_ROOM (ETHERNET_MAX + 6) /* whole words */

struct fifo {
    struct ethernet e;
    PUCHAR registers;
    NDIS_MINIPORT_INTERRUPT interrupt;
    NDIS_MINIPORT_TIMER watchdog;
    NDIS_SPIN_LOCK lock;
    PNDIS_PACKET sending[TAGS];
    ULONG outstanding, next_tag, stuck_ms;
    UINT received; /* octets in `frame`, while it is indicated */
    UCHAR frame[FRAME_ROOM], scratch[FRAME_ROOM];
};

static ULONG get(struct fifo *a, ULONG reg)
{
    ULONG value;

    NdisReadRegisterUlong((PULONG)(PVOID)(a->registers + reg), &value);
    return value;
}

static VOID put(struct fifo *a, ULONG reg, ULONG value)
{
    NdisWriteRegisterUlong((PULONG)(PVOID)(a->registers + reg), value);
}

/* ---- registers behind registers ---- */

static BOOLEAN mac_wait(struct fifo *a)
{
    for (UINT i = 0; i < 50; i++) {
        if (!(get(a, MAC_CMD) & MAC_CMD_BUSY))
            return TRUE;
        NdisStallExecution(1);
    }
    return FALSE;
}

static BOOLEAN mac_read(struct fifo *a, ULONG reg, ULONG *value)
{
    put(a, MAC_CMD, MAC_CMD_BUSY | MAC_CMD_READ | reg);
    if (!mac_wait(a))
        return FALSE;
    *value = get(a, MAC_DATA);
    return TRUE;
}

static BOOLEAN mac_write(struct fifo *a, ULONG reg, ULONG value)
{
    put(a, MAC_DATA, value);
    put(a, MAC_CMD, MAC_CMD_BUSY | reg);
    return mac_wait(a);
}

static BOOLEAN set_filter(struct fifo *a)
{
    ULONG value = MAC_CR_ALWAYS;

    if (a->e.filter & NDIS_PACKET_TYPE_PROMISCUOUS)
        value |= 0x00040000;
    if (a->e.filter & (NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST))
        value |= 0x00080000;
    if (!(a->e.filter & NDIS_PACKET_TYPE_BROADCAST))
        value |= 0x00000800;
    return mac_write(a, MAC_CR, value);
}

static ULONG four(const UCHAR *octets, ULONG count)
{
    ULONG value = 0;

    while (count--)
        value = value << 8 | octets[count];
    return value;
}

static BOOLEAN chip_reset(struct fifo *a)
{
    put(a, HW_CFG, 1);
    for (UINT i = 0; i < 100; i++) {
        if (!(get(a, HW_CFG) & 1))
            return get(a, BYTE_TEST) == 0x87654321;
        NdisStallExecution(10);
    }
    return FALSE;
}

static BOOLEAN chip_set_up(struct fifo *a)
{
    if (!mac_write(a, MAC_ADDRL, four(a->e.current, 4)) ||
        !mac_write(a, MAC_ADDRH, four(a->e.current + 4, 2)) || !set_filter(a))
        return FALSE;
    put(a, TX_CFG, 2); /* transmitter on */
    put(a, INT_STS, ~(ULONG)0);
    put(a, INT_EN, INT_RSFL | INT_TSFL);
    put(a, IRQ_CFG, IRQ_CFG_ON);
    return TRUE;
}

/* ---- sending ---- */

static NDIS_STATUS send_one(struct fifo *a, PNDIS_PACKET packet)
{
    UINT length = ethernet_gather(packet, a->scratch);
    ULONG tag = a->next_tag;

    if (!length)
        return NDIS_STATUS_FAILURE;
    if (a->sending[tag] || (get(a, TX_FIFO_INF) & 0xffff) < length + 12)
        return NDIS_STATUS_RESOURCES;
    a->sending[tag] = packet;
    a->next_tag = (tag + 1) % TAGS;
    a->outstanding++;
    a->stuck_ms = 0;
    put(a, TX_DATA, TX_A_TELL | TX_A_FIRST | TX_A_LAST | length);
    put(a, TX_DATA, tag << 16 | length);
    for (UINT i = 0; i < length; i += 4)
        put(a, TX_DATA, four(a->scratch + i, 4));
    return NDIS_STATUS_PENDING;
}

static VOID NTAPI fifo_send(NDIS_HANDLE context, PPNDIS_PACKET packets, UINT count)
{
    struct fifo *a = context;
    NDIS_STATUS status = NDIS_STATUS_PENDING;

    for (UINT i = 0; i < count; i++) {
        if (status != NDIS_STATUS_RESOURCES)
            status = send_one(a, packets[i]);
        NDIS_SET_PACKET_STATUS(packets[i], status);
    }
}

static VOID sent(struct fifo *a, ULONG status)
{
    ULONG tag = status >> 16;
    PNDIS_PACKET packet = tag < TAGS ? a->sending[tag] : NULL;
    BOOLEAN is_good = !(status & STATUS_ERROR);

    if (!packet)
        return;
    a->sending[tag] = NULL;
    a->outstanding--;
    a->stuck_ms = 0;
    NdisInterlockedAddUlong(is_good ? &a->e.xmit_ok : &a->e.xmit_error, 1, &a->lock);
    NdisMSendComplete(a->e.handle, packet, is_good ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
}

/* ---- receiving ---- */

static BOOLEAN receive(struct fifo *a)
{
    ULONG status, length;

    if (!(get(a, RX_FIFO_INF) >> 16 & 0xff))
        return FALSE;
    status = get(a, RX_STATUS);
    length = status >> 16 & 0x3fff; /* with FCS */
    for (ULONG i = 0; i < length; i += 4) {
        ULONG word = get(a, RX_DATA);
        if (i + 4 <= sizeof(a->frame))
            NdisMoveMemory(a->frame + i, &word, sizeof(word));
    }
    if ((status & STATUS_ERROR) || length < ETHERNET_MIN + 4 || length > ETHERNET_MAX + 4) {
        a->e.rcv_error++;
        return TRUE;
    }
    a->e.rcv_ok++;
    a->received = length - 4;
    NdisMEthIndicateReceive(a->e.handle, a, (PVOID)a->frame, ETHERNET_HEADER,
                            a->frame + ETHERNET_HEADER, 18, a->received - ETHERNET_HEADER);
    a->received = 0;
    NdisMEthIndicateReceiveComplete(a->e.handle);
    return TRUE;
}

static NDIS_STATUS NTAPI fifo_transfer(PNDIS_PACKET packet, PUINT transferred, NDIS_HANDLE context,
                                       NDIS_HANDLE receive_context, UINT offset, UINT bytes)
{
    struct fifo *a = context;
    UINT have, length;
    PNDIS_BUFFER buffer;
    PVOID address;

    (void)receive_context;
    *transferred = 0;
    offset += ETHERNET_HEADER;
    have = offset < a->received ? a->received - offset : 0;
    if (bytes > have)
        bytes = have;
    NdisQueryPacket(packet, NULL, NULL, &buffer, NULL);
    while (buffer && *transferred < bytes) {
        NdisQueryBuffer(buffer, &address, &length);
        if (length > bytes - *transferred)
            length = bytes - *transferred;
        NdisMoveMemory(address, a->frame + offset + *transferred, length);
        *transferred += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    return NDIS_STATUS_SUCCESS;
}

/* ---- interrupt and watchdog ---- */

static VOID NTAPI fifo_isr(PBOOLEAN recognized, PBOOLEAN queue, NDIS_HANDLE context)
{
    struct fifo *a = context;

    *recognized = *queue = (get(a, INT_STS) & get(a, INT_EN)) != 0;
    if (*recognized)
        put(a, INT_EN, 0);
}

static VOID NTAPI fifo_interrupt(NDIS_HANDLE context)
{
    struct fifo *a = context;
    ULONG events, lost = get(a, RX_DROP);

    a->e.rcv_no_buffer += lost; /* reading clears it */
    for (UINT i = 0; i < 64 && (events = get(a, INT_STS) & (INT_RSFL | INT_TSFL)) != 0; i++) {
        put(a, INT_STS, events);
        while (get(a, TX_FIFO_INF) >> 16 & 0xff)
            sent(a, get(a, TX_STATUS));
        for (UINT most = 64; most && receive(a); most--)
            ;
    }
    put(a, INT_EN, INT_RSFL | INT_TSFL);
}

static VOID NTAPI fifo_tick(PVOID one, PVOID context, PVOID two, PVOID three)
{
    struct fifo *a = context;

    (void)one;
    (void)two;
    (void)three;
    if (a->outstanding)
        a->stuck_ms += 500;
}

static BOOLEAN NTAPI fifo_is_hung(NDIS_HANDLE context)
{
    return ((struct fifo *)context)->stuck_ms >= 1000;
}

/* ---- requests and reset ---- */

static NDIS_STATUS NTAPI fifo_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                    PULONG written, PULONG needed)
{
    return ethernet_query(&((struct fifo *)context)->e, oid, buffer, length, written, needed);
}

static NDIS_STATUS NTAPI fifo_set(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                  PULONG read, PULONG needed)
{
    struct fifo *a = context;
    BOOLEAN filter;
    NDIS_STATUS status = ethernet_set(&a->e, oid, buffer, length, read, needed, &filter);

    if (status == NDIS_STATUS_SUCCESS && filter && !set_filter(a))
        status = NDIS_STATUS_FAILURE;
    return status;
}

static NDIS_STATUS NTAPI fifo_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context)
{
    struct fifo *a = context;

    *addressing_reset = TRUE; /* NDIS sets filter and groups again */
    NdisZeroMemory(a->sending, sizeof(a->sending));
    a->outstanding = a->next_tag = a->stuck_ms = 0;
    a->e.filter = 0;
    return chip_reset(a) && chip_set_up(a) ? NDIS_STATUS_SUCCESS : NDIS_STATUS_HARD_ERRORS;
}

/* ---- beginning and end ---- */

static VOID release(struct fifo *a)
{
    if (a->registers)
        NdisMUnmapIoSpace(a->e.handle, a->registers, REGISTERS);
    NdisFreeSpinLock(&a->lock);
    NdisFreeMemory(a, sizeof(*a), 0);
}

static VOID NTAPI fifo_halt(NDIS_HANDLE context)
{
    struct fifo *a = context;
    BOOLEAN cancelled;

    NdisMCancelTimer(&a->watchdog, &cancelled);
    put(a, INT_EN, 0);
    put(a, IRQ_CFG, 0);
    NdisMDeregisterInterrupt(&a->interrupt);
    chip_reset(a);
    release(a);
}

static NDIS_STATUS identify(struct fifo *a)
{
    ULONG low, high;

    if (get(a, ID_REV) >> 16 != 0x0118 || !chip_reset(a) || !mac_read(a, MAC_ADDRL, &low) ||
        !mac_read(a, MAC_ADDRH, &high))
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    for (UINT i = 0; i < ETH_LENGTH_OF_ADDRESS; i++)
        a->e.permanent[i] = (UCHAR)(i < 4 ? low >> 8 * i : high >> 8 * (i - 4));
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS bring_up(struct fifo *a, NDIS_HANDLE configuration)
{
    struct ethernet_resources found;
    PVOID registers;
    NDIS_STATUS status = ethernet_find(configuration, &found);

    if (status == NDIS_STATUS_SUCCESS)
        status = NdisMMapIoSpace(&registers, a->e.handle, found.memory, REGISTERS);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a->registers = registers;
    status = identify(a);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    ethernet_configure(&a->e, configuration);
    status = NdisMRegisterInterrupt(&a->interrupt, a->e.handle, found.vector, found.level, TRUE,
                                    TRUE, NdisInterruptLevelSensitive);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    if (!chip_set_up(a)) {
        NdisMDeregisterInterrupt(&a->interrupt);
        return NDIS_STATUS_HARD_ERRORS;
    }
    NdisMInitializeTimer(&a->watchdog, a->e.handle, fifo_tick, a);
    NdisMSetPeriodicTimer(&a->watchdog, 500);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI fifo_initialize(PNDIS_STATUS open_error, PUINT selected,
                                         PNDIS_MEDIUM media, UINT count, NDIS_HANDLE handle,
                                         NDIS_HANDLE configuration)
{
    NDIS_STATUS status = ethernet_select(selected, media, count);
    struct fifo *a;

    (void)open_error;
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a = ethernet_allocate(sizeof(*a));
    if (!a)
        return NDIS_STATUS_RESOURCES;
    NdisAllocateSpinLock(&a->lock);
    a->e.handle = handle;
    a->e.send_packets = TAGS;
    a->e.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK | NDIS_MAC_OPTION_TRANSFERS_NOT_PEND;
    a->e.buffer_bytes = TAGS * ETHERNET_MAX;
    NdisMSetAttributesEx(handle, a, 0, 0, NdisInterfaceInternal);
    status = bring_up(a, configuration);
    if (status != NDIS_STATUS_SUCCESS)
        release(a);
    return status;
}

NTSTATUS NTAPI fifo_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

NTSTATUS NTAPI fifo_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_HANDLE wrapper;
    NDIS_MINIPORT_CHARACTERISTICS c = {.MajorNdisVersion = 5, .MinorNdisVersion = 1};

    c.CheckForHangHandler = fifo_is_hung;
    c.HaltHandler = fifo_halt;
    c.HandleInterruptHandler = fifo_interrupt;
    c.InitializeHandler = fifo_initialize;
    c.ISRHandler = fifo_isr;
    c.QueryInformationHandler = fifo_query;
    c.ResetHandler = fifo_reset;
    c.SendPacketsHandler = fifo_send;
    c.SetInformationHandler = fifo_set;
    c.TransferDataHandler = fifo_transfer;
    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    return NdisMRegisterMiniport(wrapper, &c, sizeof(c));
}
