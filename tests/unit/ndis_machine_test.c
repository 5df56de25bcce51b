/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rest of the library that the send side and the miniport need: registration, configuration,
 * requests, reset, check for hang, halt.
 */
#include "ndis_rig.h"

#include <errno.h>

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

/* ---- registration ---- */

static NDIS50_MINIPORT_CHARACTERISTICS template;
static UINT template_length;
static NDIS_STATUS registered;

static NTSTATUS template_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_HANDLE wrapper;

    ck_assert_uint_gt(path->Length, 0);
    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    registered = NdisMRegisterMiniport(wrapper, (PNDIS_MINIPORT_CHARACTERISTICS)(void *)&template,
                                       template_length);
    NdisTerminateWrapper(wrapper, NULL);
    return registered;
}

static NDIS_STATUS load_template(void)
{
    struct nic_ndis_driver *driver;
    NDIS_STATUS status = nic_ndis_driver_load(template_entry, &driver);

    if (status == NDIS_STATUS_SUCCESS)
        nic_ndis_driver_unload(driver);
    else
        ck_assert_ptr_null(driver);
    return status;
}

static VOID nothing(NDIS_HANDLE context)
{
    (void)context;
}

START_TEST(der_03_registration_checks_the_characteristics)
{
    static const struct {
        UCHAR major, minor;
        UINT length;
        NDIS_STATUS status;
    } versions[] = {
        {3, 0, 112, NDIS_STATUS_SUCCESS},
        {4, 0, 136, NDIS_STATUS_SUCCESS},
        {5, 0, 184, NDIS_STATUS_SUCCESS},
        {5, 0, 183, NDIS_STATUS_BAD_CHARACTERISTICS},
        {3, 0, 111, NDIS_STATUS_BAD_CHARACTERISTICS},
        {5, 1, 184, NDIS_STATUS_BAD_CHARACTERISTICS},
        {2, 0, 184, NDIS_STATUS_BAD_VERSION},
        {5, 2, 184, NDIS_STATUS_BAD_VERSION},
        {6, 0, 184, NDIS_STATUS_BAD_VERSION},
    };
    NDIS50_MINIPORT_CHARACTERISTICS full = {
        .InitializeHandler = (W_INITIALIZE_HANDLER)(void *)nothing,
        .HaltHandler = nothing,
        .QueryInformationHandler = (W_QUERY_INFORMATION_HANDLER)(void *)nothing,
        .SetInformationHandler = (W_SET_INFORMATION_HANDLER)(void *)nothing,
        .ResetHandler = (W_RESET_HANDLER)(void *)nothing,
        .SendHandler = (W_SEND_HANDLER)(void *)nothing,
    };

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    for (unsigned i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        template = full;
        template.MajorNdisVersion = versions[i].major;
        template.MinorNdisVersion = versions[i].minor;
        template_length = versions[i].length;
        ck_status(load_template(), versions[i].status);
    }
    full.MajorNdisVersion = 5;
    template_length = sizeof(full);
    template = full;
    template.SendHandler = NULL; /* neither entry point */
    ck_status(load_template(), NDIS_STATUS_BAD_CHARACTERISTICS);
    template.SendPacketsHandler = (W_SEND_PACKETS_HANDLER)(void *)nothing;
    ck_status(load_template(), NDIS_STATUS_SUCCESS);
    template.MajorNdisVersion = 3; /* version 3.0 has no MiniportSendPackets */
    ck_status(load_template(), NDIS_STATUS_BAD_CHARACTERISTICS);
    template = full;
    template.HaltHandler = NULL;
    ck_status(load_template(), NDIS_STATUS_BAD_CHARACTERISTICS);
    rig_stop(&r);
}
END_TEST

static NTSTATUS lazy_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)driver;
    (void)path;
    return STATUS_SUCCESS;
}

