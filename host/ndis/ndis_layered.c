/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intermediate drivers: drivers with a protocol edge below and miniports of their own above. Their miniports are
 * initialized by the driver itself, one for each adapter it has bound to, and are ordinary adapters in all else. There
 * are no packet stacks: an intermediate driver repackages (REQ-55).
 */
#include <stdlib.h>

#include "ndis_machine.h"

#define REMOVE_TIMEOUT_MS 1000

NDIS_STATUS NdisIMRegisterLayeredMiniport(NDIS_HANDLE NdisWrapperHandle,
                                          PNDIS_MINIPORT_CHARACTERISTICS MiniportCharacteristics,
                                          UINT CharacteristicsLength, PNDIS_HANDLE DriverHandle)
{
    NDIS_STATUS status = MiniportCharacteristics->MajorNdisVersion < 4
                             ? NDIS_STATUS_BAD_VERSION
                             : NdisMRegisterMiniport(NdisWrapperHandle, MiniportCharacteristics,
                                                     CharacteristicsLength);

    ndis_only_passive("NdisIMRegisterLayeredMiniport");
    *DriverHandle = status == NDIS_STATUS_SUCCESS ? NdisWrapperHandle : NULL;
    return status;
}

VOID NdisIMDeregisterLayeredMiniport(NDIS_HANDLE DriverHandle)
{
    ((struct nic_ndis_driver *)DriverHandle)->registered = false;
}

VOID NdisIMAssociateMiniport(NDIS_HANDLE DriverHandle, NDIS_HANDLE ProtocolHandle)
{
    ndis_only_passive("NdisIMAssociateMiniport");
    ((struct nic_ndis_driver *)DriverHandle)->lower_edge = ProtocolHandle;
}

NDIS_STATUS NdisIMInitializeDeviceInstanceEx(NDIS_HANDLE DriverHandle, PNDIS_STRING DriverInstance,
                                             NDIS_HANDLE DeviceContext)
{
    char *name = ndis_string_to_utf8(DriverInstance);
    NDIS_STATUS status = NDIS_STATUS_RESOURCES;

    ndis_only_passive("NdisIMInitializeDeviceInstanceEx");
    if (name)
        status =
            ndis_adapter_start(DriverHandle, name, &(struct nic_ndis_adapter){0}, DeviceContext);
    free(name);
    return status;
}

/* Instances are initialized at once, so there is never one to cancel. */
NDIS_STATUS NdisIMCancelInitializeDeviceInstance(NDIS_HANDLE DriverHandle,
                                                 PNDIS_STRING DeviceInstance)
{
    (void)DriverHandle;
    (void)DeviceInstance;
    return NDIS_STATUS_FAILURE;
}

NDIS_STATUS NdisIMDeInitializeDeviceInstance(NDIS_HANDLE NdisMiniportHandle)
{
    ndis_only_passive("NdisIMDeInitializeDeviceInstance");
    return nic_ndis_adapter_remove(ndis_miniport_of(NdisMiniportHandle)->name, REMOVE_TIMEOUT_MS);
}

NDIS_HANDLE NdisIMGetDeviceContext(NDIS_HANDLE MiniportAdapterHandle)
{
    return ndis_miniport_of(MiniportAdapterHandle)->device_context;
}

NDIS_HANDLE NdisIMGetBindingContext(NDIS_HANDLE NdisBindingHandle)
{
    return ((struct ndis_binding *)NdisBindingHandle)->miniport->device_context;
}

/* All but the original packet, which is the intermediate driver's to say. */
static void copy_packet_info(PNDIS_PACKET to, PNDIS_PACKET from)
{
    PVOID original = NDIS_GET_ORIGINAL_PACKET(to);

    *NDIS_PACKET_EXTENSION_FROM_PACKET(to) = *NDIS_PACKET_EXTENSION_FROM_PACKET(from);
    NDIS_SET_ORIGINAL_PACKET(to, original);
}

VOID NdisIMCopySendPerPacketInfo(PNDIS_PACKET DstPacket, PNDIS_PACKET SrcPacket)
{
    copy_packet_info(DstPacket, SrcPacket);
}

VOID NdisIMCopySendCompletePerPacketInfo(PNDIS_PACKET DstPacket, PNDIS_PACKET SrcPacket)
{
    copy_packet_info(DstPacket, SrcPacket);
}

/* The parameters of the adapter that is being bound to are the protocol's for this binding. */
VOID NdisOpenProtocolConfiguration(PNDIS_STATUS Status, PNDIS_HANDLE ConfigurationHandle,
                                   PNDIS_STRING ProtocolSection)
{
    ndis_only_passive("NdisOpenProtocolConfiguration");
    NdisOpenConfiguration(Status, ConfigurationHandle, ProtocolSection);
}
