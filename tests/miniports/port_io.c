/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sample miniport for the port-I/O kind: a DP8390 on an NE2000-style board, whose 16 KiB of packet memory is
 * reached through one data port. One packet at a time; MiniportDisableInterrupt in place of an ISR;
 * frames are indicated with all of their data as look-ahead.
 */
#include "ethernet.h"

/* Ports, page 0; the National Semiconductor data sheet's names. */
enum {
    CR,
    PSTART,
    PSTOP,
    BNRY,
    TPSR,
    TBCR0,
    TBCR1,
    ISR,
    RSAR0,
    RSAR1,
    RBCR0,
    RBCR1,
    RCR,
    TCR,
    DCR,
    IMR
};
enum { TSR = 4, PAR0 = 1, CURR = 7, MAR0 = 8, DATA = 0x10, RESET = 0x1f };
enum {
    CR_STOP = 0x21,
    CR_START = 0x22,
    CR_TRANSMIT = 0x26,
    CR_READ = 0x0a,
    CR_WRITE = 0x12,
    CR_PAGE_1 = 0x40
};
enum {
    ISR_PRX = 0x01,
    ISR_PTX = 0x02,
    ISR_RXE = 0x04,
    ISR_TXE = 0x08,
    ISR_OVW = 0x10,
    ISR_RDC = 0x40,
    ISR_RST = 0x80
};
#define INTERRUPTS (ISR_PRX | ISR_PTX | ISR_RXE | ISR_TXE | ISR_OVW)

/* Packet memory in pages of 256. */
enum { TX_PAGE = 0x40, RX_START = 0x46, RX_STOP = 0x80 };

struct port_io {
    struct ethernet e;
    ULONG base;
    PUCHAR port;
    NDIS_MINIPORT_INTERRUPT interrupt;
    PNDIS_PACKET sending;
    UCHAR next_page;
    BOOLEAN was_sending;                 /* at the last check for hang */
    UCHAR frame[ETHERNET_MAX + 4 + 256]; /* even addresses, whole words */
};

static UCHAR get(struct port_io *a, ULONG reg)
{
    UCHAR value;

    NdisRawReadPortUchar(a->port + reg, &value);
    return value;
}

static VOID put(struct port_io *a, ULONG reg, UCHAR value)
{
    NdisRawWritePortUchar(a->port + reg, value);
}

/* ---- packet memory ---- */

static VOID remote(struct port_io *a, USHORT address, UINT bytes, UCHAR command)
{
    put(a, RBCR0, (UCHAR)bytes);
    put(a, RBCR1, (UCHAR)(bytes >> 8));
    put(a, RSAR0, (UCHAR)address);
    put(a, RSAR1, (UCHAR)(address >> 8));
    put(a, CR, command);
}

static BOOLEAN remote_done(struct port_io *a)
{
    for (UINT i = 0; i < 100; i++) {
        if (get(a, ISR) & ISR_RDC) {
            put(a, ISR, ISR_RDC);
            return TRUE;
        }
        NdisStallExecution(2);
    }
    return FALSE;
}

static BOOLEAN memory_read(struct port_io *a, USHORT address, UCHAR *to, UINT bytes)
{
    bytes += bytes & 1;
    remote(a, address, bytes, CR_READ);
    NdisRawReadPortBufferUshort(a->port + DATA, (PUSHORT)(PVOID)to, bytes / 2);
    return remote_done(a);
}

static BOOLEAN memory_write(struct port_io *a, USHORT address, UCHAR *from, UINT bytes)
{
    bytes += bytes & 1;
    remote(a, address, bytes, CR_WRITE);
    NdisRawWritePortBufferUshort(a->port + DATA, (PUSHORT)(PVOID)from, bytes / 2);
    return remote_done(a);
}

/* ---- the chip ---- */

static BOOLEAN chip_reset(struct port_io *a)
{
    put(a, RESET, get(a, RESET));
    for (UINT i = 0; i < 100; i++) {
        if (get(a, ISR) & ISR_RST)
            return TRUE;
        NdisStallExecution(100);
    }
    return FALSE;
}

