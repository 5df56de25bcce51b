/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory, strings, spin locks, lists, events, work items, time and the error log.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ndis_machine.h"

/* ---- memory ---- */

NDIS_STATUS NdisAllocateMemoryWithTag(PVOID *VirtualAddress, UINT Length, ULONG Tag)
{
    ndis_up_to_dispatch("NdisAllocateMemoryWithTag");
    *VirtualAddress = ndis_object_new(NDIS_KIND_MEMORY, Length, Tag);
    return *VirtualAddress ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

NDIS_STATUS NdisAllocateMemory(PVOID *VirtualAddress, UINT Length, UINT MemoryFlags,
                               NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    (void)MemoryFlags;
    (void)HighestAcceptableAddress;
    return NdisAllocateMemoryWithTag(VirtualAddress, Length, 0);
}

VOID NdisFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags)
{
    ndis_up_to_dispatch("NdisFreeMemory");
    (void)MemoryFlags;
    if (!VirtualAddress)
        return;
    /* 0 is accepted: NdisAllocateMemoryWithTag's memory is often freed so. */
    if (ndis_verifying() && Length && Length != ndis_object_of(VirtualAddress)->length_bytes)
        ndis_verify_finding(NULL, "NdisFreeMemory with %u bytes for memory of %zu", Length,
                            ndis_object_of(VirtualAddress)->length_bytes);
    ndis_object_free(VirtualAddress);
}

/* ---- strings: ASCII only, others become '?' ---- */

VOID NdisInitUnicodeString(PNDIS_STRING DestinationString, PCWSTR SourceString)
{
    USHORT length = 0;

    while (SourceString && SourceString[length])
        length++;
    DestinationString->Length = (USHORT)(length * sizeof(WCHAR));
    DestinationString->MaximumLength = (USHORT)(SourceString ? (length + 1) * sizeof(WCHAR) : 0);
    DestinationString->Buffer = (PWSTR)SourceString;
}

VOID NdisInitAnsiString(PNDIS_ANSI_STRING DestinationString, PCSTR SourceString)
{
    USHORT length = SourceString ? (USHORT)strlen(SourceString) : 0;

    DestinationString->Length = length;
    DestinationString->MaximumLength = SourceString ? (USHORT)(length + 1) : 0;
    DestinationString->Buffer = (PCHAR)SourceString;
}