START_TEST(one_machine_and_drivers_that_register_nothing)
{
    struct nic_ndis_driver *driver;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    ck_assert_int_eq(nic_ndis_start(r.platform, NULL), -EBUSY);
    ck_status(nic_ndis_driver_load(lazy_entry, &driver), NDIS_STATUS_BAD_CHARACTERISTICS);
    ck_status(nic_ndis_adapter_remove("none", 1), NDIS_STATUS_ADAPTER_NOT_FOUND);
    ck_assert(!nic_ndis_adapter_statistics("none", &(struct nic_ndis_statistics){0}));
    rig_stop(&r);
    ck_assert_uint_eq(nic_ndis_stop(), 0);
}
END_TEST

START_TEST(initialize_can_fail)
{
    struct nic_script_miniport like = {.initialize_status = NDIS_STATUS_DEVICE_FAILED};
    struct nic_script_miniport *second = malloc(sizeof(*second));

    start(0);
    *second = like;
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, second), NDIS_STATUS_DEVICE_FAILED);
    ck_assert(!nic_ndis_adapter_statistics("nic1", &(struct nic_ndis_statistics){0}));
    ck_status(nic_script_add(r.driver, r.platform, "nic0", 2, second),
              NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(nic_ndis_adapter_add(r.driver, "nic2", (const char *const[]){"Slot=7", NULL}),
              NDIS_STATUS_ADAPTER_NOT_FOUND);
    ck_status(nic_ndis_adapter_add(r.driver, "nic2", (const char *const[]){"no value", NULL}),
              NDIS_STATUS_RESOURCES);
    stop_clean();
    free(second);
}
END_TEST

/* ---- configuration ---- */

static struct {
    ULONG integer, hex;
    NDIS_STATUS bad_integer, missing, binary, address_status;
    char text[20];
    UCHAR address[6];
    UINT address_length;
} read_values;

static NDIS_STATUS reading_initialize(PNDIS_STATUS error, PUINT medium, PNDIS_MEDIUM media,
                                      UINT count, NDIS_HANDLE handle, NDIS_HANDLE wrapper)
{
    NDIS_STRING speed = NDIS_STRING_CONST("SPEED"), name = NDIS_STRING_CONST("Name"),
                none = NDIS_STRING_CONST("None");
    PNDIS_CONFIGURATION_PARAMETER value;
    ANSI_STRING ansi = {.MaximumLength = sizeof(read_values.text), .Buffer = read_values.text};
    NDIS_HANDLE configuration;
    NDIS_STATUS status;
    PVOID address;

    (void)error;
    (void)media;
    (void)count;
    *medium = 0;
    NdisMSetAttributes(handle, &r, TRUE, NdisInterfacePci);
    NdisOpenConfiguration(&status, &configuration, wrapper);
    NdisReadConfiguration(&status, &value, configuration, &speed, NdisParameterInteger);
    ck_status(status, NDIS_STATUS_SUCCESS);
    read_values.integer = value->ParameterData.IntegerData;
    NdisReadConfiguration(&status, &value, configuration, &speed, NdisParameterHexInteger);
    read_values.hex = value->ParameterData.IntegerData;
    NdisReadConfiguration(&read_values.bad_integer, &value, configuration, &name,
                          NdisParameterInteger);
    NdisReadConfiguration(&read_values.missing, &value, configuration, &none, NdisParameterString);
    NdisReadConfiguration(&read_values.binary, &value, configuration, &name, NdisParameterBinary);
    NdisReadConfiguration(&status, &value, configuration, &name, NdisParameterString);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisUnicodeStringToAnsiString(&ansi, &value->ParameterData.StringData);
    NdisReadNetworkAddress(&read_values.address_status, &address, &read_values.address_length,
                           configuration);
    if (read_values.address_status == NDIS_STATUS_SUCCESS)
        memcpy(read_values.address, address, 6);
    NdisCloseConfiguration(configuration);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS no_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length, PULONG a,
                            PULONG b)
{
    (void)context;
    (void)oid;
    (void)buffer;
    (void)length;
    *a = *b = 0;
    return NDIS_STATUS_NOT_SUPPORTED;
}

