// SPDX-License-Identifier: Apache-2.0
// Raw bus traffic at nic_usb_device: octets of any kind, packets that are nearly right, line states and resets at any moment, a
// register bus and streams that do as they like. After each burst a SETUP is taken, without a reset; then a host that behaves
// enumerates it and moves data. Bursts are the seed's: `for s in $(seq 1000); do SEED=$s build/rtl/nic_usb_device__fuzz_test || break; done` runs longer.
#include "nic_usb_device_tb.h"

enum { BURSTS = 40, STEPS = 150, MS = 600 };

static bool test_asked; // SET_FEATURE TEST_MODE: out of that leads the cable only
static unsigned quiet;  // clocks since a packet to the device ended
static bool sending;

// Between packets of the host the device may only answer, within 192 bit times.
static void watch(void)
{
    Vtop *top = tb.top;
    quiet = top->utmi_rx_active_i ? 0 : quiet + 1;
    bool begins = top->utmi_tx_valid_o && !sending;
    sending = top->utmi_tx_valid_o;
    if (begins && top->utmi_op_mode_o == 0 && !test_asked)
        tb_check(quiet <= 24);
}

static void pass(unsigned clocks)
{
    while (clocks--) {
        tb.top->utmi_tx_ready_i = tb_chance(&rnd, 60);
        cycle();
        watch();
    }
    tb.top->utmi_tx_ready_i = 0;
}

static void raw(const octets &packet)
{
    Vtop *top = tb.top;
    top->utmi_rx_active_i = 1;
    pass(tb_below(&rnd, 3));
    for (uint8_t octet : packet) {
        top->utmi_rx_valid_i = 1;
        top->utmi_rx_error_i = tb_chance(&rnd, 1);
        top->utmi_rx_data_i = octet;
        cycle();
        watch();
        top->utmi_rx_valid_i = top->utmi_rx_error_i = 0;
        pass(tb_below(&rnd, 2));
    }
    top->utmi_rx_active_i = 0;
    pass(1);
}

static octets any(unsigned most)
{
    octets data(tb_below(&rnd, most + 1));
    for (uint8_t &octet : data)
        octet = (uint8_t)tb_random(&rnd);
    return data;
}

static void damage(octets *packet)
{
    if (packet->empty() || !tb_chance(&rnd, 8))
        return;
    if (tb_chance(&rnd, 50))
        (*packet)[tb_below(&rnd, packet->size())] ^= 1 << tb_below(&rnd, 8);
    else
        packet->resize(tb_below(&rnd, packet->size() + 4));
}

static void token(unsigned pid)
{
    unsigned to = tb_chance(&rnd, 80) ? address : tb_below(&rnd, 128);
    unsigned endpoint = tb_chance(&rnd, 90) ? tb_below(&rnd, 4) : tb_below(&rnd, 16);
    octets packet = {(uint8_t)(pid | ~pid << 4), (uint8_t)(to | endpoint << 7), (uint8_t)(endpoint >> 1)};
    packet[2] |= crc_bits(&packet[1], 11, 5, 5) << 3;
    damage(&packet);
    raw(packet);
    pass(tb_below(&rnd, tb_chance(&rnd, 30) ? 150 : 12));
}

static void data_packet(unsigned pid, const octets &data)
{
    octets packet = data;
    unsigned crc = crc_bits(data.data(), 8 * data.size(), 16, 0x8005);
    packet.push_back(crc);
    packet.push_back(crc >> 8);
    packet.insert(packet.begin(), (uint8_t)(pid | ~pid << 4));
    damage(&packet);
    raw(packet);
    pass(tb_below(&rnd, tb_chance(&rnd, 50) ? 150 : 12));
}

// A request that is mostly one of those there are.
static void setup(void)
{
    static const uint8_t kinds[] = {0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x40, 0xc0};
    octets request = any(8);
    request.resize(8);
    if (tb_chance(&rnd, 90)) {
        request[0] = kinds[tb_below(&rnd, 8)];
        request[1] = tb_below(&rnd, 13);
        request[2] &= tb_chance(&rnd, 60) ? 3 : 255;
        request[3] &= tb_chance(&rnd, 60) ? 0 : 15;
        request[4] = tb_chance(&rnd, 60) ? 0 : request[4];
        request[5] = tb_chance(&rnd, 60) ? 0 : request[5] & 7;
        request[6] = tb_chance(&rnd, 50) ? 0 : request[6] & ~3;
        request[7] = tb_chance(&rnd, 80) ? 0 : request[7] & 3;
    }
    token(SETUP);
    test_asked |= request[0] == 0 && request[1] == 3 && request[2] == 2;
    data_packet(tb_chance(&rnd, 95) ? DATA0 : DATA1, request);
}

static void wire(void)
{
    Vtop *top = tb.top;
    top->utmi_line_state_i = tb_below(&rnd, 4);
    pass(tb_chance(&rnd, 60) ? tb_below(&rnd, 300) : tb_below(&rnd, 4 * MS));
    if (tb_chance(&rnd, 5)) {
        top->utmi_vbus_valid_i = 0;
        pass(tb_below(&rnd, 30));
        top->utmi_vbus_valid_i = 1;
        test_asked = false;
        address = 0;
    }
    if (tb_chance(&rnd, 70))
        top->utmi_line_state_i = top->high_speed_o ? 0 : 1;
}

static void behind(void)
{
    octets data = any(700);
    out_open = tb_chance(&rnd, 70);
    refuse_reg = tb_chance(&rnd, 20);
    tb.top->out_halt_i = tb_chance(&rnd, 10);
    tb.top->in_flush_i = tb_chance(&rnd, 10);
    if (in_stream.size() < 5000)
        in_stream.insert(in_stream.end(), data.begin(), data.end());
    if (ev_stream.size() < 100)
        ev_stream.insert(ev_stream.end(), {1, 2, 3, 4});
}

