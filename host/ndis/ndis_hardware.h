/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a driver of hardware calls: resources, PCI configuration space, ports, mapped registers.
 * Every access goes to the adapter's device model (nic_ndis_device.h). Included by ndis.h only.
 */
#ifndef NDIS_HARDWARE_H
#define NDIS_HARDWARE_H

/* ---- resources ---- */

typedef ULONG_PTR KAFFINITY;

#pragma pack(push, 4)
typedef struct _CM_PARTIAL_RESOURCE_DESCRIPTOR {
    UCHAR Type;
    UCHAR ShareDisposition;
    USHORT Flags;
    union {
        struct {
            PHYSICAL_ADDRESS Start;
            ULONG Length;
        } Generic, Port, Memory;
        struct {
            ULONG Level;
            ULONG Vector;
            KAFFINITY Affinity;
        } Interrupt;
        struct {
            ULONG Channel;
            ULONG Port;
            ULONG Reserved1;
        } Dma;
        struct {
            ULONG Data[3];
        } DevicePrivate;
    } u;
} CM_PARTIAL_RESOURCE_DESCRIPTOR, *PCM_PARTIAL_RESOURCE_DESCRIPTOR;
#pragma pack(pop)

typedef struct _CM_PARTIAL_RESOURCE_LIST {
    USHORT Version;
    USHORT Revision;
    ULONG Count;
    CM_PARTIAL_RESOURCE_DESCRIPTOR PartialDescriptors[1];
} CM_PARTIAL_RESOURCE_LIST, *PCM_PARTIAL_RESOURCE_LIST;

typedef CM_PARTIAL_RESOURCE_LIST NDIS_RESOURCE_LIST, *PNDIS_RESOURCE_LIST;

#define CmResourceTypeNull      0
#define CmResourceTypePort      1
#define CmResourceTypeInterrupt 2
#define CmResourceTypeMemory    3
#define CmResourceTypeDma       4

#define CmResourceShareDeviceExclusive 1
#define CmResourceShareShared          3

#define CM_RESOURCE_PORT_MEMORY               0x0000
#define CM_RESOURCE_PORT_IO                   0x0001
#define CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE 0x0000
#define CM_RESOURCE_INTERRUPT_LATCHED         0x0001
#define CM_RESOURCE_MEMORY_READ_WRITE         0x0000

/* In MiniportInitialize. *BufferSize in bytes: in, of the buffer; out, of the list. RESOURCES: the
 * buffer is too small; FAILURE: the adapter has no device. */
VOID NdisMQueryAdapterResources(PNDIS_STATUS Status, NDIS_HANDLE WrapperConfigurationContext,
                                PNDIS_RESOURCE_LIST ResourceList, PUINT BufferSize);
/* The same list, which stays the library's. */
NDIS_STATUS NdisMPciAssignResources(NDIS_HANDLE MiniportHandle, ULONG SlotNumber,
                                    PNDIS_RESOURCE_LIST *AssignedResources);

/* PASSIVE to DISPATCH_LEVEL; offsets and lengths in bytes of the 256 of configuration space. The
 * result is how many were moved; 0 without a device. The slot number is not looked at. */
ULONG NdisReadPciSlotInformation(NDIS_HANDLE NdisAdapterHandle, ULONG SlotNumber, ULONG Offset,
                                 PVOID Buffer, ULONG Length);
ULONG NdisWritePciSlotInformation(NDIS_HANDLE NdisAdapterHandle, ULONG SlotNumber, ULONG Offset,
                                  PVOID Buffer, ULONG Length);

/* The same in MiniportInitialize, with its WrapperConfigurationContext. */
ULONG NdisImmediateReadPciSlotInformation(NDIS_HANDLE WrapperConfigurationContext, ULONG SlotNumber,
                                          ULONG Offset, PVOID Buffer, ULONG Length);
ULONG NdisImmediateWritePciSlotInformation(NDIS_HANDLE WrapperConfigurationContext,
                                           ULONG SlotNumber, ULONG Offset, PVOID Buffer,
                                           ULONG Length);

/* ---- before anything is claimed: in MiniportInitialize, with its WrapperConfigurationContext ---- */

/* Ports, and registers by their physical address, that are among the adapter's resources. Others read as all ones, and writes to
 * them are lost. */
