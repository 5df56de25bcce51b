/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of NBLs and NET_BUFFERs, context space, and where data starts.
 */
#include "ndis_rig6.h"

#include <string.h>

static struct rig6 r;

static void setup(void)
{
    static const struct nic_script6_miniport like;

    rig6_start(&r, &like, 0, RIG_VERIFY | RIG_NO_MINIPORT);
}

static void teardown(void)
{
    rig6_stop_clean(&r);
}

static NDIS_HANDLE list_pool(BOOLEAN with_nb, USHORT context, ULONG data)
{
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = with_nb,
        .ContextSize = context,
        .DataSize = data};

    return NdisAllocateNetBufferListPool(NULL, &p);
}

static NDIS_HANDLE buffer_pool(ULONG data)
{
    NET_BUFFER_POOL_PARAMETERS p = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,
                                               NET_BUFFER_POOL_PARAMETERS_REVISION_1,
                                               NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1},
                                    .DataSize = data};

    return NdisAllocateNetBufferPool(NULL, &p);
}

START_TEST(pools_grow_and_their_nbls_are_distinct)
{
    enum { COUNT = 1000 };
    PNET_BUFFER_LIST nbls[COUNT];
    NDIS_HANDLE pool = list_pool(TRUE, 32, 0);

    for (unsigned i = 0; i < COUNT; i++) {
        nbls[i] = NdisAllocateNetBufferAndNetBufferList(pool, 16, 0, NULL, 0, 0);
        ck_assert_ptr_nonnull(nbls[i]);
        ck_assert_uint_eq((uintptr_t)nbls[i] % MEMORY_ALLOCATION_ALIGNMENT, 0);
        ck_assert_ptr_eq(nbls[i]->NdisPoolHandle, pool);
        ck_assert_ptr_null(nbls[i]->Next);
        ck_assert_ptr_nonnull(nbls[i]->FirstNetBuffer);
        ck_assert_ptr_null(nbls[i]->FirstNetBuffer->Next);
        memset(NET_BUFFER_LIST_CONTEXT_DATA_START(nbls[i]), (int)i, 16);
        nbls[i]->ProtocolReserved[3] = nbls[i];
    }
    for (unsigned i = 0; i < COUNT; i++) {
        ck_assert_ptr_eq(nbls[i]->ProtocolReserved[3], nbls[i]);
        ck_assert_uint_eq(NET_BUFFER_LIST_CONTEXT_DATA_START(nbls[i])[15], (UCHAR)i);
        NdisFreeNetBufferList(nbls[i]);
    }
    NdisFreeNetBufferListPool(pool);
}
END_TEST

START_TEST(parameters_are_checked)
{
    NET_BUFFER_LIST_POOL_PARAMETERS p = {.Header = {NDIS_OBJECT_TYPE_DEFAULT, 1, 4}};

    ck_assert_ptr_null(NdisAllocateNetBufferListPool(NULL, &p)); /* too short */
    ck_assert_ptr_null(list_pool(FALSE, 0, 100));                /* data without a NET_BUFFER */
    ck_assert_ptr_null(list_pool(FALSE, 8, 0));                  /* context not a multiple of 16 */
}
END_TEST

START_TEST(data_of_the_pool_has_its_mdl)
{
    NDIS_HANDLE lists = list_pool(TRUE, 0, 200), buffers = buffer_pool(100);
    PNET_BUFFER_LIST nbl = NdisAllocateNetBufferAndNetBufferList(lists, 0, 0, NULL, 10, 50);
    PNET_BUFFER nb = NdisAllocateNetBufferMdlAndData(buffers);

    ck_assert_uint_eq(nbl->FirstNetBuffer->MdlChain->ByteCount, 200);
    ck_assert_uint_eq(nbl->FirstNetBuffer->CurrentMdlOffset, 10);
    memset(nbl->FirstNetBuffer->MdlChain->MappedSystemVa, 1, 200);
    ck_assert_uint_eq(nb->MdlChain->ByteCount, 100);
    ck_assert_uint_eq(nb->DataLength, 0);
    memset(nb->MdlChain->MappedSystemVa, 1, 100);
    NdisFreeNetBuffer(nb);
    NdisFreeNetBufferList(nbl);
    NdisFreeNetBufferPool(buffers);
    NdisFreeNetBufferListPool(lists);
}
END_TEST

