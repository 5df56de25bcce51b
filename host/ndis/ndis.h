/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NDIS 4, 5 and 6 for connectionless miniports and protocols in user space: Microsoft's names, types,
 * sizes and values, and nothing else. Setting up the machine around it (platform, drivers,
 * adapters, verifier) is nic_ndis.h. Before including: NDIS_MINIPORT_DRIVER with NDIS40_MINIPORT,
 * NDIS50_MINIPORT or NDIS51_MINIPORT for a miniport; NDIS40, NDIS50 or NDIS51 for a protocol. They
 * select the size of the characteristics, as in the DDK. What is NDIS 6 needs none of them.
 */
#ifndef NDIS_H
#define NDIS_H
#define _NDIS_

#include "ndis_types.h"

typedef int NDIS_STATUS, *PNDIS_STATUS;
typedef ULONG NDIS_OID, *PNDIS_OID;
typedef PVOID NDIS_HANDLE, *PNDIS_HANDLE;

#include "ndis_kernel.h"

#include "ndis_codes.h"

/* ---- base types ---- */

typedef UNICODE_STRING NDIS_STRING, *PNDIS_STRING;
typedef ANSI_STRING NDIS_ANSI_STRING, *PNDIS_ANSI_STRING;
typedef MDL NDIS_BUFFER, *PNDIS_BUFFER;
typedef PHYSICAL_ADDRESS NDIS_PHYSICAL_ADDRESS, *PNDIS_PHYSICAL_ADDRESS;
typedef struct _NDIS_MINIPORT_BLOCK NDIS_MINIPORT_BLOCK, *PNDIS_MINIPORT_BLOCK;

