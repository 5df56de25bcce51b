/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a miniport tells the protocols: status and received frames, by look-ahead and by packet.
 */
#include "ndis_rig.h"

static struct rig r;

static struct nic_script_step manual(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
}

static void start(unsigned bindings)
{
    rig_start(&r, &(struct nic_script_miniport){.next = manual, .mac_options = 9}, bindings,
              RIG_VERIFY, 0);
}

static void stop_clean(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

START_TEST(req_11_status_reaches_every_binding)
{
    start(2);
    NdisMIndicateStatus(r.miniport->handle, NDIS_STATUS_MEDIA_CONNECT, NULL, 0);
    NdisMIndicateStatusComplete(r.miniport->handle);
    for (unsigned b = 0; b < 2; b++) {
        ck_status(r.protocols[b].last_status, NDIS_STATUS_MEDIA_CONNECT);
        ck_assert_uint_eq(r.protocols[b].status_completes, 1);
    }
    stop_clean();
}
END_TEST

START_TEST(a_binding_that_closes_hears_no_status)
{
    PNDIS_PACKET packet;

    start(2);
    packet = nic_script_packet(&r.protocols[0], 60);
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    ck_status(nic_script_protocol_close(&r.protocols[0]), NDIS_STATUS_PENDING);
    NdisMIndicateStatus(r.miniport->handle, NDIS_STATUS_MEDIA_CONNECT, NULL, 0);
    NdisMIndicateStatusComplete(r.miniport->handle);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_packet_free(&r.protocols[0], packet);
    for (unsigned b = 0; b < 2; b++) {
        ck_assert_uint_eq(r.protocols[b].statuses, b);
        ck_assert_uint_eq(r.protocols[b].status_completes, b);
    }
    ck_status(nic_script_protocol_open(&r.protocols[0], "nic0"), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

static UCHAR received[200];
static UINT received_length;

static void on_received(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    (void)context;
    memcpy(received, header, 14);
    memcpy(received + 14, data, length);
    received_length = 14 + length;
}

static void open_filter(unsigned binding)
{
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    nic_script_request(&r.protocols[binding], NdisRequestSetInformation,
                       OID_GEN_CURRENT_PACKET_FILTER, &filter, 4, NULL);
}

START_TEST(req_12_receive_by_look_ahead)
{
    UCHAR frame[60];

    for (unsigned i = 0; i < 60; i++)
        frame[i] = (UCHAR)i;
    start(2);
    r.protocols[0].received = on_received;
    NdisMEthIndicateReceive(r.miniport->handle, NULL, frame, 14, frame + 14, 46, 46);
    ck_assert_uint_eq(r.protocols[0].frames, 0); /* no filter set */
    open_filter(0);
    for (unsigned i = 0; i < 3; i++)
        NdisMEthIndicateReceive(r.miniport->handle, NULL, frame, 14, frame + 14, 46, 46);
    NdisMEthIndicateReceiveComplete(r.miniport->handle);
    ck_assert_uint_eq(r.protocols[0].frames, 3);
    ck_assert_uint_eq(r.protocols[1].frames, 0);
    ck_assert_uint_eq(r.protocols[0].receive_completes, 1);
    ck_assert_uint_eq(received_length, 60);
    ck_assert_mem_eq(received, frame, 60);
    ck_assert_uint_eq(rig_statistics(&r).indications, 4);
    ck_assert_uint_eq(rig_statistics(&r).unclaimed, 1);
    stop_clean();
}
END_TEST

static PNDIS_PACKET kept[8];
static unsigned keep;
static INT references;

static INT on_packet(void *context, PNDIS_PACKET packet)
{
    (void)context;
    if (references)
        kept[keep++] = packet;
    return references;
}

static PNDIS_PACKET receive_packets[4];

static void make_receive_packets(UCHAR *frame)
{
    for (unsigned i = 0; i < 4; i++) {
        PNDIS_BUFFER buffer;
        NDIS_STATUS status;
        NdisAllocatePacket(&status, &receive_packets[i], r.protocols[0].packet_pool);
        NdisAllocateBuffer(&status, &buffer, r.protocols[0].buffer_pool, frame, 60);
        NdisChainBufferAtFront(receive_packets[i], buffer);
    }
}

static void free_receive_packets(void)
{
    for (unsigned i = 0; i < 4; i++) {
        PNDIS_BUFFER buffer;
        NdisUnchainBufferAtFront(receive_packets[i], &buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(receive_packets[i]);
    }
}

START_TEST(receive_by_packet_and_its_return)
{
    UCHAR frame[60] = {1, 2, 3};

    rig_start(&r, &(struct nic_script_miniport){.next = manual, .deserialized = _i}, 0, RIG_VERIFY,
              0);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].received_packet = on_packet;
        ck_status(nic_script_protocol_start(&r.protocols[b], r.platform, "nic0"),
                  NDIS_STATUS_SUCCESS);
        open_filter(b);
    }
    make_receive_packets(frame);
    references = 1;
    keep = 0;
    for (unsigned i = 0; i < 4; i++)
        NDIS_SET_PACKET_STATUS(receive_packets[i], NDIS_STATUS_SUCCESS);
    NdisMIndicateReceivePacket(r.miniport->handle, receive_packets, 2);
    ck_assert_uint_eq(keep, 4); /* two bindings kept both */
    ck_status(NDIS_GET_PACKET_STATUS(receive_packets[0]), NDIS_STATUS_PENDING);
    NdisReturnPackets(kept, 3);
    ck_assert_uint_eq(r.miniport->returned, 1);
    NdisReturnPackets(kept + 3, 1);
    ck_assert_uint_eq(r.miniport->returned, 2);
    references = 0; /* nobody keeps it: the driver's again at once */
    NdisMIndicateReceivePacket(r.miniport->handle, receive_packets + 2, 1);
    ck_status(NDIS_GET_PACKET_STATUS(receive_packets[2]), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->returned, 2);
    ck_assert_uint_eq(r.protocols[0].receive_completes, 2);
    free_receive_packets();
    for (unsigned b = 0; b < 2; b++)
        ck_status(nic_script_protocol_stop(&r.protocols[b]), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

static PNDIS_PACKET transfer_packet;
static UINT transferred;

static NDIS_STATUS transfer_status;

static void transfer_now(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    struct nic_script_protocol *p = context;

    (void)header;
    (void)data;
    (void)length;
    NdisTransferData(&transfer_status, p->binding, p->receive_context, 10, 20, transfer_packet,
                     &transferred);
}

START_TEST(req_13_transfer_data_of_a_packet_lent_or_not)
{
    UCHAR frame[60], target[40] = {0};
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;

    for (unsigned i = 0; i < 60; i++)
        frame[i] = (UCHAR)(i + 1);
    start(1);
    open_filter(0);
    make_receive_packets(frame);
    NdisAllocatePacket(&status, &transfer_packet, r.protocols[0].packet_pool);
    NdisAllocateBuffer(&status, &buffer, r.protocols[0].buffer_pool, target, sizeof(target));
    NdisChainBufferAtFront(transfer_packet, buffer);
    r.protocols[0].received = transfer_now;
    r.protocols[0].context = &r.protocols[0];
    NDIS_SET_PACKET_STATUS(receive_packets[0], NDIS_STATUS_RESOURCES);
    NdisMIndicateReceivePacket(r.miniport->handle, receive_packets, 1);
    ck_status(transfer_status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(transferred, 20);
    ck_assert_mem_eq(target, frame + 24, 20); /* the offset counts from behind the header */
    ck_status(NDIS_GET_PACKET_STATUS(receive_packets[0]), NDIS_STATUS_RESOURCES);
    ck_assert_uint_eq(r.miniport->returned, 0);
    /* by MiniportTransferData: the context is the driver's */
    NdisMEthIndicateReceive(r.miniport->handle, receive_packets[1], frame, 14, frame + 14, 46, 46);
    NdisTransferData(&status, r.protocols[0].binding, receive_packets[1], 0, 5, transfer_packet,
                     &transferred);
    ck_assert_uint_eq(transferred, 5);
    ck_assert_mem_eq(target, frame, 5);
    /* and pended: offset and length reach the driver, status and count the protocol */
    r.miniport->transfer_pends = true;
    NdisTransferData(&status, r.protocols[0].binding, receive_packets[1], 7, 9, transfer_packet,
                     &transferred);
    ck_status(status, NDIS_STATUS_PENDING);
    ck_assert(!r.protocols[0].transfer_done);
    ck_assert_mem_eq(target, frame + 7, 9);
    NdisMTransferDataComplete(r.miniport->handle, r.miniport->transfer_packet, NDIS_STATUS_FAILURE,
                              3);
    ck_assert(r.protocols[0].transfer_done && r.protocols[0].transferred == 3);
    ck_status(r.protocols[0].transfer_status, NDIS_STATUS_FAILURE);
    /* a binding with a transfer under way closes when it is back */
    if (rig_layer() == RIG_DIRECT) {
        NdisTransferData(&status, r.protocols[0].binding, receive_packets[1], 7, 9, transfer_packet,
                         &transferred);
        ck_status(nic_script_protocol_close(&r.protocols[0]), NDIS_STATUS_PENDING);
        ck_assert(!r.protocols[0].closed);
        NdisMTransferDataComplete(r.miniport->handle, r.miniport->transfer_packet,
                                  NDIS_STATUS_SUCCESS, 9);
        ck_assert(r.protocols[0].closed);
    }
    NdisUnchainBufferAtFront(transfer_packet, &buffer);
    NdisFreeBuffer(buffer);
    NdisFreePacket(transfer_packet);
    free_receive_packets();
    stop_clean();
}
END_TEST
static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "receive");

    tcase_add_test(t, req_11_status_reaches_every_binding);
    if (rig_layer() == RIG_DIRECT)
        tcase_add_test(t, a_binding_that_closes_hears_no_status);
    tcase_add_test(t, req_12_receive_by_look_ahead);
    tcase_add_loop_test(t, receive_by_packet_and_its_return, 0, 2);
    tcase_add_test(t, req_13_transfer_data_of_a_packet_lent_or_not);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_receive");
}
