/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Miniports of NDIS 6: registration, MiniportInitializeEx and attributes, interrupts, timer objects.
 */
#include <stdlib.h>

#include "ndis_machine.h"

/* ---- registration ---- */

static NDIS_STATUS check_characteristics(const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *chars)
{
    if (chars->MajorNdisVersion != 6)
        return NDIS_STATUS_BAD_VERSION;
    return chars->InitializeHandlerEx && chars->HaltHandlerEx && chars->UnloadHandler &&
                   chars->PauseHandler && chars->RestartHandler && chars->OidRequestHandler &&
                   chars->SendNetBufferListsHandler && chars->ReturnNetBufferListsHandler &&
                   chars->CancelSendHandler &&
                   !chars->CheckForHangHandlerEx == !chars->ResetHandlerEx
               ? NDIS_STATUS_SUCCESS
               : NDIS_STATUS_BAD_CHARACTERISTICS;
}

NDIS_STATUS NdisMRegisterMiniportDriver(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                                        NDIS_HANDLE MiniportDriverContext,
                                        PNDIS_MINIPORT_DRIVER_CHARACTERISTICS Characteristics,
                                        PNDIS_HANDLE NdisMiniportDriverHandle)
{
    struct nic_ndis_driver *driver = (struct nic_ndis_driver *)DriverObject;
    const NDIS_OBJECT_HEADER *header = &Characteristics->Header;
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS chars = {0};
    NDIS_STATUS status;

    ndis_only_passive("NdisMRegisterMiniportDriver");
    (void)RegistryPath;
    *NdisMiniportDriverHandle = NULL;
    if (header->Type != NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS ||
        header->Size < NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1)
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    memcpy(&chars, Characteristics, header->Size < sizeof(chars) ? header->Size : sizeof(chars));
    status = check_characteristics(&chars);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    driver->chars6 = chars;
    driver->context6 = MiniportDriverContext;
    driver->is6 = driver->registered = true;
    driver->unload = chars.UnloadHandler;
    *NdisMiniportDriverHandle = driver;
    if (chars.SetOptionsHandler)
        status = OUTSIDE(chars.SetOptionsHandler)(driver, MiniportDriverContext);
    driver->registered = status == NDIS_STATUS_SUCCESS;
    return status;
}

VOID NdisMDeregisterMiniportDriver(NDIS_HANDLE NdisMiniportDriverHandle)
{
    ndis_only_passive("NdisMDeregisterMiniportDriver");
    ((struct nic_ndis_driver *)NdisMiniportDriverHandle)->registered = false;
}

/* ---- initialization ---- */

NDIS_STATUS ndis_initialize6(struct ndis_miniport *m)
{
    NDIS_MINIPORT_INIT_PARAMETERS parameters = {
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_INIT_PARAMETERS, NDIS_OBJECT_REVISION_1,
                   sizeof(parameters)}};
    NDIS_STATUS status;

    m->serialized = false;
    m->six.flow = FLOW_PAUSED;
    ndis_oid_start(m);
    status = OUTSIDE(m->driver->chars6.InitializeHandlerEx)(m, m->driver->context6, &parameters);
    if (status == NDIS_STATUS_SUCCESS && !m->six.has_attributes) {
        ndis_log("%s initialized without general attributes", m->name);
        OUTSIDE(m->driver->chars6.HaltHandlerEx)(m->context, NdisHaltDeviceInitializationFailed);
        status = NDIS_STATUS_FAILURE;
    }
    return status;
}