static UCHAR receive_configuration(const struct port_io *a)
{
    UCHAR value = 0;

    if (a->e.filter & NDIS_PACKET_TYPE_BROADCAST)
        value |= 0x04;
    if (a->e.filter & (NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST))
        value |= 0x08; /* every group: the hash is all ones, NDIS looks closer */
    if (a->e.filter & NDIS_PACKET_TYPE_PROMISCUOUS)
        value |= 0x1c;
    return a->e.filter ? value : 0x20; /* monitor: take nothing */
}

/* With the interrupt kept out: MiniportDisableInterrupt expects page 0. */
static BOOLEAN NTAPI program_page_1(PVOID context)
{
    struct port_io *a = context;

    put(a, CR, CR_STOP | CR_PAGE_1);
    for (ULONG i = 0; i < ETH_LENGTH_OF_ADDRESS; i++)
        put(a, PAR0 + i, a->e.current[i]);
    for (ULONG i = 0; i < 8; i++)
        put(a, MAR0 + i, 0xff);
    put(a, CURR, RX_START + 1);
    put(a, CR, CR_STOP);
    return TRUE;
}

static BOOLEAN NTAPI read_current_page(PVOID context)
{
    struct port_io *a = context;

    put(a, CR, CR_START | CR_PAGE_1);
    a->frame[0] = get(a, CURR);
    put(a, CR, CR_START);
    return TRUE;
}

static VOID chip_set_up(struct port_io *a)
{
    put(a, CR, CR_STOP);
    put(a, DCR, 0x49); /* words, normal operation */
    put(a, RBCR0, 0);
    put(a, RBCR1, 0);
    put(a, RCR, 0x20);
    put(a, TCR, 0x02); /* internal loopback until it runs */
    put(a, PSTART, RX_START);
    put(a, PSTOP, RX_STOP);
    put(a, BNRY, RX_START);
    put(a, ISR, 0xff);
    NdisMSynchronizeWithInterrupt(&a->interrupt, (PVOID)program_page_1, a);
    a->next_page = RX_START + 1;
    put(a, CR, CR_START);
    put(a, TCR, 0);
    put(a, RCR, receive_configuration(a));
    put(a, IMR, INTERRUPTS);
}

/* ---- sending ---- */

static VOID sent(struct port_io *a, NDIS_STATUS status)
{
    PNDIS_PACKET packet = a->sending;

    if (!packet)
        return;
    a->sending = NULL;
    if (status == NDIS_STATUS_SUCCESS)
        a->e.xmit_ok++;
    else
        a->e.xmit_error++;
    NdisMSendComplete(a->e.handle, packet, status);
}

static NDIS_STATUS NTAPI port_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags)
{
    struct port_io *a = context;
    UINT length;

    (void)flags;
    if (a->sending)
        return NDIS_STATUS_RESOURCES; /* until the next NdisMSendComplete */
    length = ethernet_gather(packet, a->frame);
    if (!length || !memory_write(a, TX_PAGE << 8, a->frame, length))
        return NDIS_STATUS_FAILURE;
    a->sending = packet;
    a->was_sending = FALSE;
    put(a, TPSR, TX_PAGE);
    put(a, TBCR0, (UCHAR)length);
    put(a, TBCR1, (UCHAR)(length >> 8));
    put(a, CR, CR_TRANSMIT);
    return NDIS_STATUS_PENDING;
}

/* ---- receiving ---- */

/* A frame may wrap from the last page of the ring to the first. */
static BOOLEAN read_frame(struct port_io *a, UINT length)
{
    USHORT from = (USHORT)((a->next_page << 8) + 4);
    UINT straight = (UINT)((RX_STOP << 8) - from);

    if (length <= straight)
        return memory_read(a, from, a->frame, length);
    return memory_read(a, from, a->frame, straight) &&
           memory_read(a, RX_START << 8, a->frame + straight, length - straight);
}

