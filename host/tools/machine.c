/* SPDX-License-Identifier: Apache-2.0 */
/* Assembling and taking apart of a machine, see machine.h. */
#include "machine.h"

#include "nic_libusb.h"
#include "nic_null.h"
#include "nic_oid.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "soft_device.h"
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTOR        3
#define LINK_USB_NS   5000000000ull
#define LINK_MODEL_NS 100000000ull
#define LINK_POLL_NS  1000000ull

static void finding(void *context, const char *sentence)
{
    struct machine *m = context;
    m->findings++;
    fprintf(stderr, "hilnic: verifier: %s\n", sentence);
}

static void ignore_log(void *context, const char *sentence)
{
    (void)context;
    (void)sentence;
}

/* The soft device hands over frames without FCS; a wire port wants to see them as the MAC sends them. */
static void soft_transmitted(void *context, const struct soft_frame *soft)
{
    struct machine *m = context;
    uint8_t octets[WIRE_MAX_OCTETS];
    uint32_t length = soft->length_bytes;
    if (!m->wire || !m->wire->ops->transmitted || length + 4 > sizeof octets)
        return;
    memcpy(octets, soft->octets, length);
    uint32_t fcs = wire_fcs(octets, length);
    for (unsigned i = 0; i < 4; i++)
        octets[length + i] = (uint8_t)(fcs >> 8 * i);
    m->wire->ops->transmitted(m->wire, &(struct wire_frame){
                                           .octets = octets,
                                           .length = length + 4,
                                           .sfd_ns = soft->sfd_ns,
                                           .gap_octets = WIRE_GAP_OCTETS,
                                           .preamble_octets = 7,
                                           .fcs_ok = true,
                                       });
}

static struct nic_transport *make_device(struct machine *m, const struct machine_options *o)
{
    if (!strcmp(o->device, "core")) {
        struct core_model_options core = o->core;
        core.seed = o->seed;
        m->core = core_model_create(&core, m->platform, o->wire);
        if (!m->core)
            return NULL;
        m->platform->ops->poller_set(m->platform, core_model_run, m->core);
        return core_model_transport(m->core, VECTOR);
    }
    if (board_model_known(o->device)) {
        struct board_model_options board = o->board;
        board.seed = o->seed;
        m->board = board_model_create(o->device, &board, m->platform, o->wire);
        if (!m->board)
            return NULL;
        m->platform->ops->poller_set(m->platform, board_model_run, m->board);
        return board_model_transport(m->board, VECTOR);
    }
    if (!strcmp(o->device, "soft")) {
        struct soft_options soft = {
            .seed = o->seed,
            .loopback = true,
            .transmitted = soft_transmitted,
            .context = m,
        };
        m->soft = soft_device_create(&soft, m->platform, VECTOR);
        return m->soft ? soft_device_transport(m->soft) : NULL;
    }
    m->null = nic_null_create(m->platform, VECTOR);
    return m->null;
}

static int fail(struct machine *m, int code, const char *what, const char *why)
{
    char message[MACHINE_MESSAGE_BYTES];
    snprintf(message, sizeof message, "%s: %s", what, why);
    machine_stop(m);
    memcpy(m->message, message, sizeof message);
    return code;
}

/* Opened here once, because the driver's refusal would not tell why and with which exit code. */
static int make_usb(struct machine *m, const struct nic_libusb_match *match)
{
    m->usb = nic_libusb_create(match, m->platform, VECTOR);
    if (!m->usb)
        return fail(m, EXIT_FAILED, "no device", strerror(ENOMEM));
    int result = nic_transport_open(m->usb);
    if (!result) {
        nic_transport_close(m->usb);
        return 0;
    }
    char why[MACHINE_MESSAGE_BYTES];
    snprintf(why, sizeof why, "%s", nic_libusb_message(m->usb));
    machine_stop(m);
    memcpy(m->message, why, sizeof why);
    return result == -ENODEV   ? EXIT_NO_DEVICE
           : result == -EACCES ? EXIT_NO_PERMISSION
                               : EXIT_FAILED;
}

