/* SPDX-License-Identifier: Apache-2.0 */
/* See usbredir_server.h. */
#include "usbredir_server.h"

#include "urb_front.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <usbredirparser.h>

#define MAX_DATA     (1u << 20)
#define MAX_FLYING   256
#define SEND_MS      5000
#define ENDPOINTS    32 /* number, 16 added for IN, as in ep_info */
#define CONFIG_BYTES 255

enum kind { CONTROL, BULK, POLL, CONFIGURE, SET_ALT, GET_ALT };

struct request {
    struct urb urb;
    struct session *session;
    enum kind kind;
    uint64_t id;
    union {
        struct usb_redir_control_packet_header control;
        struct usb_redir_bulk_packet_header bulk;
    } header;
    struct request *next;
    uint8_t data[];
};

struct session {
    struct urb_device *device;
    struct usbredirparser *parser;
    int socket;
    bool connected; /* the peer was told of the device */
    bool broken, left;
    struct request *flying;
    unsigned flying_count;
    uint8_t configuration;
    uint8_t config[CONFIG_BYTES]; /* the configuration descriptor with what follows it */
    unsigned config_bytes;
    bool polling[ENDPOINTS];
    uint64_t polls;
    struct urb_pace pace;
};

static unsigned index_of(uint8_t endpoint)
{
    return (endpoint & 15) | (endpoint & 0x80) >> 3;
}

static uint8_t status_of(enum urb_status status)
{
    static const uint8_t statuses[] = {
        [URB_OK] = usb_redir_success,          [URB_STALL] = usb_redir_stall,
        [URB_CANCELLED] = usb_redir_cancelled, [URB_GONE] = usb_redir_ioerror,
        [URB_OVERFLOW] = usb_redir_babble,     [URB_SHORT] = usb_redir_success,
        [URB_ERROR] = usb_redir_ioerror,
    };
    return statuses[status];
}

/* ---- descriptors ---- */

/* The next descriptor of this type after `at`, or 0. */
static unsigned find(const struct session *s, unsigned at, uint8_t type, unsigned bytes)
{
    for (at += s->config[at]; at + 2 <= s->config_bytes; at += s->config[at]) {
        if (s->config[at] < 2 || at + s->config[at] > s->config_bytes)
            return 0;
        if (s->config[at + 1] == type && s->config[at] >= bytes)
            return at;
    }
    return 0;
}

static void send_interfaces(struct session *s)
{
    struct usb_redir_interface_info_header info = {0};
    struct usb_redir_ep_info_header endpoints = {0};
    memset(endpoints.type, usb_redir_type_invalid, sizeof endpoints.type);
    endpoints.type[0] = endpoints.type[16] = usb_redir_type_control;
    endpoints.max_packet_size[0] = endpoints.max_packet_size[16] = 64;
    unsigned interface = s->configuration && s->config_bytes >= 9 ? find(s, 0, 4, 9) : 0;
    if (interface) {
        info.interface_count = 1;
        info.interface[0] = s->config[interface + 2];
        info.interface_class[0] = s->config[interface + 5];
        info.interface_subclass[0] = s->config[interface + 6];
        info.interface_protocol[0] = s->config[interface + 7];
        for (unsigned at = interface; (at = find(s, at, 5, 7));) {
            unsigned i = index_of(s->config[at + 2]);
            endpoints.type[i] = s->config[at + 3] & 3;
            endpoints.interval[i] = s->config[at + 6];
            endpoints.interface[i] = info.interface[0];
            endpoints.max_packet_size[i] =
                (uint16_t)(s->config[at + 4] | (s->config[at + 5] & 7) << 8);
        }
    }
    usbredirparser_send_interface_info(s->parser, &info);
    usbredirparser_send_ep_info(s->parser, &endpoints);
}

/* Resets and configures the device. False: it is not there. */
static bool configure(struct session *s)
{
    static const uint8_t get[8] = {0x80, 6, 0, 2, 0, 0, CONFIG_BYTES};
    if (!urb_front_reset(s->device))
        return false;
    int n = urb_front_control(s->device, get, s->config);
    if (n < 9)
        return false;
    s->config_bytes = (unsigned)n;
    s->configuration = s->config[5];
    return urb_front_control(s->device, (uint8_t[8]){0x00, 9, s->configuration}, NULL) == 0;
}

