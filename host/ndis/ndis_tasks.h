/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, structures and values of what NDIS 5 has for power management, task offload and 802.1Q: for drivers that mention them. The
 * library asks for none of it, and hands per-packet information on as it is. Included by ndis.h only.
 */
#ifndef NDIS_TASKS_H
#define NDIS_TASKS_H

/* ---- power ---- */

#define OID_PNP_CAPABILITIES           0xFD010100
#define OID_PNP_SET_POWER              0xFD010101
#define OID_PNP_QUERY_POWER            0xFD010102
#define OID_PNP_ADD_WAKE_UP_PATTERN    0xFD010103
#define OID_PNP_REMOVE_WAKE_UP_PATTERN 0xFD010104
#define OID_PNP_WAKE_UP_PATTERN_LIST   0xFD010105
#define OID_PNP_ENABLE_WAKE_UP         0xFD010106
#define OID_PNP_WAKE_UP_OK             0xFD020200
#define OID_PNP_WAKE_UP_ERROR          0xFD020201

#define NDIS_PNP_WAKE_UP_MAGIC_PACKET  0x00000001
#define NDIS_PNP_WAKE_UP_PATTERN_MATCH 0x00000002
#define NDIS_PNP_WAKE_UP_LINK_CHANGE   0x00000004

typedef enum _NDIS_DEVICE_POWER_STATE {
    NdisDeviceStateUnspecified,
    NdisDeviceStateD0,
    NdisDeviceStateD1,
    NdisDeviceStateD2,
    NdisDeviceStateD3,
    NdisDeviceStateMaximum
} NDIS_DEVICE_POWER_STATE,
    *PNDIS_DEVICE_POWER_STATE;

typedef struct _NDIS_PM_WAKE_UP_CAPABILITIES {
    NDIS_DEVICE_POWER_STATE MinMagicPacketWakeUp;
    NDIS_DEVICE_POWER_STATE MinPatternWakeUp;
    NDIS_DEVICE_POWER_STATE MinLinkChangeWakeUp;
} NDIS_PM_WAKE_UP_CAPABILITIES, *PNDIS_PM_WAKE_UP_CAPABILITIES;

typedef struct _NDIS_PNP_CAPABILITIES {
    ULONG Flags;
    NDIS_PM_WAKE_UP_CAPABILITIES WakeUpCapabilities;
} NDIS_PNP_CAPABILITIES, *PNDIS_PNP_CAPABILITIES;

typedef struct _NDIS_PM_PACKET_PATTERN {
    ULONG Priority;
    ULONG Reserved;
    ULONG MaskSize;
    ULONG PatternOffset;
    ULONG PatternSize;
    ULONG PatternFlags;
} NDIS_PM_PACKET_PATTERN, *PNDIS_PM_PACKET_PATTERN;

/* ---- task offload ---- */

#define OID_TCP_TASK_OFFLOAD        0xFC010201
#define NDIS_TASK_OFFLOAD_VERSION   1
#define NDIS_TASK_TCP_LARGE_SEND_V0 0

typedef enum _NDIS_TASK {
    TcpIpChecksumNdisTask,
    IpSecNdisTask,
    TcpLargeSendNdisTask,
    MaxNdisTask
} NDIS_TASK,
    *PNDIS_TASK;

typedef enum _NDIS_ENCAPSULATION {
    UNSPECIFIED_Encapsulation,
    NULL_Encapsulation,
    IEEE_802_3_Encapsulation,
    IEEE_802_5_Encapsulation,
    LLC_SNAP_ROUTED_Encapsulation,
    LLC_SNAP_BRIDGED_Encapsulation
} NDIS_ENCAPSULATION;

typedef struct _NDIS_ENCAPSULATION_FORMAT {
    NDIS_ENCAPSULATION Encapsulation;
    struct {
        ULONG FixedHeaderSize : 1;
        ULONG Reserved : 31;
    } Flags;
    ULONG EncapsulationHeaderSize;
} NDIS_ENCAPSULATION_FORMAT, *PNDIS_ENCAPSULATION_FORMAT;

