/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Singly linked lists, sequenced lists, lookaside lists and small things of the same kind. Included by
 * ndis.h only.
 */
#ifndef NDIS_LISTS_H
#define NDIS_LISTS_H

/* ---- singly linked, first in last out ---- */

static inline void PushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY Entry)
{
    Entry->Next = ListHead->Next;
    ListHead->Next = Entry;
}

static inline PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY ListHead)
{
    PSINGLE_LIST_ENTRY entry = ListHead->Next;
    if (entry)
        ListHead->Next = entry->Next;
    return entry;
}

static inline PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Blink;
    RemoveEntryList(entry);
    return entry;
}

/* Under the caller's spin lock. The entry that was first before, NULL for none. */
PSINGLE_LIST_ENTRY NdisInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                PSINGLE_LIST_ENTRY ListEntry, PNDIS_SPIN_LOCK Lock);
PSINGLE_LIST_ENTRY NdisInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PNDIS_SPIN_LOCK Lock);

/* ---- sequenced: the same with a count; content is the library's ---- */

#if UINTPTR_MAX > UINT32_MAX
typedef struct __attribute__((aligned(16))) _SLIST_ENTRY {
    struct _SLIST_ENTRY *Next;
} SLIST_ENTRY, *PSLIST_ENTRY;

typedef union __attribute__((aligned(16))) _SLIST_HEADER {
    struct {
        ULONGLONG Alignment;
        ULONGLONG Region;
    };
    struct {
        PSLIST_ENTRY Head;
        ULONG Depth;
    };
} SLIST_HEADER, *PSLIST_HEADER;
#else /* to be compared with 32-bit headers */
typedef SINGLE_LIST_ENTRY SLIST_ENTRY, *PSLIST_ENTRY;

typedef union _SLIST_HEADER {
    ULONGLONG Alignment;
    struct {
        SLIST_ENTRY Next;
        USHORT Depth;
        USHORT Sequence;
    };
} SLIST_HEADER, *PSLIST_HEADER;
#endif

#define NdisInitializeSListHead(SListHead) memset((SListHead), 0, sizeof(SLIST_HEADER))
#define NdisQueryDepthSList(SListHead)                                                             \
    ((USHORT)__atomic_load_n(&(SListHead)->Depth, __ATOMIC_ACQUIRE))
PSLIST_ENTRY NdisInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry,
                                           PNDIS_SPIN_LOCK Lock);
PSLIST_ENTRY NdisInterlockedPopEntrySList(PSLIST_HEADER ListHead, PNDIS_SPIN_LOCK Lock);

/* ---- lookaside lists: entries of one size; nothing is kept back ---- */

typedef enum _POOL_TYPE { NonPagedPool, PagedPool } POOL_TYPE;
typedef PVOID(NTAPI *PALLOCATE_FUNCTION)(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
typedef VOID(NTAPI *PFREE_FUNCTION)(PVOID Buffer);

typedef struct __attribute__((aligned(64))) _NPAGED_LOOKASIDE_LIST {
    PALLOCATE_FUNCTION Allocate;
    PFREE_FUNCTION Free;
    ULONG Tag;
    ULONG Size;
    ULONG Outstanding;
    UCHAR Reserved[100];
} NPAGED_LOOKASIDE_LIST, *PNPAGED_LOOKASIDE_LIST;

/* Allocate and Free NULL: the library's memory. Flags and Depth are 0. */
VOID NdisInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                       PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                       ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth);
/* With entries still out, the verifier says so. */
VOID NdisDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
PVOID NdisAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside); /* NULL: no memory */
VOID NdisFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry);

/* ---- numbers and strings ---- */

/* The value before. */
ULONG NdisInterlockedAddUlong(PULONG Addend, ULONG Increment, PNDIS_SPIN_LOCK SpinLock);
#define NdisStoreUlong(DestinationAddress, Value)                                                  \
    memcpy((DestinationAddress), &(ULONG){(Value)}, sizeof(ULONG))
#define NdisRetrieveUlong(DestinationAddress, SourceAddress)                                       \
    memcpy((DestinationAddress), (SourceAddress), sizeof(ULONG))
NDIS_STATUS NdisUpcaseUnicodeString(PUNICODE_STRING DestinationString,
                                    PUNICODE_STRING SourceString);
#define NdisFreeMemoryWithTag(VirtualAddress, Tag) NdisFreeMemory((VirtualAddress), 0, 0)
#define NdisSystemProcessorCount()                 ((CCHAR)1)

#endif
