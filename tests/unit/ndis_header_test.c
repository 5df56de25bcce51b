/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header's sizes, offsets and values against numbers taken from Microsoft's 64-bit headers and
 * pages, and that every call of REQ-7 exists with its signature.
 */
#include <check.h>

#define NDIS_MINIPORT_DRIVER
#define NDIS51_MINIPORT
#define NDIS50
#include "ndis.h"
#include "ndis_facts.h"
#include "ndis_facts6.h"

/* Among them C-6: MiniportReserved has the size of two pointers. */
START_TEST(req_35_sizes_offsets_and_values)
{
#define SIZE(type, expected)                                                                       \
    ck_assert_msg(sizeof(type) == (expected), #type " has %zu bytes", sizeof(type));
    SIZES(SIZE)
#define OFFSET(type, field, expected)                                                              \
    ck_assert_msg(offsetof(type, field) == (expected), #type "." #field " is at %zu",              \
                  offsetof(type, field));
    OFFSETS(OFFSET)
#define VALUE(name, expected)                                                                      \
    ck_assert_msg((uint32_t)(name) == (uint32_t)(expected), #name " is %08x", (unsigned)(name));
    VALUES(VALUE)
}
END_TEST

START_TEST(ndis6_sizes_offsets_and_values)
{
    SIZES6(SIZE);
    OFFSETS6(OFFSET);
    VALUES6(VALUE);
}
END_TEST

/* C-2: no status is answered; what became of an NBL is in the NBL. */
START_TEST(req_14_c_2_nbls_are_sent_without_a_result)
{
    VOID(*const send)
    (NDIS_HANDLE, PNET_BUFFER_LIST, NDIS_PORT_NUMBER, ULONG) = NdisSendNetBufferLists;
    VOID (*const complete)(NDIS_HANDLE, PNET_BUFFER_LIST, ULONG) = NdisMSendNetBufferListsComplete;
    VOID(*const miniport_send)
    (NDIS_HANDLE, PNET_BUFFER_LIST, NDIS_PORT_NUMBER, ULONG) =
        (MINIPORT_SEND_NET_BUFFER_LISTS_HANDLER)NULL;

    ck_assert(send && complete && !miniport_send);
}
END_TEST

START_TEST(req_07_every_long_operation_has_its_completion)
{
    /* The assignments are the test: they compile only with these signatures. */
    VOID (*const query)(NDIS_HANDLE, NDIS_STATUS) = NdisMQueryInformationComplete;
    VOID (*const set)(NDIS_HANDLE, NDIS_STATUS) = NdisMSetInformationComplete;
    VOID (*const reset)(NDIS_HANDLE, NDIS_STATUS, BOOLEAN) = NdisMResetComplete;
    VOID (*const status)(NDIS_HANDLE) = NdisMIndicateStatusComplete;
    VOID (*const receive)(NDIS_HANDLE) = NdisMEthIndicateReceiveComplete;
    VOID(*const transfer)
    (NDIS_HANDLE, PNDIS_PACKET, NDIS_STATUS, UINT) = NdisMTransferDataComplete;
    VOID (*const send)(NDIS_HANDLE, PNDIS_PACKET, NDIS_STATUS) = NdisMSendComplete;
    NDIS_STATUS (*const miniport_send)(NDIS_HANDLE, PNDIS_PACKET, UINT) = (W_SEND_HANDLER)NULL;

    ck_assert(query && set && reset && status && receive && transfer && send && !miniport_send);
}
END_TEST

START_TEST(strings_have_16_bit_characters)
{
    NDIS_STRING text = NDIS_STRING_CONST("abc");

    ck_assert_uint_eq(text.Length, 6);
    ck_assert_uint_eq(text.MaximumLength, 8);
    ck_assert_uint_eq(text.Buffer[2], 'c');
    ck_assert_uint_eq(text.Buffer[3], 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_header");
    TCase *t = tcase_create("header");
    SRunner *runner;
    int failed;

    tcase_add_test(t, req_35_sizes_offsets_and_values);
    tcase_add_test(t, ndis6_sizes_offsets_and_values);
    tcase_add_test(t, req_14_c_2_nbls_are_sent_without_a_result);
    tcase_add_test(t, req_07_every_long_operation_has_its_completion);
    tcase_add_test(t, strings_have_16_bit_characters);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
