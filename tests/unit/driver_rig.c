/* SPDX-License-Identifier: Apache-2.0 */
/* The machine for tests of the miniport: see driver_rig.h. */
#include "driver_rig.h"

#include "nic_null.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define VECTOR 5

struct rig rig;
static uint32_t next_serial;
static uint64_t dice_state;

uint64_t rig_seed(void)
{
    const char *text = getenv("SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static uint32_t dice(uint32_t sides)
{
    dice_state = dice_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(dice_state >> 33) % sides;
}

/* ---- wire ---- */

static void transmitted(void *context, const struct soft_frame *frame)
{
    struct rig_wire_frame *w = &rig.wire[rig.wire_count % RIG_WIRE];
    (void)context;
    w->length = frame->length_bytes;
    w->record = frame->record_bytes;
    w->flags = frame->flags;
    w->sfd_ns = frame->sfd_ns;
    memcpy(w->octets, frame->octets,
           frame->length_bytes < RIG_FRAME ? frame->length_bytes : RIG_FRAME);
    w->serial = frame->record_bytes >= 18 ? nic_get_le32(frame->octets + 14) : 0;
    rig.wire_count++;
}

/* ---- protocol ---- */

static struct rig_packet *packet_of(PNDIS_PACKET packet)
{
    struct rig_packet *p;
    memcpy(&p, packet->ProtocolReserved, sizeof p);
    return p;
}

static void completed(struct rig_packet *p, NDIS_STATUS status, bool synchronous)
{
    p->status = status;
    p->synchronous = synchronous;
    p->order = __atomic_add_fetch(&rig.completions, 1, __ATOMIC_RELAXED);
    /* Last: it makes the packet the protocol's again, maybe on another thread. */
    __atomic_store_n(&p->completions, p->completions + 1, __ATOMIC_RELEASE);
    if (rig.on_complete)
        rig.on_complete(p);
}

static VOID send_complete(NDIS_HANDLE context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    completed(packet_of(packet), status, false);
}

static VOID request_complete(NDIS_HANDLE context, PNDIS_REQUEST request, NDIS_STATUS status)
{
    (void)context;
    (void)request;
    if (rig.poison && status != NDIS_STATUS_SUCCESS)
        memset(rig.poison, 0xdd, rig.poison_length);
    rig.request_status = status;
    nic_platform_flag_set(rig.platform, &rig.request_done);
}

static VOID reset_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    (void)context;
    rig.resets_complete++;
    rig.reset_status = status;
}

static VOID status_changed(NDIS_HANDLE context, NDIS_STATUS status, PVOID buffer, UINT size)
{
    (void)context;
    if (status == NDIS_STATUS_LINK_SPEED_CHANGE) {
        ck_assert_uint_eq(size, sizeof(rig.new_speed));
        memcpy(&rig.new_speed, buffer, size);
        rig.speed_changes++;
    }
    rig.connects += status == NDIS_STATUS_MEDIA_CONNECT;
    rig.disconnects += status == NDIS_STATUS_MEDIA_DISCONNECT;
    rig.reset_starts += status == NDIS_STATUS_RESET_START;
    rig.reset_ends += status == NDIS_STATUS_RESET_END;
}

static VOID status_complete(NDIS_HANDLE context)
{
    (void)context;
}

static void frame_take(const void *one, uint32_t first, const void *two, uint32_t second)
{
    rig.received++;
    rig.last_length = first + second;
    ck_assert_uint_le(rig.last_length, RIG_FRAME);
    memcpy(rig.last_frame, one, first);
    memcpy(rig.last_frame + first, two, second);
}

static NDIS_STATUS receive(NDIS_HANDLE context, NDIS_HANDLE receive_context, PVOID header,
                           UINT header_size, PVOID lookahead, UINT lookahead_size, UINT packet_size)
{
    (void)context;
    (void)receive_context;
    ck_assert_uint_eq(lookahead_size, packet_size);
    frame_take(header, header_size, lookahead, lookahead_size);
    rig.last_time_received = 0;
    return NDIS_STATUS_SUCCESS;
}

static INT receive_packet(NDIS_HANDLE context, PNDIS_PACKET packet)
{
    PNDIS_BUFFER buffer;
    PVOID data, information;
    UINT length, total, size;
    struct nic_oob oob;
    (void)context;
    NdisQueryPacket(packet, NULL, NULL, &buffer, &total);
    NdisQueryBuffer(buffer, &data, &length);
    ck_assert_uint_eq(length, total);
    frame_take(data, length, "", 0);
    rig.last_time_received = NDIS_GET_PACKET_TIME_RECEIVED(packet);
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet, &information, &size);
    ck_assert_uint_eq(size, sizeof oob);
    memcpy(&oob, information, sizeof oob);
    ck_assert_uint_eq(oob.class_id, NIC_OOB_CLASS);
    rig.last_time_ns = oob.time_ns;
    if (!rig.keep_received)
        return 0;
    ck_assert_uint_lt(rig.kept_count, 128);
    rig.kept[rig.kept_count++] = packet;
    return 1;
}

