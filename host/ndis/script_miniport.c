/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripted miniport and the trace.
 */
#include <stdio.h>
#include <stdlib.h>

#define NDIS_MINIPORT_DRIVER
#define NDIS51_MINIPORT
#include "nic_platform.h"
#include "nic_script.h"

#define SLOTS        8
#define FIRST_VECTOR 8

static struct nic_script_miniport *slots[SLOTS];
static const struct nic_script_miniport *loading; /* what DriverEntry registers */

/* ---- trace ---- */

void nic_trace_init(struct nic_trace *trace)
{
    *trace = (struct nic_trace){.space = 1024};
    trace->events = malloc(trace->space * sizeof(*trace->events));
    pthread_mutex_init(&trace->mutex, NULL);
}

void nic_trace_free(struct nic_trace *trace)
{
    free(trace->events);
    pthread_mutex_destroy(&trace->mutex);
}

void nic_trace_add(struct nic_trace *trace, enum nic_trace_kind kind, uint32_t packet,
                   uint32_t value)
{
    if (!trace)
        return;
    pthread_mutex_lock(&trace->mutex);
    if (trace->count == trace->space) {
        trace->space *= 2;
        trace->events = realloc(trace->events, trace->space * sizeof(*trace->events));
        if (!trace->events)
            abort();
    }
    trace->events[trace->count++] = (struct nic_trace_event){kind, packet, value};
    pthread_mutex_unlock(&trace->mutex);
}

size_t nic_trace_count(struct nic_trace *trace, enum nic_trace_kind kind, uint32_t packet)
{
    size_t count = 0;

    pthread_mutex_lock(&trace->mutex);
    for (size_t i = 0; i < trace->count; i++)
        count += trace->events[i].kind == kind &&
                 (packet == UINT32_MAX || trace->events[i].packet == packet);
    pthread_mutex_unlock(&trace->mutex);
    return count;
}

/* ---- entry and exit of every miniport function ---- */

static void enter(struct nic_script_miniport *s)
{
    if (__atomic_add_fetch(&s->inside, 1, __ATOMIC_SEQ_CST) > 1 && !s->deserialized)
        s->overlaps++;
    if (!s->deserialized && nic_platform_level() != NIC_LEVEL_DISPATCH)
        s->wrong_levels++;
}

static void leave(struct nic_script_miniport *s)
{
    __atomic_sub_fetch(&s->inside, 1, __ATOMIC_SEQ_CST);
}

/* ---- sends ---- */

static void complete(struct nic_script_miniport *s, PNDIS_PACKET packet, NDIS_STATUS status)
{
    nic_trace_add(s->trace, NIC_TRACE_DONE, nic_script_number(packet), (uint32_t)status);
    NdisMSendComplete(s->handle, packet, status);
}

/* A reset of a deserialized miniport ends behind what another thread is completing just now (DER-7). */
static void completed(struct nic_script_miniport *s)
{
    bool ends_reset;

    pthread_mutex_lock(&s->mutex);
    ends_reset = --s->completing == 0 && s->reset_waits;
    if (ends_reset)
        s->reset_waits = false;
    pthread_mutex_unlock(&s->mutex);
    if (ends_reset)
        NdisMResetComplete(s->handle, NDIS_STATUS_SUCCESS, TRUE);
}

unsigned nic_script_release(struct nic_script_miniport *s, enum nic_script_when when,
                            unsigned count)
{
    unsigned done = 0;

    while (done < count) {
        PNDIS_PACKET packet = NULL;
        NDIS_STATUS final = NDIS_STATUS_SUCCESS;
        pthread_mutex_lock(&s->mutex);
        for (unsigned i = 0; i < s->pending_count && !packet; i++) {
            if (s->pending[i].step.when != when)
                continue;
            packet = s->pending[i].packet;
            final = s->pending[i].step.final;
            memmove(&s->pending[i], &s->pending[i + 1],
                    (--s->pending_count - i) * sizeof(s->pending[0]));
            s->completing++;
        }
        pthread_mutex_unlock(&s->mutex);
        if (!packet)
            break;
        complete(s, packet, final);
        completed(s);
        done++;
    }
    return done;
}

unsigned nic_script_waiting(struct nic_script_miniport *s)
{
    unsigned count;

    pthread_mutex_lock(&s->mutex);
    count = s->pending_count;
    pthread_mutex_unlock(&s->mutex);
    return count;
}

void nic_script_available(struct nic_script_miniport *s)
{
    nic_trace_add(s->trace, NIC_TRACE_AVAILABLE, 0, 0);
    NdisMSendResourcesAvailable(s->handle);
}