#define NDIS_STRING_CONST(Text)                                                                    \
    {                                                                                              \
        sizeof(u##Text) - sizeof(WCHAR), sizeof(u##Text), (PWSTR)u##Text                           \
    }
#define NDIS_PHYSICAL_ADDRESS_CONST(Low, High)                                                     \
    {                                                                                              \
        {                                                                                          \
            (ULONG)(Low), (LONG)(High)                                                             \
        }                                                                                          \
    }

typedef enum _NDIS_MEDIUM {
    NdisMedium802_3,
    NdisMedium802_5,
    NdisMediumFddi,
    NdisMediumWan,
    NdisMediumLocalTalk,
    NdisMediumDix,
    NdisMediumArcnetRaw,
    NdisMediumArcnet878_2,
    NdisMediumAtm,
    NdisMediumWirelessWan,
    NdisMediumIrda,
    NdisMediumBpc,
    NdisMediumCoWan,
    NdisMedium1394
} NDIS_MEDIUM,
    *PNDIS_MEDIUM;

typedef enum _NDIS_MEDIA_STATE {
    NdisMediaStateConnected,
    NdisMediaStateDisconnected
} NDIS_MEDIA_STATE,
    *PNDIS_MEDIA_STATE;

typedef enum _NDIS_HARDWARE_STATUS {
    NdisHardwareStatusReady,
    NdisHardwareStatusInitializing,
    NdisHardwareStatusReset,
    NdisHardwareStatusClosing,
    NdisHardwareStatusNotReady
} NDIS_HARDWARE_STATUS,
    *PNDIS_HARDWARE_STATUS;

typedef enum _NDIS_INTERFACE_TYPE {
    NdisInterfaceInternal = Internal,
    NdisInterfaceIsa = Isa,
    NdisInterfaceEisa = Eisa,
    NdisInterfaceMca = MicroChannel,
    NdisInterfaceTurboChannel = TurboChannel,
    NdisInterfacePci = PCIBus,
    NdisInterfacePcMcia = PCMCIABus,
    NdisInterfaceCBus = CBus,
    NdisInterfaceMPIBus = MPIBus,
    NdisInterfaceMPSABus = MPSABus,
    NdisInterfaceProcessorInternal = ProcessorInternal,
    NdisInterfaceInternalPowerBus = InternalPowerBus,
    NdisInterfacePNPISABus = PNPISABus,
    NdisInterfacePNPBus = PNPBus,
    NdisInterfaceUSB,
    NdisInterfaceIrda,
    NdisInterface1394,
    NdisMaximumInterfaceType
} NDIS_INTERFACE_TYPE,
    *PNDIS_INTERFACE_TYPE;

#define NdisInterruptLevelSensitive LevelSensitive
#define NdisInterruptLatched        Latched
typedef KINTERRUPT_MODE NDIS_INTERRUPT_MODE, *PNDIS_INTERRUPT_MODE;

typedef struct _NDIS_SPIN_LOCK {
    KSPIN_LOCK SpinLock;
    KIRQL OldIrql;
} NDIS_SPIN_LOCK, *PNDIS_SPIN_LOCK;

typedef struct _NDIS_EVENT {
    KEVENT Event;
} NDIS_EVENT, *PNDIS_EVENT;

typedef VOID NTAPI NDIS_TIMER_FUNCTION(PVOID SystemSpecific1, PVOID FunctionContext,
                                       PVOID SystemSpecific2, PVOID SystemSpecific3);
typedef NDIS_TIMER_FUNCTION *PNDIS_TIMER_FUNCTION;

typedef struct _NDIS_TIMER {
    KTIMER Timer;
    KDPC Dpc;
} NDIS_TIMER, *PNDIS_TIMER;

typedef struct _NDIS_MINIPORT_TIMER {
    KTIMER Timer;
    KDPC Dpc;
    PNDIS_TIMER_FUNCTION MiniportTimerFunction;
    PVOID MiniportTimerContext;
    PNDIS_MINIPORT_BLOCK Miniport;
    struct _NDIS_MINIPORT_TIMER *NextDeferredTimer;
} NDIS_MINIPORT_TIMER, *PNDIS_MINIPORT_TIMER;

struct _NDIS_WORK_ITEM;
typedef VOID (*NDIS_PROC)(struct _NDIS_WORK_ITEM *WorkItem, PVOID Context);

typedef struct _NDIS_WORK_ITEM {
    PVOID Context;
    NDIS_PROC Routine;
    UCHAR WrapperReserved[8 * sizeof(PVOID)];
} NDIS_WORK_ITEM, *PNDIS_WORK_ITEM;

/* ---- packets ---- */

typedef NDIS_HANDLE PNDIS_PACKET_POOL;

typedef struct _NDIS_PACKET_PRIVATE {
    UINT PhysicalCount;
    UINT TotalLength;
    PNDIS_BUFFER Head;
    PNDIS_BUFFER Tail;
    PNDIS_PACKET_POOL Pool;
    UINT Count;
    ULONG Flags;
    BOOLEAN ValidCounts;
    UCHAR NdisPacketFlags;
    USHORT NdisPacketOobOffset;
} NDIS_PACKET_PRIVATE, *PNDIS_PACKET_PRIVATE;

typedef struct _NDIS_PACKET {
    NDIS_PACKET_PRIVATE Private;
    union {
        struct {
            UCHAR MiniportReserved[2 * sizeof(PVOID)];
            UCHAR WrapperReserved[2 * sizeof(PVOID)];
        };
        struct {
            UCHAR MiniportReservedEx[3 * sizeof(PVOID)];
            UCHAR WrapperReservedEx[sizeof(PVOID)];
        };
        struct {
            UCHAR MacReserved[4 * sizeof(PVOID)];
        };
    };
    ULONG_PTR Reserved[2];
    UCHAR ProtocolReserved[1];
} NDIS_PACKET, *PNDIS_PACKET, **PPNDIS_PACKET;

#define PROTOCOL_RESERVED_SIZE_IN_PACKET (4 * sizeof(PVOID))

typedef enum _NDIS_CLASS_ID {
    NdisClass802_3Priority,
    NdisClassWirelessWanMbxMailbox,
    NdisClassIrdaPacketInfo,
    NdisClassAtmAALInfo
} NDIS_CLASS_ID;

typedef struct _MEDIA_SPECIFIC_INFORMATION {
    UINT NextEntryOffset;
    NDIS_CLASS_ID ClassId;
    UINT Size;
    UCHAR ClassInformation[1];
} MEDIA_SPECIFIC_INFORMATION, *PMEDIA_SPECIFIC_INFORMATION;

typedef struct _NDIS_PACKET_OOB_DATA {
    union {
        ULONGLONG TimeToSend;
        ULONGLONG TimeSent;
    };
    ULONGLONG TimeReceived;
    UINT HeaderSize;
    UINT SizeMediaSpecificInfo;
    PVOID MediaSpecificInformation;
    NDIS_STATUS Status;
} NDIS_PACKET_OOB_DATA, *PNDIS_PACKET_OOB_DATA;

typedef enum _NDIS_PER_PACKET_INFO {
    TcpIpChecksumPacketInfo,
    IpSecPacketInfo,
    TcpLargeSendPacketInfo,
    ClassificationHandlePacketInfo,
    NdisReserved,
    ScatterGatherListPacketInfo,
    Ieee8021QInfo,
    OriginalPacketInfo,
    PacketCancelId,
    OriginalNetBufferList,
    CachedNetBufferList,
    ShortPacketPaddingInfo,
    MaxPerPacketInfo
} NDIS_PER_PACKET_INFO,
    *PNDIS_PER_PACKET_INFO;

typedef struct _NDIS_PACKET_EXTENSION {
    PVOID NdisPacketInfo[MaxPerPacketInfo];
} NDIS_PACKET_EXTENSION, *PNDIS_PACKET_EXTENSION;

#define NDIS_OOB_DATA_FROM_PACKET(Packet)                                                          \
    ((PNDIS_PACKET_OOB_DATA)(void *)((PUCHAR)(Packet) + (Packet)->Private.NdisPacketOobOffset))
#define NDIS_PACKET_EXTENSION_FROM_PACKET(Packet)                                                  \
    ((PNDIS_PACKET_EXTENSION)(void *)((PUCHAR)NDIS_OOB_DATA_FROM_PACKET(Packet) +                  \
                                      sizeof(NDIS_PACKET_OOB_DATA)))
#define NDIS_PER_PACKET_INFO_FROM_PACKET(Packet, Id)                                               \
    (NDIS_PACKET_EXTENSION_FROM_PACKET(Packet)->NdisPacketInfo[(Id)])
#define NDIS_GET_ORIGINAL_PACKET(Packet)                                                           \
    NDIS_PER_PACKET_INFO_FROM_PACKET(Packet, OriginalPacketInfo)
#define NDIS_SET_ORIGINAL_PACKET(Packet, Original)                                                 \
    (NDIS_PER_PACKET_INFO_FROM_PACKET(Packet, OriginalPacketInfo) = (Original))
#define NDIS_GET_PACKET_CANCEL_ID(Packet) NDIS_PER_PACKET_INFO_FROM_PACKET(Packet, PacketCancelId)
#define NDIS_SET_PACKET_CANCEL_ID(Packet, Id)                                                      \
    (NDIS_PER_PACKET_INFO_FROM_PACKET(Packet, PacketCancelId) = (Id))

#define NDIS_GET_PACKET_HEADER_SIZE(Packet) (NDIS_OOB_DATA_FROM_PACKET(Packet)->HeaderSize)
#define NDIS_SET_PACKET_HEADER_SIZE(Packet, Size)                                                  \
    (NDIS_OOB_DATA_FROM_PACKET(Packet)->HeaderSize = (Size))
#define NDIS_GET_PACKET_STATUS(Packet)        (NDIS_OOB_DATA_FROM_PACKET(Packet)->Status)
#define NDIS_SET_PACKET_STATUS(Packet, Value) (NDIS_OOB_DATA_FROM_PACKET(Packet)->Status = (Value))
#define NDIS_GET_PACKET_TIME_TO_SEND(Packet)  (NDIS_OOB_DATA_FROM_PACKET(Packet)->TimeToSend)
#define NDIS_SET_PACKET_TIME_TO_SEND(Packet, Time)                                                 \
    (NDIS_OOB_DATA_FROM_PACKET(Packet)->TimeToSend = (Time))
#define NDIS_GET_PACKET_TIME_SENT(Packet) (NDIS_OOB_DATA_FROM_PACKET(Packet)->TimeSent)
#define NDIS_SET_PACKET_TIME_SENT(Packet, Time)                                                    \
    (NDIS_OOB_DATA_FROM_PACKET(Packet)->TimeSent = (Time))
#define NDIS_GET_PACKET_TIME_RECEIVED(Packet) (NDIS_OOB_DATA_FROM_PACKET(Packet)->TimeReceived)
#define NDIS_SET_PACKET_TIME_RECEIVED(Packet, Time)                                                \
    (NDIS_OOB_DATA_FROM_PACKET(Packet)->TimeReceived = (Time))

#define NdisGetPacketFlags(Packet)         ((Packet)->Private.Flags)
#define NdisSetPacketFlags(Packet, Bits)   ((Packet)->Private.Flags |= (Bits))
#define NdisClearPacketFlags(Packet, Bits) ((Packet)->Private.Flags &= ~(Bits))
#define NdisSetSendFlags(Packet, Value)    ((Packet)->Private.Flags = (Value))
#define NdisQuerySendFlags(Packet, Value)  (*(Value) = (Packet)->Private.Flags)

static inline void NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(PNDIS_PACKET Packet, PVOID *Information,
                                                       PUINT Size)
{
    BOOLEAN there = (Packet->Private.NdisPacketFlags & fPACKET_ALLOCATED_BY_NDIS) &&
                    (Packet->Private.NdisPacketFlags & fPACKET_CONTAINS_MEDIA_SPECIFIC_INFO);
    *Information = there ? NDIS_OOB_DATA_FROM_PACKET(Packet)->MediaSpecificInformation : NULL;
    *Size = there ? NDIS_OOB_DATA_FROM_PACKET(Packet)->SizeMediaSpecificInfo : 0;
}

static inline void NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(PNDIS_PACKET Packet, PVOID Information,
                                                       UINT Size)
{
    if (!(Packet->Private.NdisPacketFlags & fPACKET_ALLOCATED_BY_NDIS))
        return;
    Packet->Private.NdisPacketFlags |= fPACKET_CONTAINS_MEDIA_SPECIFIC_INFO;
    NDIS_OOB_DATA_FROM_PACKET(Packet)->MediaSpecificInformation = Information;
    NDIS_OOB_DATA_FROM_PACKET(Packet)->SizeMediaSpecificInfo = Size;
}

/* Pools. Descriptors are allocated with the pool; taking and giving back is a list operation, up to
 * DISPATCH_LEVEL. */
VOID NdisAllocatePacketPool(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle, UINT NumberOfDescriptors,
                            UINT ProtocolReservedLength);
VOID NdisAllocatePacketPoolEx(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle,
                              UINT NumberOfDescriptors, UINT NumberOfOverflowDescriptors,
                              UINT ProtocolReservedLength);
VOID NdisFreePacketPool(NDIS_HANDLE PoolHandle);
/* In the flags of the packets that are allocated from now on; 0 to NDIS_PROTOCOL_ID_MAX. */
VOID NdisSetPacketPoolProtocolId(NDIS_HANDLE PacketPoolHandle, UINT ProtocolId);
#define NDIS_GET_PACKET_PROTOCOL_TYPE(Packet) ((Packet)->Private.Flags & NDIS_PROTOCOL_ID_MASK)
UINT NdisPacketPoolUsage(NDIS_HANDLE PoolHandle);
UINT NdisPacketSize(UINT ProtocolReservedSize);
VOID NdisAllocatePacket(PNDIS_STATUS Status, PNDIS_PACKET *Packet, NDIS_HANDLE PoolHandle);
VOID NdisFreePacket(PNDIS_PACKET Packet);
NDIS_HANDLE NdisGetPoolFromPacket(PNDIS_PACKET Packet);
#define NdisDprAllocatePacket(Status, Packet, PoolHandle)                                          \
    NdisAllocatePacket((Status), (Packet), (PoolHandle))
#define NdisDprFreePacket(Packet) NdisFreePacket(Packet)
#define NdisDprAllocatePacketNonInterlocked(Status, Packet, PoolHandle)                            \
    NdisAllocatePacket((Status), (Packet), (PoolHandle))
#define NdisDprFreePacketNonInterlocked(Packet) NdisFreePacket(Packet)
#define NdisSetPacketCancelId(Packet, Id)       NDIS_SET_PACKET_CANCEL_ID((Packet), (Id))
#define NdisGetPacketCancelId(Packet)           NDIS_GET_PACKET_CANCEL_ID(Packet)

VOID NdisAllocateBufferPool(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle, UINT NumberOfDescriptors);
VOID NdisFreeBufferPool(NDIS_HANDLE PoolHandle);
VOID NdisAllocateBuffer(PNDIS_STATUS Status, PNDIS_BUFFER *Buffer, NDIS_HANDLE PoolHandle,
                        PVOID VirtualAddress, UINT Length);
VOID NdisFreeBuffer(PNDIS_BUFFER Buffer);
VOID NdisCopyBuffer(PNDIS_STATUS Status, PNDIS_BUFFER *Buffer, NDIS_HANDLE PoolHandle,
                    PVOID MemoryDescriptor, UINT Offset, UINT Length);

/* The chain of a packet. */
#define NDIS_BUFFER_LINKAGE(Buffer)            ((Buffer)->Next)
#define NDIS_PACKET_FIRST_NDIS_BUFFER(Packet)  ((Packet)->Private.Head)
#define NDIS_PACKET_LAST_NDIS_BUFFER(Packet)   ((Packet)->Private.Tail)
#define NDIS_PACKET_VALID_COUNTS(Packet)       ((Packet)->Private.ValidCounts)
#define NdisGetNextBuffer(Current, NextBuffer) (*(NextBuffer) = (Current)->Next)
#define NdisBufferLength(Buffer)               MmGetMdlByteCount(Buffer)
#define NdisBufferVirtualAddress(Buffer)       MmGetSystemAddressForMdl(Buffer)
#define NdisBufferVirtualAddressSafe(Buffer, Priority)                                             \
    MmGetSystemAddressForMdlSafe((Buffer), (Priority))
#define NdisAdjustBufferLength(Buffer, Length) ((Buffer)->ByteCount = (Length))
#define NdisGetBufferPhysicalArraySize(Buffer, ArraySize)                                          \
    (*(ArraySize) = NDIS_BUFFER_TO_SPAN_PAGES(Buffer))

static inline ULONG NDIS_BUFFER_TO_SPAN_PAGES(PNDIS_BUFFER Buffer)
{
    return Buffer->ByteCount ? (Buffer->ByteOffset + Buffer->ByteCount + PAGE_SIZE - 1) / PAGE_SIZE
                             : 1;
}

static inline VOID NdisQueryBuffer(PNDIS_BUFFER Buffer, PVOID VirtualAddress, PUINT Length)
{
    if (VirtualAddress)
        memcpy(VirtualAddress, &Buffer->MappedSystemVa, sizeof(PVOID));
    *Length = Buffer->ByteCount;
}

static inline VOID NdisQueryBufferSafe(PNDIS_BUFFER Buffer, PVOID VirtualAddress, PUINT Length,
                                       MM_PAGE_PRIORITY Priority)
{
    (void)Priority;
    NdisQueryBuffer(Buffer, VirtualAddress, Length);
}

static inline VOID NdisQueryBufferOffset(PNDIS_BUFFER Buffer, PUINT Offset, PUINT Length)
{
    *Offset = Buffer->ByteOffset;
    *Length = Buffer->ByteCount;
}

static inline VOID NdisReinitializePacket(PNDIS_PACKET Packet)
{
    Packet->Private.Head = NULL;
    Packet->Private.ValidCounts = FALSE;
}

static inline VOID NdisRecalculatePacketCounts(PNDIS_PACKET Packet)
{
    for (PNDIS_BUFFER buffer = Packet->Private.Head; buffer; buffer = buffer->Next)
        Packet->Private.Tail = buffer;
    Packet->Private.ValidCounts = FALSE;
}

VOID NdisChainBufferAtFront(PNDIS_PACKET Packet, PNDIS_BUFFER Buffer);
VOID NdisChainBufferAtBack(PNDIS_PACKET Packet, PNDIS_BUFFER Buffer);
VOID NdisUnchainBufferAtFront(PNDIS_PACKET Packet, PNDIS_BUFFER *Buffer); /* NULL: empty */
VOID NdisUnchainBufferAtBack(PNDIS_PACKET Packet, PNDIS_BUFFER *Buffer);
VOID NdisGetFirstBufferFromPacket(PNDIS_PACKET Packet, PNDIS_BUFFER *FirstBuffer,
                                  PVOID *FirstBufferVA, PUINT FirstBufferLength,
                                  PUINT TotalBufferLength);
#define NdisGetFirstBufferFromPacketSafe(Packet, First, Address, Length, Total, Priority)          \
    ((void)(Priority),                                                                             \
     NdisGetFirstBufferFromPacket((Packet), (First), (Address), (Length), (Total)))
VOID NdisCopyFromPacketToPacket(PNDIS_PACKET Destination, UINT DestinationOffset, UINT BytesToCopy,
                                PNDIS_PACKET Source, UINT SourceOffset, PUINT BytesCopied);
#define NdisCopyFromPacketToPacketSafe(To, ToOffset, Bytes, From, FromOffset, Copied, Priority)    \
    ((void)(Priority),                                                                             \
     NdisCopyFromPacketToPacket((To), (ToOffset), (Bytes), (From), (FromOffset), (Copied)))

/* Any out pointer may be NULL. Counts are cached in the packet until its chain changes. */
static inline VOID NdisQueryPacket(PNDIS_PACKET Packet, PUINT PhysicalBufferCount,
                                   PUINT BufferCount, PNDIS_BUFFER *FirstBuffer,
                                   PUINT TotalPacketLength)
{
    if (FirstBuffer)
        *FirstBuffer = Packet->Private.Head;
    if (!PhysicalBufferCount && !BufferCount && !TotalPacketLength)
        return;
    if (!Packet->Private.ValidCounts) {
        UINT pages = 0, count = 0, length = 0;
        for (PNDIS_BUFFER buffer = Packet->Private.Head; buffer; buffer = buffer->Next) {
            pages += NDIS_BUFFER_TO_SPAN_PAGES(buffer);
            length += buffer->ByteCount;
            count++;
        }
        Packet->Private.PhysicalCount = pages;
        Packet->Private.TotalLength = length;
        Packet->Private.Count = count;
        Packet->Private.ValidCounts = TRUE;
    }
    if (PhysicalBufferCount)
        *PhysicalBufferCount = Packet->Private.PhysicalCount;
    if (BufferCount)
        *BufferCount = Packet->Private.Count;
    if (TotalPacketLength)
        *TotalPacketLength = Packet->Private.TotalLength;
}

#define NdisQueryPacketLength(Packet, Length) NdisQueryPacket((Packet), NULL, NULL, NULL, (Length))

/* ---- requests ---- */

typedef enum _NDIS_REQUEST_TYPE {
    NdisRequestQueryInformation,
    NdisRequestSetInformation,
    NdisRequestQueryStatistics,
    NdisRequestOpen,
    NdisRequestClose,
    NdisRequestSend,
    NdisRequestTransferData,
    NdisRequestReset,
    NdisRequestGeneric1,
    NdisRequestGeneric2,
    NdisRequestGeneric3,
    NdisRequestGeneric4,
    NdisRequestMethod
} NDIS_REQUEST_TYPE,
    *PNDIS_REQUEST_TYPE;

typedef struct _NDIS_REQUEST {
    UCHAR MacReserved[4 * sizeof(PVOID)];
    NDIS_REQUEST_TYPE RequestType;
    union _DATA {
        struct QUERY_INFORMATION {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesWritten;
            UINT BytesNeeded;
        } QUERY_INFORMATION;
        struct SET_INFORMATION {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesRead;
            UINT BytesNeeded;
        } SET_INFORMATION;
    } DATA;
#if defined(NDIS50) || defined(NDIS51) || defined(NDIS50_MINIPORT) || defined(NDIS51_MINIPORT)
    UCHAR NdisReserved[9 * sizeof(PVOID)];
    union {
        UCHAR CallMgrReserved[2 * sizeof(PVOID)];
        UCHAR ProtocolReserved[2 * sizeof(PVOID)];
    };
    UCHAR MiniportReserved[2 * sizeof(PVOID)];
#endif
} NDIS_REQUEST, *PNDIS_REQUEST;

/* ---- configuration ---- */

typedef enum _NDIS_PARAMETER_TYPE {
    NdisParameterInteger,
    NdisParameterHexInteger,
    NdisParameterString,
    NdisParameterMultiString,
    NdisParameterBinary
} NDIS_PARAMETER_TYPE,
    *PNDIS_PARAMETER_TYPE;

typedef struct _BINARY_DATA {
    USHORT Length;
    PVOID Buffer;
} BINARY_DATA;

typedef struct _NDIS_CONFIGURATION_PARAMETER {
    NDIS_PARAMETER_TYPE ParameterType;
    union {
        ULONG IntegerData;
        NDIS_STRING StringData;
        BINARY_DATA BinaryData;
    } ParameterData;
} NDIS_CONFIGURATION_PARAMETER, *PNDIS_CONFIGURATION_PARAMETER;

/* PASSIVE_LEVEL, in MiniportInitialize. What a read returns lives until the handle is closed. Of a
 * text, MultiString takes the elements between commas, Binary pairs of hexadecimal digits between
 * commas. */
VOID NdisOpenConfiguration(PNDIS_STATUS Status, PNDIS_HANDLE ConfigurationHandle,
                           NDIS_HANDLE WrapperConfigurationContext);
/* In ProtocolBindAdapter, with its SystemSpecific1: what the adapter's configuration holds for protocols, as
 * UpperBindings, the name of the adapter that an intermediate driver is to put above it. */
VOID NdisOpenProtocolConfiguration(PNDIS_STATUS Status, PNDIS_HANDLE ConfigurationHandle,
                                   PNDIS_STRING ProtocolSection);
VOID NdisCloseConfiguration(NDIS_HANDLE ConfigurationHandle);
VOID NdisReadConfiguration(PNDIS_STATUS Status, PNDIS_CONFIGURATION_PARAMETER *ParameterValue,
                           NDIS_HANDLE ConfigurationHandle, PNDIS_STRING Keyword,
                           NDIS_PARAMETER_TYPE ParameterType);
/* SUCCESS, RESOURCES, NOT_SUPPORTED (type), or FAILURE: the value cannot be kept. */
VOID NdisWriteConfiguration(PNDIS_STATUS Status, NDIS_HANDLE ConfigurationHandle,
                            PNDIS_STRING Keyword, PNDIS_CONFIGURATION_PARAMETER ParameterValue);
VOID NdisReadNetworkAddress(PNDIS_STATUS Status, PVOID *NetworkAddress, PUINT NetworkAddressLength,
                            NDIS_HANDLE ConfigurationHandle);

#include "ndis_characteristics.h"

/* ---- the miniport's calls ---- */

/* In DriverEntry. Registration fails with BAD_CHARACTERISTICS or BAD_VERSION; of two send entry
 * points the library uses MiniportSendPackets (DER-3). */
VOID NdisInitializeWrapper(PNDIS_HANDLE NdisWrapperHandle, PVOID SystemSpecific1,
                           PVOID SystemSpecific2, PVOID SystemSpecific3);
#define NdisMInitializeWrapper(Handle, One, Two, Three)                                            \
    NdisInitializeWrapper((Handle), (One), (Two), (Three))
NDIS_STATUS NdisMRegisterMiniport(NDIS_HANDLE NdisWrapperHandle,
                                  PNDIS_MINIPORT_CHARACTERISTICS Characteristics,
                                  UINT CharacteristicsLength);
VOID NdisMRegisterUnloadHandler(NDIS_HANDLE NdisWrapperHandle,
                                VOID(NTAPI *UnloadHandler)(PDRIVER_OBJECT DriverObject));
VOID NdisTerminateWrapper(NDIS_HANDLE NdisWrapperHandle, PVOID SystemSpecific);

/* In MiniportInitialize, before anything that can call back. CheckForHangTimeInSeconds 0: the
 * default of 2. */
VOID NdisMSetAttributesEx(NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportAdapterContext,
                          UINT CheckForHangTimeInSeconds, ULONG AttributeFlags,
                          NDIS_INTERFACE_TYPE AdapterType);
#define NdisMSetAttributes(Handle, Context, BusMaster, AdapterType)                                \
    NdisMSetAttributesEx((Handle), (Context), 0, (BusMaster) ? NDIS_ATTRIBUTE_BUS_MASTER : 0,      \
                         (AdapterType))

/* The ISR may run before NdisMRegisterInterrupt returns. Level is ignored. */
NDIS_STATUS NdisMRegisterInterrupt(PNDIS_MINIPORT_INTERRUPT Interrupt,
                                   NDIS_HANDLE MiniportAdapterHandle, UINT InterruptVector,
                                   UINT InterruptLevel, BOOLEAN RequestIsr, BOOLEAN SharedInterrupt,
                                   NDIS_INTERRUPT_MODE InterruptMode);
VOID NdisMDeregisterInterrupt(
    PNDIS_MINIPORT_INTERRUPT Interrupt); /* waits for a running ISR and DPC */
BOOLEAN NdisMSynchronizeWithInterrupt(
    PNDIS_MINIPORT_INTERRUPT Interrupt, PVOID SynchronizeFunction,
    PVOID SynchronizeContext); /* BOOLEAN function(PVOID), with the ISR kept out */

/* Up to DISPATCH_LEVEL, from any thread, in or outside a miniport function. */
VOID NdisMSendComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_PACKET Packet, NDIS_STATUS Status);
VOID NdisMSendResourcesAvailable(NDIS_HANDLE MiniportAdapterHandle);
VOID NdisMResetComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status,
                        BOOLEAN AddressingReset);
