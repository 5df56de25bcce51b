/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The NT types that NDIS is written in, with the sizes of the 64-bit DDK: ULONG has 32 bits,
 * WCHAR 16. Included by ndis.h only. Kernel objects (event, timer, DPC) have Microsoft's size;
 * their content is the library's.
 */
#ifndef NDIS_TYPES_H
#define NDIS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define IN
#define OUT
#define OPTIONAL
#define CONST const
#ifndef NTAPI
#define NTAPI
#endif
#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

#define VOID void
typedef void *PVOID;
typedef char CHAR, *PCHAR, CCHAR;
typedef unsigned char UCHAR, *PUCHAR;
typedef int16_t SHORT, *PSHORT, CSHORT;
typedef uint16_t USHORT, *PUSHORT;
typedef int INT, *PINT;
typedef unsigned int UINT, *PUINT;
typedef int32_t LONG, *PLONG;
typedef uint32_t ULONG, *PULONG;
typedef int64_t LONGLONG, *PLONGLONG;
typedef uint64_t ULONGLONG, *PULONGLONG;
typedef uint64_t ULONG64;
typedef uint32_t UINT32;
typedef intptr_t LONG_PTR;
typedef uintptr_t ULONG_PTR, *PULONG_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef UCHAR BOOLEAN, *PBOOLEAN;
typedef uint_least16_t WCHAR, *PWCHAR, *PWSTR;
typedef const WCHAR *PCWSTR;
typedef const char *PCSTR;
typedef PVOID HANDLE;
typedef LONG NTSTATUS, *PNTSTATUS;
typedef UCHAR KIRQL, *PKIRQL;
typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;

#define PASSIVE_LEVEL  0
#define APC_LEVEL      1
#define DISPATCH_LEVEL 2

typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER, PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

/* Lengths are in bytes and leave a terminating zero out. */
typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct _DRIVER_OBJECT DRIVER_OBJECT, *PDRIVER_OBJECT;

typedef struct _KEVENT {
    volatile _Bool Signalled;
    UCHAR Filler[7];
    ULONG_PTR Reserved[2];
} KEVENT, *PKEVENT;

typedef struct _KDPC {
    PVOID Private;
    ULONG_PTR Reserved[7];
} KDPC, *PKDPC;

typedef struct _KTIMER {
    PVOID Private;
    ULONG_PTR Reserved[sizeof(PVOID) == 8 ? 7 : 9];
} KTIMER, *PKTIMER;

/* A run of memory. MappedSystemVa is its address, NULL if it could not be mapped. */
typedef struct _MDL {
    struct _MDL *Next;
    CSHORT Size;
    CSHORT MdlFlags;
    struct _EPROCESS *Process;
    PVOID MappedSystemVa;
    PVOID StartVa;
    ULONG ByteCount;
    ULONG ByteOffset;
} MDL, *PMDL;

#define MDL_MAPPED_TO_SYSTEM_VA     0x0001
#define MDL_SOURCE_IS_NONPAGED_POOL 0x0004
#define MDL_MAPPING_CAN_FAIL        0x2000

typedef enum _MM_PAGE_PRIORITY {
    LowPagePriority,
    NormalPagePriority = 16,
    HighPagePriority = 32
} MM_PAGE_PRIORITY;

typedef enum _INTERFACE_TYPE {
    InterfaceTypeUndefined = -1,
    Internal,
    Isa,
    Eisa,
    MicroChannel,
    TurboChannel,
    PCIBus,
    VMEBus,
    NuBus,
    PCMCIABus,
    CBus,
    MPIBus,
    MPSABus,
    ProcessorInternal,
    InternalPowerBus,
    PNPISABus,
    PNPBus,
    MaximumInterfaceType = 18
} INTERFACE_TYPE,
    *PINTERFACE_TYPE;

typedef enum _KINTERRUPT_MODE { LevelSensitive, Latched } KINTERRUPT_MODE;

#define PAGE_SIZE 0x1000

#define ARGUMENT_PRESENT(Argument)        ((Argument) != NULL)
#define UNREFERENCED_PARAMETER(Parameter) ((void)(Parameter))
#define FIELD_OFFSET(Type, Field)         ((LONG)offsetof(Type, Field))
/* A structure up to a field, and the size of an older revision that ended there. */
#define RTL_SIZEOF_THROUGH_FIELD(Type, Field) (offsetof(Type, Field) + sizeof(((Type *)0)->Field))
#define CONTAINING_RECORD(Address, Type, Field)                                                    \
    ((Type *)(void *)((char *)(Address)-offsetof(Type, Field)))
#define RtlCopyMemory(Destination, Source, Length) memcpy((Destination), (Source), (Length))
#define RtlZeroMemory(Destination, Length)         memset((Destination), 0, (Length))

#define MmGetMdlByteCount(Mdl)                      ((Mdl)->ByteCount)
#define MmGetMdlByteOffset(Mdl)                     ((Mdl)->ByteOffset)
#define MmGetSystemAddressForMdl(Mdl)               ((Mdl)->MappedSystemVa)
#define MmGetSystemAddressForMdlSafe(Mdl, Priority) ((void)(Priority), (Mdl)->MappedSystemVa)

/* Doubly linked lists around a head, the caller's lock. */
static inline void InitializeListHead(PLIST_ENTRY ListHead)
{
    ListHead->Flink = ListHead->Blink = ListHead;
}

static inline BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)
{
    return ListHead->Flink == ListHead;
}

static inline void RemoveEntryList(PLIST_ENTRY Entry)
{
    Entry->Blink->Flink = Entry->Flink;
    Entry->Flink->Blink = Entry->Blink;
}

static inline PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Flink;
    RemoveEntryList(entry);
    return entry;
}

static inline void InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    Entry->Flink = ListHead;
    Entry->Blink = ListHead->Blink;
    ListHead->Blink->Flink = Entry;
    ListHead->Blink = Entry;
}

static inline void InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    Entry->Blink = ListHead;
    Entry->Flink = ListHead->Flink;
    ListHead->Flink->Blink = Entry;
    ListHead->Flink = Entry;
}

#endif
