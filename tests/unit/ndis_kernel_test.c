/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What <ndis.h> alone brings of the kernel: debug output in Windows' formats, assertions, levels, memory, interlocked operations; and
 * the values in per-packet information.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define DBG 1
#define NDIS_MINIPORT_DRIVER
#define NDIS51_MINIPORT
#include "ndis_rig.h"

/* What DbgPrint writes to standard error. */
static char printed[512];

#define PRINTED(...) (capture_begin(), DbgPrint(__VA_ARGS__), capture_end(), (const char *)printed)

static int saved, ends[2];

static void capture_begin(void)
{
    ck_assert_int_eq(pipe(ends), 0);
    saved = dup(2);
    dup2(ends[1], 2);
}

static void capture_end(void)
{
    ssize_t count;

    fflush(stderr);
    dup2(saved, 2);
    close(saved);
    close(ends[1]);
    count = read(ends[0], printed, sizeof(printed) - 1);
    close(ends[0]);
    printed[count > 0 ? count : 0] = 0;
}

START_TEST(numbers_and_strings)
{
    NDIS_STRING counted = NDIS_STRING_CONST("counted");
    STRING narrow = {3, 8, (PCHAR) "abcdef"};
    static const WCHAR wide[] = u"wide\u00e9";

    ck_assert_str_eq(PRINTED("%d %u %x %08X|", -1, 7u, 0xabu, 0xcdefu), "-1 7 ab 0000CDEF|");
    ck_assert_str_eq(PRINTED("%lu %ld", (ULONG)0xffffffff, (LONG)-2), "4294967295 -2");
    ck_assert_str_eq(PRINTED("%I64x %llu", (ULONGLONG)0x123456789abcdef0, (ULONGLONG)1 << 40),
                     "123456789abcdef0 1099511627776");
    ck_assert_str_eq(PRINTED("%s %c %p", "text", 'c', (PVOID)0x1234), "text c 1234");
    ck_assert_str_eq(PRINTED("%ws %S %ls %wZ %Z", wide, wide, wide, &counted, &narrow),
                     "wide? wide? wide? counted abc");
    ck_assert_str_eq(PRINTED("%s", (char *)NULL), "(null)");
    ck_assert_str_eq(PRINTED("%y and the rest"), "%y and the rest");
}
END_TEST

START_TEST(kdprint_and_a_percent_sign)
{
    capture_begin();
    KdPrint(("100%% of %d\n", 5));
    capture_end();
    ck_assert_str_eq(printed, "100% of 5\n");
}
END_TEST

START_TEST(an_assertion_that_fails_ends_the_program)
{
    ASSERT(1 + 1 == 2);
    ASSERT(1 + 1 == 3);
}
END_TEST

START_TEST(a_breakpoint_stops)
{
    ck_assert_int_eq(NT_VERIFY(1 + 1 == 2), TRUE);
    KdBreakPoint();
}
END_TEST

START_TEST(a_verification_that_fails_ends_the_program)
{
    NT_ASSERT(1 + 1 == 2);
    NT_VERIFY(1 + 1 == 3);
}
END_TEST

START_TEST(level)
{
    struct rig r;
    NDIS_SPIN_LOCK lock;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    NdisAllocateSpinLock(&lock);
    ck_assert_int_eq(KeGetCurrentIrql(), PASSIVE_LEVEL);
    PAGED_CODE();
    NdisAcquireSpinLock(&lock);
    ck_assert_int_eq(KeGetCurrentIrql(), DISPATCH_LEVEL);
    NdisReleaseSpinLock(&lock);
    ck_assert_int_eq(KeGetCurrentIrql(), PASSIVE_LEVEL);
    NdisFreeSpinLock(&lock);
    rig_stop(&r);
}
END_TEST

START_TEST(memory)
{
    UCHAR one[8] = {1, 2, 3, 4, 5, 6, 7, 8}, two[8] = {1, 2, 3, 4, 9, 6, 7, 8};

    ck_assert_uint_eq(RtlCompareMemory(one, two, 8), 4);
    ck_assert_uint_eq(RtlCompareMemory(one, one, 8), 8);
    ck_assert_uint_eq(RtlCompareMemory(one, two, 0), 0);
    ck_assert(!RtlEqualMemory(one, two, 8) && RtlEqualMemory(one, two, 4));
    RtlMoveMemory(one + 1, one, 7); /* they overlap */
    ck_assert(one[1] == 1 && one[7] == 7);
    RtlFillMemory(one, 8, 0x55);
    ck_assert(one[0] == 0x55 && one[7] == 0x55);
}
END_TEST