void rig_return(void)
{
    while (rig.kept_count) {
        PNDIS_PACKET packet = rig.kept[--rig.kept_count];
        NdisReturnPackets(&packet, 1);
    }
}

static VOID receive_complete(NDIS_HANDLE context)
{
    (void)context;
    rig.receive_completes++;
}

static VOID close_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    (void)context;
    (void)status;
}

static VOID unbind(PNDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind_context)
{
    (void)context;
    (void)unbind_context;
    rig_return();
    NdisCloseAdapter(status, rig.binding);
    rig.binding = NULL;
}

static void protocol_register(void)
{
    NDIS_PROTOCOL_CHARACTERISTICS c = {.MajorNdisVersion = 5};
    NDIS_STATUS status;
    c.CloseAdapterCompleteHandler = close_complete;
    c.SendCompleteHandler = send_complete;
    c.ResetCompleteHandler = reset_complete;
    c.RequestCompleteHandler = request_complete;
    c.ReceiveHandler = receive;
    c.ReceiveCompleteHandler = receive_complete;
    c.StatusHandler = status_changed;
    c.StatusCompleteHandler = status_complete;
    c.ReceivePacketHandler = receive_packet;
    c.UnbindAdapterHandler = unbind;
    c.Name = (NDIS_STRING)NDIS_STRING_CONST("rig");
    NdisRegisterProtocol(&status, &rig.protocol, &c, sizeof c);
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
    NdisAllocatePacketPool(&status, &rig.packet_pool, RIG_PACKETS, sizeof(void *));
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
    NdisAllocateBufferPool(&status, &rig.buffer_pool, RIG_PACKETS * 20);
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
}

static void bind(void)
{
    NDIS_STRING below = NDIS_STRING_CONST("nic0"), above = NDIS_STRING_CONST("above0");
    PNDIS_STRING name = rig_layer() == RIG_DIRECT ? &below : &above;
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS status, error;
    UINT selected;
    NdisOpenAdapter(&status, &error, &rig.binding, &selected, &medium, 1, rig.protocol, &rig, name,
                    0, NULL);
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
    /* What comes in is counted: it shall come from the device alone. */
    ck_assert_int_eq(
        rig_set(OID_GEN_PROTOCOL_OPTIONS, &(ULONG){NDIS_PROT_OPTION_NO_LOOPBACK}, sizeof(ULONG)),
        NDIS_STATUS_SUCCESS);
}

/* ---- machine ---- */

/* The image by its description in REGISTERS.md: jump, magic, version, hash, length, CRC. */
const char *rig_firmware(unsigned words, uint32_t map_hash, uint32_t damage)
{
    static char text[32768];
    static uint8_t image[8448];
    uint32_t header[6] = {0x0180006f, 0x57466c68, 1, map_hash, 4 * words, 0};
    size_t used;
    ck_assert_uint_le(4 * words, sizeof image);
    for (unsigned i = 0; i < words; i++)
        nic_put_le32(image + 4 * i, i < 6 ? header[i] : 0x9e3779b9u * i);
    if (words >= 6)
        nic_put_le32(image + 20, (uint32_t)crc32(0, image, 4 * words));
    nic_put_le32(image + 4 * (words - 1), nic_get_le32(image + 4 * (words - 1)) ^ damage);
    used = (size_t)sprintf(text, "Firmware=");
    for (unsigned i = 0; i < 4 * words; i++)
        used += (size_t)sprintf(text + used, "%s%02x", i ? "," : "", image[i]);
    return text;
}

