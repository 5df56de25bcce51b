// SPDX-License-Identifier: Apache-2.0
// nic_usb_device against a host at UTMI: reset with and without a high-speed host, enumeration, register blocks, bulk
// and interrupt streams, halts, and what a host gets wrong. The host computes CRCs bit by bit, as USB 2.0, 8.3.5 has
// them, and knows nothing of the device but the specification; expected descriptors are written out here.
#include "nic_tb.h"
#include "nic_regs.h"
#include <deque>
#include <vector>

typedef std::vector<uint8_t> octets;
enum {
    OUT = 1,
    IN = 9,
    SETUP = 13,
    PING = 4,
    SOF = 5,
    DATA0 = 3,
    DATA1 = 11,
    ACK = 2,
    NAK = 10,
    STALL = 14,
    NYET = 6,
    NONE = 0
};

static struct tb tb;
static struct tb_random rnd;
static octets to_device; // what came out of bulk OUT
static std::deque<uint8_t> in_stream, ev_stream;
static bool out_open, refuse_reg;
static uint32_t regs[0x4000];
static unsigned reg_wait, address, toggle[16];
static bool in_toggle[16];
static bool high;

// One clock; the test drives UTMI before.
static void cycle(void)
{
    Vtop *top = tb.top;
    top->out_ready_i = out_open && tb_chance(&rnd, 80);
    top->in_valid_i = !in_stream.empty();
    top->in_data_i = in_stream.empty() ? 0 : in_stream.front();
    top->in_last_i = in_stream.size() == 1;
    top->ev_valid_i = !ev_stream.empty();
    top->ev_data_i = ev_stream.empty() ? 0 : ev_stream.front();
    top->ev_last_i = ev_stream.size() == 1;
    top->reg_ready_i = 0;
    if (top->reg_valid_o && reg_wait-- == 0) {
        reg_wait = tb_below(&rnd, 6);
        top->reg_ready_i = 1;
        top->reg_error_i = refuse_reg;
        if (top->reg_write_o)
            regs[top->reg_addr_o / 4] = top->reg_wdata_o;
        top->reg_rdata_i = regs[top->reg_addr_o / 4];
    }
    top->clk_i = 0;
    tb_eval(&tb);
    if (top->out_valid_o && top->out_ready_i)
        to_device.push_back(top->out_data_o);
    bool in = top->in_valid_i && top->in_ready_o, ev = top->ev_valid_i && top->ev_ready_o;
    tb_cycle(&tb, &top->clk_i);
    if (in)
        in_stream.pop_front();
    if (ev)
        ev_stream.pop_front();
}

static void idle(unsigned clocks)
{
    while (clocks--)
        cycle();
}

static unsigned crc_bits(const uint8_t *data, unsigned bits, unsigned width, unsigned poly)
{
    unsigned crc = (1u << width) - 1;
    for (unsigned i = 0; i < bits; i++) {
        unsigned top = crc >> (width - 1) & 1;
        crc = crc << 1 & ((1u << width) - 1);
        if (top != (data[i / 8] >> i % 8 & 1u))
            crc ^= poly;
    }
    unsigned out = 0; // sent bit width-1 first, so bit 0 of the octet
    for (unsigned i = 0; i < width; i++)
        out |= (~crc >> (width - 1 - i) & 1) << i;
    return out;
}

static void send(const octets &packet)
{
    Vtop *top = tb.top;
    unsigned gap = high ? 0 : 39;
    top->utmi_rx_active_i = 1;
    top->utmi_line_state_i = high ? 1 : 2;
    idle(2);
    for (uint8_t octet : packet) {
        top->utmi_rx_valid_i = 1;
        top->utmi_rx_data_i = octet;
        cycle();
        top->utmi_rx_valid_i = 0;
        idle(gap ? gap : tb_chance(&rnd, 10));
    }
    top->utmi_rx_active_i = 0;
    top->utmi_line_state_i = high ? 0 : 1;
}