VOID NdisMQueryInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status);
VOID NdisMSetInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status);
VOID NdisMTransferDataComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_PACKET Packet,
                               NDIS_STATUS Status, UINT BytesTransferred);
VOID NdisMIndicateStatus(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS GeneralStatus,
                         PVOID StatusBuffer, UINT StatusBufferSize);
VOID NdisMIndicateStatusComplete(NDIS_HANDLE MiniportAdapterHandle);

/* HeaderBuffer holds the 14-byte MAC header; LookaheadBuffer what follows; PacketSize is without
 * the header. */
VOID NdisMEthIndicateReceive(NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportReceiveContext,
                             PVOID HeaderBuffer, UINT HeaderBufferSize, PVOID LookaheadBuffer,
                             UINT LookaheadBufferSize, UINT PacketSize);
VOID NdisMEthIndicateReceiveComplete(NDIS_HANDLE MiniportAdapterHandle);
/* OOB Status before: SUCCESS or RESOURCES. After: RESOURCES given or anything but PENDING: the
 * driver's again; PENDING: it comes back through MiniportReturnPacket. */
VOID NdisMIndicateReceivePacket(NDIS_HANDLE MiniportAdapterHandle, PPNDIS_PACKET ReceivePackets,
                                UINT NumberOfPackets);

