/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver of a bus master calls: shared memory, map registers, scatter/gather lists. The
 * device sees memory by the addresses that these give out and by no other. Included by ndis.h only.
 */
#ifndef NDIS_DMA_H
#define NDIS_DMA_H

typedef UCHAR NDIS_DMA_SIZE;
#define NDIS_DMA_24BITS ((NDIS_DMA_SIZE)0)
#define NDIS_DMA_32BITS ((NDIS_DMA_SIZE)1)
#define NDIS_DMA_64BITS ((NDIS_DMA_SIZE)2)

typedef struct _NDIS_PHYSICAL_ADDRESS_UNIT {
    NDIS_PHYSICAL_ADDRESS PhysicalAddress;
    UINT Length;
} NDIS_PHYSICAL_ADDRESS_UNIT, *PNDIS_PHYSICAL_ADDRESS_UNIT;

typedef struct _SCATTER_GATHER_ELEMENT {
    PHYSICAL_ADDRESS Address;
    ULONG Length;
    ULONG_PTR Reserved;
} SCATTER_GATHER_ELEMENT, *PSCATTER_GATHER_ELEMENT;

typedef struct _SCATTER_GATHER_LIST {
    ULONG NumberOfElements;
    ULONG_PTR Reserved;
    SCATTER_GATHER_ELEMENT Elements[1];
} SCATTER_GATHER_LIST, *PSCATTER_GATHER_LIST;

#define NdisGetPhysicalAddressLow(PhysicalAddress)         ((PhysicalAddress).LowPart)
#define NdisGetPhysicalAddressHigh(PhysicalAddress)        ((PhysicalAddress).HighPart)
#define NdisSetPhysicalAddressLow(PhysicalAddress, Value)  ((PhysicalAddress).LowPart = (Value))
#define NdisSetPhysicalAddressHigh(PhysicalAddress, Value) ((PhysicalAddress).HighPart = (Value))

/* In MiniportInitialize, after NdisMSetAttributesEx with NDIS_ATTRIBUTE_BUS_MASTER and before shared
 * memory: one of the two. Afterwards every packet comes to the driver with a list in
 * NDIS_PER_PACKET_INFO_FROM_PACKET(Packet, ScatterGatherListPacketInfo), which is valid until the
 * packet is complete. A packet of more than MaximumPhysicalMapping bytes ends with RESOURCES and does
 * not reach the driver. FAILURE: there are map registers already. */
NDIS_STATUS NdisMInitializeScatterGatherDma(NDIS_HANDLE MiniportAdapterHandle,
                                            BOOLEAN Dma64BitAddresses,
                                            ULONG MaximumPhysicalMapping);
NDIS_STATUS NdisMAllocateMapRegisters(NDIS_HANDLE MiniportAdapterHandle, UINT DmaChannel,
                                      NDIS_DMA_SIZE DmaSize, ULONG PhysicalMapRegistersNeeded,
                                      ULONG MaximumPhysicalMapping);
VOID NdisMFreeMapRegisters(NDIS_HANDLE MiniportAdapterHandle);

/* The array has room for NdisGetBufferPhysicalArraySize elements; *ArraySize is how many there are, 0
 * when the buffer cannot be mapped. Complete before the register is used again, and before the packet
 * is given back. */
VOID NdisMStartBufferPhysicalMapping(NDIS_HANDLE MiniportAdapterHandle, PNDIS_BUFFER Buffer,
                                     ULONG PhysicalMapRegister, BOOLEAN WriteToDevice,
                                     PNDIS_PHYSICAL_ADDRESS_UNIT PhysicalAddressArray,
                                     PUINT ArraySize);
VOID NdisMCompleteBufferPhysicalMapping(NDIS_HANDLE MiniportAdapterHandle, PNDIS_BUFFER Buffer,
                                        ULONG PhysicalMapRegister);

/* PASSIVE_LEVEL. Both addresses begin a page. *VirtualAddress NULL: there is no memory. It is given
 * back with the same numbers, at the latest in MiniportHalt. */
VOID NdisMAllocateSharedMemory(NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached,
                               PVOID *VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress);
VOID NdisMFreeSharedMemory(NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached,
                           PVOID VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress);
/* Up to DISPATCH_LEVEL. PENDING: MiniportAllocateComplete will be called, with NULL if there was no
 * memory. FAILURE: the driver has no MiniportAllocateComplete. */
NDIS_STATUS NdisMAllocateSharedMemoryAsync(NDIS_HANDLE MiniportAdapterHandle, ULONG Length,
                                           BOOLEAN Cached, PVOID Context);

/* Memory is coherent here. */
#define NdisMUpdateSharedMemory(Handle, Length, VirtualAddress, PhysicalAddress)                   \
    ((void)(Handle), (void)(Length), (void)(VirtualAddress), (void)(PhysicalAddress))
#define NdisFlushBuffer(Buffer, WriteToDevice) ((void)(Buffer), (void)(WriteToDevice))
#define NdisGetSharedDataAlignment()           64u

#endif
