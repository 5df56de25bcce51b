/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists under spin locks, sequenced lists, lookaside lists, and the timers and strings that only
 * drivers of hardware use.
 */
#include "ndis_rig.h"

#include <string.h>

static struct rig r;

static void start(void)
{
    rig_start(&r, NULL, 0, RIG_VERIFY | RIG_NO_MINIPORT, 0);
}

static void stop_with(unsigned findings)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == findings, "%u findings, the first: %s", r.findings, r.finding);
}

START_TEST(singly_linked_lists)
{
    SINGLE_LIST_ENTRY head = {NULL}, entries[2];
    NDIS_SPIN_LOCK lock;

    start();
    NdisAllocateSpinLock(&lock);
    ck_assert_ptr_null(NdisInterlockedPopEntryList(&head, &lock));
    ck_assert_ptr_null(NdisInterlockedPushEntryList(&head, &entries[0], &lock));
    ck_assert_ptr_eq(NdisInterlockedPushEntryList(&head, &entries[1], &lock), &entries[0]);
    ck_assert_ptr_eq(NdisInterlockedPopEntryList(&head, &lock), &entries[1]);
    ck_assert_ptr_eq(NdisInterlockedPopEntryList(&head, &lock), &entries[0]);
    ck_assert_ptr_null(NdisInterlockedPopEntryList(&head, &lock));
    NdisFreeSpinLock(&lock);
    stop_with(0);
}
END_TEST

START_TEST(sequenced_lists)
{
    SLIST_HEADER head;
    SLIST_ENTRY entries[3];
    NDIS_SPIN_LOCK lock;

    start();
    NdisAllocateSpinLock(&lock);
    NdisInitializeSListHead(&head);
    ck_assert_ptr_null(NdisInterlockedPopEntrySList(&head, &lock));
    ck_assert_uint_eq(NdisQueryDepthSList(&head), 0);
    ck_assert_ptr_null(NdisInterlockedPushEntrySList(&head, &entries[0], &lock));
    ck_assert_ptr_eq(NdisInterlockedPushEntrySList(&head, &entries[1], &lock), &entries[0]);
    NdisInterlockedPushEntrySList(&head, &entries[2], &lock);
    ck_assert_uint_eq(NdisQueryDepthSList(&head), 3);
    for (unsigned i = 3; i-- > 0;)
        ck_assert_ptr_eq(NdisInterlockedPopEntrySList(&head, &lock), &entries[i]);
    ck_assert_uint_eq(NdisQueryDepthSList(&head), 0);
    NdisFreeSpinLock(&lock);
    stop_with(0);
}
END_TEST

START_TEST(doubly_linked_list_from_its_end)
{
    LIST_ENTRY head, entries[2];

    NdisInitializeListHead(&head);
    InsertTailList(&head, &entries[0]);
    InsertTailList(&head, &entries[1]);
    ck_assert_ptr_eq(RemoveTailList(&head), &entries[1]);
    ck_assert_ptr_eq(RemoveTailList(&head), &entries[0]);
    ck_assert(IsListEmpty(&head));
}
END_TEST

static unsigned allocations, frees;

static PVOID NTAPI allocate(POOL_TYPE type, SIZE_T size, ULONG tag)
{
    ck_assert(type == NonPagedPool && size == 48 && tag == 0x31323334);
    allocations++;
    return malloc(size);
}

static VOID NTAPI release(PVOID buffer)
{
    frees++;
    free(buffer);
}

START_TEST(lookaside_lists)
{
    NPAGED_LOOKASIDE_LIST list;
    PVOID one, two;

    start();
    allocations = frees = 0;
    NdisInitializeNPagedLookasideList(&list, _i ? allocate : NULL, _i ? release : NULL, 0, 48,
                                      0x31323334, 0);
    one = NdisAllocateFromNPagedLookasideList(&list);
    two = NdisAllocateFromNPagedLookasideList(&list);
    ck_assert(one && two && one != two);
    memset(one, 1, 48);
    NdisFreeToNPagedLookasideList(&list, one);
    NdisDeleteNPagedLookasideList(&list); /* too early */
    ck_assert_str_eq(r.finding, "NdisDeleteNPagedLookasideList with 1 entries of it in use");
    NdisFreeToNPagedLookasideList(&list, two);
    NdisDeleteNPagedLookasideList(&list);
    ck_assert(allocations == 2u * (unsigned)_i && frees == allocations);
    stop_with(1);
}
END_TEST

