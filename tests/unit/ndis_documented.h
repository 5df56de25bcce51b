/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Microsoft's pages document (NDIS 6.20: below learn.microsoft.com/windows-hardware/drivers/ddi/ndis; NDIS 5: the DDK's pages)
 * and the DDK headers of mingw-w64 have nothing of, written over their types. ndis_conformance.py compares our headers with both.
 */
#ifndef NDIS_DOCUMENTED_H
#define NDIS_DOCUMENTED_H

/* Members that are pointers to functions: how they are called is not compared. */
typedef VOID(NTAPI *documented_function)(VOID);
#define DOCUMENTED(type, last) (FIELD_OFFSET(type, last) + sizeof(((type *)0)->last))

/* netpnp.h of mingw-w64 has three of these. */
#define NdisDevicePnPEventQueryRemoved        0
#define NdisDevicePnPEventRemoved             1
#define NdisDevicePnPEventSurpriseRemoved     2
#define NdisDevicePnPEventQueryStopped        3
#define NdisDevicePnPEventStopped             4
#define NdisDevicePnPEventPowerProfileChanged 5
#define NdisDevicePnPEventMaximum             6

/* ---- values ---- */

enum {
    NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE = 1,
    NDIS_MINIPORT_ATTRIBUTES_NDIS_WDM = 2,
    NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK = 4,
    NDIS_MINIPORT_ATTRIBUTES_NOT_CO_NDIS = 8,
    NDIS_MINIPORT_ATTRIBUTES_DO_NOT_BIND_TO_ALL_CO = 0x10,
    NDIS_MINIPORT_ATTRIBUTES_NO_HALT_ON_SUSPEND = 0x20,
    NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER = 0x40,
    NDIS_MINIPORT_ATTRIBUTES_CONTROLS_DEFAULT_PORT = 0x80,

    NDIS_OID_REQUEST_NDIS_RESERVED_SIZE = 16,

    NDIS_PAUSE_NDIS_INTERNAL = 1,
    NDIS_PAUSE_LOW_POWER = 2,
    NDIS_PAUSE_BIND_PROTOCOL = 4,
    NDIS_PAUSE_UNBIND_PROTOCOL = 8,
    NDIS_PAUSE_ATTACH_FILTER = 0x10,
    NDIS_PAUSE_DETACH_FILTER = 0x20,
    NDIS_PAUSE_FILTER_RESTART_STACK = 0x40,
    NDIS_PAUSE_MINIPORT_DEVICE_REMOVE = 0x80,

    NDIS_NBL_FLAGS_IS_LOOPBACK_PACKET = 0x8000,
    NDIS_SEND_FLAGS_DISPATCH_LEVEL = 1,
    NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK = 2,
    NDIS_SEND_FLAGS_SINGLE_QUEUE = 4,
    NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL = 1,
    NDIS_SEND_COMPLETE_FLAGS_SINGLE_QUEUE = 2,
    NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL = 1,
    NDIS_RECEIVE_FLAGS_RESOURCES = 2,
    NDIS_RETURN_FLAGS_DISPATCH_LEVEL = 1,
    NDIS_RETURN_FLAGS_SINGLE_QUEUE = 2,
    NDIS_SG_DMA_64_BIT_ADDRESS = 1,
    NDIS_SG_LIST_WRITE_TO_DEVICE = 1,

    NDIS_OID_REQUEST_REVISION_1 = 1,
    NDIS_STATUS_INDICATION_REVISION_1 = 1,
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1 = 1,
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2 = 2,
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1 = 1,
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1 = 1,
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2 = 2,
    NDIS_MINIPORT_INTERRUPT_REVISION_1 = 1,
    NDIS_TIMER_CHARACTERISTICS_REVISION_1 = 1,
    NDIS_CONFIGURATION_OBJECT_REVISION_1 = 1,
    NDIS_SG_DMA_DESCRIPTION_REVISION_1 = 1,
    NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1 = 1,
    NET_BUFFER_POOL_PARAMETERS_REVISION_1 = 1,
    NDIS_BIND_PARAMETERS_REVISION_1 = 1,
    NDIS_OPEN_PARAMETERS_REVISION_1 = 1,
    NET_PNP_EVENT_NOTIFICATION_REVISION_1 = 1,
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1 = 1,
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_2 = 2,
};

#define NDIS_LINK_SPEED_UNKNOWN 0xFFFFFFFFFFFFFFFFull