START_TEST(context_space_is_a_stack)
{
    NDIS_HANDLE pool = list_pool(FALSE, 32, 0);
    PNET_BUFFER_LIST nbl = NdisAllocateNetBufferList(pool, 16, 0);
    PUCHAR first = NET_BUFFER_LIST_CONTEXT_DATA_START(nbl);

    ck_assert_uint_eq(NET_BUFFER_LIST_CONTEXT_DATA_SIZE(nbl), 16);
    ck_status(NdisAllocateNetBufferListContext(nbl, 16, 0, 0), NDIS_STATUS_SUCCESS);
    ck_assert_ptr_eq(NET_BUFFER_LIST_CONTEXT_DATA_START(nbl), first - 16);
    /* The pool's is used up: a block of its own, with room for one more. */
    ck_status(NdisAllocateNetBufferListContext(nbl, 16, 16, 0), NDIS_STATUS_SUCCESS);
    ck_assert_ptr_ne(NET_BUFFER_LIST_CONTEXT_DATA_START(nbl), first - 32);
    ck_status(NdisAllocateNetBufferListContext(nbl, 16, 0, 0), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(NET_BUFFER_LIST_CONTEXT_DATA_SIZE(nbl), 32);
    NdisFreeNetBufferListContext(nbl, 16);
    NdisFreeNetBufferListContext(nbl, 16);
    ck_assert_ptr_eq(NET_BUFFER_LIST_CONTEXT_DATA_START(nbl), first - 16);
    ck_status(NdisAllocateNetBufferListContext(nbl, 64, 0, 0), NDIS_STATUS_SUCCESS);
    NdisFreeNetBufferList(nbl); /* with what is left on it */
    NdisFreeNetBufferListPool(pool);
}
END_TEST

/* Data in three pieces of 5, 0 and 7 bytes. */
static UCHAR bytes[12];
static PMDL pieces[3];

static PNET_BUFFER pieced(NDIS_HANDLE pool, ULONG offset, ULONG length)
{
    const UINT lengths[3] = {5, 0, 7};
    UINT at = 0;

    for (unsigned i = 0; i < 12; i++)
        bytes[i] = (UCHAR)('a' + i);
    for (unsigned i = 0; i < 3; i++) {
        pieces[i] = NdisAllocateMdl(NULL, bytes + at, lengths[i]);
        at += lengths[i];
        if (i)
            pieces[i - 1]->Next = pieces[i];
    }
    return NdisAllocateNetBuffer(pool, pieces[0], offset, length);
}

static void free_pieced(PNET_BUFFER nb)
{
    for (unsigned i = 0; i < 3; i++)
        NdisFreeMdl(pieces[i]);
    NdisFreeNetBuffer(nb);
}

START_TEST(data_buffers_and_copies)
{
    NDIS_HANDLE pool = buffer_pool(0);
    PNET_BUFFER nb = pieced(pool, 2, 9);
    UCHAR target_bytes[20] = {0}, storage[12] = {0};
    PMDL target_mdl = NdisAllocateMdl(NULL, target_bytes, sizeof(target_bytes));
    PNET_BUFFER target = NdisAllocateNetBuffer(pool, target_mdl, 4, 16);
    ULONG copied;

    ck_assert_ptr_eq(NdisGetDataBuffer(nb, 3, storage, 1, 0), bytes + 2); /* in one piece */
    ck_assert_ptr_null(NdisGetDataBuffer(nb, 4, NULL, 1, 0));
    ck_assert_ptr_eq(NdisGetDataBuffer(nb, 9, storage, 1, 0), storage);
    ck_assert_mem_eq(storage, "cdefghijk", 9);
    ck_assert_ptr_null(
        NdisGetDataBuffer(nb, 10, storage, 1, 0)); /* there is more memory, not data */
    NdisCopyFromNetBufferToNetBuffer(target, 1, 100, nb, 2, &copied);
    ck_assert_uint_eq(copied, 7);
    ck_assert_mem_eq(target_bytes, "\0\0\0\0\0efghijk\0", 13);
    NdisFreeNetBuffer(target);
    NdisFreeMdl(target_mdl);
    free_pieced(nb);
    NdisFreeNetBufferPool(pool);
}
END_TEST

START_TEST(retreat_and_advance)
{
    NDIS_HANDLE pool = buffer_pool(0);
    PNET_BUFFER nb = pieced(pool, 6, 6);
    UCHAR storage[20];

    ck_assert_ptr_eq(nb->CurrentMdl, pieces[2]);
    ck_assert_uint_eq(nb->CurrentMdlOffset, 1);
    ck_status(NdisRetreatNetBufferDataStart(nb, 4, 0, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(nb->DataOffset, 2);
    ck_assert_uint_eq(nb->DataLength, 10);
    ck_assert_ptr_eq(nb->CurrentMdl, pieces[0]);
    /* Beyond the start of the chain: an MDL more, with 8 bytes of backfill. */
    ck_status(NdisRetreatNetBufferDataStart(nb, 6, 8, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_ptr_ne(nb->MdlChain, pieces[0]);
    ck_assert_uint_eq(nb->MdlChain->ByteCount, 12);
    ck_assert_uint_eq(nb->DataOffset, 8);
    ck_assert_uint_eq(nb->DataLength, 16);
    memcpy(NdisGetDataBuffer(nb, 4, NULL, 1, 0), "WXYZ", 4);
    ck_assert_ptr_nonnull(NdisGetDataBuffer(nb, 16, storage, 1, 0));
    ck_assert_mem_eq(storage, "WXYZabcdefghijkl", 16);
    NdisAdvanceNetBufferDataStart(nb, 6, TRUE, NULL);
    ck_assert_ptr_eq(nb->MdlChain, pieces[0]);
    ck_assert_uint_eq(nb->DataOffset, 2);
    ck_assert_uint_eq(nb->DataLength, 10);
    free_pieced(nb);
    NdisFreeNetBufferPool(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_nbl");
    TCase *t = tcase_create("nbl");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pools_grow_and_their_nbls_are_distinct);
    tcase_add_test(t, parameters_are_checked);
    tcase_add_test(t, data_of_the_pool_has_its_mdl);
    tcase_add_test(t, context_space_is_a_stack);
    tcase_add_test(t, data_buffers_and_copies);
    tcase_add_test(t, retreat_and_advance);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
