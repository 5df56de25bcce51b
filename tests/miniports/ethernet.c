/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See ethernet.h.
 */
#include "ethernet.h"

#define FILTERS                                                                                    \
    (NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST |     \
     NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_PROMISCUOUS)

PVOID ethernet_allocate(UINT bytes)
{
    PVOID memory;

    if (NdisAllocateMemoryWithTag(&memory, bytes, 0x68746565) != NDIS_STATUS_SUCCESS)
        return NULL;
    NdisZeroMemory(memory, bytes);
    return memory;
}

NDIS_STATUS ethernet_select(PUINT selected, PNDIS_MEDIUM media, UINT count)
{
    for (*selected = 0; *selected < count; ++*selected) {
        if (media[*selected] == NdisMedium802_3)
            return NDIS_STATUS_SUCCESS;
    }
    return NDIS_STATUS_UNSUPPORTED_MEDIA;
}

static VOID take(const CM_PARTIAL_RESOURCE_DESCRIPTOR *d, struct ethernet_resources *found)
{
    switch (d->Type) {
    case CmResourceTypePort:
        found->port = d->u.Port.Start;
        found->port_length = d->u.Port.Length;
        break;
    case CmResourceTypeMemory:
        found->memory = d->u.Memory.Start;
        found->memory_length = d->u.Memory.Length;
        break;
    case CmResourceTypeInterrupt:
        found->vector = d->u.Interrupt.Vector;
        found->level = d->u.Interrupt.Level;
        found->is_latched = (d->Flags & CM_RESOURCE_INTERRUPT_LATCHED) != 0;
        break;
    }
}

NDIS_STATUS ethernet_find(NDIS_HANDLE configuration, struct ethernet_resources *found)
{
    NDIS_STATUS status;
    PNDIS_RESOURCE_LIST list;
    UINT bytes = 0;

    NdisZeroMemory(found, sizeof(*found));
    found->vector = ~(ULONG)0;
    NdisMQueryAdapterResources(&status, configuration, NULL, &bytes);
    if (status != NDIS_STATUS_RESOURCES)
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    list = ethernet_allocate(bytes);
    if (!list)
        return NDIS_STATUS_RESOURCES;
    NdisMQueryAdapterResources(&status, configuration, list, &bytes);
    for (ULONG i = 0; status == NDIS_STATUS_SUCCESS && i < list->Count; i++)
        take(&list->PartialDescriptors[i], found);
    NdisFreeMemory(list, bytes, 0);
    return status;
}

VOID ethernet_configure(struct ethernet *e, NDIS_HANDLE configuration)
{
    NDIS_HANDLE opened;
    NDIS_STATUS status;
    PVOID address;
    UINT length;

    ETH_COPY_NETWORK_ADDRESS(e->current, e->permanent);
    NdisOpenConfiguration(&status, &opened, configuration);
    if (status != NDIS_STATUS_SUCCESS)
        return;
    NdisReadNetworkAddress(&status, &address, &length, opened);
    if (status == NDIS_STATUS_SUCCESS && length == ETH_LENGTH_OF_ADDRESS)
        ETH_COPY_NETWORK_ADDRESS(e->current, address);
    NdisCloseConfiguration(opened);
}

ULONG ethernet_parameter(NDIS_HANDLE configuration, NDIS_STRING keyword, ULONG missing)
{
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_HANDLE opened;
    NDIS_STATUS status;

    NdisOpenConfiguration(&status, &opened, configuration);
    if (status != NDIS_STATUS_SUCCESS)
        return missing;
    NdisReadConfiguration(&status, &value, opened, &keyword, NdisParameterInteger);
    if (status == NDIS_STATUS_SUCCESS)
        missing = value->ParameterData.IntegerData;
    NdisCloseConfiguration(opened);
    return missing;
}

UINT ethernet_gather(PNDIS_PACKET packet, UCHAR *to)
{
    PNDIS_BUFFER buffer;
    UINT total, length, at = 0;
    PVOID address;

    NdisQueryPacket(packet, NULL, NULL, &buffer, &total);
    if (total < ETHERNET_HEADER || total > ETHERNET_MAX)
        return 0;
    while (buffer) {
        NdisQueryBuffer(buffer, &address, &length);
        NdisMoveMemory(to + at, address, length);
        at += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    for (; at < ETHERNET_MIN; at++)
        to[at] = 0;
    return at;
}

/* ---- objects ---- */

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
    OID_802_3_XMIT_MORE_COLLISIONS,
};

static NDIS_STATUS answer(const VOID *data, ULONG bytes, PVOID buffer, ULONG length, PULONG written,
                          PULONG needed)
{
    if (length < bytes) {
        *needed = bytes;
        return NDIS_STATUS_INVALID_LENGTH;
    }
    NdisMoveMemory(buffer, data, bytes);
    *written = bytes;
    return NDIS_STATUS_SUCCESS;
}

