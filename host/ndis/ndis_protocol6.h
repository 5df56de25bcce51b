/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NDIS 6 protocols: what they register, how they bind, and the calls they make. Included by ndis.h only.
 */
#ifndef NDIS_PROTOCOL6_H
#define NDIS_PROTOCOL6_H

typedef USHORT NET_FRAME_TYPE, *PNET_FRAME_TYPE;

typedef struct _NDIS_BIND_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    PNDIS_STRING ProtocolSection;
    PNDIS_STRING AdapterName;
    PVOID PhysicalDeviceObject;
    NDIS_MEDIUM MediaType;
    ULONG MtuSize;
    ULONG64 MaxXmitLinkSpeed;
    ULONG64 XmitLinkSpeed;
    ULONG64 MaxRcvLinkSpeed;
    ULONG64 RcvLinkSpeed;
    NDIS_MEDIA_CONNECT_STATE MediaConnectState;
    NDIS_MEDIA_DUPLEX_STATE MediaDuplexState;
    ULONG LookaheadSize;
    PVOID PowerManagementCapabilities;
    ULONG SupportedPacketFilters;
    ULONG MaxMulticastListSize;
    USHORT MacAddressLength;
    UCHAR CurrentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    NDIS_PHYSICAL_MEDIUM PhysicalMediumType;
    PVOID RcvScaleCapabilities;
    ULONG64 BoundIfNetluid;
    NET_IFINDEX BoundIfIndex;
    ULONG64 LowestIfNetluid;
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
#define NDIS_BIND_PARAMETERS_REVISION_1 1

typedef struct _NDIS_OPEN_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    PNDIS_STRING AdapterName;
    PNDIS_MEDIUM MediumArray;
    UINT MediumArraySize;
    PUINT SelectedMediumIndex;
    PNET_FRAME_TYPE FrameTypeArray;
    UINT FrameTypeArraySize;
} NDIS_OPEN_PARAMETERS, *PNDIS_OPEN_PARAMETERS;
#define NDIS_OPEN_PARAMETERS_REVISION_1 1
#define NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1                                                     \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_OPEN_PARAMETERS, FrameTypeArraySize)

typedef enum _NET_PNP_EVENT_CODE {
    NetEventSetPower,
    NetEventQueryPower,
    NetEventQueryRemoveDevice,
    NetEventCancelRemoveDevice,
    NetEventReconfigure,
    NetEventBindList,
    NetEventBindsComplete,
    NetEventPnPCapabilities,
    NetEventPause,
    NetEventRestart,
    NetEventPortActivation,
    NetEventPortDeactivation,
    NetEventIMReEnableDevice
} NET_PNP_EVENT_CODE,
    *PNET_PNP_EVENT_CODE;

typedef struct _NET_PNP_EVENT {
    NET_PNP_EVENT_CODE NetEvent;
    PVOID Buffer;
    ULONG BufferLength;
    ULONG_PTR NdisReserved[4];
    ULONG_PTR TransportReserved[4];
    ULONG_PTR TdiReserved[4];
    ULONG_PTR TdiClientReserved[4];
} NET_PNP_EVENT;

typedef struct _NET_PNP_EVENT_NOTIFICATION {
    NDIS_OBJECT_HEADER Header;
    NDIS_PORT_NUMBER PortNumber;
    NET_PNP_EVENT NetPnPEvent;
    ULONG Flags;
} NET_PNP_EVENT_NOTIFICATION, *PNET_PNP_EVENT_NOTIFICATION;
#define NET_PNP_EVENT_NOTIFICATION_REVISION_1 1
#define NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_1                                          \
    RTL_SIZEOF_THROUGH_FIELD(NET_PNP_EVENT_NOTIFICATION, Flags)

typedef NDIS_STATUS(NTAPI *BIND_HANDLER_EX)(NDIS_HANDLE ProtocolDriverContext,
                                            NDIS_HANDLE BindContext,
                                            PNDIS_BIND_PARAMETERS BindParameters);
typedef NDIS_STATUS(NTAPI *UNBIND_HANDLER_EX)(NDIS_HANDLE UnbindContext,
                                              NDIS_HANDLE ProtocolBindingContext);
typedef VOID(NTAPI *OPEN_ADAPTER_COMPLETE_HANDLER_EX)(NDIS_HANDLE ProtocolBindingContext,
                                                      NDIS_STATUS Status);
typedef VOID(NTAPI *CLOSE_ADAPTER_COMPLETE_HANDLER_EX)(NDIS_HANDLE ProtocolBindingContext);
typedef NDIS_STATUS(NTAPI *NET_PNP_EVENT_HANDLER)(
    NDIS_HANDLE ProtocolBindingContext, PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification);
typedef VOID(NTAPI *UNINSTALL_PROTOCOL_HANDLER)(VOID);
typedef VOID(NTAPI *OID_REQUEST_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                                  PNDIS_OID_REQUEST OidRequest, NDIS_STATUS Status);
typedef VOID(NTAPI *STATUS_HANDLER_EX)(NDIS_HANDLE ProtocolBindingContext,
                                       PNDIS_STATUS_INDICATION StatusIndication);