static void introduce(struct session *s)
{
    static const uint8_t get[8] = {0x80, 6, 0, 1, 0, 0, 18};
    uint8_t d[18];
    struct urb_port port;
    if (!configure(s) || urb_front_control(s->device, get, d) != 18) {
        s->broken = true;
        return;
    }
    s->device->ops->port_get(s->device, &port);
    struct usb_redir_device_connect_header connect = {
        .speed = port.speed == URB_HIGH_SPEED ? usb_redir_speed_high : usb_redir_speed_full,
        .device_class = d[4],
        .device_subclass = d[5],
        .device_protocol = d[6],
        .vendor_id = (uint16_t)(d[8] | d[9] << 8),
        .product_id = (uint16_t)(d[10] | d[11] << 8),
        .device_version_bcd = (uint16_t)(d[12] | d[13] << 8),
    };
    send_interfaces(s);
    usbredirparser_send_device_connect(s->parser, &connect);
    s->connected = true;
    urb_pace_start(&s->pace, s->device);
}

/* ---- URBs ---- */

static void submit(struct request *r);

static void polled(struct request *r)
{
    struct session *s = r->session;
    unsigned i = index_of(r->urb.endpoint);
    if (!s->polling[i])
        return;
    if (r->urb.status == URB_OK) {
        struct usb_redir_interrupt_packet_header header = {.endpoint = r->urb.endpoint,
                                                           .length = (uint16_t)r->urb.actual_bytes};
        usbredirparser_send_interrupt_packet(s->parser, s->polls++, &header, r->data,
                                             (int)r->urb.actual_bytes);
        return;
    }
    struct usb_redir_interrupt_receiving_status_header status = {.status = status_of(r->urb.status),
                                                                 .endpoint = r->urb.endpoint};
    s->polling[i] = false;
    usbredirparser_send_interrupt_receiving_status(s->parser, 0, &status);
}

static void tell(struct request *r)
{
    struct session *s = r->session;
    uint8_t status = status_of(r->urb.status);
    bool in = r->urb.endpoint & 0x80;
    int moved = (int)r->urb.actual_bytes;
    switch (r->kind) {
    case CONTROL:
        r->header.control.status = status;
        r->header.control.length = (uint16_t)moved;
        usbredirparser_send_control_packet(s->parser, r->id, &r->header.control,
                                           in && moved ? r->data : NULL, in ? moved : 0);
        break;
    case BULK:
        r->header.bulk.status = status;
        r->header.bulk.length = (uint16_t)moved;
        r->header.bulk.length_high = (uint16_t)(moved >> 16);
        usbredirparser_send_bulk_packet(s->parser, r->id, &r->header.bulk,
                                        in && moved ? r->data : NULL, in ? moved : 0);
        break;
    case POLL:
        polled(r);
        break;
    case CONFIGURE:
        if (!status)
            s->configuration = r->urb.setup[2];
        send_interfaces(s);
        usbredirparser_send_configuration_status(
            s->parser, r->id,
            &(struct usb_redir_configuration_status_header){status, s->configuration});
        break;
    case SET_ALT:
    case GET_ALT:
        usbredirparser_send_alt_setting_status(
            s->parser, r->id,
            &(struct usb_redir_alt_setting_status_header){
                status, r->urb.setup[4], r->kind == SET_ALT ? r->urb.setup[2] : r->data[0]});
        break;
    }
}

static void done(struct urb *urb)
{
    struct request *r = urb->user, **link = &r->session->flying;
    struct session *s = r->session;
    while (*link != r)
        link = &(*link)->next;
    *link = r->next;
    s->flying_count--;
    if (!s->broken)
        tell(r);
    if (r->kind == POLL && !s->broken && s->polling[index_of(urb->endpoint)])
        submit(r);
    else
        free(r);
}