START_TEST(configuration_is_what_adapter_add_said)
{
    static const char *const addresses[] = {
        "NetworkAddress=02:00:5E:10:aB:ff", "NetworkAddress=02005E10aBff",
        "NetworkAddress=02-00-5e", "NetworkAddress=02005E10aBff0", "other=1"};
    static const UCHAR expected[] = {2, 0, 0x5E, 0x10, 0xAB, 0xFF};
    const char *const parameters[] = {"Speed=100", "Name=a=b", addresses[_i], NULL};
    struct nic_ndis_driver *driver;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    memset(&read_values, 0, sizeof(read_values));
    template = (NDIS50_MINIPORT_CHARACTERISTICS){
        .MajorNdisVersion = 5,
        .InitializeHandler = reading_initialize,
        .HaltHandler = nothing,
        .QueryInformationHandler = no_query,
        .SetInformationHandler = no_query,
        .ResetHandler = (W_RESET_HANDLER)(void *)nothing,
        .SendHandler = (W_SEND_HANDLER)(void *)nothing,
    };
    template_length = sizeof(template);
    ck_status(nic_ndis_driver_load(template_entry, &driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_add(driver, "nic0", parameters), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(read_values.integer, 100);
    ck_assert_uint_eq(read_values.hex, 0x100);
    ck_status(read_values.bad_integer, NDIS_STATUS_FAILURE);
    ck_status(read_values.missing, NDIS_STATUS_FAILURE);
    ck_status(read_values.binary, NDIS_STATUS_FAILURE);
    ck_assert_str_eq(read_values.text, "a=b");
    ck_status(read_values.address_status, _i < 2 ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(read_values.address_length, _i < 2 ? 6 : 0);
    if (_i < 2)
        ck_assert_mem_eq(read_values.address, expected, 6);
    nic_ndis_driver_unload(driver);
    rig_stop(&r);
}
END_TEST

/* ---- requests ---- */

START_TEST(req_08_09_requests_pend_and_come_back)
{
    NDIS_REQUEST requests[3];
    NDIS_STATUS status;
    ULONG value[3] = {0};

    start(1);
    r.miniport->requests_pend = true;
    for (unsigned i = 0; i < 3; i++) {
        requests[i] = (NDIS_REQUEST){
            .RequestType = i == 1 ? NdisRequestSetInformation : NdisRequestQueryInformation,
            .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED + i, &value[i], 4, 0, 0}};
        NdisRequest(&status, r.protocols[0].binding, &requests[i]);
        ck_status(status, NDIS_STATUS_PENDING);
    }
    ck_assert_uint_eq(r.miniport->request_oid, OID_GEN_LINK_SPEED); /* one at a time */
    for (unsigned i = 0; i < 3; i++) {
        r.protocols[0].request_done = false;
        nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
        ck_assert(r.protocols[0].request_done);
        ck_status(r.protocols[0].request_status, NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(requests[i].DATA.QUERY_INFORMATION.BytesWritten, 4);
    }
    ck_assert_uint_eq(value[0], 0x12345678);
    ck_assert_uint_eq(value[1], 0);
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS); /* none: ignored, logged */
    ck_assert_uint_eq(r.logs, 1);
    stop_clean();
}
END_TEST

START_TEST(req_60_mac_options_are_asked_at_the_beginning)
{
    start(0);
    ck_assert_uint_eq(r.miniport->queries, 3); /* MAC options, maximum send packets, address */
    stop_clean();
}
END_TEST

START_TEST(requests_answered_at_once)
{
    ULONG value = 0, filter = NDIS_PACKET_TYPE_BROADCAST;
    UINT bytes;

    start(2);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryStatistics, OID_GEN_MAC_OPTIONS,
                                 &value, 4, &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert(value == 9 && bytes == 4);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryInformation, OID_GEN_MAC_OPTIONS,
                                 &value, 2, NULL),
              NDIS_STATUS_INVALID_LENGTH);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestGeneric1, 0, NULL, 0, NULL),
              NDIS_STATUS_NOT_SUPPORTED);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestSetInformation,
                                 OID_GEN_PROTOCOL_OPTIONS, &value, 4, NULL),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->sets, 0);
    /* The miniport's filter is the union of the bindings' filters. */
    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_BROADCAST);
    filter = NDIS_PACKET_TYPE_DIRECTED;
    nic_script_request(&r.protocols[1], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_DIRECTED);
    filter = 0;
    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_DIRECTED);
    stop_clean();
}
END_TEST