static void step(void)
{
    octets data;
    switch (tb_below(&rnd, 12)) {
    case 0:
        raw(any(tb_chance(&rnd, 10) ? 1100 : 20));
        break;
    case 1:
    case 2:
        setup();
        break;
    case 3:
    case 4:
        token(IN);
        if (tb_chance(&rnd, 80))
            raw({tb_chance(&rnd, 80) ? (uint8_t)0xd2 : (uint8_t)tb_random(&rnd)});
        break;
    case 5:
    case 6:
        token(OUT);
        data_packet(tb_chance(&rnd, 50) ? DATA0 : DATA1, any(tb_chance(&rnd, 50) ? 64 : 600));
        break;
    case 7:
        token(tb_below(&rnd, 16));
        break;
    case 8:
        data_packet(tb_below(&rnd, 16), any(70));
        break;
    case 9:
        behind();
        break;
    case 10:
        wire();
        break;
    default: // a request of the whole kind, so that states are reached: an address, a configuration
        address = tb_chance(&rnd, 70) ? address : 0;
        token(SETUP);
        data_packet(DATA0, {0, 9, 1, 0, 0, 0, 0, 0});
        token(IN);
        raw({0xd2});
    }
}

// After a burst, without a reset: the bus in use again, at the speed that is left. J is the idle of full speed, and leads out of a
// bus reset; to a device suspended comes K.
static void resume(void)
{
    Vtop *top = tb.top;
    top->utmi_vbus_valid_i = 1;
    top->utmi_line_state_i = 1;
    pass(MS / 2);
    for (unsigned i = 0; top->bus_reset_o || top->utmi_op_mode_o != 0 || top->utmi_tx_valid_o; i++) {
        tb_check(i < 8 * MS);
        pass(1);
    }
    if (!top->utmi_suspend_n_o) {
        top->utmi_line_state_i = 2;
        pass(400);
        top->utmi_line_state_i = 0;
        pass(80);
    }
    top->utmi_line_state_i = top->high_speed_o ? 0 : 1;
    pass(20);
    high = top->high_speed_o;
    tb_check_eq(top->utmi_suspend_n_o, 1);
}

// Whatever came before, endpoint 0 acknowledges a SETUP (8.5.3) and does what it asks, at the one address that the device has.
static void judge(void)
{
    octets data, setup = {0x80, 6, 0, 1, 0, 0, 64, 0};
    out_open = true;
    resume();
    unsigned tried = 0;
    for (; out_once(SETUP, 0, DATA0, setup, 0) != ACK; tried++) {
        tb_check(tried < 129);
        address = tried; // what a SET_ADDRESS of the burst made of it
    }
    tb_check_eq(control(0x80, 6, 0x100, 0, 64, &data), ACK);
    tb_check_eq(data.size(), 18);
    tb_check_eq(control(0x80, 99, 0, 0, 64, &data), STALL);
    tb_check_eq(control(0x80, 6, 0x100, 0, 64, &data), ACK);
}

// A host that knows nothing of what was before: the bus at rest for 5 ms, then a reset.
static void recover(bool fast)
{
    Vtop *top = tb.top;
    top->in_flush_i = 1; // what waits is of before
    top->out_halt_i = refuse_reg = false;
    out_open = true;
    in_stream.clear();
    ev_stream.clear();
    if (test_asked) {
        top->utmi_vbus_valid_i = 0;
        pass(20);
    }
    test_asked = false;
    top->utmi_vbus_valid_i = 1;
    top->utmi_line_state_i = 1;
    pass(5 * MS);
    top->in_flush_i = 0;
    sending = false;
    high = false;
    top->utmi_line_state_i = 0;
    unsigned clocks = 0;
    for (; !(top->utmi_tx_valid_o && top->utmi_op_mode_o == 2); clocks++) {
        tb_check(clocks < 4 * MS);
        cycle();
    }
    bus_reset(fast);
}

static void healthy(unsigned burst)
{
    octets data;
    tb_check_eq(control(0x80, 6, 0x100, 0, 64, &data), ACK);
    tb_check_eq(data.size(), 18);
    enumerate();
    tb_check_eq(control(0x80, 6, 0x200, 0, 255, &data), ACK);
    tb_check_eq(data.size(), 39);
    octets block = words(3);
    tb_check_eq(control(0x40, NIC_VENDOR_REQUEST_REG_WRITE, 0x40, 0, 12, &block), ACK);
    tb_check_eq(control(0xc0, NIC_VENDOR_REQUEST_REG_READ, 0x40, 0, 12, &data), ACK);
    tb_check(data == block);
    to_device.clear();
    in_stream.assign({(uint8_t)burst, 1, 2});
    tb_check_eq(out_packet(1, {(uint8_t)burst, 7}) & 3, ACK & 3);
    tb_check_eq(in_packet(2, &data), DATA0);
    tb_check(data == (octets{(uint8_t)burst, 1, 2}));
    idle(50);
    tb_check(to_device == (octets{(uint8_t)burst, 7}));
    ev_stream.assign({9, 8});
    tb_check_eq(in_packet(3, &data), DATA0);
    tb_check(data == (octets{9, 8}));
}

START_TEST(test_bursts)
{
    start(_i);
    healthy(0);
    for (unsigned burst = 1; burst <= BURSTS; burst++) {
        for (unsigned i = 0; i < STEPS; i++)
            step();
        if (!test_asked)
            judge();
        recover(_i);
        healthy(burst);
    }
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_usb_device__fuzz");
    TCase *tcase = tcase_create("nic_usb_device__fuzz");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_bursts, 0, 2);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