/* What the device does not take ends at once. */
static void submit(struct request *r)
{
    struct session *s = r->session;
    r->next = s->flying;
    s->flying = r;
    s->flying_count++;
    if (s->device->ops->submit(s->device, &r->urb)) {
        r->urb.status = URB_GONE;
        r->urb.actual_bytes = 0;
        done(&r->urb);
    }
}

/* NULL: the session is broken. */
static struct request *request(struct session *s, enum kind kind, uint64_t id, uint8_t endpoint,
                               uint32_t length)
{
    struct request *r = NULL;
    if (s->connected && s->flying_count < MAX_FLYING && length <= MAX_DATA)
        r = calloc(1, sizeof *r + length + 1);
    if (!r) {
        s->broken = true;
        return NULL;
    }
    r->session = s;
    r->kind = kind;
    r->id = id;
    r->urb.endpoint = endpoint;
    r->urb.data = r->data;
    r->urb.length_bytes = length;
    r->urb.done = done;
    r->urb.user = r;
    return r;
}

static void request_standard(struct session *s, enum kind kind, uint64_t id, const uint8_t setup[8])
{
    struct request *r = request(s, kind, id, setup[0] & 0x80, setup[6]);
    if (!r)
        return;
    memcpy(r->urb.setup, setup, 8);
    submit(r);
}

/* ---- what the peer says ---- */

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    (void)hello;
    struct session *s = priv;
    if (s->connected)
        s->broken = true;
    else
        introduce(s);
}

static void on_reset(void *priv)
{
    struct session *s = priv;
    memset(s->polling, 0, sizeof s->polling);
    if (!s->connected || !configure(s))
        s->broken = true;
}

static void on_set_configuration(void *priv, uint64_t id,
                                 struct usb_redir_set_configuration_header *h)
{
    request_standard(priv, CONFIGURE, id, (uint8_t[8]){0x00, 9, h->configuration});
}

static void on_get_configuration(void *priv, uint64_t id)
{
    struct session *s = priv;
    usbredirparser_send_configuration_status(
        s->parser, id,
        &(struct usb_redir_configuration_status_header){usb_redir_success, s->configuration});
}

static void on_set_alt_setting(void *priv, uint64_t id, struct usb_redir_set_alt_setting_header *h)
{
    request_standard(priv, SET_ALT, id, (uint8_t[8]){0x01, 11, h->alt, 0, h->interface});
}

static void on_get_alt_setting(void *priv, uint64_t id, struct usb_redir_get_alt_setting_header *h)
{
    request_standard(priv, GET_ALT, id, (uint8_t[8]){0x81, 10, 0, 0, h->interface, 0, 1});
}

static void on_start_interrupt(void *priv, uint64_t id,
                               struct usb_redir_start_interrupt_receiving_header *h)
{
    struct session *s = priv;
    struct usb_redir_interrupt_receiving_status_header status = {usb_redir_inval, h->endpoint};
    unsigned i = index_of(h->endpoint), max_packet = 0;
    for (unsigned at = 0; s->connected && (at = find(s, at, 5, 7));)
        if (s->config[at + 2] == h->endpoint && (s->config[at + 3] & 3) == 3 && h->endpoint & 0x80)
            max_packet = s->config[at + 4] | (s->config[at + 5] & 7u) << 8;
    struct request *r = NULL;
    if (max_packet && !s->polling[i] && (r = request(s, POLL, id, h->endpoint, max_packet)))
        status.status = usb_redir_success;
    usbredirparser_send_interrupt_receiving_status(s->parser, id, &status);
    if (r) {
        s->polling[i] = true;
        submit(r);
    }
}

static void on_stop_interrupt(void *priv, uint64_t id,
                              struct usb_redir_stop_interrupt_receiving_header *h)
{
    struct session *s = priv;
    s->polling[index_of(h->endpoint)] = false;
    for (struct request *r = s->flying; r; r = r->next)
        if (r->kind == POLL && r->urb.endpoint == h->endpoint)
            s->device->ops->cancel(s->device, &r->urb);
    usbredirparser_send_interrupt_receiving_status(
        s->parser, id,
        &(struct usb_redir_interrupt_receiving_status_header){usb_redir_success, h->endpoint});
}