static void send_token(unsigned pid, unsigned addr, unsigned endpoint, unsigned damage)
{
    uint8_t body[2] = {(uint8_t)(addr | endpoint << 7), (uint8_t)(endpoint >> 1)};
    body[1] |= crc_bits(body, 11, 5, 5) << 3;
    body[damage / 8 & 1] ^= damage ? 1 << damage % 8 : 0;
    send({(uint8_t)(pid | ~pid << 4), body[0], body[1]});
    idle(high ? 12 : 60);
}

static void send_data(unsigned pid, const octets &data, unsigned damage)
{
    octets packet = data;
    unsigned crc = crc_bits(data.data(), 8 * data.size(), 16, 0x8005);
    packet.push_back(crc);
    packet.push_back(crc >> 8);
    if (damage)
        packet[damage / 8 % packet.size()] ^= 1 << damage % 8;
    packet.insert(packet.begin(), (uint8_t)(pid | ~pid << 4));
    send(packet);
}

// Idle with starts of frame, without which the bus would be suspended.
static void rest(unsigned clocks)
{
    for (unsigned i = 0; i < clocks; i += 1000) {
        idle(1000);
        send_token(SOF, i / 1000, 0, 0);
    }
}

// What the device answers: its PID or NONE, and a data packet's payload. Its start at high speed is within 24 clocks.
static unsigned answer(octets *data)
{
    Vtop *top = tb.top;
    unsigned clocks = 0;
    octets packet;
    for (; !top->utmi_tx_valid_o; clocks++) {
        if (clocks == 200)
            return NONE;
        cycle();
    }
    tb_check(clocks <= 24);
    unsigned pace = high ? 1 : 40;
    for (clocks = 0; top->utmi_tx_valid_o; clocks++) {
        tb_check(clocks < 100000);
        top->utmi_tx_ready_i = clocks % pace == pace - 1 && (!high || !tb_chance(&rnd, 10));
        if (top->utmi_tx_ready_i)
            packet.push_back(top->utmi_tx_data_o);
        cycle();
    }
    top->utmi_tx_ready_i = 0;
    idle(12);
    tb_check(packet.size() >= 1);
    tb_check_eq(packet[0] >> 4 ^ 15, packet[0] & 15);
    unsigned pid = packet[0] & 15;
    if (pid != DATA0 && pid != DATA1) {
        tb_check_eq(packet.size(), 1);
        return pid;
    }
    tb_check(packet.size() >= 3);
    unsigned n = packet.size() - 3;
    tb_check_eq(crc_bits(packet.data() + 1, 8 * n, 16, 0x8005), packet[n + 1] | packet[n + 2] << 8);
    data->assign(packet.begin() + 1, packet.begin() + 1 + n);
    return pid;
}

static unsigned out_once(unsigned token, unsigned endpoint, unsigned pid, const octets &data,
                         unsigned damage)
{
    octets none;
    send_token(token, address, endpoint, 0);
    send_data(pid, data, damage);
    return answer(&none);
}

// With its toggle, NAKs retried, and now and then a handshake that the host claims not to have heard.
static unsigned out_packet(unsigned endpoint, const octets &data)
{
    unsigned pid = toggle[endpoint] ? DATA1 : DATA0, result = NAK;
    for (unsigned i = 0; i < 2000 && result == NAK; i++) {
        if (tb_chance(&rnd, 10))
            tb_check_eq(
                out_once(OUT, endpoint, pid, data, 1 + tb_below(&rnd, 8 * data.size() + 15)), NONE);
        result = out_once(OUT, endpoint, pid, data, 0);
        if ((result == ACK || result == NYET) && tb_chance(&rnd, 10))
            tb_check_eq(out_once(OUT, endpoint, pid, data, 0) & 3, ACK & 3);
        if (result == NAK)
            idle(30);
    }
    if (result == ACK || result == NYET)
        toggle[endpoint] ^= 1;
    return result;
}

