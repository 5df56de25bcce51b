/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forced in before every driver file when it is compiled against the DDK headers of mingw-w64, which do not compile as
 * shipped: ntddndis.h and ndis.h both define enum _NDIS_REQUEST_TYPE, a prototype lacks a comma, and a macro is
 * missing. Nothing of the driver is changed here.
 */
#ifndef DDK_SHIM_H
#define DDK_SHIM_H

#define NDIS_MINIPORT_DRIVER 1
#define NDIS51_MINIPORT      1

/* The enumeration of ntddndis.h gets other names; the one of ndis.h stays. */
#define _NDIS_REQUEST_TYPE          nic_shim_request_type
#define NDIS_REQUEST_TYPE           nic_shim_request_type_t
#define PNDIS_REQUEST_TYPE          nic_shim_request_type_p
#define NdisRequestQueryInformation nic_shim_0
#define NdisRequestSetInformation   nic_shim_1
#define NdisRequestQueryStatistics  nic_shim_2
#define NdisRequestOpen             nic_shim_3
#define NdisRequestClose            nic_shim_4
#define NdisRequestSend             nic_shim_5
#define NdisRequestTransferData     nic_shim_6
#define NdisRequestReset            nic_shim_7
#define NdisRequestGeneric1         nic_shim_8
#define NdisRequestGeneric2         nic_shim_9
#define NdisRequestGeneric3         nic_shim_10
#define NdisRequestGeneric4         nic_shim_11
#define NdisRequestMethod           nic_shim_12
#include <ntddk.h>
#include <netevent.h>
#include <ntddndis.h>
#undef _NDIS_REQUEST_TYPE
#undef NDIS_REQUEST_TYPE
#undef PNDIS_REQUEST_TYPE
#undef NdisRequestQueryInformation
#undef NdisRequestSetInformation
#undef NdisRequestQueryStatistics
#undef NdisRequestOpen
#undef NdisRequestClose
#undef NdisRequestSend
#undef NdisRequestTransferData
#undef NdisRequestReset
#undef NdisRequestGeneric1
#undef NdisRequestGeneric2
#undef NdisRequestGeneric3
#undef NdisRequestGeneric4
#undef NdisRequestMethod

/* A comma is missing in this prototype. */
#define NdisMWanIndicateReceiveComplete(arguments) NdisMWanIndicateReceiveComplete(void)

/* In Microsoft's ndis.h, but not in this one. */
#define NDIS_STRING_CONST(text)                                                                    \
    {                                                                                              \
        sizeof(L##text) - sizeof(WCHAR), sizeof(L##text), L##text                                  \
    }

#ifdef DDK_SHIM_MAP_REGISTERS
/* In Microsoft's ndis.h and in the import library. */
#include <ndis.h>
NDISAPI VOID NTAPI NdisMStartBufferPhysicalMapping(NDIS_HANDLE MiniportAdapterHandle,
                                                   PNDIS_BUFFER Buffer, ULONG PhysicalMapRegister,
                                                   BOOLEAN WriteToDevice,
                                                   PNDIS_PHYSICAL_ADDRESS_UNIT PhysicalAddressArray,
                                                   PUINT ArraySize);
NDISAPI VOID NTAPI NdisMCompleteBufferPhysicalMapping(NDIS_HANDLE MiniportAdapterHandle,
                                                      PNDIS_BUFFER Buffer,
                                                      ULONG PhysicalMapRegister);
#endif

#ifdef DDK_SHIM_PROTOCOL
/* The macro's parameter has the name of the field it sets. */
#include <ndis.h>
#undef NdisSetPacketFlags
#define NdisSetPacketFlags(packet, bits) ((packet)->Private.Flags |= (bits))
/* A semicolon is missing in this macro. */
#undef NdisMTransferDataComplete
#define NdisMTransferDataComplete(handle, packet, status, moved)                                   \
    (((PNDIS_MINIPORT_BLOCK)(handle))->TDCompleteHandler((handle), (packet), (status), (moved)))
#endif

#endif
