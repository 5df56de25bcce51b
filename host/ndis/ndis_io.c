/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver's accesses to ports and mapped registers on their way to the device model.
 */
#include "ndis_machine.h"

/* ---- access ---- */

static uint32_t access_read(enum nic_ndis_space space, uintptr_t address, unsigned size_bytes)
{
    const struct ndis_window *window = ndis_window_at(space, address, size_bytes);
    const struct nic_ndis_device *device = window ? &window->miniport->device : NULL;

    ndis_preempt("read of the device");
    return device && device->read
               ? OUTSIDE(device->read)(device->context, space,
                                       window->first + (address - window->address), size_bytes)
               : UINT32_MAX;
}

static void access_write(enum nic_ndis_space space, uintptr_t address, unsigned size_bytes,
                         uint32_t value)
{
    const struct ndis_window *window = ndis_window_at(space, address, size_bytes);
    const struct nic_ndis_device *device = window ? &window->miniport->device : NULL;

    ndis_preempt("write to the device");
    if (device && device->write)
        OUTSIDE(device->write)
    (device->context, space, window->first + (address - window->address), size_bytes, value);
}

#define ACCESSES(WIDTH)                                                                            \
    WIDTH READ_PORT_##WIDTH(P##WIDTH Port)                                                         \
    {                                                                                              \
        return (WIDTH)access_read(NIC_NDIS_PORTS, (uintptr_t)Port, sizeof(WIDTH));                 \
    }                                                                                              \
    VOID WRITE_PORT_##WIDTH(P##WIDTH Port, WIDTH Value)                                            \
    {                                                                                              \
        access_write(NIC_NDIS_PORTS, (uintptr_t)Port, sizeof(WIDTH), Value);                       \
    }                                                                                              \
    VOID READ_PORT_BUFFER_##WIDTH(P##WIDTH Port, P##WIDTH Buffer, ULONG Count)                     \
    {                                                                                              \
        for (; Count; Count--, Buffer++) {                                                         \
            WIDTH value = READ_PORT_##WIDTH(Port);                                                 \
            memcpy(Buffer, &value, sizeof(value)); /* a frame is rarely aligned */                 \
        }                                                                                          \
    }                                                                                              \
    VOID WRITE_PORT_BUFFER_##WIDTH(P##WIDTH Port, P##WIDTH Buffer, ULONG Count)                    \
    {                                                                                              \
        for (; Count; Count--, Buffer++) {                                                         \
            WIDTH value;                                                                           \
            memcpy(&value, Buffer, sizeof(value));                                                 \
            WRITE_PORT_##WIDTH(Port, value);                                                       \
        }                                                                                          \
    }                                                                                              \
    WIDTH READ_REGISTER_##WIDTH(volatile WIDTH *Register)                                          \
    {                                                                                              \
        return (WIDTH)access_read(NIC_NDIS_MEMORY, (uintptr_t)Register, sizeof(WIDTH));            \
    }                                                                                              \
    VOID WRITE_REGISTER_##WIDTH(volatile WIDTH *Register, WIDTH Value)                             \
    {                                                                                              \
        access_write(NIC_NDIS_MEMORY, (uintptr_t)Register, sizeof(WIDTH), Value);                  \
    }                                                                                              \
    VOID READ_REGISTER_BUFFER_##WIDTH(volatile WIDTH *Register, P##WIDTH Buffer, ULONG Count)      \
    {                                                                                              \
        for (; Count; Count--, Register++, Buffer++) {                                             \
            WIDTH value = READ_REGISTER_##WIDTH(Register);                                         \
            memcpy(Buffer, &value, sizeof(value));                                                 \
        }                                                                                          \
    }                                                                                              \
    VOID WRITE_REGISTER_BUFFER_##WIDTH(volatile WIDTH *Register, P##WIDTH Buffer, ULONG Count)     \
    {                                                                                              \
        for (; Count; Count--, Register++, Buffer++) {                                             \
            WIDTH value;                                                                           \
            memcpy(&value, Buffer, sizeof(value));                                                 \
            WRITE_REGISTER_##WIDTH(Register, value);                                               \
        }                                                                                          \
    }

ACCESSES(UCHAR)
ACCESSES(USHORT)
ACCESSES(ULONG)

/* ---- blocks ---- */

static unsigned block_step(uintptr_t address, ULONG length)
{
    return address % sizeof(ULONG) == 0 && length >= sizeof(ULONG) ? sizeof(ULONG) : 1;
}

static void read_block(UCHAR *to, uintptr_t from, ULONG length)
{
    for (unsigned step; length; to += step, from += step, length -= step) {
        step = block_step(from, length);
        uint32_t value = access_read(NIC_NDIS_MEMORY, from, step);
        memcpy(to, &value, step);
    }
}

static void write_block(uintptr_t to, const UCHAR *from, ULONG length)
{
    for (unsigned step; length; to += step, from += from ? step : 0, length -= step) {
        uint32_t value = 0;
        step = block_step(to, length);
        if (from)
            memcpy(&value, from, step);
        access_write(NIC_NDIS_MEMORY, to, step, value);
    }
}

VOID NdisMoveMappedMemory(PVOID Destination, const VOID *Source, ULONG Length)
{
    if (ndis_window_is_mapped((uintptr_t)Destination))
        write_block((uintptr_t)Destination, Source, Length);
    else
        read_block(Destination, (uintptr_t)Source, Length);
}

VOID NdisZeroMappedMemory(PVOID Destination, ULONG Length)
{
    write_block((uintptr_t)Destination, NULL, Length);
}

VOID NdisCreateLookaheadBufferFromSharedMemory(PVOID SharedMemory, UINT LookaheadLength,
                                               PVOID *LookaheadBuffer)
{
    if (NdisAllocateMemoryWithTag(LookaheadBuffer, LookaheadLength, 0) == NDIS_STATUS_SUCCESS)
        NdisMoveFromMappedMemory(*LookaheadBuffer, SharedMemory, LookaheadLength);
}

VOID NdisDestroyLookaheadBufferFromSharedMemory(PVOID LookaheadBuffer)
{
    NdisFreeMemory(LookaheadBuffer, 0, 0);
}