static unsigned in_packet(unsigned endpoint, octets *data)
{
    unsigned pid = NAK;
    octets first;
    for (unsigned i = 0; i < 2000 && pid == NAK; i++) {
        send_token(IN, address, endpoint, 0);
        pid = answer(data);
    }
    if (pid != DATA0 && pid != DATA1)
        return pid;
    tb_check_eq(pid == DATA1, in_toggle[endpoint]);
    if (tb_chance(&rnd, 20)) { // the handshake is lost: the same packet again
        first = *data;
        idle(120);
        send_token(IN, address, endpoint, 0);
        tb_check_eq(answer(data), pid);
        tb_check(first == *data);
    }
    send({ACK | 0xd0});
    idle(12);
    in_toggle[endpoint] = !in_toggle[endpoint];
    return pid;
}

// A whole control transfer: ACK, or STALL as soon as the device says so.
static unsigned control(unsigned kind, unsigned request, unsigned value, unsigned index,
                        unsigned length, octets *data)
{
    octets setup = {(uint8_t)kind,  (uint8_t)request,      (uint8_t)value,  (uint8_t)(value >> 8),
                    (uint8_t)index, (uint8_t)(index >> 8), (uint8_t)length, (uint8_t)(length >> 8)};
    octets packet;
    tb_check_eq(out_once(SETUP, 0, DATA0, setup, 1 + tb_below(&rnd, 79)), NONE);
    tb_check_eq(out_once(SETUP, 0, DATA0, setup, 0), ACK);
    toggle[0] = in_toggle[0] = 1;
    if (kind & 0x80) {
        data->clear();
        do {
            unsigned pid = in_packet(0, &packet);
            if (pid == STALL)
                return STALL;
            tb_check(pid == DATA0 || pid == DATA1);
            data->insert(data->end(), packet.begin(), packet.end());
        } while (packet.size() == 64 && data->size() < length);
        tb_check(data->size() <= length);
        toggle[0] = 1;
        return out_packet(0, {});
    }
    for (unsigned at = 0; at < length; at += 64) {
        unsigned n = length - at < 64 ? length - at : 64;
        unsigned pid = out_packet(0, octets(data->begin() + at, data->begin() + at + n));
        if (pid == STALL)
            return STALL;
        tb_check_eq(pid, ACK);
    }
    in_toggle[0] = 1;
    unsigned pid = in_packet(0, &packet);
    tb_check(pid == STALL || packet.empty());
    return pid == STALL ? STALL : ACK;
}

// Attached, reset, at the speed of the host.
static void start(bool host_high)
{
    Vtop *top;
    rnd = tb_random_start(700 + host_high);
    tb_open(&tb, "nic_usb_device");
    top = tb.top;
    in_stream.clear();
    ev_stream.clear();
    memset(toggle, 0, sizeof toggle);
    memset(in_toggle, 0, sizeof in_toggle);
    out_open = true;
    refuse_reg = high = false;
    address = reg_wait = 0;
    top->utmi_rx_active_i = top->utmi_rx_valid_i = top->utmi_rx_error_i = top->utmi_tx_ready_i = 0;
    top->utmi_vbus_valid_i = top->out_halt_i = top->in_flush_i = 0;
    top->utmi_line_state_i = 1;
    top->rst_i = 1;
    idle(4);
    top->rst_i = 0;
    idle(10);
    tb_check_eq(top->utmi_term_select_o, 0);
    to_device.clear();
    top->utmi_vbus_valid_i = 1;
    idle(20);
    tb_check_eq(top->utmi_term_select_o, 1);
    top->utmi_line_state_i = 0;
    for (unsigned i = 0; !top->utmi_tx_valid_o; i++) {
        tb_check(i < 300);
        cycle();
    }
    tb_check_eq(top->utmi_op_mode_o, 2);
    for (unsigned i = 0; top->utmi_tx_valid_o; i++) {
        tb_check(i < 5000);
        tb_check_eq(top->utmi_tx_data_o, 0);
        cycle();
    }
    for (unsigned i = 0; host_high && i < 8; i++) {
        top->utmi_line_state_i = i & 1 ? 1 : 2;
        idle(200);
    }
    top->utmi_line_state_i = 0;
    idle(host_high ? 300 : 2500);
    if (!host_high)
        top->utmi_line_state_i = 1;
    idle(100);
    high = host_high;
    tb_check_eq(top->high_speed_o, host_high);
    tb_check_eq(top->bus_reset_o, 0);
    tb_check_eq(top->utmi_term_select_o, !host_high);
    tb_check_eq(top->utmi_op_mode_o, 0);
}