/* FALSE: not an object of one number. */
static BOOLEAN number(const struct ethernet *e, NDIS_OID oid, ULONG *value)
{
    switch (oid) {
    case OID_GEN_HARDWARE_STATUS:
        *value = NdisHardwareStatusReady;
        return TRUE;
    case OID_GEN_MEDIA_SUPPORTED:
    case OID_GEN_MEDIA_IN_USE:
        *value = NdisMedium802_3;
        return TRUE;
    case OID_GEN_MAXIMUM_LOOKAHEAD:
    case OID_GEN_MAXIMUM_FRAME_SIZE:
        *value = ETHERNET_MAX - ETHERNET_HEADER;
        return TRUE;
    case OID_GEN_LINK_SPEED:
        *value = 100000; /* 10 Mb/s */
        return TRUE;
    case OID_GEN_TRANSMIT_BUFFER_SPACE:
    case OID_GEN_RECEIVE_BUFFER_SPACE:
        *value = e->buffer_bytes;
        return TRUE;
    case OID_GEN_TRANSMIT_BLOCK_SIZE:
    case OID_GEN_RECEIVE_BLOCK_SIZE:
    case OID_GEN_MAXIMUM_TOTAL_SIZE:
        *value = ETHERNET_MAX;
        return TRUE;
    case OID_GEN_VENDOR_ID:
        *value = 0xffffff;
        return TRUE;
    case OID_GEN_VENDOR_DRIVER_VERSION:
        *value = 0x00010000;
        return TRUE;
    case OID_GEN_CURRENT_PACKET_FILTER:
        *value = e->filter;
        return TRUE;
    case OID_GEN_CURRENT_LOOKAHEAD:
        *value = e->lookahead;
        return TRUE;
    case OID_GEN_MAC_OPTIONS:
        *value = e->mac_options;
        return TRUE;
    case OID_GEN_MEDIA_CONNECT_STATUS:
        *value = NdisMediaStateConnected;
        return TRUE;
    case OID_GEN_MAXIMUM_SEND_PACKETS:
        *value = e->send_packets;
        return TRUE;
    case OID_GEN_XMIT_OK:
        *value = e->xmit_ok;
        return TRUE;
    case OID_GEN_RCV_OK:
        *value = e->rcv_ok;
        return TRUE;
    case OID_GEN_XMIT_ERROR:
        *value = e->xmit_error;
        return TRUE;
    case OID_GEN_RCV_ERROR:
        *value = e->rcv_error;
        return TRUE;
    case OID_GEN_RCV_NO_BUFFER:
        *value = e->rcv_no_buffer;
        return TRUE;
    case OID_802_3_MAXIMUM_LIST_SIZE:
        *value = ETHERNET_GROUPS;
        return TRUE;
    case OID_802_3_RCV_ERROR_ALIGNMENT:
    case OID_802_3_XMIT_ONE_COLLISION:
    case OID_802_3_XMIT_MORE_COLLISIONS:
        *value = 0;
        return TRUE;
    }
    return FALSE;
}

NDIS_STATUS ethernet_query(struct ethernet *e, NDIS_OID oid, PVOID buffer, ULONG length,
                           PULONG written, PULONG needed)
{
    static const char description[] = "sample miniport";
    static const USHORT version = 0x0501;
    ULONG value;

    *written = *needed = 0;
    switch (oid) {
    case OID_GEN_SUPPORTED_LIST:
        return answer(supported, sizeof(supported), buffer, length, written, needed);
    case OID_GEN_VENDOR_DESCRIPTION:
        return answer(description, sizeof(description), buffer, length, written, needed);
    case OID_GEN_DRIVER_VERSION:
        return answer(&version, sizeof(version), buffer, length, written, needed);
    case OID_802_3_PERMANENT_ADDRESS:
        return answer(e->permanent, sizeof(e->permanent), buffer, length, written, needed);
    case OID_802_3_CURRENT_ADDRESS:
        return answer(e->current, sizeof(e->current), buffer, length, written, needed);
    case OID_802_3_MULTICAST_LIST:
        return answer(e->groups, e->group_count * ETH_LENGTH_OF_ADDRESS, buffer, length, written,
                      needed);
    }
    if (!number(e, oid, &value))
        return NDIS_STATUS_NOT_SUPPORTED;
    return answer(&value, sizeof(value), buffer, length, written, needed);
}

static NDIS_STATUS set_groups(struct ethernet *e, PVOID buffer, ULONG length, PULONG read)
{
    if (length % ETH_LENGTH_OF_ADDRESS)
        return NDIS_STATUS_INVALID_LENGTH;
    if (length > sizeof(e->groups))
        return NDIS_STATUS_MULTICAST_FULL;
    NdisMoveMemory(e->groups, buffer, length);
    e->group_count = length / ETH_LENGTH_OF_ADDRESS;
    *read = length;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS ethernet_set(struct ethernet *e, NDIS_OID oid, PVOID buffer, ULONG length, PULONG read,
                         PULONG needed, BOOLEAN *filter)
{
    ULONG value;

    *read = *needed = 0;
    *filter = oid == OID_802_3_MULTICAST_LIST || oid == OID_GEN_CURRENT_PACKET_FILTER;
    if (oid == OID_802_3_MULTICAST_LIST)
        return set_groups(e, buffer, length, read);
    if (oid != OID_GEN_CURRENT_PACKET_FILTER && oid != OID_GEN_CURRENT_LOOKAHEAD)
        return NDIS_STATUS_NOT_SUPPORTED;
    if (length < sizeof(value)) {
        *needed = sizeof(value);
        return NDIS_STATUS_INVALID_LENGTH;
    }
    NdisMoveMemory(&value, buffer, sizeof(value));
    if (oid == OID_GEN_CURRENT_LOOKAHEAD)
        e->lookahead = value;
    else if (value & ~(ULONG)FILTERS)
        return NDIS_STATUS_NOT_SUPPORTED;
    else
        e->filter = value;
    *read = sizeof(value);
    return NDIS_STATUS_SUCCESS;
}