START_TEST(interlocked)
{
    LONG value = 5;
    PVOID pointer = &value;

    ck_assert_int_eq(InterlockedIncrement(&value), 6);
    ck_assert_int_eq(InterlockedDecrement(&value), 5);
    ck_assert_int_eq(InterlockedExchange(&value, 9), 5);
    ck_assert_int_eq(InterlockedExchangeAdd(&value, 2), 9);
    ck_assert_int_eq(InterlockedCompareExchange(&value, 1, 0), 11); /* it is not 0 */
    ck_assert_int_eq(InterlockedCompareExchange(&value, 1, 11), 11);
    ck_assert_int_eq(value, 1);
    ck_assert_ptr_eq(InterlockedExchangePointer(&pointer, NULL), &value);
    ck_assert_ptr_null(InterlockedCompareExchangePointer(&pointer, &value, NULL));
    ck_assert_ptr_eq(pointer, &value);
    ck_assert_int_eq(InterlockedOr(&value, 6), 1);
    ck_assert_int_eq(InterlockedAnd(&value, 3), 7);
    ck_assert_int_eq(InterlockedXor(&value, 1), 3);
    ck_assert_int_eq(_InterlockedExchange(&value, 4), 2);
    ck_assert_int_eq(_InterlockedCompareExchange(&value, 5, 4), 4);
    ck_assert_int_eq(value, 5);
}
END_TEST

/* Pages have 4 KiB. */
START_TEST(pages_arrays_and_bytes)
{
    USHORT array[7];

    ck_assert_uint_eq(RTL_NUMBER_OF(array), 7);
    ck_assert_uint_eq(ARRAYSIZE(array), 7);
    ck_assert_uint_eq(BYTES_TO_PAGES(0x2000), 2);
    ck_assert_uint_eq(BYTES_TO_PAGES(0x2001), 3);
    ck_assert_uint_eq(ROUND_TO_PAGES(0x100000001), 0x100001000);
    ck_assert_uint_eq(BYTE_OFFSET(0x12345), 0x345);
    ck_assert_ptr_eq(PAGE_ALIGN(0x123456789), (PVOID)0x123456000);
    ck_assert_uint_eq(ADDRESS_AND_SIZE_TO_SPAN_PAGES(0x1fff, 1), 1);
    ck_assert_uint_eq(ADDRESS_AND_SIZE_TO_SPAN_PAGES(0x1fff, 2), 2);
    ck_assert_uint_eq(ADDRESS_AND_SIZE_TO_SPAN_PAGES(0x1000, 0), 0);
    ck_assert_uint_eq(RtlUshortByteSwap(0x1234), 0x3412);
    ck_assert_uint_eq(RtlUlongByteSwap(0x12345678), 0x78563412);
    ck_assert_uint_eq(RtlUlonglongByteSwap(0x123456789abcdef0), 0xf0debc9a78563412);
    ck_assert_uint_eq(PtrToUlong((PVOID)0x123456789), 0x23456789);
    ck_assert_ptr_eq(UlongToPtr(0x23456789), (PVOID)0x23456789);
    ck_assert(NT_SUCCESS(0) && NT_SUCCESS(NDIS_STATUS_PENDING) && !NT_SUCCESS(NDIS_STATUS_FAILURE));
}
END_TEST

/* The bits lie as on Windows: from the lowest. */
START_TEST(values_in_per_packet_information)
{
    NDIS_PACKET_8021Q_INFO tag = {.Value = NULL};
    NDIS_TCP_IP_CHECKSUM_PACKET_INFO sums = {.Value = 0};
    PCI_COMMON_CONFIG config;

    tag.TagHeader.UserPriority = 5;
    tag.TagHeader.VlanId = 0x123;
    ck_assert_uint_eq((ULONG_PTR)tag.Value, 0x1235);
    sums.Transmit.NdisPacketTcpChecksum = 1;
    ck_assert_uint_eq(sums.Value, 4);
    ck_assert_uint_eq((ULONG)PCI_COMMON_HDR_LENGTH, 0x40);
    ck_assert_uint_eq(sizeof(config), 256);
    ck_assert_ptr_eq(ALIGN_UP_POINTER_BY(0x1001, 0x40), (PVOID)0x1040);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_kernel");
    TCase *t = tcase_create("kernel");

    tcase_add_test(t, numbers_and_strings);
    tcase_add_test(t, kdprint_and_a_percent_sign);
    tcase_add_test_raise_signal(t, an_assertion_that_fails_ends_the_program, SIGABRT);
    tcase_add_test_raise_signal(t, a_breakpoint_stops, SIGTRAP);
    tcase_add_test_raise_signal(t, a_verification_that_fails_ends_the_program, SIGABRT);
    tcase_add_test(t, level);
    tcase_add_test(t, memory);
    tcase_add_test(t, interlocked);
    tcase_add_test(t, pages_arrays_and_bytes);
    tcase_add_test(t, values_in_per_packet_information);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