/* The driver's sentence tells which exit code fits (conventions: 3 no device, 5 device and driver do not match). */
static int adapter_failed(struct machine *m, bool single)
{
    const char *why = single ? nic_miniport_single_message() : nic_miniport_message();
    int code = EXIT_FAILED;
    if (strstr(why, "does not match") || strstr(why, "register map"))
        code = EXIT_MISMATCH;
    return fail(m, code, "the driver refused the device", *why ? why : "no reason given");
}

static void note(struct machine *m, uint64_t what, uint64_t value)
{
    m->edge_hash = nic_hash_fold(m->edge_hash, machine_now_ns(m));
    m->edge_hash = nic_hash_fold(m->edge_hash, what << 56 ^ value);
}

void machine_enter(struct machine *m)
{
    if (m->posix)
        pthread_mutex_lock(&m->mutex);
}

void machine_leave(struct machine *m)
{
    if (m->posix)
        pthread_mutex_unlock(&m->mutex);
}

static void completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct machine *m = context;
    machine_enter(m);
    note(m, 1, (uint64_t)number << 32 | (ULONG)status);
    if (m->handlers.completed)
        m->handlers.completed(m->handlers.context, number, status);
    machine_leave(m);
}

static void sent(void *context, ULONG number, ULONGLONG time_sent)
{
    struct machine *m = context;
    machine_enter(m);
    note(m, 3, time_sent);
    if (m->handlers.sent)
        m->handlers.sent(m->handlers.context, number, time_sent);
    machine_leave(m);
}

static void received(void *context, const UCHAR *octets, UINT length)
{
    struct machine *m = context;
    machine_enter(m);
    note(m, 2, length); /* the octets came through the ports */
    if (m->handlers.received)
        m->handlers.received(m->handlers.context, octets, length);
    machine_leave(m);
}

static void seen(void *context, const struct sender_sight *sight)
{
    struct machine *m = context;
    machine_enter(m);
    m->handlers.seen(m->handlers.seen_context, sight);
    machine_leave(m);
}

static bool loop_back(struct machine *m)
{
    uint32_t control;
    if (!machine_read(m, NIC_CTRL_ADDR, &control, 1))
        return false;
    control |= NIC_CTRL_LOOPBACK_MASK;
    return machine_write(m, NIC_CTRL_ADDR, &control, 1);
}

/* As the configuration takes it: pairs of digits. NULL: none, or no memory. */
static char *firmware_text(const struct machine_options *o)
{
    char *text = o->firmware ? malloc(sizeof "Firmware=" + 3 * (size_t)o->firmware_bytes) : NULL;
    size_t used = 0;
    if (!text)
        return NULL;
    used += (size_t)sprintf(text, "Firmware=");
    for (unsigned i = 0; i < o->firmware_bytes; i++)
        used += (size_t)sprintf(text + used, "%s%02x", i ? "," : "", o->firmware[i]);
    return text;
}

static bool has_processor(struct machine *m)
{
    uint32_t caps;
    return machine_read(m, NIC_CAPS_ADDR, &caps, 1) && caps & NIC_CAPS_PROCESSOR_MASK;
}

/* Firmware, where it runs, negotiates, and until then there is no link; without a cable there is none for good. */
static void wait_for_link(struct machine *m)
{
    static volatile bool never;
    uint64_t until_ns = machine_now_ns(m) + (m->posix ? LINK_USB_NS : LINK_MODEL_NS);
    ULONG state = NdisMediaStateDisconnected;
    struct nic_oid_driver driver = {0};
    sender_query(m->sender, OID_HILNIC_DRIVER, &driver, sizeof driver, NULL);
    while (driver.firmware &&
           sender_query(m->sender, OID_GEN_MEDIA_CONNECT_STATUS, &state, sizeof state, NULL) ==
               NDIS_STATUS_SUCCESS &&
           state != NdisMediaStateConnected && machine_now_ns(m) < until_ns)
        machine_run(m, &never, machine_now_ns(m) + LINK_POLL_NS);
}