static VOID indicate(struct port_io *a, UINT length)
{
    a->e.rcv_ok++;
    NdisMEthIndicateReceive(a->e.handle, a, (PVOID)a->frame, ETHERNET_HEADER,
                            a->frame + ETHERNET_HEADER, length - ETHERNET_HEADER,
                            length - ETHERNET_HEADER);
}

/* FALSE: what is in the ring makes no sense. */
static BOOLEAN receive_one(struct port_io *a)
{
    UCHAR header[4]; /* status, next page, count with FCS */
    UINT count;

    if (!memory_read(a, (USHORT)(a->next_page << 8), header, sizeof(header)))
        return FALSE;
    count = header[2] | header[3] << 8;
    if (header[1] < RX_START || header[1] >= RX_STOP || count < ETHERNET_MIN + 4 ||
        count > ETHERNET_MAX + 4 || !read_frame(a, count - 4))
        return FALSE;
    indicate(a, count - 4);
    a->next_page = header[1];
    put(a, BNRY, a->next_page == RX_START ? RX_STOP - 1 : a->next_page - 1);
    return TRUE;
}

static VOID receive(struct port_io *a)
{
    BOOLEAN has_some = FALSE;

    for (UINT most = RX_STOP - RX_START; most; most--) {
        NdisMSynchronizeWithInterrupt(&a->interrupt, (PVOID)read_current_page, a);
        if (a->frame[0] == a->next_page)
            break;
        if (!receive_one(a)) {
            a->e.rcv_error++;
            chip_set_up(a);
            sent(a, NDIS_STATUS_FAILURE);
            break;
        }
        has_some = TRUE;
    }
    if (has_some)
        NdisMEthIndicateReceiveComplete(a->e.handle);
}

/* ---- interrupt ---- */

static VOID NTAPI port_disable(NDIS_HANDLE context)
{
    put(context, IMR, 0);
}

static VOID NTAPI port_enable(NDIS_HANDLE context)
{
    put(context, IMR, INTERRUPTS);
}

static VOID NTAPI port_interrupt(NDIS_HANDLE context)
{
    struct port_io *a = context;
    UCHAR events;

    for (UINT i = 0; i < 16 && (events = get(a, ISR) & INTERRUPTS) != 0; i++) {
        put(a, ISR, events);
        if (events & ISR_OVW)
            a->e.rcv_no_buffer++;
        if (events & (ISR_PRX | ISR_RXE | ISR_OVW))
            receive(a);
        if (events & (ISR_PTX | ISR_TXE))
            sent(a, get(a, TSR) & 0x01 ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
    }
}

/* ---- requests, hang, reset ---- */

static NDIS_STATUS NTAPI port_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                    PULONG written, PULONG needed)
{
    return ethernet_query(&((struct port_io *)context)->e, oid, buffer, length, written, needed);
}

static NDIS_STATUS NTAPI port_set(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                  PULONG read, PULONG needed)
{
    struct port_io *a = context;
    BOOLEAN filter;
    NDIS_STATUS status = ethernet_set(&a->e, oid, buffer, length, read, needed, &filter);

    if (status == NDIS_STATUS_SUCCESS && filter)
        put(a, RCR, receive_configuration(a));
    return status;
}

static BOOLEAN NTAPI port_is_hung(NDIS_HANDLE context)
{
    struct port_io *a = context;
    BOOLEAN is_hung = a->sending && a->was_sending;

    a->was_sending = a->sending != NULL;
    return is_hung;
}

static NDIS_STATUS NTAPI port_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context)
{
    struct port_io *a = context;

    *addressing_reset = FALSE; /* filter and address are set again here */
    a->sending = NULL;         /* serialized: NDIS completes it */
    if (!chip_reset(a))
        return NDIS_STATUS_HARD_ERRORS;
    chip_set_up(a);
    return NDIS_STATUS_SUCCESS;
}

/* ---- beginning and end ---- */

