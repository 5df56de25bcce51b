/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are inside the library when what they were made with goes: a driver that lets MiniportHalt return, and a
 * protocol whose binding is closed, while a call of its own is inside; and calls with a handle that has gone before. The
 * verifier names them, and nobody meets freed memory, for which the sanitizer looks.
 */
#include <pthread.h>
#include <semaphore.h>

#include "ndis_machine.h"
#include "ndis_rig6.h"

static struct rig r;
static struct rig6 r6;
static struct nic_script_step step;

static struct nic_script_step one_step(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return step;
}

static struct nic_script6_step manual6(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.final = NDIS_STATUS_SUCCESS, .when = NIC_WHEN_MANUAL};
}

static void found(unsigned findings, const char *finding, const char *words)
{
    ck_assert_msg(findings >= 1, "%u findings, the first: %s", findings, finding);
    ck_assert_msg(strstr(finding, words) != NULL, "\"%s\" is not in: %s", words, finding);
}

static void promiscuous(void)
{
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    ck_status(nic_script_request(&r.protocols[0], NdisRequestSetInformation,
                                 OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
}

/* ---- a driver's call, and its adapter is removed ---- */

static void remove_now(void)
{
    r.bindings = 0;
    ck_status(nic_ndis_adapter_remove("nic0", 1), NDIS_STATUS_SUCCESS);
}

static void on_completed(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    (void)packet;
    (void)status;
    remove_now();
}

static void on_received(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    (void)context;
    (void)header;
    (void)data;
    (void)length;
    remove_now();
}

static void on_burst(void *context)
{
    (void)context;
    remove_now();
}

static void on_status(void *context, NDIS_STATUS status)
{
    (void)context;
    (void)status;
    remove_now();
}

/* What a driver calls, and what its protocol removes the adapter from. */
static const char *const driver_calls[] = {
    "NdisMSendComplete",          "NdisMEthIndicateReceive", "NdisMEthIndicateReceiveComplete",
    "NdisMIndicateReceivePacket", "NdisMIndicateStatus",
};

static void driver_calls_in(int which, PNDIS_PACKET packet)
{
    NDIS_HANDLE adapter = r.miniport->handle;
    static UCHAR frame[60];

    if (which == 0)
        NdisMSendComplete(adapter, packet, NDIS_STATUS_SUCCESS);
    else if (which == 1)
        NdisMEthIndicateReceive(adapter, NULL, frame, 14, frame + 14, 46, 46);
    else if (which == 2)
        NdisMEthIndicateReceiveComplete(adapter);
    else if (which == 3)
        NdisMIndicateReceivePacket(adapter, &packet, 1);
    else
        NdisMIndicateStatus(adapter, NDIS_STATUS_MEDIA_CONNECT, NULL, 0);
}

static void start(bool deserialized)
{
    step = (struct nic_script_step){NDIS_STATUS_PENDING, .when = NIC_WHEN_NEVER};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step, .deserialized = deserialized}, 1,
              RIG_VERIFY, 0);
    promiscuous();
}

/* An outer frame: the same thread, which comes back into the library when the adapter is gone. */
START_TEST(a_driver_halts_in_its_own_call)
{
    struct nic_script_protocol *p = &r.protocols[0];
    PNDIS_PACKET packet;
    char words[128];

    start(true);
    packet = nic_script_packet(p, 60);
    if (_i == 0) {
        p->completed = on_completed;
        nic_script_send(p, packet);
    }
    p->received = _i == 1 || _i == 3 ? on_received : NULL;
    p->burst = _i == 2 ? on_burst : NULL;
    p->status = _i == 4 ? on_status : NULL;
    NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    driver_calls_in(_i, packet);
    snprintf(words, sizeof(words),
             "nic0 returned from MiniportHalt while its %s was inside the library",
             driver_calls[_i]);
    found(r.findings, r.finding, words);
    ck_assert_uint_eq(r.findings, _i == 3 ? 2 : 1); /* that one was still indicated, too */
    if (_i == 0) {
        ck_assert_ptr_nonnull(strstr(r.finding, "submitted at"));
        ck_assert_uint_eq(nic_script_record(p, packet)->completed, 1);
    }
    nic_script_packet_free(p, packet);
    nic_script_protocol_stop(p);
    rig_stop(&r);
}
END_TEST

