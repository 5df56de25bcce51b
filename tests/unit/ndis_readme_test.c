/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs on the page host/ndis/README.md, taken from it by the build, under the verifier: the miniport under the
 * sample protocol, the protocol above the miniport, the miniport of NDIS 6, the scripted one.
 */
#include "ndis_rig.h"
#include "nic_script6.h"
#include "sender.h"

/* of the page */
nic_ndis_driver_entry DriverEntry, Mirror6Entry;
NDIS_STATUS NTAPI caller_start(VOID);
NDIS_STATUS NTAPI caller_stop(VOID);
extern ULONG calls_completed, frames_received, adapters_bound;
struct nic_script_step third_is_refused(void *context, PNDIS_PACKET packet);

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

static void stop_clean(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static void start_driver(nic_ndis_driver_entry *entry)
{
    rig_start(&r, NULL, 0, RIG_VERIFY | RIG_NO_MINIPORT, 0);
    ck_status(nic_ndis_driver_load(entry, &r.driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", NULL), NDIS_STATUS_SUCCESS);
}

START_TEST(the_protocol_calls_every_adapter)
{
    start_driver(DriverEntry);
    ck_status(caller_start(), NDIS_STATUS_SUCCESS);
    ck_assert(adapters_bound == 1 && calls_completed == 1 && frames_received == 1);
    ck_status(nic_ndis_adapter_add(r.driver, "nic1", NULL), NDIS_STATUS_SUCCESS);
    ck_assert(adapters_bound == 2 && calls_completed == 2 && frames_received == 2);
    ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_status(caller_stop(), NDIS_STATUS_FAILURE); /* nic1 is bound */
    ck_status(nic_ndis_adapter_remove("nic1", 1000), NDIS_STATUS_SUCCESS);
    ck_status(caller_stop(), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

/* The scripted protocol fills its buffers with a pattern of its own: what is received is what was sent. */
static PNET_BUFFER_LIST sent6;
static unsigned received6;

static void on_received6(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    PNET_BUFFER was = sent6->FirstNetBuffer, is = chain->FirstNetBuffer;
    UCHAR one[100], two[100], *first, *second;

    (void)context;
    for (unsigned i = 0; i < received6; i++)
        was = was->Next;
    received6++;
    ck_assert(count == 1 && (flags & NDIS_RECEIVE_FLAGS_RESOURCES));
    ck_assert_uint_eq(is->DataLength, was->DataLength);
    first = NdisGetDataBuffer(was, was->DataLength, one, 1, 0);
    second = NdisGetDataBuffer(is, is->DataLength, two, 1, 0);
    ck_assert_mem_eq(first, second, is->DataLength);
}

START_TEST(the_mirror_of_ndis_6_reflects)
{
    struct nic_script6_protocol protocol = {.received = on_received6};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    start_driver(Mirror6Entry);
    ck_status(nic_script6_protocol_start(&protocol, r.platform), NDIS_STATUS_SUCCESS);
    ck_status(nic_script6_request(&protocol, NdisRequestSetInformation,
                                  OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
    sent6 = nic_script6_nbl(&protocol, 3, 60);
    NdisAdvanceNetBufferDataStart(sent6->FirstNetBuffer->Next, 7, FALSE, NULL);
    nic_script6_send(&protocol, sent6, 0);
    ck_assert_uint_eq(received6, 3);
    ck_assert_uint_eq(nic_script6_record(&protocol, sent6)->completed, 1);
    ck_status(sent6->Status, NDIS_STATUS_SUCCESS);
    nic_script6_nbl_free(&protocol, sent6);
    sent6 = nic_script6_nbl(&protocol, 1, 13);
    nic_script6_send(&protocol, sent6, 0);
    ck_status(sent6->Status, NDIS_STATUS_FAILURE);
    nic_script6_nbl_free(&protocol, sent6);
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_restart("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_status(nic_script6_protocol_stop(&protocol), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

START_TEST(the_script_refuses_the_third)
{
    unsigned count = 0;
    struct nic_script_miniport like = {.next = third_is_refused, .context = &count};
    PNDIS_PACKET packets[4];

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    for (unsigned i = 0; i < 4; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
    }
    rig_run(&r, 1000);
    ck_assert_uint_eq(count, 5); /* one comes again */
    ck_assert_uint_eq(rig_statistics(&r).resources, 1);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    stop_clean();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ndis_readme");
    TCase *c = tcase_create("mirror");

    tcase_add_loop_test(c, the_mirror_reflects, 0, 2);
    tcase_add_test(c, the_protocol_calls_every_adapter);
    tcase_add_test(c, the_mirror_of_ndis_6_reflects);
    tcase_add_test(c, the_script_refuses_the_third);
    suite_add_tcase(s, c);
    return rig_main(s);
}