VOID NdisMInitializeTimer(PNDIS_MINIPORT_TIMER Timer, NDIS_HANDLE MiniportAdapterHandle,
                          PNDIS_TIMER_FUNCTION TimerFunction, PVOID FunctionContext);
VOID NdisMSetTimer(PNDIS_MINIPORT_TIMER Timer, UINT MillisecondsToDelay);
VOID NdisMSetPeriodicTimer(PNDIS_MINIPORT_TIMER Timer, UINT MillisecondPeriod);
VOID NdisMCancelTimer(PNDIS_MINIPORT_TIMER Timer, PBOOLEAN TimerCancelled);
VOID NdisMSleep(ULONG MicrosecondsToSleep); /* PASSIVE_LEVEL */
VOID NdisMRegisterAdapterShutdownHandler(NDIS_HANDLE MiniportHandle, PVOID ShutdownContext,
                                         ADAPTER_SHUTDOWN_HANDLER ShutdownHandler);
VOID NdisMDeregisterAdapterShutdownHandler(NDIS_HANDLE MiniportHandle);
VOID NdisWriteErrorLogEntry(NDIS_HANDLE NdisAdapterHandle, NDIS_ERROR_CODE ErrorCode,
                            ULONG NumberOfErrorValues, ...);

/* ---- the protocol's calls ---- */