/* The library's own, at any level. */
static NDIS_STATUS to_unicode(PNDIS_STRING Destination, PNDIS_ANSI_STRING Source)
{
    USHORT length = Source->Length;

    if ((size_t)Destination->MaximumLength < (length + 1) * sizeof(WCHAR))
        return NDIS_STATUS_BUFFER_OVERFLOW;
    for (USHORT i = 0; i < length; i++)
        Destination->Buffer[i] = (UCHAR)Source->Buffer[i];
    Destination->Buffer[length] = 0;
    Destination->Length = (USHORT)(length * sizeof(WCHAR));
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS to_ansi(PNDIS_ANSI_STRING Destination, PNDIS_STRING Source)
{
    USHORT length = Source->Length / sizeof(WCHAR);

    if (Destination->MaximumLength < length + 1)
        return NDIS_STATUS_BUFFER_OVERFLOW;
    for (USHORT i = 0; i < length; i++)
        Destination->Buffer[i] = Source->Buffer[i] < 0x80 ? (CHAR)Source->Buffer[i] : '?';
    Destination->Buffer[length] = 0;
    Destination->Length = length;
    return NDIS_STATUS_SUCCESS;
}

VOID NdisInitializeString(PNDIS_STRING Destination, PUCHAR Source)
{
    ANSI_STRING ansi;

    ndis_only_passive("NdisInitializeString");
    NdisInitAnsiString(&ansi, (PCSTR)Source);
    Destination->MaximumLength = (USHORT)(ansi.MaximumLength * sizeof(WCHAR));
    Destination->Buffer = ndis_object_new(NDIS_KIND_MEMORY, Destination->MaximumLength, 0);
    Destination->Length = 0;
    if (Destination->Buffer)
        to_unicode(Destination, &ansi);
}

NDIS_STATUS NdisAnsiStringToUnicodeString(PNDIS_STRING Destination, PNDIS_ANSI_STRING Source)
{
    ndis_only_passive("NdisAnsiStringToUnicodeString");
    return to_unicode(Destination, Source);
}

NDIS_STATUS NdisUnicodeStringToAnsiString(PNDIS_ANSI_STRING Destination, PNDIS_STRING Source)
{
    ndis_only_passive("NdisUnicodeStringToAnsiString");
    return to_ansi(Destination, Source);
}

static WCHAR folded(WCHAR c, BOOLEAN fold)
{
    return fold && c >= 'a' && c <= 'z' ? (WCHAR)(c - 'a' + 'A') : c;
}

BOOLEAN NdisEqualString(PNDIS_STRING String1, PNDIS_STRING String2, BOOLEAN CaseInsensitive)
{
    if (String1->Length != String2->Length)
        return FALSE;
    for (USHORT i = 0; i < String1->Length / sizeof(WCHAR); i++) {
        if (folded(String1->Buffer[i], CaseInsensitive) !=
            folded(String2->Buffer[i], CaseInsensitive))
            return FALSE;
    }
    return TRUE;
}

char *ndis_string_to_utf8(PNDIS_STRING string)
{
    USHORT size = (USHORT)(string->Length / sizeof(WCHAR) + 1);
    ANSI_STRING ansi = {.MaximumLength = size, .Buffer = malloc(size)};

    if (ansi.Buffer)
        to_ansi(&ansi, string);
    return ansi.Buffer;
}

PNDIS_STRING ndis_string_new(const char *utf8)
{
    ANSI_STRING ansi;
    PNDIS_STRING string;

    NdisInitAnsiString(&ansi, utf8);
    string = malloc(sizeof(*string) + ansi.MaximumLength * sizeof(WCHAR));
    if (!string)
        return NULL;
    string->MaximumLength = (USHORT)(ansi.MaximumLength * sizeof(WCHAR));
    string->Buffer = (PWSTR)(string + 1);
    to_unicode(string, &ansi);
    return string;
}

/* ---- spin locks ---- */

VOID NdisAllocateSpinLock(PNDIS_SPIN_LOCK SpinLock)
{
    struct nic_lock *lock = ndis_object_new(NDIS_KIND_LOCK, sizeof(*lock), 0);

    SpinLock->SpinLock = (KSPIN_LOCK)lock;
    SpinLock->OldIrql = PASSIVE_LEVEL;
    if (lock)
        ndis.platform->ops->lock_init(ndis.platform, lock, "spin lock of a driver");
}

static struct nic_lock *lock_of(PNDIS_SPIN_LOCK spin_lock)
{
    return (struct nic_lock *)spin_lock->SpinLock;
}

VOID NdisFreeSpinLock(PNDIS_SPIN_LOCK SpinLock)
{
    ndis.platform->ops->lock_free(ndis.platform, lock_of(SpinLock));
    ndis_object_free(lock_of(SpinLock));
    SpinLock->SpinLock = 0;
}

/* Counted while it is held: before and after, a DPC may run on this thread. */
VOID NdisAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock)
{
    if (ndis_verifying())
        ndis_verify_level("NdisAcquireSpinLock", NIC_LEVEL_PASSIVE, NIC_LEVEL_DISPATCH);
    ndis_lock_drivers(lock_of(SpinLock));
    if (ndis_verifying())
        ndis_verify_lock_count(1);
}

VOID NdisReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock)
{
    if (ndis_verifying())
        ndis_verify_lock_count(-1);
    ndis_unlock_drivers(lock_of(SpinLock));
}

VOID NdisDprAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock)
{
    if (ndis_verifying()) {
        ndis_verify_level("NdisDprAcquireSpinLock", NIC_LEVEL_DISPATCH, NIC_LEVEL_DISPATCH);
        ndis_verify_lock_count(1);
    }
    ndis_lock_drivers(lock_of(SpinLock));
}

VOID NdisDprReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock)
{
    NdisReleaseSpinLock(SpinLock);
}

/* ---- lists; the entry that was first (last) before, NULL for none ---- */

PLIST_ENTRY NdisInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                          PNDIS_SPIN_LOCK SpinLock)
{
    PLIST_ENTRY before;

    ndis_lock(lock_of(SpinLock));
    before = IsListEmpty(ListHead) ? NULL : ListHead->Flink;
    InsertHeadList(ListHead, ListEntry);
    ndis_unlock(lock_of(SpinLock));
    return before;
}

PLIST_ENTRY NdisInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                          PNDIS_SPIN_LOCK SpinLock)
{
    PLIST_ENTRY before;

    ndis_lock(lock_of(SpinLock));
    before = IsListEmpty(ListHead) ? NULL : ListHead->Blink;
    InsertTailList(ListHead, ListEntry);
    ndis_unlock(lock_of(SpinLock));
    return before;
}