typedef enum _NDIS_HALT_ACTION {
    NdisHaltDeviceDisabled = 0,
    NdisHaltDeviceInstanceDeInitialized = 1,
    NdisHaltDevicePoweredDown = 2,
    NdisHaltDeviceSurpriseRemoved = 3,
    NdisHaltDeviceFailed = 4,
    NdisHaltDeviceInitializationFailed = 5,
    NdisHaltDeviceStopped = 6,
} NDIS_HALT_ACTION,
    *PNDIS_HALT_ACTION;

typedef enum _NDIS_SHUTDOWN_ACTION {
    NdisShutdownPowerOff = 0,
    NdisShutdownBugCheck = 1,
} NDIS_SHUTDOWN_ACTION,
    *PNDIS_SHUTDOWN_ACTION;

typedef enum _NDIS_INTERRUPT_TYPE {
    NDIS_CONNECT_LINE_BASED = 1,
    NDIS_CONNECT_MESSAGE_BASED = 2,
} NDIS_INTERRUPT_TYPE;

/* Of 6.20: later versions go on after NrtNameResolutionId. */
typedef enum _NDIS_NET_BUFFER_LIST_INFO {
    TcpIpChecksumNetBufferListInfo = 0,
    TcpOffloadBytesTransferred = 0,
    IPsecOffloadV1NetBufferListInfo = 1,
    IPsecOffloadV2NetBufferListInfo = 1,
    TcpLargeSendNetBufferListInfo = 2,
    TcpReceiveNoPush = 2,
    ClassificationHandleNetBufferListInfo = 3,
    Ieee8021QNetBufferListInfo = 4,
    NetBufferListCancelId = 5,
    MediaSpecificInformation = 6,
    NetBufferListFrameType = 7,
    NetBufferListProtocolId = 7,
    NetBufferListHashValue = 8,
    NetBufferListHashInfo = 9,
    WfpNetBufferListInfo = 10,
    IPsecOffloadV2TunnelNetBufferListInfo = 11,
    IPsecOffloadV2HeaderNetBufferListInfo = 12,
    NetBufferListCorrelationId = 13,
    NetBufferListFilteringInfo = 14,
    MediaSpecificInformationEx = 15,
    NblOriginalInterfaceIfIndex = 16,
    NblReAuthWfpFlowContext = 16,
    TcpReceiveBytesTransferred = 17,
    NrtNameResolutionId = 18,
    MaxNetBufferListInfo = 19,
} NDIS_NET_BUFFER_LIST_INFO,
    *PNDIS_NET_BUFFER_LIST_INFO;

/* ---- NET_BUFFER and NET_BUFFER_LIST ---- */

typedef struct _NET_BUFFER NET_BUFFER, *PNET_BUFFER;
typedef struct _NET_BUFFER_LIST NET_BUFFER_LIST, *PNET_BUFFER_LIST;

typedef union _NET_BUFFER_DATA_LENGTH {
    ULONG DataLength;
    SIZE_T stDataLength;
} NET_BUFFER_DATA_LENGTH, *PNET_BUFFER_DATA_LENGTH;

typedef struct _NET_BUFFER_DATA {
    PNET_BUFFER Next;
    PMDL CurrentMdl;
    ULONG CurrentMdlOffset;
    NET_BUFFER_DATA_LENGTH NbDataLength;
    PMDL MdlChain;
    ULONG DataOffset;
} NET_BUFFER_DATA, *PNET_BUFFER_DATA;

typedef union _NET_BUFFER_HEADER {
    NET_BUFFER_DATA NetBufferData;
    SLIST_HEADER Link;
} NET_BUFFER_HEADER, *PNET_BUFFER_HEADER;

struct _NET_BUFFER {
    union {
        struct {
            PNET_BUFFER Next;
            PMDL CurrentMdl;
            ULONG CurrentMdlOffset;
            union {
                ULONG DataLength;
                SIZE_T stDataLength;
            };
            PMDL MdlChain;
            ULONG DataOffset;
        };
        SLIST_HEADER Link;
        NET_BUFFER_HEADER NetBufferHeader;
    };
    USHORT ChecksumBias;
    USHORT Reserved;
    NDIS_HANDLE NdisPoolHandle;
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) PVOID NdisReserved[2];
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) PVOID ProtocolReserved[6];
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) PVOID MiniportReserved[4];
    NDIS_PHYSICAL_ADDRESS DataPhysicalAddress;
    union {
        PVOID SharedMemoryInfo;
        PSCATTER_GATHER_LIST ScatterGatherList;
    };
};

typedef struct _NET_BUFFER_LIST_CONTEXT {
    struct _NET_BUFFER_LIST_CONTEXT *Next;
    USHORT Size;
    USHORT Offset;
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) UCHAR ContextData[];
} NET_BUFFER_LIST_CONTEXT, *PNET_BUFFER_LIST_CONTEXT;