/* ---- reset ---- */

START_TEST(req_10_reset)
{
    NDIS_STATUS status, again;
    PNDIS_PACKET packets[4];
    ULONG value;

    start(2);
    r.miniport->reset_pends = _i;
    for (unsigned i = 0; i < 4; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packets[0]);
    NdisReset(&status, r.protocols[1].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    if (_i) {
        NdisReset(&again, r.protocols[0].binding);
        ck_status(again, NDIS_STATUS_RESET_IN_PROGRESS);
        ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_START);
        ck_status(nic_script_send(&r.protocols[0], packets[1]),
                  NDIS_STATUS_RESET_IN_PROGRESS); /* DER-6 */
        nic_script_send_array(&r.protocols[0], packets + 2, 2);
        ck_status(nic_script_record(&r.protocols[0], packets[3])->status,
                  NDIS_STATUS_RESET_IN_PROGRESS);
        ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryInformation,
                                     OID_GEN_MAC_OPTIONS, &value, 4, NULL),
                  NDIS_STATUS_RESET_IN_PROGRESS);
        ck_assert(!r.protocols[1].reset_done);
        nic_script_reset_done(r.miniport, NDIS_STATUS_SUCCESS);
    }
    ck_assert(r.protocols[1].reset_done && !r.protocols[0].reset_done);
    ck_status(r.protocols[1].reset_status, NDIS_STATUS_SUCCESS);
    for (unsigned b = 0; b < 2; b++) {
        ck_assert_uint_eq(r.protocols[b].statuses, 2);
        ck_assert_uint_eq(r.protocols[b].status_completes, 2);
        ck_status(r.protocols[b].last_status, NDIS_STATUS_RESET_END);
    }
    ck_status(nic_script_record(&r.protocols[0], packets[0])->status,
              NDIS_STATUS_REQUEST_ABORTED); /* DER-7 */
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[0])->completed, 1);
    ck_status(nic_script_send(&r.protocols[0], packets[0]), NDIS_STATUS_PENDING); /* works again */
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    for (unsigned i = 0; i < 4; i++)
        nic_script_packet_free(&r.protocols[0], packets[i]);
    stop_clean();
}
END_TEST

static struct nic_script_step refuse(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES};
}

START_TEST(der_07_reset_ends_a_pended_request_and_the_queue)
{
    const ULONG value = 0;
    NDIS_REQUEST request = {.RequestType = NdisRequestQueryInformation,
                            .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED, (PVOID)&value, 4, 0, 0}};
    PNDIS_PACKET packets[2];
    NDIS_STATUS status;

    start(1);
    r.miniport->requests_pend = true;
    NdisRequest(&status, r.protocols[0].binding, &request);
    ck_status(status, NDIS_STATUS_PENDING);
    r.miniport->next = refuse;
    for (unsigned i = 0; i < 2; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
    }
    NdisReset(&status, r.protocols[0].binding);
    ck_assert(r.protocols[0].reset_done && r.protocols[0].request_done);
    ck_status(r.protocols[0].request_status, NDIS_STATUS_REQUEST_ABORTED);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        ck_status(nic_script_record(&r.protocols[0], packets[i])->status,
                  NDIS_STATUS_REQUEST_ABORTED);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 1);
    stop_clean();
}
END_TEST