static void enumerate(void)
{
    octets data;
    tb_check_eq(control(0x00, 5, 42, 0, 0, &data), ACK);
    address = 42;
    tb_check_eq(control(0x00, 9, 1, 0, 0, &data), ACK);
    tb_check_eq(tb.top->configured_o, 1);
}

static octets words(unsigned count)
{
    octets data(4 * count);
    for (uint8_t &octet : data)
        octet = tb_random(&rnd);
    return data;
}

START_TEST(test_enumeration)
{
    start(_i);
    octets d;
    tb_check_eq(control(0x80, 6, 0x100, 0, 64, &d), ACK);
    tb_check(d == (octets{18, 1, 1, 2, 255, 255, 255, 64, 0x09, 0x12, 1, 0, 0, 1, 1, 2, 3, 1}));
    tb_check_eq(control(0x80, 6, 0x100, 0, 8, &d), ACK);
    tb_check_eq(d.size(), 8);
    enumerate();
    for (unsigned type : {2, 7}) {
        bool hs = high == (type == 2);
        uint8_t low = hs ? 0 : 64, up = hs ? 2 : 0;
        tb_check_eq(control(0x80, 6, type << 8, 0, 255, &d), ACK);
        tb_check(d == (octets{9, (uint8_t)type, 39,  0,   1,  1, 0, 0x80, 250,  9,   4,  0, 0,
                              3, 255,           255, 255, 0,  7, 5, 1,    2,    low, up, 0, 7,
                              5, 0x82,          2,   low, up, 0, 7, 5,    0x83, 3,   64, 0, 1}));
    }
    tb_check_eq(control(0x80, 6, 0x600, 0, 10, &d), ACK);
    tb_check(d == (octets{10, 6, 1, 2, 255, 255, 255, 64, 1, 0}));
    tb_check_eq(control(0x80, 6, 0x300, 0, 255, &d), ACK);
    tb_check(d == (octets{4, 3, 9, 4}));
    const char *texts[] = {"hilnic", "hilnic Ethernet NIC", "00000001"};
    for (unsigned i = 0; i < 3; i++) {
        tb_check_eq(control(0x80, 6, 0x301 + i, 0x409, 255, &d), ACK);
        tb_check_eq(d.size(), 2 + 2 * strlen(texts[i]));
        tb_check_eq(d[0], d.size());
        for (unsigned j = 0; texts[i][j]; j++)
            tb_check_eq(d[2 + 2 * j] | d[3 + 2 * j] << 8, texts[i][j]);
    }
    tb_check_eq(control(0x80, 6, 0xf00, 0, 255, &d), ACK);
    tb_check(d == (octets{5,    15,   40,   0,    2,    7,    16,   2,    0,    0,
                          0,    0,    28,   16,   5,    0,    0xdf, 0x60, 0xdd, 0xd8,
                          0x89, 0x45, 0xc7, 0x4c, 0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64,
                          0x8a, 0x9f, 0,    0,    3,    6,    162,  0,    3,    0}));
    tb_check_eq(control(0xc0, NIC_VENDOR_REQUEST_MS_OS, 0, 7, 1000, &d), ACK);
    tb_check_eq(d.size(), 162);
    tb_check(octets(d.begin(), d.begin() + 14) ==
             (octets{10, 0, 0, 0, 0, 0, 3, 6, 162, 0, 20, 0, 3, 0}));
    tb_check(!memcmp(&d[14], "WINUSB\0\0", 8));
    tb_check(octets(d.begin() + 30, d.begin() + 38) == (octets{132, 0, 4, 0, 7, 0, 42, 0}));
    tb_check(d[38] == 'D' && d[80] == 80 && d[81] == 0 && d[82] == '{');
    const char *guid = "{6E45736A-2B1B-4078-B772-B3AF2B6FDE1C}";
    for (unsigned i = 0; i < 80; i++) // 38 characters and two ends
        tb_check_eq(d[82 + i], i % 2 || i >= 76 ? 0 : guid[i / 2]);
    tb_close(&tb);
}
END_TEST

