/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See ndis_bare.h.
 */
#define NDIS_MINIPORT_DRIVER
#define NDIS51_MINIPORT
#include "ndis_bare.h"

#include <string.h>

struct bare bare;

static NDIS_STATUS on_initialize(PNDIS_STATUS open_error, PUINT selected, PNDIS_MEDIUM media,
                                 UINT count, NDIS_HANDLE handle, NDIS_HANDLE configuration)
{
    (void)open_error;
    (void)media;
    (void)count;
    *selected = 0;
    bare.handle = handle;
    NdisMSetAttributesEx(handle, &bare, 0, bare.attributes, NdisInterfacePci);
    return bare.initialize ? bare.initialize(configuration) : NDIS_STATUS_SUCCESS;
}

static VOID on_halt(NDIS_HANDLE context)
{
    ck_assert_ptr_eq(context, &bare);
    if (bare.halt)
        bare.halt();
}

static NDIS_STATUS on_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context)
{
    (void)context;
    *addressing_reset = FALSE;
    if (bare.reset)
        bare.reset();
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS on_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                            PULONG written, PULONG needed)
{
    (void)context;
    (void)oid;
    (void)buffer;
    (void)length;
    *written = *needed = 0;
    return NDIS_STATUS_NOT_SUPPORTED;
}

static NDIS_STATUS on_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags)
{
    (void)context;
    return bare.send ? bare.send(packet, flags) : NDIS_STATUS_SUCCESS;
}

static VOID on_isr(PBOOLEAN recognized, PBOOLEAN queue, NDIS_HANDLE context)
{
    (void)context;
    bare.isr(recognized, queue);
}

static VOID on_dpc(NDIS_HANDLE context)
{
    (void)context;
    if (bare.dpc)
        bare.dpc();
}

static VOID on_allocated(NDIS_HANDLE context, PVOID address, PNDIS_PHYSICAL_ADDRESS physical,
                         ULONG length, PVOID allocation)
{
    ck_assert_ptr_eq(context, &bare);
    bare.allocated(address, physical, length, allocation);
}

static VOID on_cancel(NDIS_HANDLE context, PVOID id)
{
    ck_assert_ptr_eq(context, &bare);
    if (bare.cancel)
        bare.cancel(id);
}

static VOID on_shutdown(PVOID context)
{
    ck_assert_ptr_eq(context, &bare);
    bare.shutdowns++;
}

static NTSTATUS entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_MINIPORT_CHARACTERISTICS chars = {
        .MajorNdisVersion = 5,
        .MinorNdisVersion = 1,
        .InitializeHandler = on_initialize,
        .HaltHandler = on_halt,
        .ResetHandler = on_reset,
        .QueryInformationHandler = on_query,
        .SetInformationHandler = on_query,
        .SendHandler = on_send,
        .ISRHandler = on_isr,
        .HandleInterruptHandler = on_dpc,
        .AllocateCompleteHandler = on_allocated,
        .AdapterShutdownHandler = on_shutdown,
        .CancelSendPacketsHandler = on_cancel,
    };
    NDIS_HANDLE wrapper;

    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    return NdisMRegisterMiniport(wrapper, &chars, sizeof(chars));
}

void bare_start(struct rig *r, unsigned flags)
{
    memset(&bare, 0, sizeof(bare));
    rig_start(r, NULL, 0, flags | RIG_NO_MINIPORT, 0);
    ck_status(nic_ndis_driver_load(entry, &r->driver), NDIS_STATUS_SUCCESS);
}