typedef struct _NET_BUFFER_LIST_DATA {
    PNET_BUFFER_LIST Next;
    PNET_BUFFER FirstNetBuffer;
} NET_BUFFER_LIST_DATA, *PNET_BUFFER_LIST_DATA;

typedef union _NET_BUFFER_LIST_HEADER {
    NET_BUFFER_LIST_DATA NetBufferListData;
    SLIST_HEADER Link;
} NET_BUFFER_LIST_HEADER, *PNET_BUFFER_LIST_HEADER;

struct _NET_BUFFER_LIST {
    union {
        struct {
            PNET_BUFFER_LIST Next;
            PNET_BUFFER FirstNetBuffer;
        };
        SLIST_HEADER Link;
        NET_BUFFER_LIST_HEADER NetBufferListHeader;
    };
    PNET_BUFFER_LIST_CONTEXT Context;
    PNET_BUFFER_LIST ParentNetBufferList;
    NDIS_HANDLE NdisPoolHandle;
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) PVOID NdisReserved[2];
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) PVOID ProtocolReserved[4];
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) PVOID MiniportReserved[2];
    PVOID Scratch;
    NDIS_HANDLE SourceHandle;
    ULONG NblFlags;
    LONG ChildRefCount;
    ULONG Flags;
    union {
        NDIS_STATUS Status;
        ULONG NdisReserved2;
    };
    PVOID NetBufferListInfo[MaxNetBufferListInfo];
};

typedef struct _NET_BUFFER_LIST_POOL_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    UCHAR ProtocolId;
    BOOLEAN fAllocateNetBuffer;
    USHORT ContextSize;
    ULONG PoolTag;
    ULONG DataSize;
} NET_BUFFER_LIST_POOL_PARAMETERS, *PNET_BUFFER_LIST_POOL_PARAMETERS;
#define NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1                                     \
    DOCUMENTED(NET_BUFFER_LIST_POOL_PARAMETERS, DataSize)

typedef struct _NET_BUFFER_POOL_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG PoolTag;
    ULONG DataSize;
} NET_BUFFER_POOL_PARAMETERS, *PNET_BUFFER_POOL_PARAMETERS;
#define NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1                                          \
    DOCUMENTED(NET_BUFFER_POOL_PARAMETERS, DataSize)

typedef PMDL(NTAPI NET_BUFFER_ALLOCATE_MDL)(PULONG BufferSize);
typedef NET_BUFFER_ALLOCATE_MDL *NET_BUFFER_ALLOCATE_MDL_HANDLER;
typedef VOID(NTAPI NET_BUFFER_FREE_MDL)(PMDL Mdl);
typedef NET_BUFFER_FREE_MDL *NET_BUFFER_FREE_MDL_HANDLER;

/* ---- requests, status, events ---- */

typedef struct _NDIS_OID_REQUEST {
    NDIS_OBJECT_HEADER Header;
    NDIS_REQUEST_TYPE RequestType;
    NDIS_PORT_NUMBER PortNumber;
    UINT Timeout;
    PVOID RequestId;
    NDIS_HANDLE RequestHandle;
    union {
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesWritten;
            UINT BytesNeeded;
        } QUERY_INFORMATION;
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesRead;
            UINT BytesNeeded;
        } SET_INFORMATION;
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            ULONG InputBufferLength;
            ULONG OutputBufferLength;
            ULONG MethodId;
            UINT BytesWritten;
            UINT BytesRead;
            UINT BytesNeeded;
        } METHOD_INFORMATION;
    } DATA;
    UCHAR NdisReserved[NDIS_OID_REQUEST_NDIS_RESERVED_SIZE * sizeof(PVOID)];
    UCHAR MiniportReserved[2 * sizeof(PVOID)];
    UCHAR SourceReserved[2 * sizeof(PVOID)];
    UCHAR SupportedRevision;
    UCHAR Reserved1;
    USHORT Reserved2;
} NDIS_OID_REQUEST, *PNDIS_OID_REQUEST;
#define NDIS_SIZEOF_OID_REQUEST_REVISION_1 DOCUMENTED(NDIS_OID_REQUEST, Reserved2)

typedef struct _NDIS_STATUS_INDICATION {
    NDIS_OBJECT_HEADER Header;
    NDIS_HANDLE SourceHandle;
    NDIS_PORT_NUMBER PortNumber;
    NDIS_STATUS StatusCode;
    ULONG Flags;
    NDIS_HANDLE DestinationHandle;
    PVOID RequestId;
    PVOID StatusBuffer;
    ULONG StatusBufferSize;
    GUID Guid;
    PVOID NdisReserved[4];
} NDIS_STATUS_INDICATION, *PNDIS_STATUS_INDICATION;
#define NDIS_SIZEOF_STATUS_INDICATION_REVISION_1 DOCUMENTED(NDIS_STATUS_INDICATION, NdisReserved)