static struct nic_script_step next_step(struct nic_script_miniport *s, PNDIS_PACKET packet)
{
    if (s->next)
        return s->next(s->context, packet);
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC};
}

/* Follows the script for one packet; the answer. */
static NDIS_STATUS take(struct nic_script_miniport *s, PNDIS_PACKET packet, UINT position)
{
    uint32_t number = nic_script_number(packet);
    struct nic_script_step step;

    nic_trace_add(s->trace, NIC_TRACE_GIVEN, number, position);
    if (s->sending)
        s->sending(s->context, packet);
    step = next_step(s, packet);
    nic_trace_add(s->trace, NIC_TRACE_ANSWER, number, (uint32_t)step.answer);
    if (step.answer == NDIS_STATUS_RESOURCES && step.available) {
        pthread_mutex_lock(&s->mutex);
        s->owes_available = true;
        pthread_mutex_unlock(&s->mutex);
        s->platform->ops->interrupt_raise(s->platform, FIRST_VECTOR + s->slot);
    }
    if (step.answer != NDIS_STATUS_PENDING)
        return step.answer;
    if (step.when == NIC_WHEN_INSIDE) {
        complete(s, packet, step.final);
        return NDIS_STATUS_PENDING;
    }
    pthread_mutex_lock(&s->mutex);
    if (s->pending_count == NIC_SCRIPT_PENDING_MAX)
        abort();
    s->pending[s->pending_count].packet = packet;
    s->pending[s->pending_count++].step = step;
    pthread_mutex_unlock(&s->mutex);
    if (step.when == NIC_WHEN_DPC)
        s->platform->ops->interrupt_raise(s->platform, FIRST_VECTOR + s->slot);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS script_send(NDIS_HANDLE MiniportAdapterContext, PNDIS_PACKET Packet, UINT Flags)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    NDIS_STATUS status;

    enter(s);
    if (Flags != NdisGetPacketFlags(Packet))
        s->wrong_flags++;
    if (!s->deserialized && ++s->depth > s->max_depth)
        s->max_depth = s->depth;
    status = take(s, Packet, 0);
    if (!s->deserialized)
        s->depth--;
    leave(s);
    return status;
}

static VOID script_send_packets(NDIS_HANDLE MiniportAdapterContext, PPNDIS_PACKET PacketArray,
                                UINT NumberOfPackets)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    bool refused = false;

    enter(s);
    for (UINT i = 0; i < NumberOfPackets; i++) {
        PNDIS_PACKET packet = PacketArray[i];
        if (refused)
            break; /* the library takes the rest for refused too (DER-4) */
        NDIS_STATUS status = take(s, packet, i);
        if (status == NDIS_STATUS_RESOURCES && !s->deserialized)
            refused = true;
        /* A pended packet may be somebody else's by now, unless the library is serialized with us.
         */
        if (!s->deserialized)
            NDIS_SET_PACKET_STATUS(packet, status);
        else if (status != NDIS_STATUS_PENDING)
            complete(s, packet, status);
    }
    leave(s);
}

/* What waits for its owner, and may be taken. */
static PNDIS_PACKET take_cancelled(struct nic_script_miniport *s, PVOID id)
{
    PNDIS_PACKET packet = NULL;

    pthread_mutex_lock(&s->mutex);
    for (unsigned i = 0; i < s->pending_count && !packet; i++) {
        if (!s->pending[i].step.queued || NDIS_GET_PACKET_CANCEL_ID(s->pending[i].packet) != id)
            continue;
        packet = s->pending[i].packet;
        memmove(&s->pending[i], &s->pending[i + 1],
                (--s->pending_count - i) * sizeof(s->pending[0]));
        s->completing++;
    }
    pthread_mutex_unlock(&s->mutex);
    return packet;
}

static VOID script_cancel(NDIS_HANDLE MiniportAdapterContext, PVOID CancelId)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    PNDIS_PACKET packet;

    enter(s);
    while ((packet = take_cancelled(s, CancelId)) != NULL) {
        complete(s, packet, NDIS_STATUS_REQUEST_ABORTED);
        completed(s);
    }
    leave(s);
}

/* ---- interrupts ---- */

static VOID script_isr(PBOOLEAN InterruptRecognized, PBOOLEAN QueueMiniportHandleInterrupt,
                       NDIS_HANDLE MiniportAdapterContext)
{
    struct nic_script_miniport *s = MiniportAdapterContext;

    if (nic_platform_level() != NIC_LEVEL_INTERRUPT)
        s->wrong_levels++;
    s->isrs++;
    *InterruptRecognized = *QueueMiniportHandleInterrupt = TRUE;
}

