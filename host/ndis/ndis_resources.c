/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bus tells about an adapter's device: its resources and its PCI configuration space.
 */
#include <stdlib.h>

#include "ndis_machine.h"

/* ---- resource list ---- */

static unsigned resource_count(const struct nic_ndis_device *device)
{
    unsigned count = 0;

    while (count < NIC_NDIS_RESOURCES && device->resources[count].length)
        count++;
    return count;
}

bool ndis_resource_covers(const struct ndis_miniport *m, enum nic_ndis_space space, uint64_t first,
                          uint32_t length)
{
    for (unsigned i = 0; length && i < resource_count(&m->device); i++) {
        const struct nic_ndis_resource *r = &m->device.resources[i];
        if (r->space == space && first >= r->first && first - r->first <= r->length &&
            length <= r->length - (first - r->first))
            return true;
    }
    return false;
}

static CM_PARTIAL_RESOURCE_DESCRIPTOR describe(const struct nic_ndis_resource *resource)
{
    bool is_port = resource->space == NIC_NDIS_PORTS;

    return (CM_PARTIAL_RESOURCE_DESCRIPTOR){
        .Type = is_port ? CmResourceTypePort : CmResourceTypeMemory,
        .ShareDisposition = CmResourceShareDeviceExclusive,
        .Flags = is_port ? CM_RESOURCE_PORT_IO : CM_RESOURCE_MEMORY_READ_WRITE,
        .u.Generic = {.Start.QuadPart = (LONGLONG)resource->first, .Length = resource->length},
    };
}

static CM_PARTIAL_RESOURCE_DESCRIPTOR describe_interrupt(const struct nic_ndis_device *device)
{
    return (CM_PARTIAL_RESOURCE_DESCRIPTOR){
        .Type = CmResourceTypeInterrupt,
        .ShareDisposition =
            device->is_shared ? CmResourceShareShared : CmResourceShareDeviceExclusive,
        .Flags = device->is_latched ? CM_RESOURCE_INTERRUPT_LATCHED
                                    : CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE,
        .u.Interrupt = {.Level = device->vector, .Vector = device->vector, .Affinity = 1},
    };
}

static UINT list_bytes(const struct nic_ndis_device *device)
{
    return (UINT)(offsetof(NDIS_RESOURCE_LIST, PartialDescriptors) +
                  (resource_count(device) + device->has_interrupt) *
                      sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR));
}

static void fill_list(const struct nic_ndis_device *device, PNDIS_RESOURCE_LIST list)
{
    unsigned count = resource_count(device);

    list->Version = list->Revision = 1;
    list->Count = count + device->has_interrupt;
    for (unsigned i = 0; i < count; i++)
        list->PartialDescriptors[i] = describe(&device->resources[i]);
    if (device->has_interrupt)
        list->PartialDescriptors[count] = describe_interrupt(device);
}

static bool has_resources(const struct nic_ndis_device *device)
{
    return resource_count(device) || device->has_interrupt;
}

/* Behind `front_bytes` of zeros; NULL: no memory. */
static void *new_list(const struct nic_ndis_device *device, size_t front_bytes)
{
    UCHAR *block = calloc(1, front_bytes + list_bytes(device) + sizeof(NDIS_RESOURCE_LIST));

    if (block)
        fill_list(device, (PNDIS_RESOURCE_LIST)(void *)(block + front_bytes));
    return block;
}

VOID NdisMQueryAdapterResources(PNDIS_STATUS Status, NDIS_HANDLE WrapperConfigurationContext,
                                PNDIS_RESOURCE_LIST ResourceList, PUINT BufferSize)
{
    const struct nic_ndis_device *device = &ndis_miniport_of(WrapperConfigurationContext)->device;
    UINT room = *BufferSize;

    ndis_only_passive("NdisMQueryAdapterResources");
    *Status = NDIS_STATUS_FAILURE;
    if (!has_resources(device))
        return;
    *BufferSize = list_bytes(device);
    *Status = NDIS_STATUS_RESOURCES;
    if (room < *BufferSize)
        return;
    fill_list(device, ResourceList);
    *Status = NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NdisMPciAssignResources(NDIS_HANDLE MiniportHandle, ULONG SlotNumber,
                                    PNDIS_RESOURCE_LIST *AssignedResources)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportHandle);

    (void)SlotNumber;
    *AssignedResources = NULL;
    if (!has_resources(&m->device))
        return NDIS_STATUS_FAILURE;
    if (!m->resource_list)
        m->resource_list = new_list(&m->device, 0);
    *AssignedResources = m->resource_list;
    return m->resource_list ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