static void on_cancel(void *priv, uint64_t id)
{
    struct session *s = priv;
    for (struct request *r = s->flying; r; r = r->next)
        if (r->kind != POLL && r->id == id)
            s->device->ops->cancel(s->device, &r->urb);
}

static void on_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *h,
                       uint8_t *data, int data_len)
{
    struct session *s = priv;
    struct request *r = request(s, CONTROL, id, h->requesttype & 0x80, h->length);
    if (r) {
        r->header.control = *h;
        const uint8_t setup[8] = {h->requesttype,     h->request,
                                  (uint8_t)h->value,  (uint8_t)(h->value >> 8),
                                  (uint8_t)h->index,  (uint8_t)(h->index >> 8),
                                  (uint8_t)h->length, (uint8_t)(h->length >> 8)};
        memcpy(r->urb.setup, setup, 8);
        memcpy(r->data, data ? data : setup, data ? (size_t)data_len : 0);
        submit(r);
    }
    usbredirparser_free_packet_data(s->parser, data);
}

static void on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *h, uint8_t *data,
                    int data_len)
{
    struct session *s = priv;
    uint32_t length = h->length | (uint32_t)h->length_high << 16;
    struct request *r = request(s, BULK, id, h->endpoint, length);
    if (r) {
        r->header.bulk = *h;
        memcpy(r->data, data ? data : r->data, data ? (size_t)data_len : 0);
        submit(r);
    }
    usbredirparser_free_packet_data(s->parser, data);
}

/* The device has no such endpoint: the peer was told. */
static void on_packet(void *priv, uint64_t id, void *header, uint8_t *data, int data_len)
{
    struct session *s = priv;
    (void)id;
    (void)header;
    (void)data_len;
    usbredirparser_free_packet_data(s->parser, data);
    s->broken = true;
}

static void on_iso_packet(void *priv, uint64_t id, struct usb_redir_iso_packet_header *h,
                          uint8_t *data, int data_len)
{
    on_packet(priv, id, h, data, data_len);
}

static void on_interrupt_packet(void *priv, uint64_t id,
                                struct usb_redir_interrupt_packet_header *h, uint8_t *data,
                                int data_len)
{
    on_packet(priv, id, h, data, data_len);
}

static void on_start_iso(void *priv, uint64_t id, struct usb_redir_start_iso_stream_header *h)
{
    struct session *s = priv;
    usbredirparser_send_iso_stream_status(
        s->parser, id, &(struct usb_redir_iso_stream_status_header){usb_redir_inval, h->endpoint});
}

static void on_stop_iso(void *priv, uint64_t id, struct usb_redir_stop_iso_stream_header *h)
{
    struct session *s = priv;
    usbredirparser_send_iso_stream_status(
        s->parser, id, &(struct usb_redir_iso_stream_status_header){usb_redir_inval, h->endpoint});
}

/* Of capabilities that we do not offer: the parser refuses them before. */
static void on_alloc_streams(void *priv, uint64_t id, struct usb_redir_alloc_bulk_streams_header *h)
{
    (void)id;
    (void)h;
    ((struct session *)priv)->broken = true;
}

static void on_free_streams(void *priv, uint64_t id, struct usb_redir_free_bulk_streams_header *h)
{
    (void)id;
    (void)h;
    ((struct session *)priv)->broken = true;
}

static void on_start_bulk(void *priv, uint64_t id, struct usb_redir_start_bulk_receiving_header *h)
{
    (void)id;
    (void)h;
    ((struct session *)priv)->broken = true;
}

static void on_stop_bulk(void *priv, uint64_t id, struct usb_redir_stop_bulk_receiving_header *h)
{
    (void)id;
    (void)h;
    ((struct session *)priv)->broken = true;
}

static void on_filter_reject(void *priv)
{
    ((struct session *)priv)->left = true;
}

static void on_filter(void *priv, struct usbredirfilter_rule *rules, int count)
{
    (void)priv;
    (void)count;
    free(rules);
}

static void on_disconnect_ack(void *priv)
{
    (void)priv;
}

/* ---- the socket ---- */