VOID NdisRegisterProtocol(PNDIS_STATUS Status, PNDIS_HANDLE NdisProtocolHandle,
                          PNDIS_PROTOCOL_CHARACTERISTICS Characteristics,
                          UINT CharacteristicsLength);
VOID NdisDeregisterProtocol(PNDIS_STATUS Status, NDIS_HANDLE NdisProtocolHandle);
VOID NdisOpenAdapter(PNDIS_STATUS Status, PNDIS_STATUS OpenErrorStatus,
                     PNDIS_HANDLE NdisBindingHandle, PUINT SelectedMediumIndex,
                     PNDIS_MEDIUM MediumArray, UINT MediumArraySize, NDIS_HANDLE NdisProtocolHandle,
                     NDIS_HANDLE ProtocolBindingContext, PNDIS_STRING AdapterName, UINT OpenOptions,
                     PSTRING AddressingInformation);
VOID NdisCloseAdapter(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle);
VOID NdisCompleteBindAdapter(NDIS_HANDLE BindAdapterContext, NDIS_STATUS Status,
                             NDIS_STATUS OpenStatus);
VOID NdisCompleteUnbindAdapter(NDIS_HANDLE UnbindAdapterContext, NDIS_STATUS Status);

/* Result PENDING: ProtocolSendComplete will follow; anything else: final, the packet is the
 * caller's again. */
