/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More of what NDIS 5 offers a miniport: read/write locks, files, names and properties of its adapter, its removal. Included by
 * ndis.h only.
 */
#ifndef NDIS_SERVICES_H
#define NDIS_SERVICES_H

/* ---- read/write locks ---- */

typedef union _NDIS_RW_LOCK_REFCOUNT {
    UINT RefCount;
    UCHAR cacheLine[16];
} NDIS_RW_LOCK_REFCOUNT;

typedef struct _NDIS_RW_LOCK {
    union {
        struct {
            KSPIN_LOCK SpinLock;
            PVOID Context;
        };
        UCHAR Reserved[16];
    };
    NDIS_RW_LOCK_REFCOUNT RefCount[8 * sizeof(PVOID)]; /* of as many processors */
} NDIS_RW_LOCK, *PNDIS_RW_LOCK;

typedef struct _LOCK_STATE {
    USHORT LockState;
    KIRQL OldIrql;
} LOCK_STATE, *PLOCK_STATE;

/* Several threads read, or one writes. Acquire raises to DISPATCH_LEVEL, release restores; the state is the acquirer's and goes
 * back in the release, on the same thread. Not recursive. There is no call that frees one. The Dpr forms are for callers already
 * there. */
VOID NdisInitializeReadWriteLock(PNDIS_RW_LOCK Lock);
VOID NdisAcquireReadWriteLock(PNDIS_RW_LOCK Lock, BOOLEAN fWrite, PLOCK_STATE LockState);
VOID NdisReleaseReadWriteLock(PNDIS_RW_LOCK Lock, PLOCK_STATE LockState);
VOID NdisDprAcquireReadWriteLock(PNDIS_RW_LOCK Lock, BOOLEAN fWrite, PLOCK_STATE LockState);
VOID NdisDprReleaseReadWriteLock(PNDIS_RW_LOCK Lock, PLOCK_STATE LockState);

/* ---- files of the driver, PASSIVE_LEVEL ---- */

/* From the directory that nic_ndis_options names; the file's name alone. FILE_NOT_FOUND; ERROR_READING_FILE. The handle is valid
 * on SUCCESS. */
VOID NdisOpenFile(PNDIS_STATUS Status, PNDIS_HANDLE FileHandle, PUINT FileLength,
                  PNDIS_STRING FileName, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress);
VOID NdisCloseFile(NDIS_HANDLE FileHandle);
/* The contents, for reading, until they are unmapped. ALREADY_MAPPED. */
VOID NdisMapFile(PNDIS_STATUS Status, PVOID *MappedBuffer, NDIS_HANDLE FileHandle);
VOID NdisUnmapFile(NDIS_HANDLE FileHandle);

/* ---- the adapter ---- */

typedef struct _DEVICE_OBJECT DEVICE_OBJECT, *PDEVICE_OBJECT; /* nothing is known of it */

#pragma pack(push, 4)
typedef struct _CM_FULL_RESOURCE_DESCRIPTOR {
    NDIS_INTERFACE_TYPE InterfaceType;
    ULONG BusNumber;
    CM_PARTIAL_RESOURCE_LIST PartialResourceList;
} CM_FULL_RESOURCE_DESCRIPTOR, *PCM_FULL_RESOURCE_DESCRIPTOR;

typedef struct _CM_RESOURCE_LIST {
    ULONG Count;
    CM_FULL_RESOURCE_DESCRIPTOR List[1];
} CM_RESOURCE_LIST, *PCM_RESOURCE_LIST;
#pragma pack(pop)

/* Any pointer may be NULL. The device objects stand for the adapter and differ from each other; there is nothing behind them. The
 * resources are the library's until the adapter goes; NULL when it has no device. Translated are the same: ports and registers are
 * what the device model counts. */
VOID NdisMGetDeviceProperty(NDIS_HANDLE MiniportAdapterHandle, PDEVICE_OBJECT *PhysicalDeviceObject,
                            PDEVICE_OBJECT *FunctionalDeviceObject,
                            PDEVICE_OBJECT *NextDeviceObject, PCM_RESOURCE_LIST *AllocatedResources,
                            PCM_RESOURCE_LIST *AllocatedResourcesTranslated);
/* The adapter's name; the buffer is the caller's, NdisFreeString. RESOURCES: no memory. */
NDIS_STATUS NdisMQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName,
                                          NDIS_HANDLE MiniportAdapterHandle);
NDIS_STATUS NdisQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName,
                                         NDIS_HANDLE NdisBindingHandle);
/* The driver says that the device is beyond repair: the adapter is removed as by nic_ndis_adapter_remove, from PASSIVE_LEVEL, after
 * this call. Asking twice is asking once. */
NDIS_STATUS NdisMRemoveMiniport(NDIS_HANDLE MiniportAdapterHandle);

/* Where in an image a function goes is the linker's business here. */
#define NDIS_INIT_FUNCTION(Function)
#define NDIS_PAGEABLE_FUNCTION(Function)

#endif
