/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See ndis_lists.h.
 */
#include "ndis_machine.h"

static struct nic_lock *lock_of(PNDIS_SPIN_LOCK spin_lock)
{
    return (struct nic_lock *)spin_lock->SpinLock;
}

PSINGLE_LIST_ENTRY NdisInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                PSINGLE_LIST_ENTRY ListEntry, PNDIS_SPIN_LOCK Lock)
{
    PSINGLE_LIST_ENTRY before;

    ndis_lock(lock_of(Lock));
    before = ListHead->Next;
    PushEntryList(ListHead, ListEntry);
    ndis_unlock(lock_of(Lock));
    return before;
}

PSINGLE_LIST_ENTRY NdisInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PNDIS_SPIN_LOCK Lock)
{
    PSINGLE_LIST_ENTRY entry;

    ndis_lock(lock_of(Lock));
    entry = PopEntryList(ListHead);
    ndis_unlock(lock_of(Lock));
    return entry;
}

PSLIST_ENTRY NdisInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry,
                                           PNDIS_SPIN_LOCK Lock)
{
    PSLIST_ENTRY before;

    ndis_lock(lock_of(Lock));
    before = ListHead->Head;
    ListEntry->Next = before;
    ListHead->Head = ListEntry;
    __atomic_store_n(&ListHead->Depth, ListHead->Depth + 1, __ATOMIC_RELEASE);
    ndis_unlock(lock_of(Lock));
    return before;
}

PSLIST_ENTRY NdisInterlockedPopEntrySList(PSLIST_HEADER ListHead, PNDIS_SPIN_LOCK Lock)
{
    PSLIST_ENTRY entry;

    ndis_lock(lock_of(Lock));
    entry = ListHead->Head;
    if (entry) {
        ListHead->Head = entry->Next;
        __atomic_store_n(&ListHead->Depth, ListHead->Depth - 1, __ATOMIC_RELEASE);
    }
    ndis_unlock(lock_of(Lock));
    return entry;
}

/* ---- lookaside lists ---- */

static PVOID allocate(POOL_TYPE type, SIZE_T size, ULONG tag)
{
    (void)type;
    return ndis_object_new(NDIS_KIND_MEMORY, size, tag);
}

VOID NdisInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                       PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                       ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)
{
    (void)Flags;
    (void)Depth;
    *Lookaside = (NPAGED_LOOKASIDE_LIST){
        .Allocate = Allocate ? Allocate : allocate,
        .Free = Free ? Free : ndis_object_free,
        .Tag = Tag,
        .Size = (ULONG)Size,
    };
}

VOID NdisDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    ULONG outstanding = __atomic_load_n(&Lookaside->Outstanding, __ATOMIC_ACQUIRE);

    if (outstanding && ndis_verifying())
        ndis_verify_finding(NULL, "NdisDeleteNPagedLookasideList with %u entries of it in use",
                            outstanding);
}

PVOID NdisAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    PVOID entry = OUTSIDE(Lookaside->Allocate)(NonPagedPool, Lookaside->Size, Lookaside->Tag);

    if (entry)
        NdisInterlockedIncrement((PLONG)&Lookaside->Outstanding);
    return entry;
}

VOID NdisFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    OUTSIDE(Lookaside->Free)(Entry);
    NdisInterlockedDecrement((PLONG)&Lookaside->Outstanding);
}

/* ---- numbers and strings ---- */

ULONG NdisInterlockedAddUlong(PULONG Addend, ULONG Increment, PNDIS_SPIN_LOCK SpinLock)
{
    ULONG before;

    ndis_lock(lock_of(SpinLock));
    before = *Addend;
    *Addend += Increment;
    ndis_unlock(lock_of(SpinLock));
    return before;
}

NDIS_STATUS NdisUpcaseUnicodeString(PUNICODE_STRING DestinationString, PUNICODE_STRING SourceString)
{
    if (DestinationString->MaximumLength < SourceString->Length)
        return NDIS_STATUS_BUFFER_OVERFLOW;
    for (USHORT i = 0; i < SourceString->Length / sizeof(WCHAR); i++) {
        WCHAR c = SourceString->Buffer[i];
        DestinationString->Buffer[i] = c >= 'a' && c <= 'z' ? (WCHAR)(c - 'a' + 'A') : c;
    }
    DestinationString->Length = SourceString->Length;
    return NDIS_STATUS_SUCCESS;
}