START_TEST(numbers)
{
    NDIS_SPIN_LOCK lock;
    ULONG number = 5, copy;
    UCHAR octets[7];
    PVOID memory;

    start();
    NdisAllocateSpinLock(&lock);
    ck_assert_uint_eq(NdisInterlockedAddUlong(&number, 7, &lock), 5);
    ck_assert_uint_eq(number, 12);
    NdisFreeSpinLock(&lock);
    NdisStoreUlong(octets + 1, 0x01020304);
    ck_assert_mem_eq(octets + 1, "\4\3\2\1", 4);
    NdisRetrieveUlong(&copy, octets + 1);
    ck_assert_uint_eq(copy, 0x01020304);
    ck_status(NdisAllocateMemoryWithTag(&memory, 9, 0x31323334), NDIS_STATUS_SUCCESS);
    NdisFreeMemoryWithTag(memory, 0x31323334);
    ck_assert_int_ge(NdisSystemProcessorCount(), 1);
    stop_with(0);
}
END_TEST

START_TEST(upper_case)
{
    WCHAR room[8] = u"........";
    NDIS_STRING from = NDIS_STRING_CONST("aZ{`z\x00e9"), to = {.MaximumLength = 11, .Buffer = room};

    ck_status(NdisUpcaseUnicodeString(&to, &from), NDIS_STATUS_BUFFER_OVERFLOW);
    to.MaximumLength = 12;
    ck_status(NdisUpcaseUnicodeString(&to, &from), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(to.Length, 12);
    ck_assert_mem_eq(room, u"AZ{`Z\x00e9.", 14);
}
END_TEST

/* Names that only differ in what they promise. */
START_TEST(packets_at_dispatch_level)
{
    NDIS_HANDLE pool, buffers;
    PNDIS_PACKET packets[2];
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;
    UCHAR memory[2][8] = {"abcdefg", ""};
    UINT copied;

    start();
    NdisAllocatePacketPool(&status, &pool, 2, 16);
    NdisAllocateBufferPool(&status, &buffers, 2);
    for (unsigned i = 0; i < 2; i++) {
        NdisDprAllocatePacketNonInterlocked(&status, &packets[i], pool);
        ck_status(status, NDIS_STATUS_SUCCESS);
        NdisAllocateBuffer(&status, &buffer, buffers, memory[i], 8);
        NdisChainBufferAtFront(packets[i], buffer);
    }
    NdisSetPacketCancelId(packets[0], memory);
    ck_assert_ptr_eq(NdisGetPacketCancelId(packets[0]), memory);
    ck_assert_ptr_null(NdisGetPacketCancelId(packets[1]));
    NdisCopyFromPacketToPacketSafe(packets[1], 1, 5, packets[0], 2, &copied, NormalPagePriority);
    ck_assert_uint_eq(copied, 5);
    ck_assert_mem_eq(memory[1], "\0cdefg", 7);
    for (unsigned i = 0; i < 2; i++) {
        NdisUnchainBufferAtFront(packets[i], &buffer);
        NdisFreeBuffer(buffer);
        NdisDprFreePacketNonInterlocked(packets[i]);
    }
    NdisFreeBufferPool(buffers);
    NdisFreePacketPool(pool);
    stop_with(0);
}
END_TEST

static NDIS_TIMER timer;
static unsigned fired, contexts[2];

static VOID NTAPI on_timer(PVOID one, PVOID context, PVOID two, PVOID three)
{
    (void)one;
    (void)two;
    (void)three;
    fired++;
    ++*(unsigned *)context;
}

START_TEST(timers_of_nobody)
{
    BOOLEAN cancelled;

    start();
    fired = contexts[0] = contexts[1] = 0;
    NdisInitializeTimer(&timer, on_timer, &contexts[0]);
    NdisSetPeriodicTimer(&timer, 2);
    NdisMSleep(9000);
    ck_assert_uint_eq(fired, 4);
    NdisSetTimerEx(&timer, 3, &contexts[1]); /* no period any more */
    NdisMSleep(9000);
    ck_assert_uint_eq(contexts[0], 4);
    ck_assert_uint_eq(contexts[1], 1);
    NdisCancelTimer(&timer, &cancelled);
    ck_assert(!cancelled);
    stop_with(0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_lists");
    TCase *t = tcase_create("lists");

    tcase_add_test(t, singly_linked_lists);
    tcase_add_test(t, sequenced_lists);
    tcase_add_test(t, doubly_linked_list_from_its_end);
    tcase_add_loop_test(t, lookaside_lists, 0, 2);
    tcase_add_test(t, numbers);
    tcase_add_test(t, upper_case);
    tcase_add_test(t, packets_at_dispatch_level);
    tcase_add_test(t, timers_of_nobody);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
