/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the edge to NDIS 5 keeps in an adapter and in a slot. Included by nic_miniport.h only.
 */
#ifndef NIC_EDGE5_H
#define NIC_EDGE5_H

struct nic_edge {
    NDIS_MINIPORT_INTERRUPT interrupt;
    NDIS_MINIPORT_TIMER timer;
    NDIS_HANDLE packet_pool, buffer_pool;
};

struct nic_edge_slot {
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
};

/* packet5.c */
NDIS_STATUS NTAPI nic_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags);
VOID NTAPI nic_send_packets(NDIS_HANDLE context, PPNDIS_PACKET packets, UINT count);
VOID NTAPI nic_return_packet(NDIS_HANDLE context, PNDIS_PACKET packet);

#endif