VOID NdisImmediateReadPortUchar(NDIS_HANDLE WrapperConfigurationContext, ULONG Port, PUCHAR Data);
VOID NdisImmediateReadPortUshort(NDIS_HANDLE WrapperConfigurationContext, ULONG Port, PUSHORT Data);
VOID NdisImmediateReadPortUlong(NDIS_HANDLE WrapperConfigurationContext, ULONG Port, PULONG Data);
VOID NdisImmediateWritePortUchar(NDIS_HANDLE WrapperConfigurationContext, ULONG Port, UCHAR Data);
VOID NdisImmediateWritePortUshort(NDIS_HANDLE WrapperConfigurationContext, ULONG Port, USHORT Data);
VOID NdisImmediateWritePortUlong(NDIS_HANDLE WrapperConfigurationContext, ULONG Port, ULONG Data);
VOID NdisImmediateReadSharedMemory(NDIS_HANDLE WrapperConfigurationContext,
                                   ULONG SharedMemoryAddress, PUCHAR Buffer, ULONG Length);
VOID NdisImmediateWriteSharedMemory(NDIS_HANDLE WrapperConfigurationContext,
                                    ULONG SharedMemoryAddress, PUCHAR Buffer, ULONG Length);

/* ---- claiming; PASSIVE_LEVEL ---- */

/* RESOURCE_CONFLICT: not all of the ports are among the adapter's resources, or somebody has them.
 * Given back by the same numbers, at the latest in MiniportHalt. */
NDIS_STATUS NdisMRegisterIoPortRange(PVOID *PortOffset, NDIS_HANDLE MiniportAdapterHandle,
                                     UINT InitialPort, UINT NumberOfPorts);
VOID NdisMDeregisterIoPortRange(NDIS_HANDLE MiniportAdapterHandle, UINT InitialPort,
                                UINT NumberOfPorts, PVOID PortOffset);
/* The address is for the calls below only: there is nothing behind it that could be dereferenced, and doing so ends in a signal.
 * A driver reaches its registers by READ_REGISTER_*, NdisReadRegister* and NdisMoveMappedMemory, as on any processor that is not
 * x86; a structure laid over the address with plain loads and stores has to be changed to these. */
NDIS_STATUS NdisMMapIoSpace(PVOID *VirtualAddress, NDIS_HANDLE MiniportAdapterHandle,
                            NDIS_PHYSICAL_ADDRESS PhysicalAddress, UINT Length);
VOID NdisMUnmapIoSpace(NDIS_HANDLE MiniportAdapterHandle, PVOID VirtualAddress, UINT Length);

/* ---- access, any level. What nobody has claimed reads as all ones, writes to it are lost; except in MiniportInitialize, where a port
 * among the adapter's resources reaches its device, as on a PC. ---- */

UCHAR READ_PORT_UCHAR(PUCHAR Port);
USHORT READ_PORT_USHORT(PUSHORT Port);
ULONG READ_PORT_ULONG(PULONG Port);
VOID WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value);
VOID WRITE_PORT_USHORT(PUSHORT Port, USHORT Value);
VOID WRITE_PORT_ULONG(PULONG Port, ULONG Value);
/* Count accesses of the same port. */
VOID READ_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count);
VOID READ_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count);
VOID READ_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count);
VOID WRITE_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count);
VOID WRITE_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count);
VOID WRITE_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count);

UCHAR READ_REGISTER_UCHAR(volatile UCHAR *Register);
USHORT READ_REGISTER_USHORT(volatile USHORT *Register);
ULONG READ_REGISTER_ULONG(volatile ULONG *Register);
VOID WRITE_REGISTER_UCHAR(volatile UCHAR *Register, UCHAR Value);
VOID WRITE_REGISTER_USHORT(volatile USHORT *Register, USHORT Value);
VOID WRITE_REGISTER_ULONG(volatile ULONG *Register, ULONG Value);
/* Count accesses of registers that follow each other. */
VOID READ_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count);
VOID READ_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count);
VOID READ_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count);
VOID WRITE_REGISTER_BUFFER_UCHAR(volatile UCHAR *Register, PUCHAR Buffer, ULONG Count);
VOID WRITE_REGISTER_BUFFER_USHORT(volatile USHORT *Register, PUSHORT Buffer, ULONG Count);
VOID WRITE_REGISTER_BUFFER_ULONG(volatile ULONG *Register, PULONG Buffer, ULONG Count);

#define NDIS_PORT_OF(Type, Port)                                                                   \
    ((Type)(ULONG_PTR)(Port)) /* drivers keep it as number or pointer */