START_TEST(check_for_hang_every_two_seconds_and_reset)
{
    start(1);
    rig_run(&r, 1999999);
    ck_assert_uint_eq(r.miniport->hang_checks, 0);
    rig_run(&r, 2);
    ck_assert_uint_eq(r.miniport->hang_checks, 1);
    r.miniport->hangs = TRUE;
    rig_run(&r, 6000000);
    ck_assert_uint_eq(r.miniport->hang_checks, 4);
    ck_assert_uint_eq(r.miniport->resets, 1);
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_END);
    ck_assert(!r.protocols[0].reset_done); /* nobody asked for it */
    stop_clean();
}
END_TEST

/* DER-9: the interval is 2 s; a packet is seen at the first check after it was given to the driver,
 * and at the second check after that two whole intervals have gone by. A completion in between
 * starts them again, the packets that only the loopback had do not. */
START_TEST(der_09_reset_after_two_intervals_without_a_completed_packet)
{
    static const UCHAR self[6] = {2, 0, 0, 0, 0, 9};
    bool is_deserialized = _i & 1, is_looping = _i & 2;
    PNDIS_PACKET packets[5];
    NDIS_REQUEST filter;
    ULONG directed = NDIS_PACKET_TYPE_DIRECTED;
    NDIS_STATUS status;

    rig_start(&r,
              &(struct nic_script_miniport){.next = manual,
                                            .mac_options = 9,
                                            .deserialized = is_deserialized,
                                            .address = {2, 0, 0, 0, 0, 9}},
              1, RIG_VERIFY, 0);
    filter =
        (NDIS_REQUEST){.RequestType = NdisRequestSetInformation,
                       .DATA.SET_INFORMATION = {OID_GEN_CURRENT_PACKET_FILTER, &directed, 4, 0, 0}};
    NdisRequest(&status, r.protocols[0].binding, &filter);
    ck_status(status, NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < 4; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
    }
    rig_run(&r, 5000000); /* checks at 2 s, 4 s */
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1), 1);
        rig_run(&r, 4000000); /* to 9 s, 13 s, 17 s */
        ck_assert_uint_eq(r.miniport->resets, 0);
    }
    ck_assert_uint_eq(r.miniport->hang_checks, 8);
    if (is_looping) {
        PUCHAR data;
        packets[4] = nic_script_packet(&r.protocols[0], 60);
        PNDIS_BUFFER buffer;
        UINT length;
        NdisQueryPacket(packets[4], NULL, NULL, &buffer, NULL);
        NdisQueryBuffer(buffer, (PVOID *)&data, &length);
        memcpy(data, self, 6);
        nic_script_send(&r.protocols[0], packets[4]);
        ck_status(nic_script_record(&r.protocols[0], packets[4])->status, NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(rig_statistics(&r).outstanding, 1);
        nic_script_packet_free(&r.protocols[0], packets[4]);
    }
    rig_run(&r, 999999);
    ck_assert_uint_eq(r.miniport->resets, 0);
    rig_run(&r, 2);
    ck_assert_uint_eq(r.miniport->resets, 1); /* at 18 s: the last completion was before 14 s */
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_END);
    ck_assert(!r.protocols[0].reset_done);
    ck_assert_ptr_nonnull(strstr(r.log, "has completed no packet for 4000 ms; reset"));
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    rig_run(&r, 20000000); /* nothing outstanding, nothing to reset for */
    ck_assert_uint_eq(r.miniport->resets, 1);
    stop_clean();
}
END_TEST