VOID NdisSend(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNDIS_PACKET Packet);
/* Every packet ends in ProtocolSendComplete. The array itself is the caller's again when the call
 * returns. */
VOID NdisSendPackets(NDIS_HANDLE NdisBindingHandle, PPNDIS_PACKET PacketArray,
                     UINT NumberOfPackets);
/* Of the binding's packets with this id, those in the library's queue end with REQUEST_ABORTED; for those that the
 * driver has, its MiniportCancelSendPackets is called. All still end exactly once, perhaps after the
 * call has returned. Ids begin with the octet of NdisGeneratePartialCancelId. */
VOID NdisCancelSendPackets(NDIS_HANDLE NdisBindingHandle, PVOID CancelId);
UCHAR NdisGeneratePartialCancelId(VOID);
VOID NdisRequest(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNDIS_REQUEST Request);
VOID NdisReset(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle);
VOID NdisTransferData(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle,
                      NDIS_HANDLE MacReceiveContext, UINT ByteOffset, UINT BytesToTransfer,
                      PNDIS_PACKET Packet, PUINT BytesTransferred);
VOID NdisReturnPackets(PNDIS_PACKET *PacketsToReturn, UINT NumberOfPackets);
/* In ProtocolReceive: the packet behind the indication, NULL when there is none. It is not lent: use it before
 * returning. (Handles are declared as pointers to handles in the DDK; the values are the same.) */