typedef struct _NET_DEVICE_PNP_EVENT {
    NDIS_OBJECT_HEADER Header;
    NDIS_PORT_NUMBER PortNumber;
    NDIS_DEVICE_PNP_EVENT DevicePnPEvent;
    PVOID InformationBuffer;
    ULONG InformationBufferLength;
    UCHAR NdisReserved[2 * sizeof(PVOID)];
} NET_DEVICE_PNP_EVENT, *PNET_DEVICE_PNP_EVENT;

typedef struct _NET_PNP_EVENT_NOTIFICATION {
    NDIS_OBJECT_HEADER Header;
    NDIS_PORT_NUMBER PortNumber;
    NET_PNP_EVENT NetPnPEvent;
    ULONG Flags;
} NET_PNP_EVENT_NOTIFICATION, *PNET_PNP_EVENT_NOTIFICATION;
#define NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_1                                          \
    DOCUMENTED(NET_PNP_EVENT_NOTIFICATION, Flags)

/* ---- miniports ---- */

typedef documented_function SET_OPTIONS_HANDLER, MINIPORT_INITIALIZE_HANDLER, MINIPORT_HALT_HANDLER,
    MINIPORT_DRIVER_UNLOAD, MINIPORT_PAUSE_HANDLER, MINIPORT_RESTART_HANDLER,
    MINIPORT_OID_REQUEST_HANDLER, MINIPORT_SEND_NET_BUFFER_LISTS_HANDLER,
    MINIPORT_RETURN_NET_BUFFER_LISTS_HANDLER, MINIPORT_CANCEL_SEND_HANDLER,
    MINIPORT_CHECK_FOR_HANG_HANDLER, MINIPORT_RESET_HANDLER,
    MINIPORT_DEVICE_PNP_EVENT_NOTIFY_HANDLER, MINIPORT_SHUTDOWN_HANDLER,
    MINIPORT_CANCEL_OID_REQUEST_HANDLER, MINIPORT_DIRECT_OID_REQUEST_HANDLER, MINIPORT_ISR_HANDLER,
    MINIPORT_INTERRUPT_DPC_HANDLER, MINIPORT_INTERRUPT_SWITCH_HANDLER,
    MINIPORT_SYNCHRONIZE_INTERRUPT_HANDLER, MINIPORT_PROCESS_SG_LIST_HANDLER,
    MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE_HANDLER;

typedef struct _NDIS_MINIPORT_INIT_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    PNDIS_RESOURCE_LIST AllocatedResources;
    NDIS_HANDLE IMDeviceInstanceContext;
    NDIS_HANDLE MiniportAddDeviceContext;
    NET_IFINDEX IfIndex;
    NET_LUID NetLuid;
    PVOID DefaultPortAuthStates;
    PVOID PciDeviceCustomProperties;
} NDIS_MINIPORT_INIT_PARAMETERS, *PNDIS_MINIPORT_INIT_PARAMETERS;

typedef struct _NDIS_MINIPORT_PAUSE_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    ULONG PauseReason;
} NDIS_MINIPORT_PAUSE_PARAMETERS, *PNDIS_MINIPORT_PAUSE_PARAMETERS;

typedef struct _NDIS_RESTART_ATTRIBUTES *PNDIS_RESTART_ATTRIBUTES;

typedef struct _NDIS_MINIPORT_RESTART_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    PNDIS_RESTART_ATTRIBUTES RestartAttributes;
    ULONG Flags;
} NDIS_MINIPORT_RESTART_PARAMETERS, *PNDIS_MINIPORT_RESTART_PARAMETERS;

typedef struct _NDIS_MINIPORT_DRIVER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    UCHAR MajorNdisVersion;
    UCHAR MinorNdisVersion;
    UCHAR MajorDriverVersion;
    UCHAR MinorDriverVersion;
    ULONG Flags;
    documented_function SetOptionsHandler;
    documented_function InitializeHandlerEx;
    documented_function HaltHandlerEx;
    documented_function UnloadHandler;
    documented_function PauseHandler;
    documented_function RestartHandler;
    documented_function OidRequestHandler;
    documented_function SendNetBufferListsHandler;
    documented_function ReturnNetBufferListsHandler;
    documented_function CancelSendHandler;
    documented_function CheckForHangHandlerEx;
    documented_function ResetHandlerEx;
    documented_function DevicePnPEventNotifyHandler;
    documented_function ShutdownHandlerEx;
    documented_function CancelOidRequestHandler;
    documented_function DirectOidRequestHandler;
    documented_function CancelDirectOidRequestHandler;
} NDIS_MINIPORT_DRIVER_CHARACTERISTICS, *PNDIS_MINIPORT_DRIVER_CHARACTERISTICS;
#define NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1                                     \
    DOCUMENTED(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, CancelOidRequestHandler)
