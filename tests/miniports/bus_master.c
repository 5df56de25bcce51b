/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sample miniport for the bus-master kind: descriptor rings in shared memory, in the manner of Digital's 21140 and of
 * ADMtek's Comet with its address registers. Packets are sent from where they lie, by scatter/gather
 * list or, with MapRegisters=1, by map registers; received frames are indicated as packets and come back
 * through MiniportReturnPacket.
 */
#include "ethernet.h"

/* Registers and bits, the data sheets' names. */
enum {
    BUS_MODE = 0x00,
    TX_POLL = 0x08,
    RX_POLL = 0x10,
    RX_BASE = 0x18,
    TX_BASE = 0x20,
    BUS_STATUS = 0x28,
    OP_MODE = 0x30,
    INT_ENABLE = 0x38,
    MISSED = 0x40,
    PAR0 = 0xa4,
    PAR1 = 0xa8,
    MAR0 = 0xac,
    MAR1 = 0xb0
};
#define STATUS_TX   0x00000001u
#define STATUS_RX   0x00000040u
#define STATUS_FULL 0x00000080u /* no receive descriptor */
#define STATUS_BUS  0x00002000u /* bus error */
#define STATUS_ANY  0x00010000u
#define INTERRUPTS  (STATUS_ANY | STATUS_TX | STATUS_RX | STATUS_FULL | STATUS_BUS)
#define MODE_RX     0x00000002u
#define MODE_TX     0x00002000u
#define OWN         0x80000000u
#define ERROR       0x00008000u
#define TX_TELL     0x80000000u
#define TX_LAST     0x40000000u
#define TX_FIRST    0x20000000u
#define END_OF_RING 0x02000000u

#define RING        16
#define RX_BYTES    1536
#define MAPPING_MAX 2047 /* octets a descriptor can say */
#define REGISTERS   0x100
#define RX_SPARE    4 /* with fewer descriptors than this, protocols have to copy */

struct descriptor {
    volatile ULONG status, control, buffer, unused;
};

struct shared {
    struct descriptor tx[RING], rx[RING];
    UCHAR frames[RING][RX_BYTES];
};

struct bus_master {
    struct ethernet e;
    PUCHAR registers;
    NDIS_MINIPORT_INTERRUPT interrupt;
    struct shared *shared;
    NDIS_PHYSICAL_ADDRESS physical;
    NDIS_HANDLE packet_pool, buffer_pool;
    PNDIS_PACKET rx_packets[RING];
    BOOLEAN is_out[RING]; /* with a protocol */
    ULONG rx_next, rx_out;
    PNDIS_PACKET tx_packets[RING]; /* at its last descriptor */
    PNDIS_BUFFER tx_buffers[RING]; /* at its first descriptor, which is its map register's number */
    ULONG tx_next, tx_oldest, tx_used;
    BOOLEAN has_map_registers, is_broken;
};

static ULONG get(struct bus_master *a, ULONG reg)
{
    ULONG value;

    NdisReadRegisterUlong((PULONG)(PVOID)(a->registers + reg), &value);
    return value;
}

static VOID put(struct bus_master *a, ULONG reg, ULONG value)
{
    NdisWriteRegisterUlong((PULONG)(PVOID)(a->registers + reg), value);
}

static ULONG physical_of(const struct bus_master *a, const volatile VOID *of)
{
    return NdisGetPhysicalAddressLow(a->physical) +
           (ULONG)((const volatile UCHAR *)of - (const volatile UCHAR *)a->shared);
}

/* ---- the chip ---- */

static ULONG mode_of(const struct bus_master *a)
{
    ULONG mode = MODE_RX | MODE_TX;

    if (a->e.filter & NDIS_PACKET_TYPE_PROMISCUOUS)
        mode |= 0x40;
    if (a->e.filter & (NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST))
        mode |= 0x80;
    return mode;
}

static VOID rx_give(struct bus_master *a, ULONG i)
{
    struct descriptor *d = &a->shared->rx[i];

    d->buffer = physical_of(a, a->shared->frames[i]);
    d->control = RX_BYTES | (i + 1 == RING ? END_OF_RING : 0);
    d->status = OWN;
}

