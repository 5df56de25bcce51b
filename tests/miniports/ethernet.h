/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sample miniports of this folder have in common: medium, configuration, resources, objects,
 * and a packet in one piece. They compile against a DDK as they are.
 */
#ifndef ETHERNET_H
#define ETHERNET_H

#ifndef NDIS_MINIPORT_DRIVER /* as a DDK's build would say */
#define NDIS_MINIPORT_DRIVER 1
#define NDIS51_MINIPORT      1
#endif
#include <ndis.h>

#define ETHERNET_HEADER 14
#define ETHERNET_MIN    60 /* without FCS */
#define ETHERNET_MAX    1514
#define ETHERNET_GROUPS 32

struct ethernet {
    NDIS_HANDLE handle;
    UCHAR permanent[ETH_LENGTH_OF_ADDRESS], current[ETH_LENGTH_OF_ADDRESS];
    ULONG filter, lookahead;
    UCHAR groups[ETHERNET_GROUPS][ETH_LENGTH_OF_ADDRESS];
    ULONG group_count;
    ULONG xmit_ok, rcv_ok, xmit_error, rcv_error, rcv_no_buffer;
    ULONG send_packets, mac_options, buffer_bytes;
};

/* What the bus assigned; length 0 or vector ~0: nothing of that kind. */
struct ethernet_resources {
    NDIS_PHYSICAL_ADDRESS port, memory;
    ULONG port_length, memory_length, vector, level;
    BOOLEAN is_latched;
};

/* Zeroed memory; NULL: none. */
PVOID ethernet_allocate(UINT bytes);
NDIS_STATUS ethernet_select(PUINT selected, PNDIS_MEDIUM media, UINT count);
NDIS_STATUS ethernet_find(NDIS_HANDLE configuration, struct ethernet_resources *);
/* After `permanent` is known: the current address is NetworkAddress, or the permanent one. */
VOID ethernet_configure(struct ethernet *, NDIS_HANDLE configuration);
/* Integer of the configuration; missing: the default. */
ULONG ethernet_parameter(NDIS_HANDLE configuration, NDIS_STRING keyword, ULONG missing);
/* The packet in one piece and padded with zeros; the length, 0 when no Ethernet carries it. */
UINT ethernet_gather(PNDIS_PACKET packet, UCHAR *to);

NDIS_STATUS ethernet_query(struct ethernet *, NDIS_OID oid, PVOID buffer, ULONG length,
                           PULONG written, PULONG needed);
/* *filter: the filter or the groups have changed. */
NDIS_STATUS ethernet_set(struct ethernet *, NDIS_OID oid, PVOID buffer, ULONG length, PULONG read,
                         PULONG needed, BOOLEAN *filter);

#endif