#define NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2                                     \
    DOCUMENTED(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, CancelDirectOidRequestHandler)

typedef struct _NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    NDIS_HANDLE MiniportAdapterContext;
    ULONG AttributeFlags;
    UINT CheckForHangTimeInSeconds;
    NDIS_INTERFACE_TYPE InterfaceType;
} NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, *PNDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES;
#define NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1                            \
    DOCUMENTED(NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, InterfaceType)

typedef struct _NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    NDIS_MEDIUM MediaType;
    NDIS_PHYSICAL_MEDIUM PhysicalMediumType;
    ULONG MtuSize;
    ULONG64 MaxXmitLinkSpeed;
    ULONG64 XmitLinkSpeed;
    ULONG64 MaxRcvLinkSpeed;
    ULONG64 RcvLinkSpeed;
    NDIS_MEDIA_CONNECT_STATE MediaConnectState;
    NDIS_MEDIA_DUPLEX_STATE MediaDuplexState;
    ULONG LookaheadSize;
    PNDIS_PNP_CAPABILITIES PowerManagementCapabilities;
    ULONG MacOptions;
    ULONG SupportedPacketFilters;
    ULONG MaxMulticastListSize;
    USHORT MacAddressLength;
    UCHAR PermanentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    UCHAR CurrentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    PVOID RecvScaleCapabilities;
    NET_IF_ACCESS_TYPE AccessType;
    NET_IF_DIRECTION_TYPE DirectionType;
    NET_IF_CONNECTION_TYPE ConnectionType;
    NET_IFTYPE IfType;
    BOOLEAN IfConnectorPresent;
    ULONG SupportedStatistics;
    ULONG SupportedPauseFunctions;
    ULONG DataBackFillSize;
    ULONG ContextBackFillSize;
    PNDIS_OID SupportedOidList;
    ULONG SupportedOidListLength;
    ULONG AutoNegotiationFlags;
    PVOID PowerManagementCapabilitiesEx;
} NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, *PNDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES;
#define NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1                                 \
    DOCUMENTED(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, AutoNegotiationFlags)
#define NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2                                 \
    DOCUMENTED(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, PowerManagementCapabilitiesEx)

/* Of the members for what an Ethernet adapter may have besides (offloads, 802.11, ...) none is larger than the general ones. */
typedef union _NDIS_MINIPORT_ADAPTER_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES RegistrationAttributes;
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES GeneralAttributes;
} NDIS_MINIPORT_ADAPTER_ATTRIBUTES, *PNDIS_MINIPORT_ADAPTER_ATTRIBUTES;

typedef struct _NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    documented_function InterruptHandler;
    documented_function InterruptDpcHandler;
    documented_function DisableInterruptHandler;
    documented_function EnableInterruptHandler;
    BOOLEAN MsiSupported;
    BOOLEAN MsiSyncWithAllMessages;
    documented_function MessageInterruptHandler;
    documented_function MessageInterruptDpcHandler;
    documented_function DisableMessageInterruptHandler;
    documented_function EnableMessageInterruptHandler;
    NDIS_INTERRUPT_TYPE InterruptType;
    PVOID MessageInfoTable;
} NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS, *PNDIS_MINIPORT_INTERRUPT_CHARACTERISTICS;
#define NDIS_SIZEOF_MINIPORT_INTERRUPT_CHARACTERISTICS_REVISION_1                                  \
    DOCUMENTED(NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS, MessageInfoTable)

typedef struct _NDIS_TIMER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    ULONG AllocationTag;
    PNDIS_TIMER_FUNCTION TimerFunction;
    PVOID FunctionContext;
} NDIS_TIMER_CHARACTERISTICS, *PNDIS_TIMER_CHARACTERISTICS;
#define NDIS_SIZEOF_TIMER_CHARACTERISTICS_REVISION_1                                               \
    DOCUMENTED(NDIS_TIMER_CHARACTERISTICS, FunctionContext)

typedef struct _NDIS_CONFIGURATION_OBJECT {
    NDIS_OBJECT_HEADER Header;
    NDIS_HANDLE NdisHandle;
    ULONG Flags;
} NDIS_CONFIGURATION_OBJECT, *PNDIS_CONFIGURATION_OBJECT;
#define NDIS_SIZEOF_CONFIGURATION_OBJECT_REVISION_1 DOCUMENTED(NDIS_CONFIGURATION_OBJECT, Flags)

