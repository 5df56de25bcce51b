// SPDX-License-Identifier: Apache-2.0
// A host at UTMI for benches of the USB device: tokens, data and handshakes with CRCs computed bit by bit, as USB 2.0,
// 8.3.5 has them, control transfers, attach and reset. It knows nothing of the device but the specification.
#ifndef NIC_USB_HOST_H
#define NIC_USB_HOST_H

#include "nic_regs.h"
#include "nic_tb.h"
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
[[maybe_unused]] static bool out_open, refuse_reg;
[[maybe_unused]] static uint32_t regs[0x4000];
static unsigned reg_wait, address, toggle[16];
static bool in_toggle[16];
static bool high;
// A device without high speed: no chirp.
[[maybe_unused]] static bool fs_only;

// One clock; the test drives UTMI before. The bench's own.
static void cycle(void);
// Inputs that are not UTMI, before the reset.
static void inputs_rest(void);

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
[[maybe_unused]] static void rest(unsigned clocks)
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
        idle(high ? 120 : 380);    // more than it waits
        if (tb_chance(&rnd, 50)) { // one behind the time-out is none (8.7.2)
            send({ACK | 0xd0});
            idle(12);
        }
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

// SE0, the device's chirp, the host's or none; then the bus is idle at the speed of the host. From SE0 on the device is out of
// every other state, and its address is 0.
[[maybe_unused]] static void bus_reset(bool host_high)
{
    Vtop *top = tb.top;
    top->utmi_line_state_i = 0;
    // At high speed SE0 is idle as well: 3 ms of it and the device looks.
    for (unsigned i = 0; high && !top->utmi_term_select_o; i++) {
        tb_check(i < 2000);
        cycle();
    }
    memset(toggle, 0, sizeof toggle);
    memset(in_toggle, 0, sizeof in_toggle);
    address = 0;
    for (unsigned i = 0; !fs_only && !top->utmi_tx_valid_o; i++) {
        tb_check(i < 300);
        cycle();
    }
    tb_check_eq(top->utmi_op_mode_o, fs_only ? 0 : 2);
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

// Attached, reset, at the speed of the host.
static void start(bool host_high)
{
    Vtop *top;
    rnd = tb_random_start(700 + host_high);
    tb_open(&tb, "nic_usb_device");
    tb.context->assertOn(false); // registers start with anything, until the reset has reached every domain
    top = tb.top;
    in_stream.clear();
    ev_stream.clear();
    out_open = true;
    refuse_reg = high = false;
    reg_wait = 0;
    top->utmi_rx_active_i = top->utmi_rx_valid_i = top->utmi_rx_error_i = top->utmi_tx_ready_i = 0;
    top->utmi_vbus_valid_i = 0;
    inputs_rest();
    top->utmi_line_state_i = 1;
    top->rst_i = 1;
    idle(16);
    tb.context->assertOn(true);
    top->rst_i = 0;
    idle(10);
    tb_check_eq(top->utmi_term_select_o, 0);
    to_device.clear();
    top->utmi_vbus_valid_i = 1;
    idle(20);
    tb_check_eq(top->utmi_term_select_o, 1);
    bus_reset(host_high);
}

static void enumerate(void)
{
    octets data;
    tb_check_eq(control(0x00, 5, 42, 0, 0, &data), ACK);
    address = 42;
    tb_check_eq(control(0x00, 9, 1, 0, 0, &data), ACK);
    tb_check_eq(tb.top->configured_o, 1);
}

[[maybe_unused]] static octets words(unsigned count)
{
    octets data(4 * count);
    for (uint8_t &octet : data)
        octet = tb_random(&rnd);
    return data;
}

#endif