PNDIS_PACKET NdisGetReceivedPacket(NDIS_HANDLE NdisBindingHandle, NDIS_HANDLE MacContext);

/* ---- the intermediate driver's calls ---- */

/* In DriverEntry, instead of NdisMRegisterMiniport; then NdisRegisterProtocol, then the two are associated, so that
 * the driver is not offered its own adapters to bind to. */
NDIS_STATUS NdisIMRegisterLayeredMiniport(NDIS_HANDLE NdisWrapperHandle,
                                          PNDIS_MINIPORT_CHARACTERISTICS MiniportCharacteristics,
                                          UINT CharacteristicsLength, PNDIS_HANDLE DriverHandle);
VOID NdisIMAssociateMiniport(NDIS_HANDLE DriverHandle, NDIS_HANDLE ProtocolHandle);
VOID NdisIMDeregisterLayeredMiniport(NDIS_HANDLE DriverHandle); /* in the unload handler */
/* In ProtocolBindAdapter, PASSIVE_LEVEL: an adapter of this name; MiniportInitialize is called inside and gets
 * DeviceContext, not NULL, by NdisIMGetDeviceContext. */
NDIS_STATUS NdisIMInitializeDeviceInstanceEx(NDIS_HANDLE DriverHandle, PNDIS_STRING DriverInstance,
                                             NDIS_HANDLE DeviceContext);
#define NdisIMInitializeDeviceInstance(DriverHandle, DeviceInstance)                               \
    NdisIMInitializeDeviceInstanceEx((DriverHandle), (DeviceInstance), NULL)
NDIS_STATUS NdisIMCancelInitializeDeviceInstance(NDIS_HANDLE DriverHandle,
                                                 PNDIS_STRING DeviceInstance);
/* In ProtocolUnbindAdapter: protocols above are unbound and MiniportHalt is called inside. */
NDIS_STATUS NdisIMDeInitializeDeviceInstance(NDIS_HANDLE NdisMiniportHandle);
NDIS_HANDLE NdisIMGetDeviceContext(NDIS_HANDLE MiniportAdapterHandle);
/* For a protocol above: the context of the device it is bound to. */
NDIS_HANDLE NdisIMGetBindingContext(NDIS_HANDLE NdisBindingHandle);
/* Per-packet information, save the original packet: down with a packet, and back with its completion. */
VOID NdisIMCopySendPerPacketInfo(PNDIS_PACKET DstPacket, PNDIS_PACKET SrcPacket);
VOID NdisIMCopySendCompletePerPacketInfo(PNDIS_PACKET DstPacket, PNDIS_PACKET SrcPacket);

/* ---- memory, strings, locks, time ---- */