typedef struct _NDIS_SG_DMA_DESCRIPTION {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    ULONG MaximumPhysicalMapping;
    documented_function ProcessSGListHandler;
    documented_function SharedMemAllocateCompleteHandler;
    ULONG ScatterGatherListSize;
} NDIS_SG_DMA_DESCRIPTION, *PNDIS_SG_DMA_DESCRIPTION;
#define NDIS_SIZEOF_SG_DMA_DESCRIPTION_REVISION_1                                                  \
    DOCUMENTED(NDIS_SG_DMA_DESCRIPTION, ScatterGatherListSize)

/* ---- protocols ---- */

typedef documented_function BIND_HANDLER_EX, UNBIND_HANDLER_EX, OPEN_ADAPTER_COMPLETE_HANDLER_EX,
    CLOSE_ADAPTER_COMPLETE_HANDLER_EX, NET_PNP_EVENT_HANDLER, UNINSTALL_PROTOCOL_HANDLER,
    OID_REQUEST_COMPLETE_HANDLER, STATUS_HANDLER_EX, RECEIVE_NET_BUFFER_LISTS_HANDLER,
    SEND_NET_BUFFER_LISTS_COMPLETE_HANDLER;

typedef struct _NDIS_PROTOCOL_DRIVER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    UCHAR MajorNdisVersion;
    UCHAR MinorNdisVersion;
    UCHAR MajorDriverVersion;
    UCHAR MinorDriverVersion;
    ULONG Flags;
    NDIS_STRING Name;
    documented_function SetOptionsHandler;
    documented_function BindAdapterHandlerEx;
    documented_function UnbindAdapterHandlerEx;
    documented_function OpenAdapterCompleteHandlerEx;
    documented_function CloseAdapterCompleteHandlerEx;
    documented_function NetPnPEventHandler;
    documented_function UninstallHandler;
    documented_function OidRequestCompleteHandler;
    documented_function StatusHandlerEx;
    documented_function ReceiveNetBufferListsHandler;
    documented_function SendNetBufferListsCompleteHandler;
    documented_function DirectOidRequestCompleteHandler;
} NDIS_PROTOCOL_DRIVER_CHARACTERISTICS, *PNDIS_PROTOCOL_DRIVER_CHARACTERISTICS;
#define NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1                                     \
    DOCUMENTED(NDIS_PROTOCOL_DRIVER_CHARACTERISTICS, SendNetBufferListsCompleteHandler)
#define NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_2                                     \
    DOCUMENTED(NDIS_PROTOCOL_DRIVER_CHARACTERISTICS, DirectOidRequestCompleteHandler)

typedef struct _NDIS_BIND_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    PNDIS_STRING ProtocolSection;
    PNDIS_STRING AdapterName;
    PDEVICE_OBJECT PhysicalDeviceObject;
    NDIS_MEDIUM MediaType;
    ULONG MtuSize;
    ULONG64 MaxXmitLinkSpeed;
    ULONG64 XmitLinkSpeed;
    ULONG64 MaxRcvLinkSpeed;
    ULONG64 RcvLinkSpeed;
    NDIS_MEDIA_CONNECT_STATE MediaConnectState;
    NDIS_MEDIA_DUPLEX_STATE MediaDuplexState;
    ULONG LookaheadSize;
    PNDIS_PNP_CAPABILITIES PowerManagementCapabilities;
    ULONG SupportedPacketFilters;
    ULONG MaxMulticastListSize;
    USHORT MacAddressLength;
    UCHAR CurrentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    NDIS_PHYSICAL_MEDIUM PhysicalMediumType;
    PVOID RcvScaleCapabilities;
    NET_LUID BoundIfNetluid;
    NET_IFINDEX BoundIfIndex;
    NET_LUID LowestIfNetluid;
    NET_IFINDEX LowestIfIndex;
    NET_IF_ACCESS_TYPE AccessType;
    NET_IF_DIRECTION_TYPE DirectionType;
    NET_IF_CONNECTION_TYPE ConnectionType;
    NET_IFTYPE IfType;
    BOOLEAN IfConnectorPresent;
    PVOID ActivePorts;
    ULONG DataBackFillSize;
    ULONG ContextBackFillSize;
    ULONG MacOptions;
    ULONG CompartmentId;
    PVOID DefaultOffloadConfiguration;
    PVOID TcpConnectionOffloadCapabilities;
    PNDIS_STRING BoundAdapterName;
} NDIS_BIND_PARAMETERS, *PNDIS_BIND_PARAMETERS;