START_TEST(der_09_reset_after_two_intervals_without_an_answer_to_a_request)
{
    ULONG value = 0;
    NDIS_REQUEST requests[2];
    NDIS_STATUS status;

    start(1);
    r.miniport->requests_pend = true;
    for (unsigned i = 0; i < 2; i++) {
        requests[i] =
            (NDIS_REQUEST){.RequestType = NdisRequestQueryInformation,
                           .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED, &value, 4, 0, 0}};
        NdisRequest(&status, r.protocols[0].binding, &requests[i]);
        ck_status(status, NDIS_STATUS_PENDING);
    }
    rig_run(&r, 5000000); /* checks at 2 s, 4 s */
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    ck_assert(r.protocols[0].request_done);
    r.protocols[0].request_done = false;
    rig_run(&r, 4999999); /* the second one was first seen at 6 s */
    ck_assert_uint_eq(r.miniport->resets, 0);
    rig_run(&r, 2);
    ck_assert_uint_eq(r.miniport->resets, 1);
    ck_assert(r.protocols[0].request_done);
    ck_status(r.protocols[0].request_status, NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_ptr_nonnull(strstr(r.log, "has completed no request for 4000 ms; reset"));
    stop_clean();
}
END_TEST

START_TEST(der_09_no_reset_when_the_driver_said_so)
{
    ULONG value = 0;
    NDIS_REQUEST request = {.RequestType = NdisRequestQueryInformation,
                            .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED, &value, 4, 0, 0}};
    bool packets_too = _i & 1, requests_too = _i & 2;
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    rig_start(&r,
              &(struct nic_script_miniport){
                  .next = manual,
                  .attributes = (packets_too ? NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT : 0u) |
                                (requests_too ? NDIS_ATTRIBUTE_IGNORE_REQUEST_TIMEOUT : 0u)},
              1, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    if (packets_too)
        ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    r.miniport->requests_pend = true;
    if (requests_too) {
        NdisRequest(&status, r.protocols[0].binding, &request);
        ck_status(status, NDIS_STATUS_PENDING);
    }
    rig_run(&r, 60000000);
    ck_assert_uint_eq(r.miniport->hang_checks, 30);
    ck_assert_uint_eq(r.miniport->resets, 0);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    if (requests_too)
        nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    nic_script_packet_free(&r.protocols[0], packet);
    stop_clean();
}
END_TEST

/* ---- halt and bindings ---- */

START_TEST(der_10_halt_with_packets_queued_and_outstanding)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_HALT, NIC_WHEN_DPC};
    PNDIS_PACKET packets[3];

    rig_start(&r, &(struct nic_script_miniport){.next = manual}, 1, RIG_VERIFY, 0);
    for (unsigned i = 0; i < 3; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packets[0]);
    r.miniport->pending[0].step.when = whens[_i];
    if (_i)
        r.platform->ops->interrupt_raise(r.platform, 8);
    r.bindings = 0;
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->halts, 1);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[0])->completed, 1);
    ck_status(nic_script_record(&r.protocols[0], packets[0])->status, NDIS_STATUS_SUCCESS);
    ck_assert_ptr_null(r.protocols[0].binding); /* unbound */
    for (unsigned i = 0; i < 3; i++)
        nic_script_packet_free(&r.protocols[0], packets[i]);
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

START_TEST(der_10_queued_packets_are_given_back_before_halt)
{
    PNDIS_PACKET packets[3];

    rig_start(&r, &(struct nic_script_miniport){.next = refuse}, 1, RIG_VERIFY, 0);
    for (unsigned i = 0; i < 3; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        nic_script_send(&r.protocols[0], packets[i]);
    }
    r.bindings = 0;
    nic_ndis_adapter_remove("nic0", 10);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        ck_status(nic_script_record(&r.protocols[0], packets[i])->status,
                  NDIS_STATUS_REQUEST_ABORTED);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 1);
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