VOID NdisMGetDeviceProperty(NDIS_HANDLE MiniportAdapterHandle, PDEVICE_OBJECT *PhysicalDeviceObject,
                            PDEVICE_OBJECT *FunctionalDeviceObject,
                            PDEVICE_OBJECT *NextDeviceObject, PCM_RESOURCE_LIST *AllocatedResources,
                            PCM_RESOURCE_LIST *AllocatedResourcesTranslated)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);

    if (!m->property_list && has_resources(&m->device)) {
        m->property_list =
            new_list(&m->device, offsetof(CM_RESOURCE_LIST, List[0].PartialResourceList));
        if (m->property_list)
            m->property_list->Count = 1;
    }
    if (PhysicalDeviceObject)
        *PhysicalDeviceObject = (PDEVICE_OBJECT)(void *)&m->device;
    if (FunctionalDeviceObject)
        *FunctionalDeviceObject = (PDEVICE_OBJECT)(void *)m;
    if (NextDeviceObject)
        *NextDeviceObject = (PDEVICE_OBJECT)(void *)&m->device_context;
    if (AllocatedResources)
        *AllocatedResources = m->property_list;
    if (AllocatedResourcesTranslated)
        *AllocatedResourcesTranslated = m->property_list;
}

/* ---- configuration space, in the widest accesses that are aligned ---- */

#define PCI_BYTES 256

static unsigned access_bytes(ULONG offset, ULONG length)
{
    return offset % 4 == 0 && length >= 4 ? 4 : offset % 2 == 0 && length >= 2 ? 2 : 1;
}

ULONG NdisReadPciSlotInformation(NDIS_HANDLE NdisAdapterHandle, ULONG SlotNumber, ULONG Offset,
                                 PVOID Buffer, ULONG Length)
{
    const struct nic_ndis_device *device = &ndis_miniport_of(NdisAdapterHandle)->device;
    ULONG moved = 0;

    (void)SlotNumber;
    while (device->read && moved < Length && Offset + moved < PCI_BYTES) {
        unsigned bytes = access_bytes(Offset + moved, Length - moved);
        uint32_t value =
            OUTSIDE(device->read)(device->context, NIC_NDIS_PCI, Offset + moved, bytes);
        memcpy((UCHAR *)Buffer + moved, &value, bytes);
        moved += bytes;
    }
    return moved;
}

ULONG NdisWritePciSlotInformation(NDIS_HANDLE NdisAdapterHandle, ULONG SlotNumber, ULONG Offset,
                                  PVOID Buffer, ULONG Length)
{
    const struct nic_ndis_device *device = &ndis_miniport_of(NdisAdapterHandle)->device;
    ULONG moved = 0;

    (void)SlotNumber;
    while (device->write && moved < Length && Offset + moved < PCI_BYTES) {
        unsigned bytes = access_bytes(Offset + moved, Length - moved);
        uint32_t value = 0;
        memcpy(&value, (const UCHAR *)Buffer + moved, bytes);
        OUTSIDE(device->write)(device->context, NIC_NDIS_PCI, Offset + moved, bytes, value);
        moved += bytes;
    }
    return moved;
}

ULONG NdisImmediateReadPciSlotInformation(NDIS_HANDLE WrapperConfigurationContext, ULONG SlotNumber,
                                          ULONG Offset, PVOID Buffer, ULONG Length)
{
    return NdisReadPciSlotInformation(WrapperConfigurationContext, SlotNumber, Offset, Buffer,
                                      Length);
}

ULONG NdisImmediateWritePciSlotInformation(NDIS_HANDLE WrapperConfigurationContext,
                                           ULONG SlotNumber, ULONG Offset, PVOID Buffer,
                                           ULONG Length)
{
    return NdisWritePciSlotInformation(WrapperConfigurationContext, SlotNumber, Offset, Buffer,
                                       Length);
}
