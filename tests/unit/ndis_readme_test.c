/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport on the page host/ndis/README.md, taken from it by the build, under the sample
 * protocol and the verifier.
 */
#include "ndis_rig.h"
#include "sender.h"

nic_ndis_driver_entry DriverEntry;

static struct rig r;
static unsigned completed, received;
static UCHAR sent[1515];
static UINT sent_length;

static void on_completed(void *context, ULONG number, NDIS_STATUS status)
{
    (void)context;
    (void)number;
    ck_status(status,
              sent_length < 14 || sent_length > 1514 ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
    completed++;
}

static void on_received(void *context, const UCHAR *octets, UINT length)
{
    (void)context;
    ck_assert_uint_eq(length, sent_length);
    ck_assert_mem_eq(octets, sent, length);
    received++;
}

START_TEST(the_mirror_reflects)
{
    static const struct sender_handlers handlers = {.completed = on_completed,
                                                    .received = on_received};
    static const UINT lengths[] = {13, 14, 60, 1514, 1515};
    struct sender *sender;
    NDIS_STATUS status;
    UCHAR address[6];
    ULONG value;
    UINT moved;

    rig_start(&r, NULL, 0, RIG_VERIFY | RIG_NO_MINIPORT, 0);
    ck_status(nic_ndis_driver_load(DriverEntry, &r.driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", NULL), NDIS_STATUS_SUCCESS);
    sender = sender_open("nic0", &handlers, &status);
    ck_status(status, NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < sizeof(sent); i++)
        sent[i] = (UCHAR)(i * 3 + 2);
    for (unsigned i = 0; i < 5; i++) {
        struct sender_frame frame = {.octets = sent, .length = sent_length = lengths[i]};
        ck_assert_uint_eq(
            sender_send(sender, &frame, 1, _i ? SENDER_NDIS_SEND_PACKETS : SENDER_NDIS_SEND), 1);
    }
    ck_assert_uint_eq(completed, 5);
    ck_assert_uint_eq(received, 3);
    ck_status(sender_query(sender, OID_GEN_MAXIMUM_SEND_PACKETS, &value, 4, &moved),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 1);
    ck_status(sender_query(sender, OID_802_3_CURRENT_ADDRESS, address, 6, &moved),
              NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(address, "\2\0\0mir", 6);
    ck_status(sender_query(sender, OID_802_3_CURRENT_ADDRESS, address, 5, &moved),
              NDIS_STATUS_INVALID_LENGTH);
    ck_status(sender_query(sender, OID_GEN_LINK_SPEED, &value, 4, &moved),
              NDIS_STATUS_NOT_SUPPORTED);
    ck_status(sender_reset(sender), NDIS_STATUS_SUCCESS);
    sender_close(sender);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ndis_readme");
    TCase *c = tcase_create("mirror");

    tcase_add_loop_test(c, the_mirror_reflects, 0, 2);
    suite_add_tcase(s, c);
    return rig_main(s);
}