START_TEST(test_requests)
{
    start(_i);
    octets d;
    // Not yet configured: endpoints are not there.
    tb_check_eq(control(0x82, 0, 0, 0x81, 2, &d), STALL);
    tb_check_eq(control(0x82, 0, 0, 0x82, 2, &d), STALL);
    tb_check_eq(control(0x81, 10, 0, 0, 1, &d), STALL);
    tb_check_eq(control(0x80, 8, 0, 0, 1, &d), ACK);
    tb_check(d == octets{0});
    send_token(IN, 0, 2, 0);
    tb_check_eq(answer(&d), NONE);
    enumerate();
    tb_check_eq(control(0x80, 8, 0, 0, 1, &d), ACK);
    tb_check(d == octets{1});
    tb_check_eq(control(0x81, 10, 0, 0, 1, &d), ACK);
    tb_check(d == octets{0});
    tb_check_eq(control(0x80, 0, 0, 0, 2, &d), ACK);
    tb_check(d == (octets{0, 0}));
    // Unknown or wrong ones stall, and the next transfer is as good as ever.
    static const uint16_t bad[][5] = {
        {0x80, 6, 0x400, 0, 18}, {0x80, 6, 0x201, 0, 9}, {0x80, 6, 0x304, 0, 9},
        {0x00, 9, 2, 0, 0},      {0x01, 11, 1, 0, 0},    {0x01, 11, 0, 1, 0},
        {0x02, 3, 0, 4, 0},      {0x02, 3, 1, 1, 0},     {0x00, 3, 1, 0, 0},
        {0x00, 5, 128, 0, 0},    {0x82, 12, 0, 0x82, 2}, {0xc0, 9, 0, 0, 4},
        {0x40, 9, 0, 0, 0},      {0x21, 1, 0, 0, 0},     {0xc0, 3, 0, 6, 9},
        {0xc0, 2, 2, 0, 4},      {0xc0, 2, 0, 0, 3},     {0xc0, 2, 0, 1, 4},
        {0xc0, 2, 0xfffc, 0, 8},
    };
    for (const uint16_t *r : bad) {
        tb_check_eq(control(r[0], r[1], r[2], r[3], r[4], &d), STALL);
        tb_check_eq(control(0x80, 0, 0, 0, 2, &d), ACK);
    }
    // IN beyond the data, OUT beyond wLength, a SETUP in the middle.
    tb_check_eq(out_once(SETUP, 0, DATA0, {0x80, 8, 0, 0, 0, 0, 1, 0}, 0), ACK);
    in_toggle[0] = 1;
    tb_check_eq(in_packet(0, &d), DATA1);
    tb_check_eq(in_packet(0, &d), STALL);
    tb_check_eq(out_once(SETUP, 0, DATA0, {0x40, 1, 0, 0, 0, 0, 4, 0}, 0), ACK);
    toggle[0] = 1;
    tb_check_eq(out_packet(0, words(1)), ACK);
    tb_check_eq(out_packet(0, words(1)), STALL);
    tb_check_eq(out_once(SETUP, 0, DATA0, {0xc0, 3, 0, 0, 7, 0, 0, 1}, 0), ACK);
    in_toggle[0] = 1;
    tb_check_eq(in_packet(0, &d), DATA1);
    tb_check_eq(control(0x80, 6, 0x100, 0, 18, &d), ACK);
    tb_check_eq(d.size(), 18);
    // Another device's, a damaged token.
    send_token(IN, 41, 0, 0);
    tb_check_eq(answer(&d), NONE);
    for (unsigned bit = 1; bit < 16; bit++) {
        send_token(IN, address, 0, bit);
        tb_check_eq(answer(&d), NONE);
    }
    tb_close(&tb);
}
END_TEST