static void on_log(void *priv, int level, const char *sentence)
{
    (void)priv;
    (void)level;
    (void)sentence;
}

static int on_read(void *priv, uint8_t *data, int count)
{
    struct session *s = priv;
    ssize_t n = recv(s->socket, data, (size_t)count, MSG_DONTWAIT);
    if (n > 0)
        return (int)n;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    s->left = true;
    return -1;
}

static int on_write(void *priv, uint8_t *data, int count)
{
    struct session *s = priv;
    struct pollfd p = {.fd = s->socket, .events = POLLOUT};
    ssize_t n = send(s->socket, data, (size_t)count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN && poll(&p, 1, SEND_MS) > 0)
        n = send(s->socket, data, (size_t)count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
        return 0;
    return n < 0 ? -1 : (int)n;
}

static bool parser_make(struct session *s)
{
    static char version[] = "hilnic";
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};
    struct usbredirparser *p = usbredirparser_create();
    s->parser = p;
    if (!p)
        return false;
    p->priv = s;
    p->log_func = on_log;
    p->read_func = on_read;
    p->write_func = on_write;
    p->hello_func = on_hello;
    p->reset_func = on_reset;
    p->set_configuration_func = on_set_configuration;
    p->get_configuration_func = on_get_configuration;
    p->set_alt_setting_func = on_set_alt_setting;
    p->get_alt_setting_func = on_get_alt_setting;
    p->start_iso_stream_func = on_start_iso;
    p->stop_iso_stream_func = on_stop_iso;
    p->start_interrupt_receiving_func = on_start_interrupt;
    p->stop_interrupt_receiving_func = on_stop_interrupt;
    p->alloc_bulk_streams_func = on_alloc_streams;
    p->free_bulk_streams_func = on_free_streams;
    p->cancel_data_packet_func = on_cancel;
    p->control_packet_func = on_control;
    p->bulk_packet_func = on_bulk;
    p->iso_packet_func = on_iso_packet;
    p->interrupt_packet_func = on_interrupt_packet;
    p->filter_reject_func = on_filter_reject;
    p->filter_filter_func = on_filter;
    p->device_disconnect_ack_func = on_disconnect_ack;
    p->start_bulk_receiving_func = on_start_bulk;
    p->stop_bulk_receiving_func = on_stop_bulk;
    usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_filter);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_device_disconnect_ack);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
    usbredirparser_init(p, version, caps, USB_REDIR_CAPS_SIZE, usbredirparser_fl_usb_host);
    return true;
}

/* ---- session ---- */

static bool pass(struct session *s)
{
    struct urb_port port;
    bool behind = urb_pace_pass(&s->pace);
    s->device->ops->port_get(s->device, &port);
    if (!port.connected) {
        usbredirparser_send_device_disconnect(s->parser);
        usbredirparser_do_write(s->parser);
        s->broken = true;
    }
    return behind;
}

static void write_out(struct session *s)
{
    if (usbredirparser_has_data_to_write(s->parser) && usbredirparser_do_write(s->parser))
        s->broken = true;
}

bool usbredir_serve(struct urb_device *device, int socket, const volatile int *stop)
{
    struct session s = {.device = device, .socket = socket};
    bool behind = false;
    int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* no TCP: no matter */
    s.broken = !parser_make(&s);
    while (!s.broken && !s.left && !__atomic_load_n(stop, __ATOMIC_ACQUIRE)) {
        struct pollfd p = {.fd = socket, .events = POLLIN};
        write_out(&s);
        if (poll(&p, 1,
                 behind     ? 0
                 : s.flying ? 1
                            : 50) > 0 &&
            usbredirparser_do_read(s.parser) && !s.left)
            s.broken = true;
        behind = s.connected && !s.broken && !s.left && pass(&s);
    }
    bool clean = s.left && !s.broken;
    s.broken = true; /* nothing is sent any more */
    for (struct request *r = s.flying; r; r = r->next)
        device->ops->cancel(device, &r->urb);
    while (s.flying)
        device->ops->run(device, device->ops->now_ns(device) + 1000000);
    if (s.parser)
        usbredirparser_destroy(s.parser);
    close(socket);
    return clean;
}