static BOOLEAN chip_reset(struct bus_master *a)
{
    put(a, BUS_MODE, 1);
    for (UINT i = 0; i < 100; i++) {
        if (!(get(a, BUS_MODE) & 1))
            return TRUE;
        NdisStallExecution(10);
    }
    return FALSE;
}

static VOID chip_set_up(struct bus_master *a)
{
    const UCHAR *own = a->e.current;

    NdisZeroMemory(a->shared->tx, sizeof(a->shared->tx));
    NdisZeroMemory(a->shared->rx, sizeof(a->shared->rx));
    a->tx_next = a->tx_oldest = a->tx_used = a->rx_next = 0;
    for (ULONG i = 0; i < RING; i++) {
        if (!a->is_out[i])
            rx_give(a, i);
    }
    put(a, PAR0, own[0] | (ULONG)own[1] << 8 | (ULONG)own[2] << 16 | (ULONG)own[3] << 24);
    put(a, PAR1, own[4] | (ULONG)own[5] << 8);
    put(a, RX_BASE, physical_of(a, a->shared->rx));
    put(a, TX_BASE, physical_of(a, a->shared->tx));
    put(a, BUS_STATUS, ~(ULONG)0);
    put(a, INT_ENABLE, INTERRUPTS);
    put(a, OP_MODE, mode_of(a));
}

/* ---- sending ---- */

static VOID tx_put(struct bus_master *a, ULONG address, ULONG length, ULONG flags)
{
    struct descriptor *d = &a->shared->tx[a->tx_next];

    d->buffer = address;
    d->control = flags | length | (a->tx_next + 1 == RING ? END_OF_RING : 0);
    if (!(flags & TX_FIRST))
        d->status = OWN;
    a->tx_next = (a->tx_next + 1) % RING;
    a->tx_used++;
}

static VOID tx_end(struct bus_master *a, ULONG first, PNDIS_PACKET packet)
{
    ULONG last = (a->tx_next + RING - 1) % RING;

    a->shared->tx[last].control |= TX_LAST | TX_TELL;
    a->tx_packets[last] = packet;
    a->shared->tx[first].status = OWN; /* now the rest is there, too */
    put(a, TX_POLL, 1);
}