START_TEST(test_registers)
{
    start(_i);
    enumerate();
    for (unsigned i = 0; i < 30; i++) {
        unsigned count = 1 + tb_below(&rnd, 40), at = 4 * tb_below(&rnd, 0x4000 - count);
        octets data = words(count), back;
        tb_check_eq(control(0x40, NIC_VENDOR_REQUEST_REG_WRITE, at, 0, 4 * count, &data), ACK);
        for (unsigned j = 0; j < count; j++)
            tb_check_eq(regs[at / 4 + j], data[4 * j] | data[4 * j + 1] << 8 |
                                              data[4 * j + 2] << 16 |
                                              (uint32_t)data[4 * j + 3] << 24);
        tb_check_eq(control(0xc0, NIC_VENDOR_REQUEST_REG_READ, at, 0, 4 * count, &back), ACK);
        tb_check(back == data);
    }
    refuse_reg = true;
    octets data = words(2);
    tb_check_eq(control(0x40, NIC_VENDOR_REQUEST_REG_WRITE, 0, 0, 8, &data), STALL);
    tb_check_eq(control(0xc0, NIC_VENDOR_REQUEST_REG_READ, 0, 0, 8, &data), STALL);
    tb_close(&tb);
}
END_TEST

START_TEST(test_streams)
{
    start(_i);
    enumerate();
    unsigned max = high ? 512 : 64;
    octets sent, wanted, got, data;
    for (unsigned i = 0; i < 60; i++) {
        octets packet(tb_chance(&rnd, 50) ? max : tb_below(&rnd, max + 1));
        for (uint8_t &octet : packet)
            octet = tb_random(&rnd);
        unsigned pid = out_packet(1, packet);
        tb_check(pid == ACK || (high && pid == NYET));
        sent.insert(sent.end(), packet.begin(), packet.end());
    }
    rest(8000);
    tb_check(to_device == sent);
    // No room: NAK or NYET, and PING tells.
    out_open = false;
    unsigned pid = ACK, packets = 0;
    for (; packets < 100 && pid == ACK; packets++) {
        pid = out_once(OUT, 1, toggle[1] ? DATA1 : DATA0, octets(max), 0);
        toggle[1] ^= pid != NAK;
    }
    tb_check(packets >= 2 && pid == (high ? NYET : NAK));
    if (high) {
        send_token(PING, address, 1, 0);
        tb_check_eq(answer(&data), NAK);
        out_open = true;
        rest(2000);
        send_token(PING, address, 1, 0);
        tb_check_eq(answer(&data), ACK);
    }
    out_open = true;
    rest(8000);
    // In: cut where nothing waits behind; a transfer never ends with a full packet.
    for (unsigned i = 0; i < 30; i++) {
        unsigned n =
            tb_chance(&rnd, 30) ? max * (1 + tb_below(&rnd, 3)) : 1 + tb_below(&rnd, 3 * max);
        octets text(n);
        for (uint8_t &octet : text)
            octet = tb_random(&rnd);
        in_stream.insert(in_stream.end(), text.begin(), text.end());
        got.clear();
        do {
            pid = in_packet(2, &data);
            tb_check(pid == DATA0 || pid == DATA1);
            tb_check(data.size() <= max);
            got.insert(got.end(), data.begin(), data.end());
        } while (data.size() == max);
        tb_check(got == text);
        ev_stream.assign({1, 2, 3, (uint8_t)i, 5});
        pid = in_packet(3, &data);
        tb_check(data == (octets{1, 2, 3, (uint8_t)i, 5}));
    }
    send_token(IN, address, 2, 0);
    tb_check_eq(answer(&data), NAK);
    tb_close(&tb);
}
END_TEST