START_TEST(close_waits_for_the_last_packet)
{
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    rig_start(&r, &(struct nic_script_miniport){.next = manual, .deserialized = _i}, 1, RIG_VERIFY,
              0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    NdisCloseAdapter(&status, r.protocols[0].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    r.protocols[0].binding = NULL;
    NdisDeregisterProtocol(&status, r.protocols[0].handle);
    ck_status(status, NDIS_STATUS_FAILURE); /* still bound */
    ck_assert(!r.protocols[0].closed);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert(r.protocols[0].closed);
    nic_script_packet_free(&r.protocols[0], packet);
    stop_clean();
}
END_TEST

static void complete_now(void *context, const char *where)
{
    (void)context;
    if (strcmp(where, "NdisCloseAdapter") == 0)
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
}

/* The last packet comes back while NdisCloseAdapter makes up its mind: told once, by one of both.
 */
START_TEST(close_is_told_once)
{
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    rig_start(&r, &(struct nic_script_miniport){.next = manual, .deserialized = _i}, 1, RIG_VERIFY,
              0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    r.platform->preempt = complete_now;
    NdisCloseAdapter(&status, r.protocols[0].binding);
    r.platform->preempt = NULL;
    r.protocols[0].binding = NULL;
    ck_assert(r.protocols[0].closed == (status == NDIS_STATUS_PENDING));
    nic_script_packet_free(&r.protocols[0], packet);
    stop_clean(); /* deregisters: fails if the binding was counted out twice */
}
END_TEST

static struct {
    unsigned binds;
    NDIS_HANDLE binding, bind_context;
    char name[20];
    bool pend;
} bound;

static VOID never_called(NDIS_HANDLE context, NDIS_STATUS status)
{
    (void)context;
    (void)status;
}

static VOID bind_complete(PNDIS_WORK_ITEM item, PVOID context)
{
    (void)item;
    NdisCompleteBindAdapter(context, NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS);
}

static NDIS_HANDLE bind_protocol;

static VOID on_bind(PNDIS_STATUS status, NDIS_HANDLE context, PNDIS_STRING device, PVOID one,
                    PVOID two)
{
    static NDIS_WORK_ITEM item;
    ANSI_STRING ansi = {.MaximumLength = sizeof(bound.name), .Buffer = bound.name};
    NDIS_MEDIUM media[] = {NdisMedium802_5, NdisMedium802_3};
    NDIS_STATUS error;
    UINT selected;

    (void)one;
    (void)two;
    bound.binds++;
    NdisUnicodeStringToAnsiString(&ansi, device);
    NdisOpenAdapter(status, &error, &bound.binding, &selected, media, 1, bind_protocol, NULL,
                    device, 0, NULL);
    ck_status(*status, NDIS_STATUS_UNSUPPORTED_MEDIA);
    NdisOpenAdapter(status, &error, &bound.binding, &selected, media, 2, bind_protocol, NULL,
                    device, 0, NULL);
    ck_status(*status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(selected, 1);
    if (bound.pend) {
        *status = NDIS_STATUS_PENDING;
        NdisInitializeWorkItem(&item, bind_complete, context);
        NdisScheduleWorkItem(&item);
    }
}

static VOID on_unbind(PNDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind_context)
{
    (void)context;
    NdisCloseAdapter(status, bound.binding);
    NdisCompleteUnbindAdapter(unbind_context, *status);
    *status = NDIS_STATUS_PENDING;
}

static NDIS_PROTOCOL_CHARACTERISTICS bind_chars = {
    .MajorNdisVersion = 4,
    .BindAdapterHandler = on_bind,
    .Name = NDIS_STRING_CONST("binder"),
    .SendCompleteHandler = (SEND_COMPLETE_HANDLER)(void *)never_called,
    .RequestCompleteHandler = (REQUEST_COMPLETE_HANDLER)(void *)never_called,
    .ResetCompleteHandler = never_called,
    .CloseAdapterCompleteHandler = never_called,
};

START_TEST(protocols_are_offered_adapters_old_and_new)
{
    struct nic_script_miniport *second = calloc(1, sizeof(*second));
    NDIS_STATUS status;

    start(0);
    memset(&bound, 0, sizeof(bound));
    bound.pend = _i & 1;
    bind_chars.UnbindAdapterHandler = _i & 2 ? on_unbind : NULL;
    NdisRegisterProtocol(&status, &bind_protocol, &bind_chars,
                         sizeof(NDIS40_PROTOCOL_CHARACTERISTICS));
    ck_status(status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bound.binds, 0 + 1);
    ck_assert_str_eq(bound.name, "nic0");
    nic_ndis_adapter_remove("nic0", 10);
    ck_assert_uint_eq(r.logs, _i & 2 ? 0 : 1); /* closed by force */
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, second), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bound.binds, 2);
    ck_assert_str_eq(bound.name, "nic1");
    nic_ndis_adapter_remove("nic1", 10);
    NdisDeregisterProtocol(&status, bind_protocol);
    ck_status(status, NDIS_STATUS_SUCCESS);
    stop_clean();
    free(second);
}
END_TEST

START_TEST(protocol_registration_checks_too)
{
    NDIS_PROTOCOL_CHARACTERISTICS chars = bind_chars;
    NDIS_HANDLE handle, binding;
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STRING none = NDIS_STRING_CONST("none");
    NDIS_STATUS status, error;
    UINT selected;

    start(0);
    chars.MajorNdisVersion = 3;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    ck_status(status, NDIS_STATUS_BAD_VERSION);
    chars.MajorNdisVersion = 5;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(NDIS40_PROTOCOL_CHARACTERISTICS));
    ck_status(status, NDIS_STATUS_BAD_CHARACTERISTICS);
    chars.MajorNdisVersion = 4;
    chars.SendCompleteHandler = NULL;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    ck_status(status, NDIS_STATUS_BAD_CHARACTERISTICS);
    chars = bind_chars;
    chars.BindAdapterHandler = NULL;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    NdisOpenAdapter(&status, &error, &binding, &selected, &medium, 1, handle, NULL, &none, 0, NULL);
    ck_status(status, NDIS_STATUS_ADAPTER_NOT_FOUND);
    NdisDeregisterProtocol(&status, handle);
    stop_clean();
}
END_TEST

START_TEST(a_machine_stopped_as_it_stands)
{
    struct nic_ndis_driver *driver;

    rig_start(&r, &(struct nic_script_miniport){.next = manual}, 0, RIG_VERIFY, 0);
    ck_assert_uint_eq(nic_ndis_stop(), 1); /* the adapter */
    ck_assert_uint_eq(r.miniport->halts, 1);
    r.driver = NULL;
    (void)driver;
    rig_stop(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_machine");
    TCase *t = tcase_create("machine");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, der_03_registration_checks_the_characteristics);
    tcase_add_test(t, one_machine_and_drivers_that_register_nothing);
    tcase_add_test(t, initialize_can_fail);
    tcase_add_loop_test(t, configuration_is_what_adapter_add_said, 0, 5);
    tcase_add_test(t, req_08_09_requests_pend_and_come_back);
    tcase_add_test(t, req_60_mac_options_are_asked_at_the_beginning);
    tcase_add_test(t, requests_answered_at_once);
    tcase_add_loop_test(t, req_10_reset, 0, 2);
    tcase_add_test(t, der_07_reset_ends_a_pended_request_and_the_queue);
    tcase_add_test(t, check_for_hang_every_two_seconds_and_reset);
    tcase_add_loop_test(t, der_09_reset_after_two_intervals_without_a_completed_packet, 0, 4);
    tcase_add_test(t, der_09_reset_after_two_intervals_without_an_answer_to_a_request);
    tcase_add_loop_test(t, der_09_no_reset_when_the_driver_said_so, 1, 4);
    tcase_add_loop_test(t, der_10_halt_with_packets_queued_and_outstanding, 0, 2);
    tcase_add_test(t, der_10_queued_packets_are_given_back_before_halt);
    tcase_add_loop_test(t, close_waits_for_the_last_packet, 0, 2);
    tcase_add_loop_test(t, close_is_told_once, 0, 2);
    tcase_add_loop_test(t, protocols_are_offered_adapters_old_and_new, 0, 4);
    tcase_add_test(t, protocol_registration_checks_too);
    tcase_add_test(t, a_machine_stopped_as_it_stands);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