NDIS_STATUS NdisAllocateMemoryWithTag(PVOID *VirtualAddress, UINT Length, ULONG Tag);
NDIS_STATUS NdisAllocateMemory(PVOID *VirtualAddress, UINT Length, UINT MemoryFlags,
                               NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress);
VOID NdisFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags);
#define NdisZeroMemory(Destination, Length)         memset((Destination), 0, (Length))
#define NdisFillMemory(Destination, Length, Fill)   memset((Destination), (Fill), (Length))
#define NdisMoveMemory(Destination, Source, Length) memcpy((Destination), (Source), (Length))
#define NdisEqualMemory(One, Two, Length)           (memcmp((One), (Two), (Length)) == 0)
#define NdisCopyLookaheadData(Destination, Source, Length, MacOptions)                             \
    memcpy((Destination), (Source), (Length))

VOID NdisInitUnicodeString(PNDIS_STRING DestinationString,
                           PCWSTR SourceString); /* refers to Source */
VOID NdisInitAnsiString(PNDIS_ANSI_STRING DestinationString, PCSTR SourceString);
VOID NdisInitializeString(PNDIS_STRING Destination, PUCHAR Source); /* allocates; NdisFreeString */
NDIS_STATUS NdisAnsiStringToUnicodeString(PNDIS_STRING Destination, PNDIS_ANSI_STRING Source);
NDIS_STATUS NdisUnicodeStringToAnsiString(PNDIS_ANSI_STRING Destination, PNDIS_STRING Source);
BOOLEAN NdisEqualString(PNDIS_STRING String1, PNDIS_STRING String2, BOOLEAN CaseInsensitive);
#define NdisFreeString(String) NdisFreeMemory((String).Buffer, (String).MaximumLength, 0)

/* Acquire raises to DISPATCH_LEVEL, release restores. The Dpr forms are for callers already there.
 * Not recursive. */
VOID NdisAllocateSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisFreeSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisDprAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisDprReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock);

#define NdisInterlockedIncrement(Addend) (__atomic_add_fetch((Addend), 1, __ATOMIC_SEQ_CST))
#define NdisInterlockedDecrement(Addend) (__atomic_sub_fetch((Addend), 1, __ATOMIC_SEQ_CST))
#define NdisInitializeListHead(ListHead) InitializeListHead(ListHead)
PLIST_ENTRY NdisInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                          PNDIS_SPIN_LOCK SpinLock);
PLIST_ENTRY NdisInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                          PNDIS_SPIN_LOCK SpinLock);
PLIST_ENTRY NdisInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PNDIS_SPIN_LOCK SpinLock);

VOID NdisInitializeEvent(PNDIS_EVENT Event);
VOID NdisSetEvent(PNDIS_EVENT Event);
VOID NdisResetEvent(PNDIS_EVENT Event);
BOOLEAN NdisWaitEvent(PNDIS_EVENT Event, UINT MsToWait); /* PASSIVE_LEVEL; 0: for ever */

VOID NdisInitializeTimer(PNDIS_TIMER Timer, PNDIS_TIMER_FUNCTION TimerFunction,
                         PVOID FunctionContext);
VOID NdisSetTimer(PNDIS_TIMER Timer, UINT MillisecondsToDelay);
VOID NdisSetTimerEx(PNDIS_TIMER Timer, UINT MillisecondsToDelay, PVOID FunctionContext);
VOID NdisSetPeriodicTimer(PNDIS_TIMER Timer, UINT MillisecondPeriod);
VOID NdisCancelTimer(PNDIS_TIMER Timer, PBOOLEAN TimerCancelled);

#define NdisInitializeWorkItem(WorkItem, Function, Argument)                                       \
    ((void)((WorkItem)->Context = (Argument), (WorkItem)->Routine = (Function)))
NDIS_STATUS NdisScheduleWorkItem(
    PNDIS_WORK_ITEM WorkItem); /* runs once at PASSIVE_LEVEL; storage is free before that */

VOID NdisGetSystemUpTime(PULONG SystemUpTime);            /* milliseconds */
VOID NdisGetCurrentSystemTime(PLARGE_INTEGER SystemTime); /* 100 ns since 1601 */
VOID NdisStallExecution(UINT MicrosecondsToStall);
UINT NdisGetVersion(VOID); /* 0x00050001 */

#include "ndis_hardware.h"
#include "ndis_pci.h"
#include "ndis_dma.h"
#include "ndis_lists.h"
#include "ndis_services.h"
#include "ndis_tasks.h"

/* ---- Ethernet addresses ---- */

#define ETH_LENGTH_OF_ADDRESS 6
#define ETH_IS_BROADCAST(Address)                                                                  \
    (memcmp((Address), "\xff\xff\xff\xff\xff\xff", ETH_LENGTH_OF_ADDRESS) == 0)
#define ETH_IS_MULTICAST(Address) ((BOOLEAN)(((const UCHAR *)(Address))[0] & 1))
#define ETH_COPY_NETWORK_ADDRESS(Destination, Source)                                              \
    memcpy((Destination), (Source), ETH_LENGTH_OF_ADDRESS)
#define ETH_COMPARE_NETWORK_ADDRESSES_EQ(One, Two, Result)                                         \
    (*(Result) = (memcmp((One), (Two), ETH_LENGTH_OF_ADDRESS) != 0))

/* ---- NDIS 6 ---- */

#include "ndis_nbl.h"

#include "ndis_codes6.h"

#include "ndis_miniport6.h"

#include "ndis_protocol6.h"

#endif