static VOID script_handle_interrupt(NDIS_HANDLE MiniportAdapterContext)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    bool available;

    enter(s);
    s->dpcs++;
    if (s->interrupting)
        s->interrupting(s->context);
    pthread_mutex_lock(&s->mutex);
    available = s->owes_available;
    s->owes_available = false;
    pthread_mutex_unlock(&s->mutex);
    nic_script_release(s, NIC_WHEN_DPC, UINT32_MAX);
    if (available)
        nic_script_available(s);
    leave(s);
}

/* ---- the rest of a miniport ---- */

static NDIS_STATUS script_initialize(PNDIS_STATUS OpenErrorStatus, PUINT SelectedMediumIndex,
                                     PNDIS_MEDIUM MediumArray, UINT MediumArraySize,
                                     NDIS_HANDLE MiniportAdapterHandle,
                                     NDIS_HANDLE WrapperConfigurationContext)
{
    NDIS_STRING keyword = NDIS_STRING_CONST("Slot");
    PNDIS_CONFIGURATION_PARAMETER value;
    struct nic_script_miniport *s;
    NDIS_HANDLE configuration;
    NDIS_STATUS status;
    unsigned slot;

    (void)OpenErrorStatus;
    for (*SelectedMediumIndex = 0; MediumArray[*SelectedMediumIndex] != NdisMedium802_3;
         ++*SelectedMediumIndex) {
        if (*SelectedMediumIndex + 1 >= MediumArraySize)
            return NDIS_STATUS_UNSUPPORTED_MEDIA;
    }
    NdisOpenConfiguration(&status, &configuration, WrapperConfigurationContext);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    NdisReadConfiguration(&status, &value, configuration, &keyword, NdisParameterInteger);
    slot = status == NDIS_STATUS_SUCCESS ? value->ParameterData.IntegerData : SLOTS;
    NdisCloseConfiguration(configuration);
    if (slot >= SLOTS || !slots[slot])
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    s = slots[slot];
    s->handle = MiniportAdapterHandle;
    NdisMSetAttributesEx(MiniportAdapterHandle, s, 0,
                         s->attributes | (s->deserialized ? NDIS_ATTRIBUTE_DESERIALIZE : 0),
                         NdisInterfaceInternal);
    status = NdisMRegisterInterrupt(&s->interrupt, MiniportAdapterHandle, FIRST_VECTOR + slot, 0,
                                    TRUE, FALSE, NdisInterruptLatched);
    if (status == NDIS_STATUS_SUCCESS && s->initialize_status != NDIS_STATUS_SUCCESS) {
        NdisMDeregisterInterrupt(&s->interrupt);
        status = s->initialize_status;
    }
    return status;
}

static VOID script_halt(NDIS_HANDLE MiniportAdapterContext)
{
    struct nic_script_miniport *s = MiniportAdapterContext;

    s->halts++;
    if (s->halting)
        s->halting(s->context);
    NdisMDeregisterInterrupt(&s->interrupt);
    nic_script_release(s, NIC_WHEN_HALT, UINT32_MAX);
}

/* Everything it has is complete when the reset ends; true: others are at it. */
static bool reset_deserialized(struct nic_script_miniport *s)
{
    bool waits;

    for (int when = NIC_WHEN_INSIDE; when <= NIC_WHEN_NEVER && !s->reset_forgets; when++)
        nic_script_release(s, (enum nic_script_when)when, UINT32_MAX);
    pthread_mutex_lock(&s->mutex);
    waits = s->reset_waits = s->completing && !s->reset_pends;
    s->request.pends &= s->reset_pends; /* else it ends with the reset */
    pthread_mutex_unlock(&s->mutex);
    return waits;
}

static NDIS_STATUS script_reset(PBOOLEAN AddressingReset, NDIS_HANDLE MiniportAdapterContext)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    bool waits = false;

    enter(s);
    s->resets++;
    if (s->resetting)
        s->resetting(s->context);
    *AddressingReset = TRUE;
    if (!s->deserialized) {
        nic_script_release(s, NIC_WHEN_RESET, UINT32_MAX);
        /* The rest is dropped: the library completes it (DER-7). */
        pthread_mutex_lock(&s->mutex);
        s->pending_count = 0;
        s->request.pends &= s->reset_pends; /* else it ends with the reset */
        pthread_mutex_unlock(&s->mutex);
    } else {
        waits = reset_deserialized(s);
    }
    leave(s);
    return waits || s->reset_pends ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
}

