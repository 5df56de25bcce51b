/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the DDK's ndis.h brings of the kernel besides NDIS and drivers take for granted: debug output, assertions, memory, interlocked
 * operations, alignment, annotations. Included by ndis.h only. min and max are not here: they would take these names from the program.
 */
#ifndef NDIS_KERNEL_H
#define NDIS_KERNEL_H

/* ---- what the compiler of the DDK has ---- */

typedef int64_t LONG64, *PLONG64;
typedef ULONG64 *PULONG64;
typedef char *PSZ;

#define FORCEINLINE                 static inline __attribute__((always_inline))
#define DECLSPEC_ALIGN(Bytes)       __attribute__((aligned(Bytes)))
#define SYSTEM_CACHE_ALIGNMENT_SIZE 64
#define DECLSPEC_CACHEALIGN         DECLSPEC_ALIGN(SYSTEM_CACHE_ALIGNMENT_SIZE)
#define DECLSPEC_NOINLINE           __attribute__((noinline))
#define UNALIGNED
#define C_ASSERT(Condition)                 _Static_assert(Condition, #Condition)
#define ALIGN_DOWN_BY(Size, Align)          ((ULONG_PTR)(Size) & ~((ULONG_PTR)(Align)-1))
#define ALIGN_UP_BY(Size, Align)            ALIGN_DOWN_BY((ULONG_PTR)(Size) + (Align)-1, (Align))
#define ALIGN_UP_POINTER_BY(Pointer, Align) ((PVOID)ALIGN_UP_BY((Pointer), (Align)))

/* Annotations for Microsoft's analysis of code; they mean nothing to another compiler. */
#define _In_
#define _In_opt_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_
#define _In_reads_(Count)
#define _In_reads_bytes_(Bytes)
#define _Out_writes_(Count)
#define _Out_writes_bytes_(Bytes)
#define _Interlocked_
#define _Field_range_(Least, Most)
#define _IRQL_requires_(Level)
#define _IRQL_requires_max_(Level)
#define _Use_decl_annotations_
#define __in
#define __out
#define __inout
#define __drv_freesMem(Kind)

/* ---- debugging ---- */

/* To standard error. Understands Windows' formats: l is 32 bits, I64 and ll are 64, ws, ls and S are strings of WCHAR, Z and wZ counted
 * strings. */
ULONG DbgPrint(PCSTR Format, ...);
VOID RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber,
               PCHAR Message); /* ends the program */
KIRQL KeGetCurrentIrql(VOID);

#if DBG
#define KdPrint(Arguments) DbgPrint Arguments
#define ASSERT(Condition)                                                                          \
    ((void)((Condition) ? 0 : (RtlAssert((PVOID) #Condition, (PVOID)__FILE__, __LINE__, NULL), 0)))
#define ASSERTMSG(Message, Condition)                                                              \
    ((void)((Condition)                                                                            \
                ? 0                                                                                \
                : (RtlAssert((PVOID) #Condition, (PVOID)__FILE__, __LINE__, (Message)), 0)))
#define PAGED_CODE() ASSERT(KeGetCurrentIrql() <= APC_LEVEL)
#else
#define KdPrint(Arguments)
#define ASSERT(Condition)             ((void)0)
#define ASSERTMSG(Message, Condition) ((void)0)
#define PAGED_CODE()                  ((void)0)
#endif

typedef NTSTATUS(NTAPI DRIVER_INITIALIZE)(PDRIVER_OBJECT DriverObject,
                                          PUNICODE_STRING RegistryPath);
typedef DRIVER_INITIALIZE *PDRIVER_INITIALIZE;

/* ---- memory ---- */

#define RtlMoveMemory(Destination, Source, Length) memmove((Destination), (Source), (Length))
#define RtlFillMemory(Destination, Length, Fill)   memset((Destination), (Fill), (Length))
#define RtlEqualMemory(One, Two, Length)           (memcmp((One), (Two), (Length)) == 0)
SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2,
                        SIZE_T Length); /* how many are equal */

/* ---- interlocked operations ---- */

#define InterlockedIncrement(Addend)       __atomic_add_fetch((Addend), 1, __ATOMIC_SEQ_CST)
#define InterlockedDecrement(Addend)       __atomic_sub_fetch((Addend), 1, __ATOMIC_SEQ_CST)
#define InterlockedExchange(Target, Value) __atomic_exchange_n((Target), (Value), __ATOMIC_SEQ_CST)
#define InterlockedExchangeAdd(Addend, Value)                                                      \
    __atomic_fetch_add((Addend), (Value), __ATOMIC_SEQ_CST)
#define InterlockedExchangePointer(Target, Value)                                                  \
    __atomic_exchange_n((PVOID *)(Target), (PVOID)(Value), __ATOMIC_SEQ_CST)
/* The value before. */
#define InterlockedCompareExchange(Destination, Exchange, Comparand)                               \
    __sync_val_compare_and_swap((Destination), (Comparand), (Exchange))
#define InterlockedCompareExchangePointer(Destination, Exchange, Comparand)                        \
    __sync_val_compare_and_swap((PVOID *)(Destination), (PVOID)(Comparand), (PVOID)(Exchange))
#define KeMemoryBarrier()             __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define KeMemoryBarrierWithoutFence() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