static int add_adapter(struct machine *m, const struct machine_options *o)
{
    char moderation_count[40], moderation_us[40], speed[40], jumbo[40], address[40];
    char *firmware = firmware_text(o);
    const char *parameters[8] = {"Slot=0", moderation_count, moderation_us, speed, jumbo};
    unsigned count = 5;
    if (o->address)
        parameters[count++] = address;
    parameters[count] = firmware;
    snprintf(address, sizeof address, "NetworkAddress=%s", o->address ? o->address : "");
    snprintf(moderation_count, sizeof moderation_count, "ModerationCount=%u", o->moderation_count);
    snprintf(moderation_us, sizeof moderation_us, "ModerationTime=%u", o->moderation_us);
    snprintf(speed, sizeof speed, "*SpeedDuplex=%u", o->mbps == 10 ? 2 : o->mbps == 100 ? 4 : 6);
    snprintf(jumbo, sizeof jumbo, "*JumboPacket=%u", o->jumbo_bytes);
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    if (!m->driver)
        status = nic_ndis_driver_load(o->single ? nic_miniport_single_entry : nic_miniport_entry,
                                      &m->driver);
    if (status == NDIS_STATUS_SUCCESS)
        status = nic_ndis_adapter_add(m->driver, MACHINE_ADAPTER, parameters);
    free(firmware);
    if (status != NDIS_STATUS_SUCCESS)
        return adapter_failed(m, o->single);
    m->adapter = true;
    m->handlers = o->handlers;
    struct sender_handlers handlers = {
        .context = m,
        .completed = completed,
        .sent = sent,
        .received = received,
        .seen = o->handlers.seen ? seen : NULL,
        .seen_context = m,
    };
    m->sender = sender_open(MACHINE_ADAPTER, &handlers, &status);
    if (!m->sender)
        return fail(m, EXIT_FAILED, "the protocol could not bind", status_name(status));
    if (o->firmware_asked && !has_processor(m))
        return fail(m, EXIT_USAGE, "--firmware", "this device has no processor");
    if (o->loopback && !loop_back(m))
        return fail(m, EXIT_FAILED, "no loopback", "the device does not take it");
    if (o->firmware && !o->no_wait)
        wait_for_link(m);
    return 0;
}

int machine_start(struct machine *m, const struct machine_options *o)
{
    memset(m, 0, sizeof *m);
    m->wire = o->wire;
    m->posix = o->usb != NULL;
    pthread_mutexattr_t recursive;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&m->mutex, &recursive);
    pthread_mutexattr_destroy(&recursive);
    m->platform = m->posix ? nic_posix_create(o->seed) : nic_virtual_create(o->seed);
    if (!m->platform)
        return fail(m, EXIT_FAILED, "no machine", strerror(errno));
    int code = o->usb ? make_usb(m, o->usb) : 0;
    if (code)
        return code;
    struct nic_transport *transport = o->usb ? m->usb : make_device(m, o);
    if (!transport)
        return fail(m, EXIT_FAILED, "no device", strerror(errno));
    if (nic_transport_put(MACHINE_SLOT, transport) != 0)
        return fail(m, EXIT_FAILED, "no device", "the slot is taken");
    m->placed = true;
    struct nic_ndis_options ndis = {
        .verify = o->verify,
        .report = finding,
        .report_context = m,
        .log = ignore_log,
    };
    if (nic_ndis_start(m->platform, &ndis) != 0)
        return fail(m, EXIT_FAILED, "no NDIS", "it is running already");
    m->ndis = true;
    return add_adapter(m, o);
}