void rig_add(void)
{
    const char *parameters[12] = {NULL};
    unsigned count = 0;
    for (; rig.options.parameters[count]; count++)
        parameters[count] = rig.options.parameters[count];
    parameters[count++] = "Slot=0"; /* the first of two counts */
    if (rig_layer() != RIG_DIRECT)
        parameters[count++] = "UpperBindings=above0";
    if (rig.options.soft.processor && !rig.options.no_firmware)
        parameters[count] = rig_firmware(100, NIC_MAP_HASH, 0);
    rig.added = nic_ndis_adapter_add(rig.driver, "nic0", parameters);
    if (rig.added == NDIS_STATUS_SUCCESS)
        bind();
}

static void log_line(void *context, const char *sentence)
{
    size_t used = strlen(rig.log);
    (void)context;
    snprintf(rig.log + used, sizeof rig.log - used, "%s\n", sentence);
}

static void finding(void *context, const char *sentence)
{
    (void)context;
    if (rig.options.tolerated && strstr(sentence, rig.options.tolerated))
        return;
    if (!rig.findings++)
        snprintf(rig.first_finding, sizeof rig.first_finding, "%s", sentence);
}

void rig_start(const struct rig_options *options)
{
    struct nic_ndis_options ndis_options = {
        .verify = !options->quiet, .report = finding, .log = log_line};
    struct rig_wire_frame *wire = calloc(RIG_WIRE, sizeof *wire);
    rig = (struct rig){.options = *options, .wire = wire};
    next_serial = 0;
    dice_state = options->seed + 12345;
    rig.options.soft.transmitted =
        options->soft.transmitted ? options->soft.transmitted : transmitted;
    rig.platform =
        options->posix ? nic_posix_create(options->seed) : nic_virtual_create(options->seed);
    if (options->null_device) {
        rig.transport = nic_null_create(rig.platform, VECTOR);
    } else {
        rig.options.soft.seed = options->seed;
        rig.device = soft_device_create(&rig.options.soft, rig.platform, VECTOR);
        rig.transport = soft_device_transport(rig.device);
        soft_device_unplug_at(rig.device, options->unplug_at);
    }
    ck_assert_int_eq(nic_transport_put(0, rig.transport), 0);
    ck_assert_int_eq(nic_ndis_start(rig.platform, &ndis_options), 0);
    protocol_register();
    ck_assert_int_eq(
        nic_ndis_driver_load(options->single ? nic_miniport_single_entry : nic_miniport_entry,
                             &rig.driver),
        NDIS_STATUS_SUCCESS);
    if (rig_layer() != RIG_DIRECT)
        ck_assert_int_eq(nic_ndis_driver_load(rig_layer_entry(), &rig.intermediate),
                         NDIS_STATUS_SUCCESS);
    rig_add();
    rig_pass(10 * RIG_MS);
}

void rig_remove(void)
{
    ck_assert_int_eq(nic_ndis_adapter_remove("nic0", 100), NDIS_STATUS_SUCCESS);
    rig.added = NDIS_STATUS_ADAPTER_NOT_FOUND;
}

static void packets_check_and_free(void)
{
    unsigned i;
    for (i = 0; i < rig.packet_count; i++) {
        struct rig_packet *p = rig.packets[i];
        ck_assert_msg(p->submits == p->completions,
                      "packet %u: submitted %u times, completed %u times; seed %llu", p->serial,
                      p->submits, p->completions, (unsigned long long)rig.options.seed);
        rig_packet_free(p);
    }
    rig.packet_count = 0;
}