void nic_script_reset_done(struct nic_script_miniport *s, NDIS_STATUS status)
{
    pthread_mutex_lock(&s->mutex);
    s->request.pends = false;
    pthread_mutex_unlock(&s->mutex);
    NdisMResetComplete(s->handle, status, FALSE);
}

static BOOLEAN script_check_for_hang(NDIS_HANDLE MiniportAdapterContext)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    BOOLEAN hangs = s->hangs;

    enter(s);
    s->hang_checks++;
    s->hangs = FALSE;
    leave(s);
    return hangs;
}

static NDIS_STATUS answer(NDIS_OID oid, ULONG value, PVOID buffer, ULONG length, PULONG written,
                          PULONG needed)
{
    (void)oid;
    *written = 0;
    *needed = sizeof(value);
    if (length < sizeof(value))
        return NDIS_STATUS_INVALID_LENGTH;
    memcpy(buffer, &value, sizeof(value));
    *written = sizeof(value);
    *needed = 0;
    return NDIS_STATUS_SUCCESS;
}

static void request_pends(struct nic_script_miniport *s, PVOID buffer, ULONG length, PULONG written)
{
    pthread_mutex_lock(&s->mutex);
    s->request.pends = true;
    s->request.buffer = buffer;
    s->request.length = length;
    s->request.written = written;
    pthread_mutex_unlock(&s->mutex);
}

static NDIS_STATUS script_query(NDIS_HANDLE MiniportAdapterContext, NDIS_OID Oid,
                                PVOID InformationBuffer, ULONG InformationBufferLength,
                                PULONG BytesWritten, PULONG BytesNeeded)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    NDIS_STATUS status = NDIS_STATUS_NOT_SUPPORTED;

    enter(s);
    s->queries++;
    s->request_oid = Oid;
    if (s->asked)
        s->asked(s->context, Oid, InformationBuffer, InformationBufferLength);
    if (s->requests_pend) {
        request_pends(s, InformationBuffer, InformationBufferLength, BytesWritten);
        status = NDIS_STATUS_PENDING;
    } else if (Oid == OID_GEN_MAC_OPTIONS) {
        status = answer(Oid, s->mac_options, InformationBuffer, InformationBufferLength,
                        BytesWritten, BytesNeeded);
    } else if (Oid == OID_802_3_CURRENT_ADDRESS && memcmp(s->address, (UCHAR[6]){0}, 6) != 0) {
        memcpy(InformationBuffer, s->address, *BytesWritten = sizeof(s->address));
        status = NDIS_STATUS_SUCCESS;
    } else if (Oid == OID_GEN_MAXIMUM_TOTAL_SIZE) {
        status = answer(Oid, 1514, InformationBuffer, InformationBufferLength, BytesWritten,
                        BytesNeeded);
    } else if (Oid == OID_GEN_MAXIMUM_SEND_PACKETS && s->max_packets) {
        status = answer(Oid, s->max_packets, InformationBuffer, InformationBufferLength,
                        BytesWritten, BytesNeeded);
    }
    leave(s);
    return status;
}

static NDIS_STATUS script_set(NDIS_HANDLE MiniportAdapterContext, NDIS_OID Oid,
                              PVOID InformationBuffer, ULONG InformationBufferLength,
                              PULONG BytesRead, PULONG BytesNeeded)
{
    struct nic_script_miniport *s = MiniportAdapterContext;
    NDIS_STATUS status;

    enter(s);
    s->sets++;
    s->request_oid = Oid;
    if (s->asked)
        s->asked(s->context, Oid, InformationBuffer, InformationBufferLength);
    *BytesRead = InformationBufferLength;
    *BytesNeeded = 0;
    if (Oid == OID_GEN_CURRENT_PACKET_FILTER)
        memcpy(&s->filter, InformationBuffer, sizeof(s->filter));
    if (Oid == OID_GEN_CURRENT_LOOKAHEAD && InformationBufferLength >= sizeof(s->lookahead))
        memcpy(&s->lookahead, InformationBuffer, sizeof(s->lookahead));
    if (Oid == OID_802_3_MULTICAST_LIST && InformationBufferLength <= sizeof(s->multicast)) {
        memcpy(s->multicast, InformationBuffer, InformationBufferLength);
        s->multicast_count = InformationBufferLength / 6;
    }
    status = s->requests_pend ? NDIS_STATUS_PENDING : s->set_status;
    if (status == NDIS_STATUS_PENDING)
        request_pends(s, NULL, 0, BytesRead);
    leave(s);
    return status;
}