int machine_restart_adapter(struct machine *m, const struct machine_options *o)
{
    sender_close(m->sender);
    m->sender = NULL;
    nic_ndis_adapter_remove(MACHINE_ADAPTER, 1000);
    m->adapter = false;
    return add_adapter(m, o);
}

void machine_stop(struct machine *m)
{
    if (m->sender)
        sender_close(m->sender);
    m->sender = NULL;
    if (m->adapter)
        nic_ndis_adapter_remove(MACHINE_ADAPTER, 1000);
    m->adapter = false;
    if (m->ndis)
        m->findings += nic_ndis_stop();
    m->ndis = false;
    if (m->placed)
        nic_transport_put(MACHINE_SLOT, NULL);
    m->placed = false;
    if (m->core)
        core_model_destroy(m->core);
    board_model_destroy(m->board);
    if (m->soft)
        soft_device_destroy(m->soft);
    if (m->null)
        nic_null_destroy(m->null);
    if (m->usb)
        nic_libusb_destroy(m->usb);
    m->core = NULL;
    m->board = NULL;
    m->soft = NULL;
    m->null = NULL;
    if (m->platform && m->posix)
        nic_posix_destroy(m->platform);
    else if (m->platform)
        nic_virtual_destroy(m->platform);
    if (m->platform)
        pthread_mutex_destroy(&m->mutex);
    m->platform = NULL;
    m->usb = NULL;
}

bool machine_run(struct machine *m, const volatile bool *flag, uint64_t until_ns)
{
    static const volatile bool never;
    if (!m->posix)
        return nic_virtual_run(m->platform, flag, until_ns);
    uint64_t now_ns = machine_now_ns(m);
    return m->platform->ops->wait(m->platform, flag ? flag : &never,
                                  until_ns > now_ns ? until_ns - now_ns : 0);
}

uint64_t machine_now_ns(struct machine *m)
{
    return m->platform->ops->now_ns(m->platform);
}

uint64_t machine_hash(struct machine *m)
{
    struct core_model_stats core = {0};
    struct board_model_stats board = {0};
    if (m->core)
        core_model_stats_get(m->core, &core);
    if (m->board)
        board_model_stats_get(m->board, &board);
    uint64_t hash = nic_hash_fold(core.hash ^ board.hash, m->edge_hash);
    return m->posix ? hash : nic_hash_fold(hash, nic_virtual_hash(m->platform));
}

bool machine_read(struct machine *m, uint32_t address, uint32_t *words, unsigned count)
{
    while (count) {
        struct nic_oid_register r = {.address = address};
        r.count = count < NIC_OID_REGISTER_WORDS ? count : NIC_OID_REGISTER_WORDS;
        if (sender_query(m->sender, OID_HILNIC_REGISTER, &r, sizeof r, NULL) != NDIS_STATUS_SUCCESS)
            return false;
        memcpy(words, r.value, 4 * r.count);
        words += r.count;
        address += 4 * r.count;
        count -= r.count;
    }
    return true;
}

bool machine_write(struct machine *m, uint32_t address, const uint32_t *words, unsigned count)
{
    struct nic_oid_register r = {.address = address, .count = count};
    if (count > NIC_OID_REGISTER_WORDS)
        return false;
    memcpy(r.value, words, 4 * count);
    return sender_set(m->sender, OID_HILNIC_REGISTER, &r, sizeof r) == NDIS_STATUS_SUCCESS;
}

bool machine_rx_room(struct machine *m, uint32_t *bytes, uint32_t *frames)
{
    uint32_t words[2]; /* BUFFERS, CAPS */
    if (!machine_read(m, NIC_BUFFERS_ADDR, words, 2))
        return false;
    *bytes = ((words[0] & NIC_BUFFERS_RX_MASK) >> NIC_BUFFERS_RX_SHIFT) * 256;
    *frames = 1u << ((words[1] & NIC_CAPS_RX_FRAMES_MASK) >> NIC_CAPS_RX_FRAMES_SHIFT);
    return true;
}