void rig_stop(void)
{
    NDIS_STATUS status;
    unsigned leaks;
    if (rig.added == NDIS_STATUS_SUCCESS)
        rig_remove();
    packets_check_and_free();
    NdisFreePacketPool(rig.packet_pool);
    NdisFreeBufferPool(rig.buffer_pool);
    NdisDeregisterProtocol(&status, rig.protocol);
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
    nic_ndis_driver_unload(rig.driver);
    if (rig.intermediate)
        nic_ndis_driver_unload(rig.intermediate);
    leaks = nic_ndis_stop();
    ck_assert_msg(leaks == 0, "%u leaks: %s", leaks, rig.log);
    ck_assert_msg(rig.findings == 0 || rig.options.expect_findings, "%u findings, first: %s",
                  rig.findings, rig.first_finding);
    nic_transport_put(0, NULL);
    if (rig.device)
        soft_device_destroy(rig.device);
    else
        nic_null_destroy(rig.transport);
    if (rig.options.posix)
        nic_posix_destroy(rig.platform);
    else
        nic_virtual_destroy(rig.platform);
    free(rig.wire);
}

/* ---- packets ---- */

static void packet_fill(struct rig_packet *p)
{
    static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8};
    uint32_t i;
    p->serial = ++next_serial;
    for (i = 0; i < p->length; i++)
        p->data[i] = (uint8_t)(i * 7 + p->serial);
    for (i = 0; i < 12 && i < p->length; i++)
        p->data[i] = addresses[i];
    if (p->length >= 14) {
        p->data[12] = 0x08;
        p->data[13] = 0x00;
    }
    if (p->length >= 18)
        nic_put_le32(p->data + 14, p->serial);
    p->status = RIG_NOT_DONE;
}

static void buffer_add(struct rig_packet *p, uint32_t offset, uint32_t length)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;
    NdisAllocateBuffer(&status, &buffer, rig.buffer_pool, p->data + offset, length);
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
    NdisChainBufferAtBack(p->packet, buffer);
    p->buffers[p->buffer_count++] = buffer;
}

struct rig_packet *rig_packet(uint32_t length, unsigned buffers)
{
    struct rig_packet *p = calloc(1, sizeof *p);
    NDIS_STATUS status;
    uint32_t at = 0, cut;
    ck_assert_uint_lt(rig.packet_count, RIG_PACKETS);
    p->length = length;
    p->data = malloc(length ? length : 1);
    packet_fill(p);
    NdisAllocatePacket(&status, &p->packet, rig.packet_pool);
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
    memcpy(p->packet->ProtocolReserved, &p, sizeof p);
    while (buffers) {
        cut = buffers == 1 ? length - at : dice(length - at + 1);
        buffer_add(p, at, cut);
        at += cut;
        buffers--;
    }
    rig.packets[rig.packet_count++] = p;
    return p;
}

void rig_packet_free(struct rig_packet *p)
{
    unsigned i;
    for (i = 0; i < p->buffer_count; i++)
        NdisFreeBuffer(p->buffers[i]);
    NdisFreePacket(p->packet);
    free(p->data);
    free(p);
}

void rig_packet_reuse(struct rig_packet *p)
{
    ck_assert_uint_eq(p->submits, p->completions);
    packet_fill(p);
}

NDIS_STATUS rig_send(struct rig_packet *p)
{
    NDIS_STATUS status;
    p->submits++;
    NdisSend(&status, rig.binding, p->packet);
    if (status != NDIS_STATUS_PENDING)
        completed(p, status, true);
    return status;
}

void rig_send_array(struct rig_packet **packets, unsigned count)
{
    PNDIS_PACKET array[RIG_PACKETS];
    unsigned i;
    for (i = 0; i < count; i++) {
        packets[i]->submits++;
        array[i] = packets[i]->packet;
    }
    NdisSendPackets(rig.binding, array, count);
}

unsigned rig_open(void)
{
    unsigned i, open = 0;
    for (i = 0; i < rig.packet_count; i++)
        open += rig.packets[i]->submits - rig.packets[i]->completions;
    return open;
}

/* ---- time ---- */

void rig_pass(uint64_t ns)
{
    static const volatile bool never = false;
    rig.platform->ops->wait(rig.platform, &never, ns);
}