#define NdisRawReadPortUchar(Port, Data)  (*(Data) = READ_PORT_UCHAR(NDIS_PORT_OF(PUCHAR, Port)))
#define NdisRawReadPortUshort(Port, Data) (*(Data) = READ_PORT_USHORT(NDIS_PORT_OF(PUSHORT, Port)))
#define NdisRawReadPortUlong(Port, Data)  (*(Data) = READ_PORT_ULONG(NDIS_PORT_OF(PULONG, Port)))
#define NdisRawWritePortUchar(Port, Data)                                                          \
    WRITE_PORT_UCHAR(NDIS_PORT_OF(PUCHAR, Port), (UCHAR)(Data))
#define NdisRawWritePortUshort(Port, Data)                                                         \
    WRITE_PORT_USHORT(NDIS_PORT_OF(PUSHORT, Port), (USHORT)(Data))
#define NdisRawWritePortUlong(Port, Data)                                                          \
    WRITE_PORT_ULONG(NDIS_PORT_OF(PULONG, Port), (ULONG)(Data))
#define NdisRawReadPortBufferUchar(Port, Buffer, Length)                                           \
    READ_PORT_BUFFER_UCHAR(NDIS_PORT_OF(PUCHAR, Port), (PUCHAR)(Buffer), (Length))
#define NdisRawReadPortBufferUshort(Port, Buffer, Length)                                          \
    READ_PORT_BUFFER_USHORT(NDIS_PORT_OF(PUSHORT, Port), (PUSHORT)(Buffer), (Length))
#define NdisRawReadPortBufferUlong(Port, Buffer, Length)                                           \
    READ_PORT_BUFFER_ULONG(NDIS_PORT_OF(PULONG, Port), (PULONG)(Buffer), (Length))
#define NdisRawWritePortBufferUchar(Port, Buffer, Length)                                          \
    WRITE_PORT_BUFFER_UCHAR(NDIS_PORT_OF(PUCHAR, Port), (PUCHAR)(Buffer), (Length))
#define NdisRawWritePortBufferUshort(Port, Buffer, Length)                                         \
    WRITE_PORT_BUFFER_USHORT(NDIS_PORT_OF(PUSHORT, Port), (PUSHORT)(Buffer), (Length))
#define NdisRawWritePortBufferUlong(Port, Buffer, Length)                                          \
    WRITE_PORT_BUFFER_ULONG(NDIS_PORT_OF(PULONG, Port), (PULONG)(Buffer), (Length))

#define NdisReadRegisterUchar(Register, Data)                                                      \
    (*(Data) = READ_REGISTER_UCHAR((volatile UCHAR *)(Register)))
#define NdisReadRegisterUshort(Register, Data)                                                     \
    (*(Data) = READ_REGISTER_USHORT((volatile USHORT *)(Register)))
#define NdisReadRegisterUlong(Register, Data)                                                      \
    (*(Data) = READ_REGISTER_ULONG((volatile ULONG *)(Register)))
#define NdisWriteRegisterUchar(Register, Data)                                                     \
    WRITE_REGISTER_UCHAR((volatile UCHAR *)(Register), (UCHAR)(Data))
#define NdisWriteRegisterUshort(Register, Data)                                                    \
    WRITE_REGISTER_USHORT((volatile USHORT *)(Register), (USHORT)(Data))
#define NdisWriteRegisterUlong(Register, Data)                                                     \
    WRITE_REGISTER_ULONG((volatile ULONG *)(Register), (ULONG)(Data))

/* Between mapped and other memory, whichever way; in words where both the mapped address and the
 * rest of the length allow it. */
VOID NdisMoveMappedMemory(PVOID Destination, const VOID *Source, ULONG Length);
VOID NdisZeroMappedMemory(PVOID Destination, ULONG Length);
#define NdisMoveFromMappedMemory(Destination, Source, Length)                                      \
    NdisMoveMappedMemory((Destination), (Source), (Length))
#define NdisMoveToMappedMemory(Destination, Source, Length)                                        \
    NdisMoveMappedMemory((Destination), (Source), (Length))
/* A copy that may be indicated; *LookaheadBuffer NULL: there is no memory. */
VOID NdisCreateLookaheadBufferFromSharedMemory(PVOID SharedMemory, UINT LookaheadLength,
                                               PVOID *LookaheadBuffer);
VOID NdisDestroyLookaheadBufferFromSharedMemory(PVOID LookaheadBuffer);

#endif