/* Afterwards: the handle is none. */
START_TEST(a_driver_calls_after_its_halt)
{
    struct nic_script_protocol *p = &r.protocols[0];
    PNDIS_PACKET packet;
    char words[128];

    start(_i % 2);
    packet = nic_script_packet(p, 60);
    remove_now();
    driver_calls_in(_i / 2, packet);
    snprintf(words, sizeof(words), "%s for adapter %p, which is none", driver_calls[_i / 2],
             r.miniport->handle);
    found(r.findings, r.finding, words);
    nic_script_packet_free(p, packet);
    nic_script_protocol_stop(p);
    rig_stop(&r);
}
END_TEST

/* Two threads, by the real clock. */
static sem_t is_in, may_go;

static void hold_inside(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    (void)context;
    (void)header;
    (void)data;
    (void)length;
    sem_post(&is_in);
    sem_wait(&may_go);
}

static void *indicate(void *context)
{
    driver_calls_in(1, context);
    return NULL;
}

START_TEST(a_driver_halts_beside_its_own_call)
{
    pthread_t thread;

    sem_init(&is_in, 0, 0);
    sem_init(&may_go, 0, 0);
    rig_start(&r, &(struct nic_script_miniport){0}, 1, RIG_VERIFY | RIG_POSIX, 0);
    promiscuous();
    r.protocols[0].received = hold_inside;
    pthread_create(&thread, NULL, indicate, NULL);
    sem_wait(&is_in);
    remove_now();
    sem_post(&may_go);
    pthread_join(thread, NULL);
    found(r.findings, r.finding,
          "nic0 returned from MiniportHalt while its NdisMEthIndicateReceive was inside");
    nic_script_protocol_stop(&r.protocols[0]);
    rig_stop(&r);
    sem_destroy(&is_in);
    sem_destroy(&may_go);
}
END_TEST

static void refused_removal(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    (void)packet;
    (void)status;
    ck_status(nic_ndis_adapter_remove("nic0", 1), NDIS_STATUS_FAILURE);
}

/* A serialized one is to be removed from inside of its gate: that would wait for itself. */
START_TEST(not_removed_from_inside)
{
    struct nic_script_protocol *p = &r.protocols[0];
    PNDIS_PACKET packet;

    start(false);
    packet = nic_script_packet(p, 60);
    nic_script_send(p, packet);
    p->completed = refused_removal;
    NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(nic_script_record(p, packet)->completed, 1);
    ck_assert_ptr_nonnull(strstr(r.log, "from inside of a call of its own"));
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    nic_script_packet_free(p, packet);
    rig_stop(&r);
}
END_TEST

/* ---- a protocol's call, and its binding is closed ---- */

static void close_all(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct nic_script_protocol *p = &r.protocols[0];
    NDIS_STATUS closes;

    (void)context;
    (void)packet;
    (void)status;
    p->completed = NULL;
    NdisCloseAdapter(&closes, p->binding);
    p->binding = NULL;
}

/* The first of an array that is refused closes: the second is refused on a binding that is closed. 0: and that is all;
 * 1: the protocol and the adapter go, too. */
static bool all_goes;

static void close_on_refusal(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct nic_script_protocol *p = &r.protocols[0];

    close_all(context, packet, status);
    if (!all_goes)
        return;
    NdisDeregisterProtocol(&status, p->handle);
    ck_status(status, NDIS_STATUS_SUCCESS);
    remove_now();
}

START_TEST(a_protocol_closes_in_its_own_refusal)
{
    struct nic_script_protocol *p = &r.protocols[0];
    PNDIS_PACKET packets[2];

    step = (struct nic_script_step){NDIS_STATUS_PENDING, .when = NIC_WHEN_NEVER};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step, .deserialized = true}, 1,
              RIG_VERIFY, 0);
    all_goes = _i;
    for (unsigned i = 0; i < 2; i++)
        packets[i] = nic_script_packet(p, 60);
    ndis_state_set(ndis_miniport_of(r.miniport->handle), MINIPORT_REMOVING);
    p->completed = close_on_refusal;
    nic_script_send_array(p, packets, 2);
    found(r.findings, r.finding,
          "has closed its binding to nic0 while its NdisSendPackets was inside the library");
    ck_assert_ptr_nonnull(strstr(r.finding, "submitted at"));
    for (unsigned i = 0; i < 2; i++)
        nic_script_packet_free(p, packets[i]);
    if (!all_goes) {
        remove_now();
        nic_script_protocol_stop(p);
    } else {
        NdisFreePacketPool(p->packet_pool);
        NdisFreeBufferPool(p->buffer_pool);
        free(p->data);
        free(p->records);
        free(p->free_slots);
    }
    rig_stop(&r);
}
END_TEST