bool rig_settle(uint64_t bound_ns)
{
    uint64_t end = rig.platform->ops->now_ns(rig.platform) + bound_ns;
    while (rig_open() && rig.platform->ops->now_ns(rig.platform) < end)
        rig_pass(bound_ns / 1000 + 1);
    return rig_open() == 0;
}

/* ---- requests ---- */

static NDIS_STATUS request(NDIS_REQUEST *r)
{
    NDIS_STATUS status;
    rig.request_done = false;
    NdisRequest(&status, rig.binding, r);
    if (status != NDIS_STATUS_PENDING)
        return status;
    ck_assert_msg(rig.platform->ops->wait(rig.platform, &rig.request_done, 20 * RIG_S),
                  "a request does not end");
    return rig.request_status;
}

NDIS_STATUS rig_query(NDIS_OID oid, void *buffer, unsigned length, unsigned *written)
{
    NDIS_REQUEST r = {.RequestType = NdisRequestQueryInformation};
    NDIS_STATUS status;
    r.DATA.QUERY_INFORMATION.Oid = oid;
    r.DATA.QUERY_INFORMATION.InformationBuffer = buffer;
    r.DATA.QUERY_INFORMATION.InformationBufferLength = length;
    status = request(&r);
    if (written)
        *written = r.DATA.QUERY_INFORMATION.BytesWritten;
    return status;
}

NDIS_STATUS rig_set(NDIS_OID oid, void *buffer, unsigned length)
{
    NDIS_REQUEST r = {.RequestType = NdisRequestSetInformation};
    r.DATA.SET_INFORMATION.Oid = oid;
    r.DATA.SET_INFORMATION.InformationBuffer = buffer;
    r.DATA.SET_INFORMATION.InformationBufferLength = length;
    return request(&r);
}

struct nic_oid_driver rig_driver(void)
{
    struct nic_oid_driver d = {0};
    ck_assert_int_eq(rig_query(OID_HILNIC_DRIVER, &d, sizeof d, NULL), NDIS_STATUS_SUCCESS);
    return d;
}

const char *rig_message(void)
{
    static char text[256];
    ck_assert_int_eq(rig_query(OID_HILNIC_LAST_ERROR, text, sizeof text, NULL),
                     NDIS_STATUS_SUCCESS);
    return text;
}

NDIS_STATUS rig_reset(void)
{
    unsigned before = rig.resets_complete, i;
    NDIS_STATUS status;
    NdisReset(&status, rig.binding);
    if (status != NDIS_STATUS_PENDING)
        return status;
    for (i = 0; i < 1000 && rig.resets_complete == before; i++)
        rig_pass(20 * RIG_MS);
    ck_assert_msg(rig.resets_complete == before + 1, "a reset does not end");
    return rig.reset_status;
}

/* ---- checks ---- */

static const struct rig_packet *packet_with(uint32_t serial)
{
    unsigned i;
    for (i = 0; i < rig.packet_count; i++)
        if (rig.packets[i]->serial == serial)
            return rig.packets[i];
    return NULL;
}

void rig_check_wire(unsigned first)
{
    uint32_t last = 0;
    unsigned i;
    ck_assert_uint_le(rig.wire_count, RIG_WIRE);
    for (i = first; i < rig.wire_count; i++) {
        const struct rig_wire_frame *w = &rig.wire[i];
        const struct rig_packet *p = packet_with(w->serial);
        ck_assert_msg(w->serial > last, "frame %u carries packet %u after %u; seed %llu", i,
                      w->serial, last, (unsigned long long)rig.options.seed);
        last = w->serial;
        if (!p)
            continue; /* reused since */
        ck_assert_uint_eq(w->record, p->length);
        ck_assert_mem_eq(w->octets, p->data, p->length);
    }
}

void rig_check_completion_order(void)
{
    unsigned i;
    uint64_t last = 0;
    for (i = 0; i < rig.packet_count; i++) {
        if (rig.packets[i]->synchronous || !rig.packets[i]->completions)
            continue;
        ck_assert_msg(rig.packets[i]->order > last, "packet %u completed out of order",
                      rig.packets[i]->serial);
        last = rig.packets[i]->order;
    }
}