typedef struct _NDIS_OPEN_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    PNDIS_STRING AdapterName;
    PNDIS_MEDIUM MediumArray;
    UINT MediumArraySize;
    PUINT SelectedMediumIndex;
    PNET_FRAME_TYPE FrameTypeArray;
    UINT FrameTypeArraySize;
} NDIS_OPEN_PARAMETERS, *PNDIS_OPEN_PARAMETERS;
#define NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1 DOCUMENTED(NDIS_OPEN_PARAMETERS, FrameTypeArraySize)

/* ---- calls ---- */

NDIS_HANDLE NTAPI NdisAllocateNetBufferListPool(NDIS_HANDLE, PNET_BUFFER_LIST_POOL_PARAMETERS);
VOID NTAPI NdisFreeNetBufferListPool(NDIS_HANDLE);
NDIS_HANDLE NTAPI NdisAllocateNetBufferPool(NDIS_HANDLE, PNET_BUFFER_POOL_PARAMETERS);
VOID NTAPI NdisFreeNetBufferPool(NDIS_HANDLE);
PNET_BUFFER_LIST NTAPI NdisAllocateNetBufferList(NDIS_HANDLE, USHORT, USHORT);
PNET_BUFFER_LIST NTAPI NdisAllocateNetBufferAndNetBufferList(NDIS_HANDLE, USHORT, USHORT, PMDL,
                                                             ULONG, SIZE_T);
VOID NTAPI NdisFreeNetBufferList(PNET_BUFFER_LIST);
PNET_BUFFER NTAPI NdisAllocateNetBuffer(NDIS_HANDLE, PMDL, ULONG, SIZE_T);
PNET_BUFFER NTAPI NdisAllocateNetBufferMdlAndData(NDIS_HANDLE);
VOID NTAPI NdisFreeNetBuffer(PNET_BUFFER);
NDIS_STATUS NTAPI NdisAllocateNetBufferListContext(PNET_BUFFER_LIST, USHORT, USHORT, ULONG);
VOID NTAPI NdisFreeNetBufferListContext(PNET_BUFFER_LIST, USHORT);
PMDL NTAPI NdisAllocateMdl(NDIS_HANDLE, PVOID, UINT);
VOID NTAPI NdisFreeMdl(PMDL);
NDIS_STATUS NTAPI NdisRetreatNetBufferDataStart(PNET_BUFFER, ULONG, ULONG,
                                                NET_BUFFER_ALLOCATE_MDL_HANDLER);
VOID NTAPI NdisAdvanceNetBufferDataStart(PNET_BUFFER, ULONG, BOOLEAN, NET_BUFFER_FREE_MDL_HANDLER);
PVOID NTAPI NdisGetDataBuffer(PNET_BUFFER, ULONG, PVOID, UINT, UINT);
NDIS_STATUS NTAPI NdisCopyFromNetBufferToNetBuffer(PNET_BUFFER, ULONG, ULONG, PNET_BUFFER, ULONG,
                                                   PULONG);
NDIS_STATUS NTAPI NdisMRegisterMiniportDriver(PDRIVER_OBJECT, PUNICODE_STRING, NDIS_HANDLE,
                                              PNDIS_MINIPORT_DRIVER_CHARACTERISTICS, PNDIS_HANDLE);
VOID NTAPI NdisMDeregisterMiniportDriver(NDIS_HANDLE);
NDIS_STATUS NTAPI NdisMSetMiniportAttributes(NDIS_HANDLE, PNDIS_MINIPORT_ADAPTER_ATTRIBUTES);
NDIS_STATUS NTAPI NdisMRegisterInterruptEx(NDIS_HANDLE, NDIS_HANDLE,
                                           PNDIS_MINIPORT_INTERRUPT_CHARACTERISTICS, PNDIS_HANDLE);
VOID NTAPI NdisMDeregisterInterruptEx(NDIS_HANDLE);
BOOLEAN NTAPI NdisMSynchronizeWithInterruptEx(NDIS_HANDLE, ULONG,
                                              MINIPORT_SYNCHRONIZE_INTERRUPT_HANDLER, PVOID);
NDIS_STATUS NTAPI NdisMRegisterScatterGatherDma(NDIS_HANDLE, PNDIS_SG_DMA_DESCRIPTION,
                                                PNDIS_HANDLE);
VOID NTAPI NdisMDeregisterScatterGatherDma(NDIS_HANDLE);
NDIS_STATUS NTAPI NdisMAllocateNetBufferSGList(NDIS_HANDLE, PNET_BUFFER, PVOID, ULONG, PVOID,
                                               ULONG);