typedef VOID(NTAPI *RECEIVE_NET_BUFFER_LISTS_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                                      PNET_BUFFER_LIST NetBufferLists,
                                                      NDIS_PORT_NUMBER PortNumber,
                                                      ULONG NumberOfNetBufferLists,
                                                      ULONG ReceiveFlags);
typedef VOID(NTAPI *SEND_NET_BUFFER_LISTS_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                                            PNET_BUFFER_LIST NetBufferLists,
                                                            ULONG SendCompleteFlags);

typedef struct _NDIS_PROTOCOL_DRIVER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    UCHAR MajorNdisVersion;
    UCHAR MinorNdisVersion;
    UCHAR MajorDriverVersion;
    UCHAR MinorDriverVersion;
    ULONG Flags;
    NDIS_STRING Name;
    SET_OPTIONS_HANDLER SetOptionsHandler;
    BIND_HANDLER_EX BindAdapterHandlerEx;
    UNBIND_HANDLER_EX UnbindAdapterHandlerEx;
    OPEN_ADAPTER_COMPLETE_HANDLER_EX OpenAdapterCompleteHandlerEx;
    CLOSE_ADAPTER_COMPLETE_HANDLER_EX CloseAdapterCompleteHandlerEx;
    NET_PNP_EVENT_HANDLER NetPnPEventHandler;
    UNINSTALL_PROTOCOL_HANDLER UninstallHandler;
    OID_REQUEST_COMPLETE_HANDLER OidRequestCompleteHandler;
    STATUS_HANDLER_EX StatusHandlerEx;
    RECEIVE_NET_BUFFER_LISTS_HANDLER ReceiveNetBufferListsHandler;
    SEND_NET_BUFFER_LISTS_COMPLETE_HANDLER SendNetBufferListsCompleteHandler;
    OID_REQUEST_COMPLETE_HANDLER DirectOidRequestCompleteHandler; /* never called */
} NDIS_PROTOCOL_DRIVER_CHARACTERISTICS, *PNDIS_PROTOCOL_DRIVER_CHARACTERISTICS;
#define NDIS_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1 1
#define NDIS_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_2 2
#define NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1                                     \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_PROTOCOL_DRIVER_CHARACTERISTICS,                                 \
                             SendNetBufferListsCompleteHandler)
#define NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_2                                     \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_PROTOCOL_DRIVER_CHARACTERISTICS, DirectOidRequestCompleteHandler)

/* BAD_CHARACTERISTICS without a handler for what the library has to tell: bind, unbind, completions of open, close,
 * requests and sends, received NBLs, status, PnP events. */
NDIS_STATUS NdisRegisterProtocolDriver(NDIS_HANDLE ProtocolDriverContext,
                                       PNDIS_PROTOCOL_DRIVER_CHARACTERISTICS Characteristics,
                                       PNDIS_HANDLE NdisProtocolHandle);
VOID NdisDeregisterProtocolDriver(NDIS_HANDLE NdisProtocolHandle); /* unbinds what is bound */

/* SUCCESS: the binding may be used; no completion follows. A protocol of NDIS 5 and a miniport of NDIS 6, or the other
 * way round, do not bind: BAD_VERSION. */
NDIS_STATUS NdisOpenAdapterEx(NDIS_HANDLE NdisProtocolHandle, NDIS_HANDLE ProtocolBindingContext,
                              PNDIS_OPEN_PARAMETERS OpenParameters, NDIS_HANDLE BindContext,
                              PNDIS_HANDLE NdisBindingHandle);
/* PENDING: ProtocolCloseAdapterCompleteEx follows when the last NBL is back. */
NDIS_STATUS NdisCloseAdapterEx(NDIS_HANDLE NdisBindingHandle);
VOID NdisCompleteBindAdapterEx(NDIS_HANDLE BindAdapterContext, NDIS_STATUS Status);
VOID NdisCompleteUnbindAdapterEx(NDIS_HANDLE UnbindContext);
VOID NdisCompleteNetPnPEvent(NDIS_HANDLE NdisBindingHandle,
                             PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification,
                             NDIS_STATUS Status);

/* SourceHandle of every NBL is NdisBindingHandle. Each comes back through ProtocolSendNetBufferListsComplete, maybe
 * before the call returns; its outcome is its Status. */
VOID NdisSendNetBufferLists(NDIS_HANDLE NdisBindingHandle, PNET_BUFFER_LIST NetBufferLists,
                            NDIS_PORT_NUMBER PortNumber, ULONG SendFlags);
/* NBLs with this id that the hardware does not have yet come back with NDIS_STATUS_SEND_ABORTED. */
VOID NdisCancelSendNetBufferLists(NDIS_HANDLE NdisBindingHandle, PVOID CancelId);
VOID NdisReturnNetBufferLists(NDIS_HANDLE NdisBindingHandle, PNET_BUFFER_LIST NetBufferLists,
                              ULONG ReturnFlags);
/* PENDING: ProtocolOidRequestComplete follows. */
NDIS_STATUS NdisOidRequest(NDIS_HANDLE NdisBindingHandle, PNDIS_OID_REQUEST OidRequest);
VOID NdisCancelOidRequest(NDIS_HANDLE NdisBindingHandle, PVOID RequestId);

#endif