static VOID NTAPI port_shutdown(PVOID context)
{
    put(context, CR, CR_STOP);
    put(context, IMR, 0);
}

static VOID release(struct port_io *a)
{
    if (a->port)
        NdisMDeregisterIoPortRange(a->e.handle, a->base, 0x20, a->port);
    NdisFreeMemory(a, sizeof(*a), 0);
}

static VOID NTAPI port_halt(NDIS_HANDLE context)
{
    struct port_io *a = context;

    NdisMDeregisterAdapterShutdownHandler(a->e.handle);
    port_shutdown(a);
    NdisMDeregisterInterrupt(&a->interrupt);
    release(a);
}

/* The station address, each octet twice, and the mark of a board that does words. */
static NDIS_STATUS identify(struct port_io *a)
{
    UCHAR prom[32];

    if (!chip_reset(a))
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    put(a, DCR, 0x49);
    put(a, IMR, 0);
    if (!memory_read(a, 0, prom, sizeof(prom)) || prom[28] != 0x57 || prom[30] != 0x57)
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    for (UINT i = 0; i < ETH_LENGTH_OF_ADDRESS; i++)
        a->e.permanent[i] = prom[2 * i];
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS bring_up(struct port_io *a, NDIS_HANDLE configuration)
{
    struct ethernet_resources found;
    PVOID port;
    NDIS_STATUS status = ethernet_find(configuration, &found);

    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a->base = NdisGetPhysicalAddressLow(found.port);
    status = NdisMRegisterIoPortRange(&port, a->e.handle, a->base, 0x20);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a->port = port;
    status = identify(a);
    if (status != NDIS_STATUS_SUCCESS) {
        NdisWriteErrorLogEntry(a->e.handle, NDIS_ERROR_CODE_ADAPTER_NOT_FOUND, 1, a->base);
        return status;
    }
    ethernet_configure(&a->e, configuration);
    status = NdisMRegisterInterrupt(&a->interrupt, a->e.handle, found.vector, found.level, FALSE,
                                    FALSE, NdisInterruptLatched);
    if (status == NDIS_STATUS_SUCCESS) {
        chip_set_up(a);
        NdisMRegisterAdapterShutdownHandler(a->e.handle, a, port_shutdown);
    }
    return status;
}

static NDIS_STATUS NTAPI port_initialize(PNDIS_STATUS open_error, PUINT selected,
                                         PNDIS_MEDIUM media, UINT count, NDIS_HANDLE handle,
                                         NDIS_HANDLE configuration)
{
    NDIS_STATUS status = ethernet_select(selected, media, count);
    struct port_io *a;

    (void)open_error;
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    a = ethernet_allocate(sizeof(*a));
    if (!a)
        return NDIS_STATUS_RESOURCES;
    a->e.handle = handle;
    a->e.send_packets = 1;
    a->e.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK | NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA |
                       NDIS_MAC_OPTION_TRANSFERS_NOT_PEND;
    a->e.buffer_bytes = (RX_STOP - RX_START) << 8;
    NdisMSetAttributesEx(handle, a, 0, 0, NdisInterfaceIsa);
    status = bring_up(a, configuration);
    if (status != NDIS_STATUS_SUCCESS)
        release(a);
    return status;
}

NTSTATUS NTAPI port_io_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

NTSTATUS NTAPI port_io_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_HANDLE wrapper;
    NDIS_MINIPORT_CHARACTERISTICS c = {.MajorNdisVersion = 5, .MinorNdisVersion = 1};

    c.CheckForHangHandler = port_is_hung;
    c.DisableInterruptHandler = port_disable;
    c.EnableInterruptHandler = port_enable;
    c.HaltHandler = port_halt;
    c.HandleInterruptHandler = port_interrupt;
    c.InitializeHandler = port_initialize;
    c.QueryInformationHandler = port_query;
    c.ResetHandler = port_reset;
    c.SendHandler = port_send;
    c.SetInformationHandler = port_set;
    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    return NdisMRegisterMiniport(wrapper, &c, sizeof(c));
}