/* Nobody else has what pends from now on; a reset waits until it has ended. */
static bool take_request(struct nic_script_miniport *s)
{
    bool pends;

    pthread_mutex_lock(&s->mutex);
    pends = s->request.pends;
    s->request.pends = false;
    s->completing += pends;
    pthread_mutex_unlock(&s->mutex);
    return pends;
}

bool nic_script_request_answer(struct nic_script_miniport *s, NDIS_STATUS status)
{
    static const ULONG value = 0x12345678;

    if (!take_request(s))
        return false;
    if (s->request.buffer && s->request.length >= sizeof(value)) {
        memcpy(s->request.buffer, &value, sizeof(value));
        *s->request.written = sizeof(value);
        NdisMQueryInformationComplete(s->handle, status);
    } else {
        NdisMSetInformationComplete(s->handle, status);
    }
    completed(s);
    return true;
}

void nic_script_request_done(struct nic_script_miniport *s, NDIS_STATUS status)
{
    if (!nic_script_request_answer(s, status))
        NdisMSetInformationComplete(s->handle, status);
}

static NDIS_STATUS script_transfer(PNDIS_PACKET Packet, PUINT BytesTransferred,
                                   NDIS_HANDLE MiniportAdapterContext,
                                   NDIS_HANDLE MiniportReceiveContext, UINT ByteOffset,
                                   UINT BytesToTransfer)
{
    struct nic_script_miniport *s = MiniportAdapterContext;

    s->transfer_packet = Packet;
    NdisCopyFromPacketToPacket(Packet, 0, BytesToTransfer, MiniportReceiveContext, ByteOffset,
                               BytesTransferred);
    return s->transfer_pends ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
}

static VOID script_return(NDIS_HANDLE MiniportAdapterContext, PNDIS_PACKET Packet)
{
    struct nic_script_miniport *s = MiniportAdapterContext;

    enter(s);
    s->returned++;
    if (s->returning)
        s->returning(s->context, Packet);
    leave(s);
}

static VOID script_event(NDIS_HANDLE MiniportAdapterContext, NDIS_DEVICE_PNP_EVENT PnPEvent,
                         PVOID InformationBuffer, ULONG InformationBufferLength)
{
    struct nic_script_miniport *s = MiniportAdapterContext;

    (void)InformationBuffer;
    (void)InformationBufferLength;
    if (PnPEvent != NdisDevicePnPEventSurpriseRemoved)
        return;
    s->surprises++;
    if (s->surprising)
        s->surprising(s->context);
}

static NTSTATUS script_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS chars = {
        .MajorNdisVersion = loading->ndis_major ? loading->ndis_major : 5,
        .MinorNdisVersion = loading->ndis_major ? loading->ndis_minor : 1,
        .CheckForHangHandler = script_check_for_hang,
        .HaltHandler = script_halt,
        .HandleInterruptHandler = script_handle_interrupt,
        .InitializeHandler = script_initialize,
        .ISRHandler = script_isr,
        .QueryInformationHandler = script_query,
        .ResetHandler = script_reset,
        .SendHandler = loading->arrays && !loading->single_too ? NULL : script_send,
        .SetInformationHandler = script_set,
        .TransferDataHandler = script_transfer,
        .ReturnPacketHandler = script_return,
        .SendPacketsHandler = loading->arrays ? script_send_packets : NULL,
        .CancelSendPacketsHandler = script_cancel,
        .PnPEventNotifyHandler = script_event,
    };
    NDIS_HANDLE wrapper;

    NdisMInitializeWrapper(&wrapper, DriverObject, RegistryPath, NULL);
    return NdisMRegisterMiniport(wrapper, &chars, sizeof(chars));
}

NDIS_STATUS nic_script_load(const struct nic_script_miniport *like, struct nic_ndis_driver **driver)
{
    loading = like;
    return nic_ndis_driver_load(script_entry, driver);
}

NDIS_STATUS nic_script_add(struct nic_ndis_driver *driver, struct nic_platform *platform,
                           const char *name, unsigned slot, struct nic_script_miniport *s)
{
    char text[] = "Slot=0", upper[64];
    const char *const parameters[] = {text, s->upper_bindings ? upper : NULL, NULL};

    text[5] = (char)('0' + slot);
    snprintf(upper, sizeof(upper), "UpperBindings=%s", s->upper_bindings ? s->upper_bindings : "");
    s->platform = platform;
    s->slot = slot;
    pthread_mutex_init(&s->mutex, NULL);
    slots[slot] = s;
    return nic_ndis_adapter_add(driver, name, parameters);
}