/* Afterwards: the binding is none. */
START_TEST(a_protocol_calls_after_its_unbinding)
{
    static const char *const calls[] = {"NdisSend",  "NdisSendPackets",       "NdisRequest",
                                        "NdisReset", "NdisCancelSendPackets", "NdisTransferData"};
    struct nic_script_protocol *p = &r.protocols[0];
    NDIS_STATUS status = NDIS_STATUS_FAILURE;
    NDIS_REQUEST request = {.RequestType = NdisRequestSetInformation};
    NDIS_HANDLE binding;
    PNDIS_PACKET packet;
    char words[128];
    UINT count;

    start(_i % 2);
    packet = nic_script_packet(p, 60);
    binding = p->binding;
    remove_now();
    if (_i / 2 == 0)
        NdisSend(&status, binding, packet);
    else if (_i / 2 == 1)
        NdisSendPackets(binding, &packet, 1);
    else if (_i / 2 == 2)
        NdisRequest(&status, binding, &request);
    else if (_i / 2 == 3)
        NdisReset(&status, binding);
    else if (_i / 2 == 4)
        NdisCancelSendPackets(binding, packet);
    else
        NdisTransferData(&status, binding, NULL, 0, 60, packet, &count);
    ck_status(status, NDIS_STATUS_FAILURE);
    snprintf(words, sizeof(words), "%s for binding %p, which is none", calls[_i / 2], binding);
    found(r.findings, r.finding, words);
    nic_script_packet_free(p, packet);
    nic_script_protocol_stop(p);
    rig_stop(&r);
}
END_TEST

/* ---- NDIS 6 ---- */

static void remove_now6(void)
{
    r6.bindings = 0;
    ck_status(nic_ndis_adapter_remove("nic0", 1), NDIS_STATUS_SUCCESS);
}

static void on_status6(void *context, PNDIS_STATUS_INDICATION indication)
{
    (void)context;
    (void)indication;
    remove_now6();
}

static void on_chain6(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    (void)context;
    (void)chain;
    (void)count;
    ck_assert(flags & NDIS_RECEIVE_FLAGS_RESOURCES);
    remove_now6();
}

static void driver_calls_in6(int which, PNET_BUFFER_LIST nbl)
{
    static NDIS_OID_REQUEST request;
    NDIS_STATUS_INDICATION indication = {.StatusCode = NDIS_STATUS_LINK_STATE};
    NDIS_HANDLE adapter = r6.miniport->handle;

    if (which == 0)
        NdisMIndicateStatusEx(adapter, &indication);
    else if (which == 1)
        NdisMIndicateReceiveNetBufferLists(adapter, nbl, 0, 1, NDIS_RECEIVE_FLAGS_RESOURCES);
    else if (which == 2)
        NdisMSendNetBufferListsComplete(adapter, nbl, 0);
    else
        NdisMOidRequestComplete(adapter, &request, NDIS_STATUS_SUCCESS);
}

static const char *const driver_calls6[] = {
    "NdisMIndicateStatusEx", "NdisMIndicateReceiveNetBufferLists",
    "NdisMSendNetBufferListsComplete", "NdisMOidRequestComplete"};

