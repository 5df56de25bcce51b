/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What drivers register: types of their entry points, characteristics of miniports 3.0 to 5.1 and
 * of protocols 4.0 and 5.0. Included by ndis.h only.
 */
#ifndef NDIS_CHARACTERISTICS_H
#define NDIS_CHARACTERISTICS_H

#if defined(NDIS51_MINIPORT)
#define NDIS_MINIPORT_MAJOR_VERSION 5
#define NDIS_MINIPORT_MINOR_VERSION 1
#elif defined(NDIS50_MINIPORT)
#define NDIS_MINIPORT_MAJOR_VERSION 5
#define NDIS_MINIPORT_MINOR_VERSION 0
#elif defined(NDIS40_MINIPORT)
#define NDIS_MINIPORT_MAJOR_VERSION 4
#define NDIS_MINIPORT_MINOR_VERSION 0
#endif

/* ---- miniport characteristics ---- */

typedef BOOLEAN(NTAPI *W_CHECK_FOR_HANG_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID(NTAPI *W_DISABLE_INTERRUPT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID(NTAPI *W_ENABLE_INTERRUPT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID(NTAPI *W_HALT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID(NTAPI *W_HANDLE_INTERRUPT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef NDIS_STATUS(NTAPI *W_INITIALIZE_HANDLER)(PNDIS_STATUS OpenErrorStatus,
                                                 PUINT SelectedMediumIndex,
                                                 PNDIS_MEDIUM MediumArray, UINT MediumArraySize,
                                                 NDIS_HANDLE MiniportAdapterHandle,
                                                 NDIS_HANDLE WrapperConfigurationContext);
typedef VOID(NTAPI *W_ISR_HANDLER)(PBOOLEAN InterruptRecognized,
                                   PBOOLEAN QueueMiniportHandleInterrupt,
                                   NDIS_HANDLE MiniportAdapterContext);
typedef NDIS_STATUS(NTAPI *W_QUERY_INFORMATION_HANDLER)(NDIS_HANDLE MiniportAdapterContext,
                                                        NDIS_OID Oid, PVOID InformationBuffer,
                                                        ULONG InformationBufferLength,
                                                        PULONG BytesWritten, PULONG BytesNeeded);
typedef NDIS_STATUS(NTAPI *W_RECONFIGURE_HANDLER)(PNDIS_STATUS OpenErrorStatus,
                                                  NDIS_HANDLE MiniportAdapterContext,
                                                  NDIS_HANDLE WrapperConfigurationContext);
typedef NDIS_STATUS(NTAPI *W_RESET_HANDLER)(PBOOLEAN AddressingReset,
                                            NDIS_HANDLE MiniportAdapterContext);
typedef NDIS_STATUS(NTAPI *W_SEND_HANDLER)(NDIS_HANDLE MiniportAdapterContext, PNDIS_PACKET Packet,
                                           UINT Flags);
typedef NDIS_STATUS(NTAPI *W_SET_INFORMATION_HANDLER)(NDIS_HANDLE MiniportAdapterContext,
                                                      NDIS_OID Oid, PVOID InformationBuffer,
                                                      ULONG InformationBufferLength,
                                                      PULONG BytesRead, PULONG BytesNeeded);
typedef NDIS_STATUS(NTAPI *W_TRANSFER_DATA_HANDLER)(PNDIS_PACKET Packet, PUINT BytesTransferred,
                                                    NDIS_HANDLE MiniportAdapterContext,
                                                    NDIS_HANDLE MiniportReceiveContext,
                                                    UINT ByteOffset, UINT BytesToTransfer);
typedef VOID(NTAPI *W_RETURN_PACKET_HANDLER)(NDIS_HANDLE MiniportAdapterContext,
                                             PNDIS_PACKET Packet);
typedef VOID(NTAPI *W_SEND_PACKETS_HANDLER)(NDIS_HANDLE MiniportAdapterContext,
                                            PPNDIS_PACKET PacketArray, UINT NumberOfPackets);
typedef VOID(NTAPI *W_ALLOCATE_COMPLETE_HANDLER)(NDIS_HANDLE MiniportAdapterContext,
                                                 PVOID VirtualAddress,
                                                 PNDIS_PHYSICAL_ADDRESS PhysicalAddress,
                                                 ULONG Length, PVOID Context);
typedef VOID(NTAPI *ADAPTER_SHUTDOWN_HANDLER)(PVOID ShutdownContext);

/* Connection-oriented entry points: in the structure for its size, never called. */
typedef NDIS_STATUS(NTAPI *W_CO_CREATE_VC_HANDLER)(NDIS_HANDLE, NDIS_HANDLE, PNDIS_HANDLE);
typedef NDIS_STATUS(NTAPI *W_CO_DELETE_VC_HANDLER)(NDIS_HANDLE);
typedef NDIS_STATUS(NTAPI *W_CO_ACTIVATE_VC_HANDLER)(NDIS_HANDLE, PVOID);
typedef NDIS_STATUS(NTAPI *W_CO_DEACTIVATE_VC_HANDLER)(NDIS_HANDLE);
typedef VOID(NTAPI *W_CO_SEND_PACKETS_HANDLER)(NDIS_HANDLE, PPNDIS_PACKET, UINT);
typedef NDIS_STATUS(NTAPI *W_CO_REQUEST_HANDLER)(NDIS_HANDLE, NDIS_HANDLE, PNDIS_REQUEST);

typedef enum _NDIS_DEVICE_PNP_EVENT {
    NdisDevicePnPEventQueryRemoved,
    NdisDevicePnPEventRemoved,
    NdisDevicePnPEventSurpriseRemoved,
    NdisDevicePnPEventQueryStopped,
    NdisDevicePnPEventStopped,
    NdisDevicePnPEventPowerProfileChanged,
    NdisDevicePnPEventMaximum
} NDIS_DEVICE_PNP_EVENT,
    *PNDIS_DEVICE_PNP_EVENT;

typedef VOID(NTAPI *W_CANCEL_SEND_PACKETS_HANDLER)(NDIS_HANDLE MiniportAdapterContext,
                                                   PVOID CancelId);
typedef VOID(NTAPI *W_PNP_EVENT_NOTIFY_HANDLER)(NDIS_HANDLE MiniportAdapterContext,
                                                NDIS_DEVICE_PNP_EVENT PnPEvent,
                                                PVOID InformationBuffer,
                                                ULONG InformationBufferLength);
typedef VOID(NTAPI *W_MINIPORT_SHUTDOWN_HANDLER)(PVOID ShutdownContext);

#define NDIS30_MINIPORT_CHARACTERISTICS_S                                                          \
    UCHAR MajorNdisVersion;                                                                        \
    UCHAR MinorNdisVersion;                                                                        \
    UINT Reserved;                                                                                 \
    W_CHECK_FOR_HANG_HANDLER CheckForHangHandler;                                                  \
    W_DISABLE_INTERRUPT_HANDLER DisableInterruptHandler;                                           \
    W_ENABLE_INTERRUPT_HANDLER EnableInterruptHandler;                                             \
    W_HALT_HANDLER HaltHandler;                                                                    \
    W_HANDLE_INTERRUPT_HANDLER HandleInterruptHandler;                                             \
    W_INITIALIZE_HANDLER InitializeHandler;                                                        \
    W_ISR_HANDLER ISRHandler;                                                                      \
    W_QUERY_INFORMATION_HANDLER QueryInformationHandler;                                           \
    W_RECONFIGURE_HANDLER ReconfigureHandler;                                                      \
    W_RESET_HANDLER ResetHandler;                                                                  \
    W_SEND_HANDLER SendHandler;                                                                    \
    W_SET_INFORMATION_HANDLER SetInformationHandler;                                               \
    W_TRANSFER_DATA_HANDLER TransferDataHandler;

#define NDIS40_MINIPORT_CHARACTERISTICS_S                                                          \
    NDIS30_MINIPORT_CHARACTERISTICS_S                                                              \
    W_RETURN_PACKET_HANDLER ReturnPacketHandler;                                                   \
    W_SEND_PACKETS_HANDLER SendPacketsHandler;                                                     \
    W_ALLOCATE_COMPLETE_HANDLER AllocateCompleteHandler;

#define NDIS50_MINIPORT_CHARACTERISTICS_S                                                          \
    NDIS40_MINIPORT_CHARACTERISTICS_S                                                              \
    W_CO_CREATE_VC_HANDLER CoCreateVcHandler;                                                      \
    W_CO_DELETE_VC_HANDLER CoDeleteVcHandler;                                                      \
    W_CO_ACTIVATE_VC_HANDLER CoActivateVcHandler;                                                  \
    W_CO_DEACTIVATE_VC_HANDLER CoDeactivateVcHandler;                                              \
    W_CO_SEND_PACKETS_HANDLER CoSendPacketsHandler;                                                \
    W_CO_REQUEST_HANDLER CoRequestHandler;

#define NDIS51_MINIPORT_CHARACTERISTICS_S                                                          \
    NDIS50_MINIPORT_CHARACTERISTICS_S                                                              \
    W_CANCEL_SEND_PACKETS_HANDLER CancelSendPacketsHandler;                                        \
    W_PNP_EVENT_NOTIFY_HANDLER PnPEventNotifyHandler;                                              \
    W_MINIPORT_SHUTDOWN_HANDLER AdapterShutdownHandler;                                            \
    PVOID Reserved1;                                                                               \
    PVOID Reserved2;                                                                               \
    PVOID Reserved3;                                                                               \
    PVOID Reserved4;

typedef struct _NDIS30_MINIPORT_CHARACTERISTICS {
    NDIS30_MINIPORT_CHARACTERISTICS_S
} NDIS30_MINIPORT_CHARACTERISTICS, *PSNDIS30_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS40_MINIPORT_CHARACTERISTICS {
    NDIS40_MINIPORT_CHARACTERISTICS_S
} NDIS40_MINIPORT_CHARACTERISTICS, *PNDIS40_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS50_MINIPORT_CHARACTERISTICS {
    NDIS50_MINIPORT_CHARACTERISTICS_S
} NDIS50_MINIPORT_CHARACTERISTICS, *PSNDIS50_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS51_MINIPORT_CHARACTERISTICS {
    NDIS51_MINIPORT_CHARACTERISTICS_S
} NDIS51_MINIPORT_CHARACTERISTICS, *PSNDIS51_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS_MINIPORT_CHARACTERISTICS {
#if defined(NDIS51_MINIPORT)
    NDIS51_MINIPORT_CHARACTERISTICS_S
#elif defined(NDIS50_MINIPORT)
    NDIS50_MINIPORT_CHARACTERISTICS_S
#elif defined(NDIS40_MINIPORT)
    NDIS40_MINIPORT_CHARACTERISTICS_S
#else
    NDIS30_MINIPORT_CHARACTERISTICS_S
#endif
} NDIS_MINIPORT_CHARACTERISTICS, *PNDIS_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS_MINIPORT_INTERRUPT {
    PVOID InterruptObject;
    KSPIN_LOCK DpcCountLock;
    PVOID Reserved;
    W_ISR_HANDLER MiniportIsr;
    W_HANDLE_INTERRUPT_HANDLER MiniportDpc;
    KDPC InterruptDpc;
    PNDIS_MINIPORT_BLOCK Miniport;
    UCHAR DpcCount;
    BOOLEAN Filler1;
    KEVENT DpcsCompletedEvent;
    BOOLEAN SharedInterrupt;
    BOOLEAN IsrRequested;
} NDIS_MINIPORT_INTERRUPT, *PNDIS_MINIPORT_INTERRUPT;

/* ---- protocol characteristics ---- */

typedef VOID(NTAPI *OPEN_ADAPTER_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                                   NDIS_STATUS Status, NDIS_STATUS OpenErrorStatus);
typedef VOID(NTAPI *CLOSE_ADAPTER_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                                    NDIS_STATUS Status);
typedef VOID(NTAPI *RESET_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status);
typedef VOID(NTAPI *REQUEST_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                              PNDIS_REQUEST NdisRequest, NDIS_STATUS Status);
typedef VOID(NTAPI *STATUS_HANDLER)(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS GeneralStatus,
                                    PVOID StatusBuffer, UINT StatusBufferSize);
typedef VOID(NTAPI *STATUS_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext);
typedef VOID(NTAPI *SEND_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet,
                                           NDIS_STATUS Status);
typedef VOID(NTAPI *TRANSFER_DATA_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                                    PNDIS_PACKET Packet, NDIS_STATUS Status,
                                                    UINT BytesTransferred);
typedef NDIS_STATUS(NTAPI *RECEIVE_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                            NDIS_HANDLE MacReceiveContext, PVOID HeaderBuffer,
                                            UINT HeaderBufferSize, PVOID LookAheadBuffer,
                                            UINT LookaheadBufferSize, UINT PacketSize);
typedef VOID(NTAPI *RECEIVE_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext);
typedef INT(NTAPI *RECEIVE_PACKET_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet);
typedef VOID(NTAPI *BIND_HANDLER)(PNDIS_STATUS Status, NDIS_HANDLE BindContext,
                                  PNDIS_STRING DeviceName, PVOID SystemSpecific1,
                                  PVOID SystemSpecific2);
typedef VOID(NTAPI *UNBIND_HANDLER)(PNDIS_STATUS Status, NDIS_HANDLE ProtocolBindingContext,
                                    NDIS_HANDLE UnbindContext);
typedef struct _NET_PNP_EVENT *PNET_PNP_EVENT;
typedef NDIS_STATUS(NTAPI *PNP_EVENT_HANDLER)(NDIS_HANDLE ProtocolBindingContext,
                                              PNET_PNP_EVENT NetPnPEvent);
typedef VOID(NTAPI *UNLOAD_PROTOCOL_HANDLER)(VOID);

#define NDIS40_PROTOCOL_CHARACTERISTICS_S                                                          \
    UCHAR MajorNdisVersion;                                                                        \
    UCHAR MinorNdisVersion;                                                                        \
    USHORT Filler;                                                                                 \
    union {                                                                                        \
        UINT Reserved;                                                                             \
        UINT Flags;                                                                                \
    };                                                                                             \
    OPEN_ADAPTER_COMPLETE_HANDLER OpenAdapterCompleteHandler;                                      \
    CLOSE_ADAPTER_COMPLETE_HANDLER CloseAdapterCompleteHandler;                                    \
    SEND_COMPLETE_HANDLER SendCompleteHandler;                                                     \
    TRANSFER_DATA_COMPLETE_HANDLER TransferDataCompleteHandler;                                    \
    RESET_COMPLETE_HANDLER ResetCompleteHandler;                                                   \
    REQUEST_COMPLETE_HANDLER RequestCompleteHandler;                                               \
    RECEIVE_HANDLER ReceiveHandler;                                                                \
    RECEIVE_COMPLETE_HANDLER ReceiveCompleteHandler;                                               \
    STATUS_HANDLER StatusHandler;                                                                  \
    STATUS_COMPLETE_HANDLER StatusCompleteHandler;                                                 \
    NDIS_STRING Name;                                                                              \
    RECEIVE_PACKET_HANDLER ReceivePacketHandler;                                                   \
    BIND_HANDLER BindAdapterHandler;                                                               \
    UNBIND_HANDLER UnbindAdapterHandler;                                                           \
    PNP_EVENT_HANDLER PnPEventHandler;                                                             \
    UNLOAD_PROTOCOL_HANDLER UnloadHandler;

typedef struct _NDIS40_PROTOCOL_CHARACTERISTICS {
    NDIS40_PROTOCOL_CHARACTERISTICS_S
} NDIS40_PROTOCOL_CHARACTERISTICS;

typedef struct _NDIS50_PROTOCOL_CHARACTERISTICS {
    NDIS40_PROTOCOL_CHARACTERISTICS_S
    PVOID ReservedHandlers[4];
    PVOID CoSendCompleteHandler;
    PVOID CoStatusHandler;
    PVOID CoReceivePacketHandler;
    PVOID CoAfRegisterNotifyHandler;
} NDIS50_PROTOCOL_CHARACTERISTICS;

#if defined(NDIS50) || defined(NDIS51)
typedef NDIS50_PROTOCOL_CHARACTERISTICS NDIS_PROTOCOL_CHARACTERISTICS;
#else
typedef NDIS40_PROTOCOL_CHARACTERISTICS NDIS_PROTOCOL_CHARACTERISTICS;
#endif
typedef NDIS_PROTOCOL_CHARACTERISTICS *PNDIS_PROTOCOL_CHARACTERISTICS;

#endif