START_TEST(test_halt)
{
    start(_i);
    enumerate();
    octets d;
    tb_check_eq(out_packet(1, {1, 2, 3}), ACK);
    for (unsigned endpoint : {0x01, 0x82, 0x83}) {
        unsigned n = endpoint & 15;
        tb_check_eq(control(0x02, 3, 0, endpoint, 0, &d), ACK);
        tb_check_eq(control(0x82, 0, 0, endpoint, 2, &d), ACK);
        tb_check(d == (octets{1, 0}));
        tb_check_eq(n == 1 ? out_packet(1, {9}) : in_packet(n, &d), STALL);
        tb_check_eq(control(0x02, 1, 0, endpoint, 0, &d), ACK);
        toggle[n] = in_toggle[n] = 0;
        tb_check_eq(control(0x82, 0, 0, endpoint, 2, &d), ACK);
        tb_check(d == (octets{0, 0}));
    }
    // After each of these the toggle is DATA0 again: a second packet with DATA0 in a row is taken as new.
    for (unsigned i = 0; i < 3; i++) {
        to_device.clear();
        tb_check_eq(out_packet(1, {(uint8_t)i}), ACK);
        idle(50);
        tb_check(to_device == octets{(uint8_t)i});
        tb_check_eq(i == 0   ? control(0x01, 11, 0, 0, 0, &d)
                    : i == 1 ? control(0x00, 9, 1, 0, 0, &d)
                             : control(0x02, 1, 0, 1, 0, &d),
                    ACK);
        toggle[1] = 0;
    }
    // The parser halts: STALL until it is over, whatever the host clears.
    tb.top->out_halt_i = 1;
    tb_check_eq(out_packet(1, {1}), STALL);
    tb_check_eq(control(0x02, 1, 0, 1, 0, &d), ACK);
    tb_check_eq(out_packet(1, {1}), STALL);
    tb.top->out_halt_i = 0;
    tb_check_eq(out_packet(1, {1}), ACK);
    tb_close(&tb);
}
END_TEST

// Three milliseconds without traffic: suspend; resume brings speed, address and configuration back.
START_TEST(test_suspend)
{
    start(_i);
    enumerate();
    octets d;
    for (unsigned i = 0; high && !tb.top->utmi_term_select_o;
         i++) { // then the bus is at full speed: idle is J
        tb_check(i < 3 * 600 + 20);
        cycle();
    }
    tb.top->utmi_line_state_i = 1;
    idle(2500);
    tb_check_eq(tb.top->utmi_suspend_n_o, 0);
    tb.top->utmi_line_state_i = 2;
    idle(1000);
    tb_check_eq(tb.top->utmi_suspend_n_o, 1);
    tb.top->utmi_line_state_i = 0;
    idle(high ? 80 : 70);
    tb.top->utmi_line_state_i = high ? 0 : 1;
    idle(20);
    tb_check_eq(tb.top->high_speed_o, high);
    tb_check_eq(control(0x80, 8, 0, 0, 1, &d), ACK);
    tb_check(d == octets{1});
    tb.top->utmi_vbus_valid_i = 0;
    idle(10);
    tb_check(tb.top->bus_reset_o && !tb.top->configured_o && !tb.top->utmi_term_select_o);
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_usb_device");
    TCase *tcase = tcase_create("nic_usb_device");
    tcase_set_timeout(tcase, 60);
    for (const TTest *test :
         {test_enumeration, test_requests, test_registers, test_streams, test_halt, test_suspend})
        tcase_add_loop_test(tcase, test, 0, 2);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