static NDIS_STATUS set_registration(struct ndis_miniport *m,
                                    const NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES *attributes)
{
    if (attributes->Header.Size < NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1)
        return NDIS_STATUS_INVALID_PARAMETER;
    m->context = attributes->MiniportAdapterContext;
    /* Not even a stopped device is found by its sends: that is MiniportCheckForHangEx's affair. */
    m->attributes = NDIS_ATTRIBUTE_DESERIALIZE | NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT;
    m->hang_interval_ns =
        (uint64_t)(attributes->CheckForHangTimeInSeconds ? attributes->CheckForHangTimeInSeconds
                                                         : 2) *
        1000000000u;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS set_general(struct ndis_miniport *m,
                               const NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *attributes)
{
    PNDIS_OID oids;

    if (attributes->Header.Size < NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1 ||
        attributes->MacAddressLength > NDIS_MAX_PHYS_ADDRESS_LENGTH)
        return NDIS_STATUS_INVALID_PARAMETER;
    if (attributes->MediaType != NdisMedium802_3)
        return NDIS_STATUS_UNSUPPORTED_MEDIA;
    oids = malloc(attributes->SupportedOidListLength + 1u);
    if (!oids)
        return NDIS_STATUS_RESOURCES;
    if (attributes->SupportedOidListLength)
        memcpy(oids, attributes->SupportedOidList, attributes->SupportedOidListLength);
    free(m->six.oids);
    m->six.oids = oids;
    memcpy(&m->six.attributes, attributes,
           attributes->Header.Size < sizeof(m->six.attributes) ? attributes->Header.Size
                                                               : sizeof(m->six.attributes));
    m->six.has_attributes = true;
    m->mac_options = attributes->MacOptions;
    m->has_address = attributes->MacAddressLength == sizeof(m->address);
    if (m->has_address)
        memcpy(m->address, attributes->CurrentMacAddress, sizeof(m->address));
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NdisMSetMiniportAttributes(NDIS_HANDLE NdisMiniportHandle,
                                       PNDIS_MINIPORT_ADAPTER_ATTRIBUTES MiniportAttributes)
{
    struct ndis_miniport *m = ndis_miniport_of(NdisMiniportHandle);

    ndis_only_passive("NdisMSetMiniportAttributes");
    switch (MiniportAttributes->Header.Type) {
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES:
        return set_registration(m, &MiniportAttributes->RegistrationAttributes);
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES:
        return set_general(m, &MiniportAttributes->GeneralAttributes);
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}

/* ---- interrupts ---- */

static void interrupt_dpc(void *context)
{
    struct ndis_miniport *m = context;

    ndis_preempt("MiniportInterruptDPC");
    OUTSIDE(m->six.interrupt.InterruptDpcHandler)(m->six.interrupt_context, NULL, NULL, NULL);
    if (m->six.interrupt.EnableInterruptHandler)
        OUTSIDE(m->six.interrupt.EnableInterruptHandler)(m->six.interrupt_context);
    ndis_preempt("MiniportInterruptDPC returned");
}

static void interrupt_isr(void *context)
{
    struct ndis_miniport *m = context;
    BOOLEAN queue = FALSE;
    ULONG processors = 0;

    if (!OUTSIDE(m->six.interrupt.InterruptHandler)(m->six.interrupt_context, &queue, &processors))
        return;
    ndis_count_add(&m->interrupts, true); /* one ISR of a vector at a time */
    if (queue)
        ndis.platform->ops->dpc_queue(ndis.platform, &m->dpc);
}

/* The adapter's interrupt line: its device's, or by parameter. NIC_VECTORS: it has none. */
static unsigned interrupt_number(const struct ndis_miniport *m)
{
    const char *text = ndis_config_get(m, "InterruptNumber");

    if (m->device.has_interrupt)
        return m->device.vector;
    return text ? (unsigned)strtoul(text, NULL, 0) : NIC_VECTORS;
}

NDIS_STATUS NdisMRegisterInterruptEx(NDIS_HANDLE MiniportAdapterHandle,
                                     NDIS_HANDLE MiniportInterruptContext,
                                     PNDIS_MINIPORT_INTERRUPT_CHARACTERISTICS Characteristics,
                                     PNDIS_HANDLE NdisInterruptHandle)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    unsigned vector = interrupt_number(m);

    *NdisInterruptHandle = NULL;
    if (vector >= NIC_VECTORS || m->six.has_interrupt)
        return NDIS_STATUS_RESOURCE_CONFLICT;
    if (!Characteristics->InterruptHandler || !Characteristics->InterruptDpcHandler ||
        Characteristics->Header.Size < NDIS_SIZEOF_MINIPORT_INTERRUPT_CHARACTERISTICS_REVISION_1)
        return NDIS_STATUS_INVALID_PARAMETER;
    Characteristics->InterruptType = NDIS_CONNECT_LINE_BASED;
    m->six.interrupt = *Characteristics;
    m->six.interrupt_context = MiniportInterruptContext;
    m->six.has_interrupt = true;
    m->vector = vector;
    m->dpc = (struct nic_dpc){.fn = interrupt_dpc, .context = m};
    *NdisInterruptHandle = m;
    ndis.platform->ops->interrupt_connect(ndis.platform, vector, interrupt_isr, m);
    return NDIS_STATUS_SUCCESS;
}

void ndis_interrupt_stop6(struct ndis_miniport *m)
{
    ndis.platform->ops->interrupt_connect(ndis.platform, m->vector, NULL, NULL);
    ndis.platform->ops->dpc_cancel(ndis.platform, &m->dpc);
    m->six.has_interrupt = false;
}

VOID NdisMDeregisterInterruptEx(NDIS_HANDLE NdisInterruptHandle)
{
    ndis_interrupt_stop6(NdisInterruptHandle);
}

BOOLEAN NdisMSynchronizeWithInterruptEx(NDIS_HANDLE NdisInterruptHandle, ULONG MessageId,
                                        MINIPORT_SYNCHRONIZE_INTERRUPT_HANDLER Function,
                                        PVOID SynchronizeContext)
{
    struct ndis_miniport *m = NdisInterruptHandle;
    BOOLEAN result;

    (void)MessageId;
    ndis.platform->ops->interrupt_lock(ndis.platform, m->vector);
    result = Function(SynchronizeContext);
    ndis.platform->ops->interrupt_unlock(ndis.platform, m->vector);
    return result;
}

/* ---- timer objects ---- */

/* A miniport's handle, or another's: only a miniport's timers are looked for when it halts. */
static struct ndis_miniport *known_miniport(NDIS_HANDLE handle)
{
    struct ndis_miniport *m;

    if (handle == ndis_inside)
        return handle; /* in MiniportInitializeEx it is in no list yet */
    ndis_lock(&ndis.lock);
    for (m = ndis.miniports; m && m != handle; m = m->next)
        ;
    ndis_unlock(&ndis.lock);
    return m;
}

NDIS_STATUS NdisAllocateTimerObject(NDIS_HANDLE NdisHandle,
                                    PNDIS_TIMER_CHARACTERISTICS TimerCharacteristics,
                                    PNDIS_HANDLE TimerObject)
{
    *TimerObject = NULL;
    if (TimerCharacteristics->Header.Type != NDIS_OBJECT_TYPE_TIMER_CHARACTERISTICS ||
        !TimerCharacteristics->TimerFunction)
        return NDIS_STATUS_INVALID_PARAMETER;
    *TimerObject =
        ndis_timer_new(0, known_miniport(NdisHandle), TimerCharacteristics->TimerFunction,
                       TimerCharacteristics->FunctionContext);
    return *TimerObject ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

VOID NdisFreeTimerObject(NDIS_HANDLE TimerObject)
{
    ndis_timer_stop(TimerObject);
    ndis_object_free(TimerObject);
}

BOOLEAN NdisSetTimerObject(NDIS_HANDLE TimerObject, LARGE_INTEGER DueTime, LONG MillisecondsPeriod,
                           PVOID FunctionContext)
{
    struct ndis_timer *timer = TimerObject;
    uint64_t now = ndis.platform->ops->now_ns(ndis.platform);
    BOOLEAN was_set = __atomic_load_n(&timer->is_set, __ATOMIC_ACQUIRE);
    LARGE_INTEGER clock;

    ndis_preempt("NdisSetTimerObject");
    if (FunctionContext)
        timer->context = FunctionContext;
    if (DueTime.QuadPart > 0) { /* absolute */
        NdisGetCurrentSystemTime(&clock);
        DueTime.QuadPart =
            DueTime.QuadPart > clock.QuadPart ? clock.QuadPart - DueTime.QuadPart : 0;
    }
    ndis_timer_start(timer, now + (uint64_t)-DueTime.QuadPart * 100u, (UINT)MillisecondsPeriod);
    return was_set;
}

BOOLEAN NdisCancelTimerObject(NDIS_HANDLE TimerObject)
{
    ndis_preempt("NdisCancelTimerObject");
    return ndis_timer_stop(TimerObject);
}

/* ---- configuration, memory ---- */

NDIS_STATUS NdisOpenConfigurationEx(PNDIS_CONFIGURATION_OBJECT ConfigObject,
                                    PNDIS_HANDLE ConfigurationHandle)
{
    NDIS_STATUS status;

    if (ConfigObject->Header.Type != NDIS_OBJECT_TYPE_CONFIGURATION_OBJECT)
        return NDIS_STATUS_INVALID_PARAMETER;
    NdisOpenConfiguration(&status, ConfigurationHandle, ConfigObject->NdisHandle);
    return status;
}

PVOID NdisAllocateMemoryWithTagPriority(NDIS_HANDLE NdisHandle, UINT Length, ULONG Tag,
                                        EX_POOL_PRIORITY Priority)
{
    PVOID memory;

    (void)NdisHandle;
    (void)Priority;
    return NdisAllocateMemoryWithTag(&memory, Length, Tag) == NDIS_STATUS_SUCCESS ? memory : NULL;
}