static NDIS_STATUS send_list(struct bus_master *a, PNDIS_PACKET packet)
{
    PSCATTER_GATHER_LIST list =
        (PSCATTER_GATHER_LIST)NDIS_PER_PACKET_INFO_FROM_PACKET(packet, ScatterGatherListPacketInfo);
    ULONG first = a->tx_next;

    if (list->NumberOfElements > RING)
        return NDIS_STATUS_FAILURE;
    if (list->NumberOfElements > RING - a->tx_used)
        return NDIS_STATUS_RESOURCES;
    for (ULONG i = 0; i < list->NumberOfElements; i++)
        tx_put(a, NdisGetPhysicalAddressLow(list->Elements[i].Address), list->Elements[i].Length,
               i ? 0 : TX_FIRST);
    tx_end(a, first, packet);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS send_mapped(struct bus_master *a, PNDIS_PACKET packet)
{
    NDIS_PHYSICAL_ADDRESS_UNIT units[RING];
    ULONG first = a->tx_next;
    PNDIS_BUFFER buffer;
    UINT pieces, count;

    NdisQueryPacket(packet, &pieces, NULL, &buffer, NULL);
    if (pieces > RING)
        return NDIS_STATUS_FAILURE;
    if (pieces > RING - a->tx_used)
        return NDIS_STATUS_RESOURCES;
    while (buffer) {
        ULONG number = a->tx_next;
        NdisMStartBufferPhysicalMapping(a->e.handle, buffer, number, TRUE, units, &count);
        a->tx_buffers[number] = count ? buffer : NULL;
        for (UINT i = 0; i < count; i++)
            tx_put(a, NdisGetPhysicalAddressLow(units[i].PhysicalAddress), units[i].Length,
                   number == first && !i ? TX_FIRST : 0);
        NdisGetNextBuffer(buffer, &buffer);
    }
    tx_end(a, first, packet);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS send_one(struct bus_master *a, PNDIS_PACKET packet)
{
    UINT length;

    NdisQueryPacket(packet, NULL, NULL, NULL, &length);
    if (length < ETHERNET_HEADER || length > ETHERNET_MAX)
        return NDIS_STATUS_FAILURE;
    return a->has_map_registers ? send_mapped(a, packet) : send_list(a, packet);
}

static VOID NTAPI master_send(NDIS_HANDLE context, PPNDIS_PACKET packets, UINT count)
{
    NDIS_STATUS status = NDIS_STATUS_PENDING;

    for (UINT i = 0; i < count; i++) {
        if (status != NDIS_STATUS_RESOURCES)
            status = send_one(context, packets[i]);
        NDIS_SET_PACKET_STATUS(packets[i], status);
    }
}

static VOID tx_unmap(struct bus_master *a, ULONG i)
{
    if (a->tx_buffers[i])
        NdisMCompleteBufferPhysicalMapping(a->e.handle, a->tx_buffers[i], i);
    a->tx_buffers[i] = NULL;
}

static VOID tx_reap(struct bus_master *a)
{
    while (a->tx_used && !(a->shared->tx[a->tx_oldest].status & OWN)) {
        ULONG i = a->tx_oldest;
        PNDIS_PACKET packet = a->tx_packets[i];
        BOOLEAN is_good = !(a->shared->tx[i].status & ERROR);
        a->tx_oldest = (i + 1) % RING;
        a->tx_used--;
        tx_unmap(a, i);
        if (!packet)
            continue;
        a->tx_packets[i] = NULL;
        if (is_good)
            a->e.xmit_ok++;
        else
            a->e.xmit_error++;
        NdisMSendComplete(a->e.handle, packet, is_good ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
    }
}

/* ---- receiving ---- */

static VOID rx_indicate(struct bus_master *a, ULONG i, UINT length)
{
    PNDIS_PACKET packet = a->rx_packets[i];
    BOOLEAN must_copy = a->rx_out + RX_SPARE > RING;
    PNDIS_BUFFER buffer;

    NdisQueryPacket(packet, NULL, NULL, &buffer, NULL);
    NdisAdjustBufferLength(buffer, length);
    NdisRecalculatePacketCounts(packet);
    NDIS_SET_PACKET_HEADER_SIZE(packet, ETHERNET_HEADER);
    NDIS_SET_PACKET_STATUS(packet, must_copy ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS);
    a->e.rcv_ok++;
    a->is_out[i] = TRUE;
    a->rx_out++;
    NdisMIndicateReceivePacket(a->e.handle, &packet, 1);
    if (!must_copy && NDIS_GET_PACKET_STATUS(packet) == NDIS_STATUS_PENDING)
        return;
    a->is_out[i] = FALSE;
    a->rx_out--;
    rx_give(a, i);
}

static VOID rx_reap(struct bus_master *a)
{
    for (ULONG most = RING; most; most--) {
        ULONG i = a->rx_next, status = a->shared->rx[i].status;
        ULONG length = status >> 16 & 0x3fff; /* with FCS */
        if ((status & OWN) || a->is_out[i])
            return;
        a->rx_next = (i + 1) % RING;
        if (!(status & ERROR) && length >= ETHERNET_MIN + 4 && length <= ETHERNET_MAX + 4) {
            rx_indicate(a, i, length - 4);
        } else {
            a->e.rcv_error++;
            rx_give(a, i);
        }
    }
}

static VOID NTAPI master_return(NDIS_HANDLE context, PNDIS_PACKET packet)
{
    struct bus_master *a = context;

    for (ULONG i = 0; i < RING; i++) {
        if (a->rx_packets[i] != packet)
            continue;
        a->is_out[i] = FALSE;
        a->rx_out--;
        rx_give(a, i);
        put(a, RX_POLL, 1);
    }
}

/* ---- interrupt ---- */

static VOID NTAPI master_isr(PBOOLEAN recognized, PBOOLEAN queue, NDIS_HANDLE context)
{
    struct bus_master *a = context;

    *recognized = *queue = (get(a, BUS_STATUS) & get(a, INT_ENABLE) & INTERRUPTS) != 0;
    if (*recognized)
        put(a, INT_ENABLE, 0);
}

static VOID NTAPI master_interrupt(NDIS_HANDLE context)
{
    struct bus_master *a = context;
    ULONG events;

    for (UINT i = 0; i < 64 && (events = get(a, BUS_STATUS) & (INTERRUPTS & ~STATUS_ANY)) != 0;
         i++) {
        put(a, BUS_STATUS, events);
        if (events & STATUS_BUS)
            a->is_broken = TRUE;
        if (events & STATUS_FULL)
            a->e.rcv_no_buffer += get(a, MISSED) & 0xffff;
        tx_reap(a);
        rx_reap(a);
    }
}

static VOID NTAPI master_enable(NDIS_HANDLE context)
{
    put(context, INT_ENABLE, INTERRUPTS);
}

static BOOLEAN NTAPI master_is_hung(NDIS_HANDLE context)
{
    return ((struct bus_master *)context)->is_broken;
}

/* ---- requests and reset ---- */

static NDIS_STATUS NTAPI master_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                      PULONG written, PULONG needed)
{
    return ethernet_query(&((struct bus_master *)context)->e, oid, buffer, length, written, needed);
}

static NDIS_STATUS NTAPI master_set(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                    PULONG read, PULONG needed)
{
    struct bus_master *a = context;
    BOOLEAN filter;
    NDIS_STATUS status = ethernet_set(&a->e, oid, buffer, length, read, needed, &filter);

    if (status == NDIS_STATUS_SUCCESS && filter)
        put(a, OP_MODE, mode_of(a));
    return status;
}

static NDIS_STATUS NTAPI master_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context)
{
    struct bus_master *a = context;

    *addressing_reset = FALSE;
    a->is_broken = FALSE;
    if (!chip_reset(a))
        return NDIS_STATUS_HARD_ERRORS;
    for (ULONG i = 0; i < RING; i++) {
        tx_unmap(a, i);
        a->tx_packets[i] = NULL;
    }
    chip_set_up(a);
    return NDIS_STATUS_SUCCESS;
}

/* ---- beginning and end ---- */

static NDIS_STATUS rx_allocate(struct bus_master *a)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;

    NdisAllocatePacketPool(&status, &a->packet_pool, RING, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (status == NDIS_STATUS_SUCCESS)
        NdisAllocateBufferPool(&status, &a->buffer_pool, RING);
    for (ULONG i = 0; status == NDIS_STATUS_SUCCESS && i < RING; i++) {
        NdisAllocatePacket(&status, &a->rx_packets[i], a->packet_pool);
        if (status != NDIS_STATUS_SUCCESS)
            break;
        NdisAllocateBuffer(&status, &buffer, a->buffer_pool, a->shared->frames[i], RX_BYTES);
        if (status == NDIS_STATUS_SUCCESS)
            NdisChainBufferAtFront(a->rx_packets[i], buffer);
    }
    return status;
}

static VOID rx_free(struct bus_master *a)
{
    PNDIS_BUFFER buffer;

    for (ULONG i = 0; i < RING; i++) {
        if (!a->rx_packets[i])
            continue;
        NdisUnchainBufferAtFront(a->rx_packets[i], &buffer);
        if (buffer)
            NdisFreeBuffer(buffer);
        NdisFreePacket(a->rx_packets[i]);
    }
    if (a->buffer_pool)
        NdisFreeBufferPool(a->buffer_pool);
    if (a->packet_pool)
        NdisFreePacketPool(a->packet_pool);
}

static VOID release(struct bus_master *a)
{
    rx_free(a);
    if (a->shared)
        NdisMFreeSharedMemory(a->e.handle, sizeof(*a->shared), FALSE, a->shared, a->physical);
    if (a->has_map_registers)
        NdisMFreeMapRegisters(a->e.handle);
    if (a->registers)
        NdisMUnmapIoSpace(a->e.handle, a->registers, REGISTERS);
    NdisFreeMemory(a, sizeof(*a), 0);
}

static VOID NTAPI master_halt(NDIS_HANDLE context)
{
    struct bus_master *a = context;

    put(a, INT_ENABLE, 0);
    NdisMDeregisterInterrupt(&a->interrupt);
    chip_reset(a);
    for (ULONG i = 0; i < RING; i++)
        tx_unmap(a, i);
    for (UINT i = 0; i < 1000 && a->rx_out; i++)
        NdisMSleep(1000);
    release(a);
}

/* Vendor and device; then the device may answer and be master. */
static NDIS_STATUS open_slot(struct bus_master *a)
{
    USHORT id[2], command;

    if (NdisReadPciSlotInformation(a->e.handle, 0, 0, id, sizeof(id)) != sizeof(id) ||
        id[0] != 0x1317 || id[1] != 0x0981)
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    NdisReadPciSlotInformation(a->e.handle, 0, 4, &command, sizeof(command));
    command |= 0x0006;
    NdisWritePciSlotInformation(a->e.handle, 0, 4, &command, sizeof(command));
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS open_memory(struct bus_master *a, NDIS_HANDLE configuration)
{
    NDIS_STRING keyword = NDIS_STRING_CONST("MapRegisters");
    NDIS_STATUS status;
    PVOID shared;

    if (ethernet_parameter(configuration, keyword, 0))
        status = NdisMAllocateMapRegisters(a->e.handle, 0, NDIS_DMA_32BITS, RING, MAPPING_MAX);
    else
        status = NdisMInitializeScatterGatherDma(a->e.handle, FALSE, MAPPING_MAX);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a->has_map_registers = ethernet_parameter(configuration, keyword, 0) != 0;
    NdisMAllocateSharedMemory(a->e.handle, sizeof(*a->shared), FALSE, &shared, &a->physical);
    a->shared = shared;
    return shared ? rx_allocate(a) : NDIS_STATUS_RESOURCES;
}

static NDIS_STATUS bring_up(struct bus_master *a, NDIS_HANDLE configuration)
{
    struct ethernet_resources found;
    PVOID registers;
    NDIS_STATUS status = open_slot(a);

    if (status == NDIS_STATUS_SUCCESS)
        status = ethernet_find(configuration, &found);
    if (status == NDIS_STATUS_SUCCESS)
        status = NdisMMapIoSpace(&registers, a->e.handle, found.memory, REGISTERS);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a->registers = registers;
    status = open_memory(a, configuration);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    if (!chip_reset(a))
        return NDIS_STATUS_HARD_ERRORS;
    for (UINT i = 0; i < ETH_LENGTH_OF_ADDRESS; i++)
        a->e.permanent[i] = (UCHAR)(get(a, i < 4 ? PAR0 : PAR1) >> 8 * (i % 4));
    ethernet_configure(&a->e, configuration);
    status = NdisMRegisterInterrupt(&a->interrupt, a->e.handle, found.vector, found.level, TRUE,
                                    TRUE, NdisInterruptLevelSensitive);
    if (status == NDIS_STATUS_SUCCESS)
        chip_set_up(a);
    return status;
}

static NDIS_STATUS NTAPI master_initialize(PNDIS_STATUS open_error, PUINT selected,
                                           PNDIS_MEDIUM media, UINT count, NDIS_HANDLE handle,
                                           NDIS_HANDLE configuration)
{
    NDIS_STATUS status = ethernet_select(selected, media, count);
    struct bus_master *a;

    (void)open_error;
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a = ethernet_allocate(sizeof(*a));
    if (!a)
        return NDIS_STATUS_RESOURCES;
    a->e.handle = handle;
    a->e.send_packets = RING;
    a->e.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK;
    a->e.buffer_bytes = RING * RX_BYTES;
    NdisMSetAttributesEx(handle, a, 0, NDIS_ATTRIBUTE_BUS_MASTER, NdisInterfacePci);
    status = bring_up(a, configuration);
    if (status != NDIS_STATUS_SUCCESS)
        release(a);
    return status;
}

NTSTATUS NTAPI bus_master_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

NTSTATUS NTAPI bus_master_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_HANDLE wrapper;
    NDIS_MINIPORT_CHARACTERISTICS c = {.MajorNdisVersion = 5, .MinorNdisVersion = 1};

    c.CheckForHangHandler = master_is_hung;
    c.EnableInterruptHandler = master_enable;
    c.HaltHandler = master_halt;
    c.HandleInterruptHandler = master_interrupt;
    c.InitializeHandler = master_initialize;
    c.ISRHandler = master_isr;
    c.QueryInformationHandler = master_query;
    c.ResetHandler = master_reset;
    c.ReturnPacketHandler = master_return;
    c.SendPacketsHandler = master_send;
    c.SetInformationHandler = master_set;
    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    return NdisMRegisterMiniport(wrapper, &c, sizeof(c));
}
