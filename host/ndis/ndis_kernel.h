/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the DDK's ndis.h brings of the kernel besides NDIS and drivers take for granted: debug output, assertions, memory, interlocked
 * operations, pages, alignment, annotations. Included by ndis.h only. min and max are not here: they would take these names from the
 * program.
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
#define RTL_NUMBER_OF(Array)                (sizeof(Array) / sizeof((Array)[0]))
#define ARRAYSIZE(Array)                    RTL_NUMBER_OF(Array)
#define PtrToUlong(Pointer)                 ((ULONG)(ULONG_PTR)(Pointer))
#define UlongToPtr(Value)                   ((PVOID)(ULONG_PTR)(ULONG)(Value))
#define NT_SUCCESS(Status)                  (((NTSTATUS)(Status)) >= 0)
#define MAXUCHAR                            0xff
#define MAXUSHORT                           0xffff
#define MAXULONG                            0xffffffff
#define MAXLONG                             0x7fffffff
#define RtlUshortByteSwap(Value)            __builtin_bswap16((USHORT)(Value))
#define RtlUlongByteSwap(Value)             __builtin_bswap32((ULONG)(Value))
#define RtlUlonglongByteSwap(Value)         __builtin_bswap64((ULONGLONG)(Value))

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
#define _Inout_updates_(Count)
#define _Inout_updates_bytes_(Bytes)
#define _Check_return_
#define _Must_inspect_result_
#define _Success_(Condition)
#define _When_(Condition, Annotations)
#define _Function_class_(Name)
#define _Interlocked_
#define _Field_range_(Least, Most)
#define _IRQL_requires_(Level)
#define _IRQL_requires_max_(Level)
#define _Use_decl_annotations_
#define __in
#define __in_opt
#define __out
#define __out_opt
#define __inout
#define __inout_opt
#define __in_bcount(Bytes)
#define __out_bcount(Bytes)
#define __drv_freesMem(Kind)

/* ---- debugging ---- */

/* To standard error. Understands Windows' formats: l is 32 bits, I64 and ll are 64, ws, ls and S are strings of WCHAR, Z and wZ counted
 * strings. */
ULONG DbgPrint(PCSTR Format, ...);
VOID RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber,
               PCHAR Message); /* ends the program */
VOID DbgBreakPoint(VOID);      /* SIGTRAP: stops in a debugger; without one, it ends the program */
KIRQL KeGetCurrentIrql(VOID);

/* Of NT_VERIFY, whose condition is evaluated in any case; without its text nothing fails. */
static inline BOOLEAN nic_nt_verify(BOOLEAN holds, const char *condition, const char *file,
                                    ULONG line)
{
    if (!holds && condition)
        RtlAssert((PVOID)condition, (PVOID)file, line, NULL);
    return holds;
}

#if DBG
#define KdPrint(Arguments) DbgPrint Arguments
#define KdBreakPoint()     DbgBreakPoint()
#define ASSERT(Condition)                                                                          \
    ((void)((Condition) ? 0 : (RtlAssert((PVOID) #Condition, (PVOID)__FILE__, __LINE__, NULL), 0)))
#define ASSERTMSG(Message, Condition)                                                              \
    ((void)((Condition)                                                                            \
                ? 0                                                                                \
                : (RtlAssert((PVOID) #Condition, (PVOID)__FILE__, __LINE__, (Message)), 0)))
#define NT_ASSERT(Condition) ASSERT(Condition)
#define NT_VERIFY(Condition) nic_nt_verify(!!(Condition), #Condition, __FILE__, __LINE__)
#define PAGED_CODE()         ASSERT(KeGetCurrentIrql() <= APC_LEVEL)
#else
#define KdPrint(Arguments)
#define KdBreakPoint()                ((void)0)
#define NT_ASSERT(Condition)          ((void)0)
#define NT_VERIFY(Condition)          nic_nt_verify(!!(Condition), NULL, NULL, 0)
#define ASSERT(Condition)             ((void)0)
#define ASSERTMSG(Message, Condition) ((void)0)
#define PAGED_CODE()                  ((void)0)
#endif

typedef NTSTATUS(NTAPI DRIVER_INITIALIZE)(PDRIVER_OBJECT DriverObject,
                                          PUNICODE_STRING RegistryPath);
typedef DRIVER_INITIALIZE *PDRIVER_INITIALIZE;

/* ---- memory ---- */

#define PAGE_SHIFT           12L
#define BYTE_OFFSET(Address) ((ULONG)((ULONG_PTR)(Address) & (PAGE_SIZE - 1)))
#define PAGE_ALIGN(Address)  ((PVOID)((ULONG_PTR)(Address) & ~((ULONG_PTR)PAGE_SIZE - 1)))
#define BYTES_TO_PAGES(Size) (((Size) >> PAGE_SHIFT) + (((Size) & (PAGE_SIZE - 1)) != 0))
#define ROUND_TO_PAGES(Size) (((ULONG_PTR)(Size) + PAGE_SIZE - 1) & ~((ULONG_PTR)PAGE_SIZE - 1))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(Address, Size)                                              \
    ((ULONG)((BYTE_OFFSET(Address) + (ULONG_PTR)(Size) + (PAGE_SIZE - 1)) >> PAGE_SHIFT))

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
#define InterlockedOr(Target, Bits)  __atomic_fetch_or((Target), (Bits), __ATOMIC_SEQ_CST)
#define InterlockedAnd(Target, Bits) __atomic_fetch_and((Target), (Bits), __ATOMIC_SEQ_CST)
#define InterlockedXor(Target, Bits) __atomic_fetch_xor((Target), (Bits), __ATOMIC_SEQ_CST)
/* Microsoft's compiler has them by these names, too. */
#define _InterlockedIncrement         InterlockedIncrement
#define _InterlockedDecrement         InterlockedDecrement
#define _InterlockedExchange          InterlockedExchange
#define _InterlockedExchangeAdd       InterlockedExchangeAdd
#define _InterlockedCompareExchange   InterlockedCompareExchange
#define _InterlockedOr                InterlockedOr
#define _InterlockedAnd               InterlockedAnd
#define KeMemoryBarrier()             __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define KeMemoryBarrierWithoutFence() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