static PNET_BUFFER_LIST start6(void)
{
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    rig6_start(&r6, &(struct nic_script6_miniport){.next = manual6}, 1, RIG_VERIFY);
    ck_status(nic_script6_request(&r6.protocols[0], NdisRequestSetInformation,
                                  OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
    return rig6_chain(&r6.protocols[0], 1, 1);
}

static void stop6(PNET_BUFFER_LIST nbl)
{
    rig6_free(&r6.protocols[0], &nbl, 1);
    if (r6.protocols[0].handle)
        nic_script6_protocol_stop(&r6.protocols[0]);
    r6.bindings = 0;
    rig6_stop(&r6);
}

START_TEST(a_driver_of_ndis_6_halts_in_its_own_call)
{
    PNET_BUFFER_LIST nbl = start6();
    char words[128];

    r6.protocols[0].status = on_status6;
    r6.protocols[0].received = on_chain6;
    driver_calls_in6(_i, nbl);
    snprintf(words, sizeof(words),
             "nic0 returned from MiniportHalt while its %s was inside the library",
             driver_calls6[_i]);
    found(r6.findings, r6.finding, words);
    stop6(nbl);
}
END_TEST

START_TEST(a_driver_of_ndis_6_calls_after_its_halt)
{
    PNET_BUFFER_LIST nbl = start6();
    char words[128];

    remove_now6();
    driver_calls_in6(_i, nbl);
    snprintf(words, sizeof(words), "%s for adapter %p, which is none", driver_calls6[_i],
             r6.miniport->handle);
    found(r6.findings, r6.finding, words);
    stop6(nbl);
}
END_TEST

static void close6(void *context, PNET_BUFFER_LIST nbl)
{
    struct nic_script6_protocol *p = &r6.protocols[0];

    (void)context;
    (void)nbl;
    p->completed = NULL;
    ck_status(NdisCloseAdapterEx(p->binding), NDIS_STATUS_SUCCESS);
    p->binding = NULL;
}

/* Refused for its port, which tells the protocol inside of the call. */
START_TEST(a_protocol_of_ndis_6_closes_in_its_own_refusal)
{
    PNET_BUFFER_LIST nbl = start6();

    r6.protocols[0].completed = close6;
    NdisSendNetBufferLists(r6.protocols[0].binding, nbl, 7, 0);
    found(r6.findings, r6.finding,
          "has closed its binding to nic0 while its NdisSendNetBufferLists was inside the library");
    ck_assert_ptr_nonnull(strstr(r6.finding, "submitted at"));
    stop6(nbl);
}
END_TEST

START_TEST(a_protocol_of_ndis_6_calls_after_its_unbinding)
{
    static const char *const calls[] = {"NdisSendNetBufferLists", "NdisCancelSendNetBufferLists",
                                        "NdisReturnNetBufferLists", "NdisOidRequest",
                                        "NdisCancelOidRequest"};
    static NDIS_OID_REQUEST request;
    PNET_BUFFER_LIST nbl = start6();
    NDIS_HANDLE binding = r6.protocols[0].binding;
    char words[128];

    remove_now6();
    if (_i == 0)
        NdisSendNetBufferLists(binding, nbl, 0, 0);
    else if (_i == 1)
        NdisCancelSendNetBufferLists(binding, nbl);
    else if (_i == 2)
        NdisReturnNetBufferLists(binding, nbl, 0);
    else if (_i == 3)
        ck_status(NdisOidRequest(binding, &request), NDIS_STATUS_FAILURE);
    else
        NdisCancelOidRequest(binding, &request);
    snprintf(words, sizeof(words), "%s for binding %p, which is none", calls[_i], binding);
    found(r6.findings, r6.finding, words);
    stop6(nbl);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_inside");
    TCase *t = tcase_create("calls");

    tcase_add_loop_test(t, a_driver_halts_in_its_own_call, 0, 5);
    tcase_add_loop_test(t, a_driver_calls_after_its_halt, 0, 10);
    tcase_add_test(t, a_driver_halts_beside_its_own_call);
    tcase_add_test(t, not_removed_from_inside);
    tcase_add_loop_test(t, a_protocol_closes_in_its_own_refusal, 0, 2);
    tcase_add_loop_test(t, a_protocol_calls_after_its_unbinding, 0, 12);
    tcase_add_loop_test(t, a_driver_of_ndis_6_halts_in_its_own_call, 0, 2);
    tcase_add_loop_test(t, a_driver_of_ndis_6_calls_after_its_halt, 0, 4);
    tcase_add_test(t, a_protocol_of_ndis_6_closes_in_its_own_refusal);
    tcase_add_loop_test(t, a_protocol_of_ndis_6_calls_after_its_unbinding, 0, 5);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