typedef struct _NDIS_TASK_OFFLOAD_HEADER {
    ULONG Version;
    ULONG Size;
    ULONG Reserved;
    ULONG OffsetFirstTask;
    NDIS_ENCAPSULATION_FORMAT EncapsulationFormat;
} NDIS_TASK_OFFLOAD_HEADER, *PNDIS_TASK_OFFLOAD_HEADER;

typedef struct _NDIS_TASK_OFFLOAD {
    ULONG Version;
    ULONG Size;
    NDIS_TASK Task;
    ULONG OffsetNextTask;
    ULONG TaskBufferLength;
    UCHAR TaskBuffer[1];
} NDIS_TASK_OFFLOAD, *PNDIS_TASK_OFFLOAD;

typedef struct _NDIS_TASK_TCP_IP_CHECKSUM {
    struct {
        ULONG IpOptionsSupported : 1;
        ULONG TcpOptionsSupported : 1;
        ULONG TcpChecksum : 1;
        ULONG UdpChecksum : 1;
        ULONG IpChecksum : 1;
    } V4Transmit, V4Receive;
    struct {
        ULONG IpOptionsSupported : 1;
        ULONG TcpOptionsSupported : 1;
        ULONG TcpChecksum : 1;
        ULONG UdpChecksum : 1;
    } V6Transmit, V6Receive;
} NDIS_TASK_TCP_IP_CHECKSUM, *PNDIS_TASK_TCP_IP_CHECKSUM;

typedef struct _NDIS_TASK_TCP_LARGE_SEND {
    ULONG Version;
    ULONG MaxOffLoadSize;
    ULONG MinSegmentCount;
    BOOLEAN TcpOptions;
    BOOLEAN IpOptions;
} NDIS_TASK_TCP_LARGE_SEND, *PNDIS_TASK_TCP_LARGE_SEND;

/* In NDIS_PER_PACKET_INFO_FROM_PACKET(Packet, TcpIpChecksumPacketInfo), and Ieee8021QInfo: the value, not a pointer to it. */
typedef struct _NDIS_TCP_IP_CHECKSUM_PACKET_INFO {
    union {
        struct {
            ULONG NdisPacketChecksumV4 : 1;
            ULONG NdisPacketChecksumV6 : 1;
            ULONG NdisPacketTcpChecksum : 1;
            ULONG NdisPacketUdpChecksum : 1;
            ULONG NdisPacketIpChecksum : 1;
        } Transmit;
        struct {
            ULONG NdisPacketTcpChecksumFailed : 1;
            ULONG NdisPacketUdpChecksumFailed : 1;
            ULONG NdisPacketIpChecksumFailed : 1;
            ULONG NdisPacketTcpChecksumSucceeded : 1;
            ULONG NdisPacketUdpChecksumSucceeded : 1;
            ULONG NdisPacketIpChecksumSucceeded : 1;
            ULONG NdisPacketLoopback : 1;
        } Receive;
        ULONG Value;
    };
} NDIS_TCP_IP_CHECKSUM_PACKET_INFO, *PNDIS_TCP_IP_CHECKSUM_PACKET_INFO;

/* ---- 802.1Q ---- */

#define OID_GEN_VLAN_ID            0x0001021C
#define NDIS_MAC_OPTION_8021Q_VLAN 0x00000200

typedef struct _NDIS_PACKET_8021Q_INFO {
    union {
        struct {
            UINT32 UserPriority : 3;
            UINT32 CanonicalFormatId : 1;
            UINT32 VlanId : 12;
            UINT32 Reserved : 16;
        } TagHeader;
        PVOID Value;
    };
} NDIS_PACKET_8021Q_INFO, *PNDIS_PACKET_8021Q_INFO;

#endif