VOID NTAPI NdisMFreeNetBufferSGList(NDIS_HANDLE, PSCATTER_GATHER_LIST, PNET_BUFFER);
VOID NTAPI NdisMSendNetBufferListsComplete(NDIS_HANDLE, PNET_BUFFER_LIST, ULONG);
VOID NTAPI NdisMIndicateReceiveNetBufferLists(NDIS_HANDLE, PNET_BUFFER_LIST, NDIS_PORT_NUMBER,
                                              ULONG, ULONG);
VOID NTAPI NdisMOidRequestComplete(NDIS_HANDLE, PNDIS_OID_REQUEST, NDIS_STATUS);
VOID NTAPI NdisMPauseComplete(NDIS_HANDLE);
VOID NTAPI NdisMRestartComplete(NDIS_HANDLE, NDIS_STATUS);
VOID NTAPI NdisMIndicateStatusEx(NDIS_HANDLE, PNDIS_STATUS_INDICATION);
NDIS_STATUS NTAPI NdisAllocateTimerObject(NDIS_HANDLE, PNDIS_TIMER_CHARACTERISTICS, PNDIS_HANDLE);
VOID NTAPI NdisFreeTimerObject(NDIS_HANDLE);
BOOLEAN NTAPI NdisSetTimerObject(NDIS_HANDLE, LARGE_INTEGER, LONG, PVOID);
BOOLEAN NTAPI NdisCancelTimerObject(NDIS_HANDLE);
NDIS_STATUS NTAPI NdisOpenConfigurationEx(PNDIS_CONFIGURATION_OBJECT, PNDIS_HANDLE);
PVOID NTAPI NdisAllocateMemoryWithTagPriority(NDIS_HANDLE, UINT, ULONG, EX_POOL_PRIORITY);
NDIS_STATUS NTAPI NdisRegisterProtocolDriver(NDIS_HANDLE, PNDIS_PROTOCOL_DRIVER_CHARACTERISTICS,
                                             PNDIS_HANDLE);
VOID NTAPI NdisDeregisterProtocolDriver(NDIS_HANDLE);
NDIS_STATUS NTAPI NdisOpenAdapterEx(NDIS_HANDLE, NDIS_HANDLE, PNDIS_OPEN_PARAMETERS, NDIS_HANDLE,
                                    PNDIS_HANDLE);
NDIS_STATUS NTAPI NdisCloseAdapterEx(NDIS_HANDLE);
VOID NTAPI NdisCompleteBindAdapterEx(NDIS_HANDLE, NDIS_STATUS);
VOID NTAPI NdisCompleteUnbindAdapterEx(NDIS_HANDLE);
VOID NTAPI NdisCompleteNetPnPEvent(NDIS_HANDLE, PNET_PNP_EVENT_NOTIFICATION, NDIS_STATUS);
VOID NTAPI NdisSendNetBufferLists(NDIS_HANDLE, PNET_BUFFER_LIST, NDIS_PORT_NUMBER, ULONG);
VOID NTAPI NdisCancelSendNetBufferLists(NDIS_HANDLE, PVOID);
VOID NTAPI NdisReturnNetBufferLists(NDIS_HANDLE, PNET_BUFFER_LIST, ULONG);
NDIS_STATUS NTAPI NdisOidRequest(NDIS_HANDLE, PNDIS_OID_REQUEST);
VOID NTAPI NdisCancelOidRequest(NDIS_HANDLE, PVOID);

/* ---- calls of NDIS 5 ---- */

NDIS_STATUS NTAPI NdisMPciAssignResources(NDIS_HANDLE, ULONG, PNDIS_RESOURCE_LIST *);
ULONG NTAPI NdisImmediateReadPciSlotInformation(NDIS_HANDLE, ULONG, ULONG, PVOID, ULONG);
ULONG NTAPI NdisImmediateWritePciSlotInformation(NDIS_HANDLE, ULONG, ULONG, PVOID, ULONG);
VOID NTAPI NdisImmediateReadPortUchar(NDIS_HANDLE, ULONG, PUCHAR);
VOID NTAPI NdisImmediateReadPortUshort(NDIS_HANDLE, ULONG, PUSHORT);
VOID NTAPI NdisImmediateReadPortUlong(NDIS_HANDLE, ULONG, PULONG);
VOID NTAPI NdisImmediateWritePortUchar(NDIS_HANDLE, ULONG, UCHAR);
VOID NTAPI NdisImmediateWritePortUshort(NDIS_HANDLE, ULONG, USHORT);
VOID NTAPI NdisImmediateWritePortUlong(NDIS_HANDLE, ULONG, ULONG);

#endif
