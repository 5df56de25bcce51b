// SPDX-License-Identifier: Apache-2.0
// nic_usb_device against a host at UTMI: reset with and without a high-speed host, enumeration, register blocks, bulk
// and interrupt streams, halts, and what a host gets wrong. The host computes CRCs bit by bit, as USB 2.0, 8.3.5 has
// them, and knows nothing of the device but the specification; expected descriptors are written out here.
#include "nic_usb_device_tb.h"

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
        tb_check(d == (octets{9, (uint8_t)type, 39,  0,   1,  1, 0, 0xa0, 250,  9,   4,  0, 0,
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
    tb_check(d == (octets{5,    15,   33,   0,    1,    28,   16,   5,    0,    0xdf, 0x60,
                          0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c, 0x9c, 0xd2, 0x65, 0x9d, 0x9e,
                          0x64, 0x8a, 0x9f, 0,    0,    3,    6,    162,  0,    3,    0}));
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
        {0x02, 3, 0, 4, 0},      {0x02, 3, 1, 1, 0},     {0x00, 3, 3, 0, 0},
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

// A NIC reset in the middle of an IN packet: what the host gets is not whole, and it can tell by the CRC. Nothing of before comes
// later, and the toggle stays where it is.
START_TEST(test_flush)
{
    start(_i);
    enumerate();
    Vtop *top = tb.top;
    octets data;
    for (unsigned cut : {5, 20, 60}) {
        in_stream.assign(64, 0x5a);
        idle(200);
        send_token(IN, address, 2, 0);
        octets packet;
        for (unsigned i = 0; packet.size() < cut || top->utmi_tx_valid_o; i++) {
            tb_check(i < 5000);
            top->in_flush_i = packet.size() == cut;
            top->utmi_tx_ready_i = i % (high ? 1 : 40) == 0;
            bool taken = top->utmi_tx_ready_i && top->utmi_tx_valid_o;
            if (taken)
                packet.push_back(top->utmi_tx_data_o);
            cycle();
        }
        top->utmi_tx_ready_i = top->in_flush_i = 0;
        unsigned n = packet.size() - 3;
        tb_check_eq(packet[0], 0xc3);
        tb_check(n < 64);
        tb_check(crc_bits(packet.data() + 1, 8 * n, 16, 0x8005) !=
                 (packet[n + 1] | (unsigned)packet[n + 2] << 8));
        idle(200);
        send_token(IN, address, 2, 0);
        tb_check_eq(answer(&data), NAK);
    }
    in_stream.assign({1, 2, 3});
    tb_check_eq(in_packet(2, &data), DATA0);
    tb_check(data == (octets{1, 2, 3}));
    tb_close(&tb);
}
END_TEST

// USB 2.0, 8.6: a data packet with a toggle that is not expected is the one before again. It is acknowledged and thrown away, with
// room and without; one that is not acknowledged comes again as it was, and no other, until it is.
START_TEST(test_toggle_out)
{
    start(_i);
    enumerate();
    octets d;
    unsigned max = high ? 512 : 64;
    tb_check_eq(out_once(OUT, 1, DATA1, {9}, 0), ACK); // the first one is DATA0
    tb_check_eq(out_once(OUT, 1, DATA0, {1, 2}, 0), ACK);
    for (unsigned i = 0; i < 3; i++)
        tb_check_eq(out_once(OUT, 1, DATA0, {1, 2}, 0), ACK);
    tb_check_eq(out_once(OUT, 1, DATA0, octets(max, 9), 0), ACK);   // other data, too
    tb_check_eq(out_once(OUT, 1, DATA1, {3}, 5), NONE);             // a broken one turns nothing
    tb_check_eq(out_once(OUT, 1, DATA1, octets(max + 1), 0), NONE); // nor does one that is too long
    tb_check_eq(out_once(OUT, 1, DATA1, {3}, 0), ACK);
    tb_check_eq(out_once(OUT, 1, DATA1, {}, 0), ACK);
    tb_check_eq(out_once(OUT, 1, DATA0, {}, 0), ACK); // an empty one turns it
    tb_check_eq(out_once(OUT, 1, DATA0, {9}, 0), ACK);
    tb_check_eq(out_once(OUT, 1, DATA1, {4}, 0), ACK);
    idle(100);
    tb_check(to_device == (octets{1, 2, 3, 4}));
    // Full: what is new waits, what was taken is acknowledged again; at high speed that there is no room may be said with it.
    out_open = false;
    unsigned pid = ACK, next = DATA0, taken = 0;
    for (; taken < 100; taken++) {
        pid = out_once(OUT, 1, next, octets(max, (uint8_t)taken), 0);
        if (pid == NAK)
            break;
        next ^= DATA0 ^ DATA1;
    }
    tb_check(taken >= 2 && taken < 100);
    pid = out_once(OUT, 1, next ^ DATA0 ^ DATA1, octets(max, 9), 0);
    tb_check(pid == ACK || (high && pid == NYET));
    tb_check_eq(out_once(OUT, 1, next, octets(max, 8), 0), NAK);
    to_device.clear();
    out_open = true;
    rest(10000);
    tb_check_eq(to_device.size(), taken * max);
    for (unsigned i = 0; i < taken * max; i++)
        tb_check_eq(to_device[i], i / max);
    // Endpoint 0: SETUP is DATA0 or nothing (8.5.3); the data stage begins with DATA1.
    tb_check_eq(out_once(SETUP, 0, DATA1, {0x40, 1, 0, 0, 0, 0, 68, 0}, 0), NONE);
    regs[0] = regs[16] = 0;
    tb_check_eq(out_once(SETUP, 0, DATA0, {0x40, 1, 0, 0, 0, 0, 68, 0}, 0), ACK);
    tb_check_eq(out_once(OUT, 0, DATA0, octets(64, 9), 0), ACK);
    toggle[0] = 1;
    tb_check_eq(out_packet(0, octets(64, 5)), ACK);
    tb_check_eq(out_once(OUT, 0, DATA1, octets(64, 9), 0), ACK);
    tb_check_eq(out_packet(0, octets(4, 6)), ACK);
    tb_check_eq(out_once(OUT, 0, DATA0, octets(4, 9), 0), ACK);
    in_toggle[0] = 1;
    tb_check_eq(in_packet(0, &d), DATA1);
    tb_check(d.empty());
    tb_check_eq(regs[0], 0x05050505);
    tb_check_eq(regs[16], 0x06060606);
    tb_close(&tb);
}
END_TEST

START_TEST(test_toggle_in)
{
    start(_i);
    enumerate();
    unsigned max = high ? 512 : 64;
    octets d;
    for (unsigned endpoint : {2, 3}) {
        unsigned pid = DATA0, whole = endpoint == 3 ? 64 : max;
        std::deque<uint8_t> &stream = endpoint == 3 ? ev_stream : in_stream;
        for (unsigned i = 0; i < 2 * whole + 1; i++)
            stream.push_back(i ^ i >> 8);
        rest(4000);
        for (unsigned packet = 0; packet < 3; packet++, pid ^= DATA0 ^ DATA1) {
            for (unsigned again = 0; again < 4; again++) { // the last is acknowledged
                send_token(IN, address, endpoint, 0);
                tb_check_eq(answer(&d), pid);
                tb_check_eq(d.size(), packet < 2 ? whole : 1);
                for (unsigned i = 0; i < d.size(); i++) {
                    unsigned n = packet * whole + i;
                    tb_check_eq(d[i], (n ^ n >> 8) & 255);
                }
                if (again == 1) // a handshake that is none
                    send({ACK | 0xc0});
                else if (again == 2)
                    send({NAK | 0x50});
                else if (again == 3)
                    send({ACK | 0xd0});
                idle(120);
            }
        }
        send_token(IN, address, endpoint, 0);
        tb_check_eq(answer(&d), NAK);
        send({ACK | 0xd0}); // of nothing
        idle(120);
        stream.push_back(7);
        rest(1000);
        send_token(IN, address, endpoint, 0);
        tb_check_eq(answer(&d), pid);
        tb_check(d == octets{7});
        // The one of another endpoint, behind a time-out, is not for this one.
        send_token(IN, address, 5 - endpoint, 0);
        tb_check_eq(answer(&d), NAK);
        send_token(IN, address, endpoint, 0);
        tb_check_eq(answer(&d), pid);
        send({ACK | 0xd0});
        idle(120);
    }
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_usb_device");
    TCase *tcase = tcase_create("nic_usb_device");
    tcase_set_timeout(tcase, 60);
    for (const TTest *test : {test_enumeration, test_requests, test_registers, test_streams,
                              test_halt, test_flush, test_toggle_out, test_toggle_in})
        tcase_add_loop_test(tcase, test, 0, 2);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
