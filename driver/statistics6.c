/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OID_GEN_STATISTICS, which NDIS 6 demands: frames and bytes by the kind of their destination, as they passed the edge.
 */
#include "nic_miniport.h"

ULONG nic_traffic_kind(const UCHAR *destination)
{
    if (!ETH_IS_MULTICAST(destination))
        return NIC_TRAFFIC_DIRECTED;
    return ETH_IS_BROADCAST(destination) ? NIC_TRAFFIC_BROADCAST : NIC_TRAFFIC_MULTICAST;
}

void nic_traffic_count(struct nic_traffic *traffic, ULONG kind, ULONG length)
{
    traffic->frames[kind]++;
    traffic->bytes[kind] += length;
}

static ULONGLONG all_bytes(const struct nic_traffic *traffic)
{
    return traffic->bytes[NIC_TRAFFIC_DIRECTED] + traffic->bytes[NIC_TRAFFIC_MULTICAST] +
           traffic->bytes[NIC_TRAFFIC_BROADCAST];
}

#define VALID(what) NDIS_STATISTICS_FLAGS_VALID_##what

void nic_statistics(const struct nic_adapter *a, PNDIS_STATISTICS_INFO info)
{
    const struct nic_traffic *in = &a->edge.received, *out = &a->edge.sent;
    NdisZeroMemory(info, sizeof *info);
    info->Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    info->Header.Revision = NDIS_STATISTICS_INFO_REVISION_1;
    info->Header.Size = NDIS_SIZEOF_STATISTICS_INFO_REVISION_1;
    info->SupportedStatistics =
        VALID(DIRECTED_FRAMES_RCV) | VALID(MULTICAST_FRAMES_RCV) | VALID(BROADCAST_FRAMES_RCV) |
        VALID(BYTES_RCV) | VALID(RCV_DISCARDS) | VALID(RCV_ERROR) | VALID(DIRECTED_FRAMES_XMIT) |
        VALID(MULTICAST_FRAMES_XMIT) | VALID(BROADCAST_FRAMES_XMIT) | VALID(BYTES_XMIT) |
        VALID(XMIT_ERROR) | VALID(XMIT_DISCARDS) | VALID(DIRECTED_BYTES_RCV) |
        VALID(MULTICAST_BYTES_RCV) | VALID(BROADCAST_BYTES_RCV) | VALID(DIRECTED_BYTES_XMIT) |
        VALID(MULTICAST_BYTES_XMIT) | VALID(BROADCAST_BYTES_XMIT);
    info->ifInDiscards = a->rcv_no_buffer;
    info->ifInErrors = nic_receive_errors(a);
    info->ifOutErrors = a->xmit_error;
    info->ifOutDiscards = a->statistics.tx_refused;
    info->ifHCInOctets = all_bytes(in);
    info->ifHCInUcastPkts = in->frames[NIC_TRAFFIC_DIRECTED];
    info->ifHCInMulticastPkts = in->frames[NIC_TRAFFIC_MULTICAST];
    info->ifHCInBroadcastPkts = in->frames[NIC_TRAFFIC_BROADCAST];
    info->ifHCInUcastOctets = in->bytes[NIC_TRAFFIC_DIRECTED];
    info->ifHCInMulticastOctets = in->bytes[NIC_TRAFFIC_MULTICAST];
    info->ifHCInBroadcastOctets = in->bytes[NIC_TRAFFIC_BROADCAST];
    info->ifHCOutOctets = all_bytes(out);
    info->ifHCOutUcastPkts = out->frames[NIC_TRAFFIC_DIRECTED];
    info->ifHCOutMulticastPkts = out->frames[NIC_TRAFFIC_MULTICAST];
    info->ifHCOutBroadcastPkts = out->frames[NIC_TRAFFIC_BROADCAST];
    info->ifHCOutUcastOctets = out->bytes[NIC_TRAFFIC_DIRECTED];
    info->ifHCOutMulticastOctets = out->bytes[NIC_TRAFFIC_MULTICAST];
    info->ifHCOutBroadcastOctets = out->bytes[NIC_TRAFFIC_BROADCAST];
}