PLIST_ENTRY NdisInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PNDIS_SPIN_LOCK SpinLock)
{
    PLIST_ENTRY entry;

    ndis_lock(lock_of(SpinLock));
    entry = IsListEmpty(ListHead) ? NULL : RemoveHeadList(ListHead);
    ndis_unlock(lock_of(SpinLock));
    return entry;
}

/* ---- events and work ---- */

VOID NdisInitializeEvent(PNDIS_EVENT Event)
{
    __atomic_store_n(&Event->Event.Signalled, false, __ATOMIC_RELEASE);
}

VOID NdisSetEvent(PNDIS_EVENT Event)
{
    ndis_up_to_dispatch("NdisSetEvent");
    nic_platform_flag_set(ndis.platform, &Event->Event.Signalled);
}

VOID NdisResetEvent(PNDIS_EVENT Event)
{
    __atomic_store_n(&Event->Event.Signalled, false, __ATOMIC_RELEASE);
}

BOOLEAN NdisWaitEvent(PNDIS_EVENT Event, UINT MsToWait)
{
    ndis_only_passive("NdisWaitEvent");
    if (nic_platform_level() != NIC_LEVEL_PASSIVE)
        return nic_platform_flag_get(&Event->Event.Signalled); /* nobody can wait here */
    return ndis.platform->ops->wait(ndis.platform, &Event->Event.Signalled,
                                    MsToWait ? (uint64_t)MsToWait * 1000000u : UINT64_MAX);
}

VOID NdisMSleep(ULONG MicrosecondsToSleep)
{
    static const volatile bool never = false;

    ndis_only_passive("NdisMSleep");
    if (nic_platform_level() == NIC_LEVEL_PASSIVE)
        ndis.platform->ops->wait(ndis.platform, &never, (uint64_t)MicrosecondsToSleep * 1000u);
}

static void work_run(void *context)
{
    PNDIS_WORK_ITEM item = context;

    OUTSIDE(item->Routine)(item, item->Context);
}

NDIS_STATUS NdisScheduleWorkItem(PNDIS_WORK_ITEM WorkItem)
{
    struct nic_dpc *dpc = (struct nic_dpc *)(void *)WorkItem->WrapperReserved;

    _Static_assert(sizeof(*dpc) <= sizeof(WorkItem->WrapperReserved),
                   "a deferred call fits into a work item");
    dpc->fn = work_run;
    dpc->context = WorkItem;
    dpc->queued = false;
    ndis.platform->ops->work_queue(ndis.platform, dpc);
    return NDIS_STATUS_SUCCESS;
}

/* ---- time ---- */

VOID NdisGetSystemUpTime(PULONG SystemUpTime)
{
    *SystemUpTime = (ULONG)(ndis.platform->ops->now_ns(ndis.platform) / 1000000u);
}

VOID NdisGetCurrentSystemTime(PLARGE_INTEGER SystemTime)
{
    /* The platform's time 0 is taken as 2001-01-01: virtual runs must not depend on the calendar.
     */
    SystemTime->QuadPart =
        126227808000000000ll + (LONGLONG)(ndis.platform->ops->now_ns(ndis.platform) / 100u);
}

VOID NdisStallExecution(UINT MicrosecondsToStall)
{
    uint64_t end =
        ndis.platform->ops->now_ns(ndis.platform) + (uint64_t)MicrosecondsToStall * 1000u;
    uint64_t last = 0, now;

    /* Virtual time stands still in a loop like this; then there is nothing to wait for. */
    while ((now = ndis.platform->ops->now_ns(ndis.platform)) < end && now != last)
        last = now;
}

UINT NdisGetVersion(VOID)
{
    return 0x00050001;
}

/* ---- log ---- */

VOID NdisWriteErrorLogEntry(NDIS_HANDLE NdisAdapterHandle, NDIS_ERROR_CODE ErrorCode,
                            ULONG NumberOfErrorValues, ...)
{
    char values[200] = "";
    size_t used = 0;
    va_list list;

    va_start(list, NumberOfErrorValues);
    for (ULONG i = 0; i < NumberOfErrorValues && used < sizeof(values) - 20; i++)
        used +=
            (size_t)snprintf(values + used, sizeof(values) - used, " %08x", va_arg(list, ULONG));
    va_end(list);
    ndis_log("%s: error log entry %08x%s%s", ndis_miniport_of(NdisAdapterHandle)->name, ErrorCode,
             used ? ", values" : "", values);
}
