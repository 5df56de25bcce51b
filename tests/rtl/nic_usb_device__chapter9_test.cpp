// SPDX-License-Identifier: Apache-2.0
// Chapter 9 of USB 2.0 at nic_usb_device: every request in every state and at both speeds, what is wrong with each, transfers that
// are cut off or too long, enumeration in the order of three hosts' stacks, suspend, remote wake-up, test modes. Expected values
// are those of the specification, written out here; the host is nic_usb_host.h.
#include "nic_usb_device_tb.h"

#ifdef FULL_SPEED_ONLY
enum { SPEEDS = 1 }; // HS=0
#else
enum { SPEEDS = 2 };
#endif

enum { GET = 0x80, SET = 0x00, MS = 600 }; // MS: clocks of a millisecond of the bus's long times here
enum { MANUFACTURER = 1, PRODUCT, SERIAL };
static const unsigned CONFIG_BYTES = 39, BOS_BYTES = 33;

static unsigned plain(unsigned kind, unsigned request, unsigned value, unsigned index)
{
    octets none;
    return control(kind, request, value, index, 0, &none);
}

// The answer, or nothing when it is STALL.
static octets ask(unsigned kind, unsigned request, unsigned value, unsigned index, unsigned length)
{
    octets data;
    unsigned result = control(kind, request, value, index, length, &data);
    tb_check(result == ACK || result == STALL);
    return result == ACK ? data : octets{};
}

static octets descriptor(unsigned type, unsigned index, unsigned length)
{
    return ask(GET, 6, type << 8 | index, type == 3 && index ? 0x409 : 0, length);
}

static void silent(unsigned pid, unsigned endpoint)
{
    octets data;
    send_token(pid, address, endpoint, 0);
    if (pid == OUT)
        send_data(DATA0, {1}, 0);
    tb_check_eq(answer(&data), NONE);
}

// ---- descriptors, states ----

static void check_descriptors(void)
{
    bool qualified = !fs_only;
    octets device = descriptor(1, 0, 255), config = descriptor(2, 0, 255),
           bos = descriptor(15, 0, 255);
    tb_check(device.size() == 18 && device[0] == 18 && device[1] == 1 && device[7] == 64 &&
             device[17] == 1);
    tb_check(device[2] == 0x01 && device[3] == 2); // 2.01: there is a BOS
    tb_check(config.size() == CONFIG_BYTES && config[1] == 2 && config[2] == CONFIG_BYTES &&
             config[7] == 0xa0);
    for (unsigned at : {18, 25, 32})
        tb_check(config[at] == 7 && config[at + 1] == 5);
    tb_check_eq(config[22] | config[23] << 8, high ? 512 : 64);
    tb_check_eq(config[29] | config[30] << 8, high ? 512 : 64);
    tb_check(bos.size() == BOS_BYTES && bos[2] == BOS_BYTES && bos[4] == 1);
    tb_check_eq(descriptor(6, 0, 255).size(), qualified ? 10 : 0);
    octets other = descriptor(7, 0, 255);
    tb_check_eq(other.size(), qualified ? CONFIG_BYTES : 0);
    if (qualified)
        tb_check(other[1] == 7 && (other[22] | other[23] << 8) == (high ? 64 : 512));
    for (unsigned i = 0; i <= SERIAL; i++) {
        octets text = descriptor(3, i, 255);
        tb_check(text.size() >= 4 && text[0] == text.size() && text[1] == 3);
    }
    // As much as is asked for, and no more, with lengths about a packet's.
    for (unsigned length : {1, 8, 9, 17, 18, 63, 64, 65}) {
        tb_check_eq(descriptor(1, 0, length).size(), length < 18 ? length : 18);
        tb_check_eq(descriptor(2, 0, length).size(), length < CONFIG_BYTES ? length : CONFIG_BYTES);
    }
    for (unsigned type = 0; type < 256; type++)
        if (type == 0 || type == 4 || type == 5 || (type > 7 && type != 15))
            tb_check_eq(descriptor(type, 0, 255).size(), 0);
    for (unsigned type : {1, 2, 6, 7, 15})
        tb_check_eq(descriptor(type, 1, 255).size(), 0);
    tb_check_eq(descriptor(3, 4, 255).size(), 0);
    tb_check_eq(descriptor(3, 0xee, 255).size(), 0); // MS OS 1.0
}

// 9.4: which requests are answered with the device addressed, and configured.
static void check_state(bool configured)
{
    tb_check(ask(GET, 8, 0, 0, 1) == octets{(uint8_t)configured});
    tb_check(ask(GET, 0, 0, 0, 2) == (octets{0, 0}));
    tb_check(ask(0x82, 0, 0, 0, 2) == (octets{0, 0}));
    tb_check(ask(0x82, 0, 0, 0x80, 2) == (octets{0, 0}));
    tb_check_eq(ask(0x81, 0, 0, 0, 2).size(), configured ? 2 : 0);
    tb_check_eq(ask(0x81, 10, 0, 0, 1).size(), configured ? 1 : 0);
    tb_check_eq(plain(0x01, 11, 0, 0), configured ? ACK : STALL);
    for (unsigned endpoint : {0x01, 0x82, 0x83}) {
        tb_check_eq(ask(0x82, 0, 0, endpoint, 2).size(), configured ? 2 : 0);
        tb_check_eq(plain(0x02, 3, 0, endpoint), configured ? ACK : STALL);
        tb_check_eq(plain(0x02, 1, 0, endpoint), configured ? ACK : STALL);
    }
    if (!configured) {
        silent(OUT, 1);
        silent(IN, 2);
        silent(IN, 3);
    }
    check_descriptors();
}

static void states(bool fast)
{
    start(fast);
    check_descriptors(); // Default
    tb_check_eq(plain(SET, 5, 9, 0), ACK);
    silent(IN, 0); // nobody is at address 0 any more
    address = 9;
    check_state(false); // Address
    tb_check_eq(plain(SET, 9, 2, 0), STALL);
    tb_check_eq(plain(SET, 9, 0x100, 0), STALL);
    check_state(false);
    tb_check_eq(plain(SET, 9, 1, 0), ACK);
    memset(toggle, 0, sizeof toggle);
    memset(in_toggle, 0, sizeof in_toggle);
    check_state(true);
    tb_check_eq(plain(SET, 9, 3, 0), STALL); // stays as it is
    check_state(true);
    tb_check_eq(plain(SET, 9, 0, 0), ACK);
    check_state(false);
    tb_check_eq(plain(SET, 5, 77, 0), ACK); // an address for another one
    address = 77;
    tb_check_eq(plain(SET, 9, 1, 0), ACK);
    check_state(true);
    bus_reset(fast);
    check_descriptors();
    tb_close(&tb);
}

START_TEST(test_states)
{
    states(_i);
}
END_TEST

// ---- requests ----

// Answered with the fields as they are here, in the configured state.
static bool known(unsigned kind, unsigned request)
{
    switch (kind << 8 | request) {
    case 0x8000: // GET_STATUS
    case 0x8100:
    case 0x8200:
    case 0x8008: // GET_CONFIGURATION
    case 0x810a: // GET_INTERFACE
    case 0x0009: // SET_CONFIGURATION 0
    case 0x010b: // SET_INTERFACE
    case 0x0005: // SET_ADDRESS 0
    case 0x0201: // CLEAR_FEATURE ENDPOINT_HALT of endpoint 0, which has none
        return true;
    }
    return false;
}

// Each bmRequestType with each bRequest, all other fields 0 but for the length the request has.
START_TEST(test_unknown)
{
    start(_i);
    enumerate();
    for (unsigned kind = 0; kind < 256; kind++)
        for (unsigned request = 0; request < 20; request++) {
            bool word = request == 0, octet = request == 8 || request == 10;
            unsigned length = kind & 0x80 ? word ? 2 : octet ? 1 : 8 : 0;
            if (kind == 0xc0 && (request == 2 || request == 3))
                continue; // registers and the MS OS set, see nic_usb_device_test
            octets data;
            unsigned result = control(kind, request, 0, 0, length, &data);
            if (result != (known(kind, request) ? ACK : STALL))
                ck_abort_msg("request %02x %02x: %u", kind, request, result);
            if (kind == SET && request == 5)
                address = 0;
            if (kind == SET && request == 9) {
                tb_check_eq(tb.top->configured_o, 0);
                enumerate();
            }
        }
    tb_close(&tb);
}
END_TEST

// 9.4: fields that are wrong one at a time.
START_TEST(test_bad_fields)
{
    static const uint16_t bad[][5] = {
        {0x80, 0, 1, 0, 2},      {0x80, 0, 0, 1, 2},     {0x80, 0, 0, 0, 1},
        {0x81, 0, 1, 0, 2},      {0x81, 0, 0, 1, 2},     {0x81, 0, 0, 0, 3},
        {0x82, 0, 1, 0x82, 2},   {0x82, 0, 0, 0x102, 2}, {0x82, 0, 0, 0x81, 2},
        {0x82, 0, 0, 0x02, 2},   {0x82, 0, 0, 0x84, 2},  {0x82, 0, 0, 0x82, 0},
        {0x80, 8, 1, 0, 1},      {0x80, 8, 0, 1, 1},     {0x80, 8, 0, 0, 2},
        {0x81, 10, 1, 0, 1},     {0x81, 10, 0, 1, 1},    {0x81, 10, 0, 0, 2},
        {0x00, 5, 1, 1, 0},      {0x00, 5, 128, 0, 0},   {0x00, 9, 1, 1, 0},
        {0x01, 11, 1, 0, 0},     {0x01, 11, 0, 1, 0},    {0x00, 1, 0, 0, 0},
        {0x00, 1, 2, 0, 0},      {0x00, 1, 1, 1, 0},     {0x00, 3, 0, 0, 0},
        {0x00, 3, 1, 1, 0},      {0x00, 3, 3, 0, 0},     {0x00, 3, 2, 0, 0},
        {0x00, 3, 2, 0x500, 0},  {0x00, 3, 2, 0x101, 0}, {0x00, 3, 0x102, 0x400, 0},
        {0x01, 1, 0, 0, 0},      {0x01, 3, 0, 0, 0},     {0x02, 1, 1, 0x82, 0},
        {0x02, 3, 1, 0x82, 0},   {0x02, 3, 0, 0, 0},     {0x02, 3, 0, 0x80, 0},
        {0x02, 3, 0, 0x81, 0},   {0x02, 1, 0, 0x84, 0},  {0x02, 1, 0, 0x182, 0},
        {0x00, 1, 1, 0, 1},      {0x00, 3, 1, 0, 1},     {0x00, 3, 2, 0x100, 1},
        {0x02, 1, 0, 0x82, 1},   {0x02, 3, 0, 0x82, 1},  {0x00, 9, 1, 0, 1},
        {0x00, 5, 1, 0, 1},      {0x01, 11, 0, 0, 1},    {0x00, 7, 0x100, 0, 18},
        {0x82, 12, 0, 0x82, 2},
    };
    start(_i);
    enumerate();
    for (const uint16_t *r : bad) {
        octets data(r[4]);
        if (control(r[0], r[1], r[2], r[3], r[4], &data) != STALL)
            ck_abort_msg("not refused: %02x %02x %04x %04x %u", r[0], r[1], r[2], r[3], r[4]);
        tb_check(ask(GET, 8, 0, 0, 1) == octets{1});
    }
    if (!high)
        for (unsigned selector = 1; selector <= 4; selector++) // of high speed only
            tb_check_eq(plain(SET, 3, 2, selector << 8), STALL);
    tb_close(&tb);
}
END_TEST

// A SETUP in every place of a transfer ends it, and the new one is answered (5.5.5, 8.5.3).
START_TEST(test_setup_interrupts)
{
    start(_i);
    enumerate();
    for (unsigned place = 0; place < 40; place++) {
        octets data, block = words(32);
        bool read = place & 1;
        unsigned packets = place / 2 % 4, late = place / 8;
        tb_check_eq(out_once(SETUP, 0, DATA0,
                             read ? octets{GET, 6, 0, 15, 0, 0, 255, 0}
                                  : octets{0x40, NIC_VENDOR_REQUEST_REG_WRITE, 0, 0, 0, 0, 128, 0},
                             0),
                    ACK);
        toggle[0] = in_toggle[0] = 1;
        if (read && packets > 0)
            in_packet(0, &data);
        if (read && packets > 1)
            out_once(OUT, 0, DATA1, {}, 0); // the status stage
        for (unsigned i = 0; !read && i < packets && i < 2; i++)
            tb_check_eq(out_packet(0, octets(block.begin() + 64 * i, block.begin() + 64 * i + 64)),
                        ACK);
        if (!read && packets == 3) { // the status stage, without its ACK
            send_token(IN, address, 0, 0);
            answer(&data);
        }
        idle(late * 7);
        tb_check_eq(descriptor(1, 0, 18).size(), 18);
        tb_check(ask(GET, 8, 0, 0, 1) == octets{1});
    }
    tb_close(&tb);
}
END_TEST

// Behind the data stage: more IN, more OUT, the other direction; and a packet that is longer than endpoint 0's.
START_TEST(test_lengths)
{
    start(_i);
    enumerate();
    octets data;
    for (unsigned length : {1, 17, 18, 64, 255}) {
        tb_check_eq(out_once(SETUP, 0, DATA0, {GET, 6, 0, 1, 0, 0, (uint8_t)length, 0}, 0), ACK);
        in_toggle[0] = 1;
        tb_check_eq(in_packet(0, &data), DATA1);
        tb_check_eq(data.size(), length < 18 ? length : 18);
        for (unsigned i = 0; i < 3; i++)
            tb_check_eq(in_packet(0, &data), STALL);
    }
    for (unsigned extra = 0; extra < 2; extra++) {
        tb_check_eq(out_once(SETUP, 0, DATA0,
                             {0x40, NIC_VENDOR_REQUEST_REG_WRITE, 0, 0, 0, 0, 8, 0}, 0),
                    ACK);
        toggle[0] = in_toggle[0] = 1;
        tb_check_eq(in_packet(0, &data), STALL); // the status stage too early
        tb_check_eq(out_packet(0, words(extra ? 3 : 1)), ACK); // more, or less, than wLength
        rest(1000);
        tb_check_eq(in_packet(0, &data), STALL);
        tb_check_eq(out_packet(0, words(1)), STALL);
    }
    // 65 octets are no packet of endpoint 0: not even a handshake.
    tb_check_eq(out_once(SETUP, 0, DATA0,
                         {0x40, NIC_VENDOR_REQUEST_REG_WRITE, 0, 0, 0, 0, 128, 0}, 0),
                ACK);
    tb_check_eq(out_once(OUT, 0, DATA1, octets(65), 0), NONE);
    // A SETUP of seven or nine octets, or with DATA1, is none.
    tb_check_eq(out_once(SETUP, 0, DATA1, {GET, 8, 0, 0, 0, 0, 1, 0}, 0), NONE);
    tb_check_eq(out_once(SETUP, 0, DATA0, {GET, 8, 0, 0, 0, 0, 1}, 0), ACK);
    in_toggle[0] = 1;
    tb_check_eq(in_packet(0, &data), STALL);
    tb_check_eq(out_once(SETUP, 0, DATA0, {GET, 8, 0, 0, 0, 0, 1, 0, 0}, 0), ACK);
    in_toggle[0] = 1;
    tb_check_eq(in_packet(0, &data), STALL);
    // Nor is one with a PID that does not check, a DATA2, a token too short, too long, with trailing octets.
    for (octets packet : {octets{0x2d ^ 0x10, 42, 0}, octets{0x2d}, octets{0x2d, 42},
                          octets{0x2d, 42, 0, 0}, octets{0x69, 42}, octets{0x87, 0, 0}}) {
        send(packet);
        idle(30);
        tb_check_eq(answer(&data), NONE);
    }
    tb_check(ask(GET, 8, 0, 0, 1) == octets{1});
    tb_close(&tb);
}
END_TEST

// ---- enumeration ----

static void string_by_head(unsigned index)
{
    octets head = descriptor(3, index, 2);
    tb_check_eq(head.size(), 2);
    tb_check_eq(descriptor(3, index, head[0]).size(), head[0]);
}

static void bos_and_config(void)
{
    octets head = descriptor(15, 0, 5);
    tb_check_eq(descriptor(15, 0, head[2] | head[3] << 8).size(), BOS_BYTES);
    head = descriptor(2, 0, 9);
    tb_check_eq(descriptor(2, 0, head[2] | head[3] << 8).size(), CONFIG_BYTES);
}

static void set_address(unsigned to)
{
    tb_check_eq(plain(SET, 5, to, 0), ACK);
    address = to;
}

// drivers/usb/core/hub.c and message.c: 64 octets of the device descriptor, a second reset.
static void linux_host(unsigned to)
{
    tb_check_eq(descriptor(1, 0, 64).size(), 18);
    bus_reset(high);
    set_address(to);
    tb_check_eq(descriptor(1, 0, 18).size(), 18);
    for (unsigned i = 0; !high && i < 3; i++) // could it do more?
        tb_check_eq(descriptor(6, 0, 10).size(), fs_only ? 0 : 10);
    bos_and_config();
    tb_check_eq(descriptor(3, 0, 255).size(), 4);
    for (unsigned index : {PRODUCT, MANUFACTURER, SERIAL})
        tb_check(descriptor(3, index, 255).size() > 4);
    tb_check_eq(plain(SET, 9, 1, 0), ACK);
}

// Microsoft, "How does USB stack enumerate a device?": the first packet only, then a reset in the middle of the transfer.
static void windows_host(unsigned to)
{
    octets data;
    tb_check_eq(out_once(SETUP, 0, DATA0, {GET, 6, 0, 1, 0, 0, 64, 0}, 0), ACK);
    in_toggle[0] = 1;
    tb_check_eq(in_packet(0, &data), DATA1);
    bus_reset(high);
    set_address(to);
    tb_check_eq(descriptor(1, 0, 18).size(), 18);
    tb_check_eq(descriptor(2, 0, 255).size(), CONFIG_BYTES);
    octets head = descriptor(15, 0, 5);
    octets bos = descriptor(15, 0, head[2]);
    tb_check_eq(bos.size(), BOS_BYTES);
    tb_check_eq(descriptor(3, SERIAL, 255).size(), 18);
    tb_check_eq(descriptor(6, 0, 10).size(), fs_only ? 0 : 10);
    // The BOS says with which request, and how long the set is.
    tb_check_eq(ask(0xc0, bos[31], 0, 7, bos[29] | bos[30] << 8).size(), 162);
    tb_check_eq(descriptor(3, 0, 255).size(), 4);
    tb_check(descriptor(3, PRODUCT, 255).size() > 4);
    tb_check_eq(descriptor(1, 0, 18).size(), 18);
    tb_check_eq(descriptor(2, 0, 9).size(), 9);
    tb_check_eq(descriptor(2, 0, CONFIG_BYTES).size(), CONFIG_BYTES);
    tb_check_eq(plain(SET, 9, 1, 0), ACK);
}

// As IOUSBFamily does it: eight octets first, strings by their heads.
static void macos_host(unsigned to)
{
    tb_check_eq(descriptor(1, 0, 8).size(), 8);
    set_address(to);
    tb_check_eq(descriptor(1, 0, 18).size(), 18);
    string_by_head(0);
    for (unsigned index : {PRODUCT, MANUFACTURER, SERIAL})
        string_by_head(index);
    bos_and_config();
    tb_check_eq(plain(SET, 9, 1, 0), ACK);
}

// Out and in again, so that the toggles are seen to start over.
static void try_streams(unsigned i)
{
    octets data;
    to_device.clear();
    in_stream.assign({(uint8_t)i, 1, 2});
    tb_check_eq(out_packet(1, {(uint8_t)i, 7}) & 3, ACK & 3);
    tb_check_eq(in_packet(2, &data), DATA0);
    tb_check(data == (octets{(uint8_t)i, 1, 2}));
    idle(50);
    tb_check(to_device == (octets{(uint8_t)i, 7}));
}

static void enumerations(unsigned count, bool fast)
{
    static void (*const hosts[])(unsigned) = {linux_host, windows_host, macos_host};
    start(fast);
    for (unsigned i = 0; i < count; i++) {
        hosts[i % 3](1 + tb_below(&rnd, 127));
        tb_check_eq(tb.top->configured_o, 1);
        try_streams(i);
        bus_reset(fast);
        tb_check_eq(tb.top->configured_o, 0);
    }
    tb_close(&tb);
}

START_TEST(test_150_enumerations)
{
    enumerations(150, _i);
}
END_TEST

// A reset from full to high speed and back: another host, or a hub in between.
START_TEST(test_other_speed)
{
    start(_i);
    for (unsigned i = 0; i < 6; i++) {
        linux_host(3 + i);
        check_descriptors();
        try_streams(i);
        bus_reset(!high);
    }
    tb_close(&tb);
}
END_TEST

// ---- suspend, resume, remote wake-up ----

// Three milliseconds without traffic.
static void suspend_bus(void)
{
    Vtop *top = tb.top;
    for (unsigned i = 0; high && !top->utmi_term_select_o; i++) { // then the bus is at full speed: idle is J
        tb_check(i < 3 * MS + 20);
        cycle();
    }
    top->utmi_line_state_i = 1;
    for (unsigned i = 0; top->utmi_suspend_n_o; i++) {
        tb_check(i < 3 * MS + 50);
        cycle();
    }
}

// K, then the end of it: at high speed SE0, which is idle, at full speed two low-speed bit times of SE0.
static void resume_bus(void)
{
    Vtop *top = tb.top;
    top->utmi_line_state_i = 2;
    idle(1000);
    tb_check_eq(top->utmi_suspend_n_o, 1);
    top->utmi_line_state_i = 0;
    idle(high ? 80 : 70);
    top->utmi_line_state_i = high ? 0 : 1;
    idle(20);
    tb_check_eq(top->high_speed_o, high);
    tb_check_eq(top->utmi_term_select_o, !high);
}

// In every state; speed, address, configuration, toggles and halts stay.
START_TEST(test_suspend)
{
    octets data;
    start(_i);
    suspend_bus();
    resume_bus();
    check_descriptors();
    set_address(5);
    suspend_bus();
    resume_bus();
    tb_check(ask(GET, 8, 0, 0, 1) == octets{0});
    tb_check_eq(plain(SET, 9, 1, 0), ACK);
    tb_check_eq(out_packet(1, {1}) & 3, ACK & 3);
    tb_check_eq(plain(0x02, 3, 0, 0x83), ACK);
    for (unsigned i = 0; i < 3; i++) {
        suspend_bus();
        idle(i * 4 * MS);
        resume_bus();
        tb_check(ask(GET, 8, 0, 0, 1) == octets{1});
        tb_check(ask(0x82, 0, 0, 0x83, 2) == (octets{1, 0}));
        tb_check_eq(out_packet(1, {1}) & 3, ACK & 3);
    }
    // A noise of K is no resume, a reset while suspended is one.
    suspend_bus();
    tb.top->utmi_line_state_i = 2;
    idle(20);
    tb.top->utmi_line_state_i = 1;
    idle(300);
    tb_check_eq(tb.top->utmi_suspend_n_o, 0);
    high = false; // the bus is at full speed now
    bus_reset(_i);
    tb_check(descriptor(1, 0, 18).size() == 18 && !tb.top->configured_o);
    // The cable goes while suspended.
    suspend_bus();
    tb.top->utmi_vbus_valid_i = 0;
    idle(10);
    tb_check(tb.top->bus_reset_o && !tb.top->configured_o && !tb.top->utmi_term_select_o);
    tb_close(&tb);
}
END_TEST

static void queue_frame(bool event)
{
    if (event)
        ev_stream.assign({1, 2, 3});
    else
        in_stream.assign({4, 5, 6});
}

// Clocks until the device drives; limit, when it does not.
static unsigned wait_drive(unsigned limit)
{
    unsigned clocks = 0;
    while (clocks < limit && !tb.top->utmi_tx_valid_o) {
        cycle();
        clocks++;
    }
    return clocks;
}

// 7.1.7.7: K of 1 to 15 ms, not before 5 ms of idle; the host goes on with it.
START_TEST(test_remote_wakeup)
{
    octets data;
    start(_i);
    enumerate();
    // Nobody asked for it.
    suspend_bus();
    queue_frame(false);
    tb_check_eq(wait_drive(20 * MS), 20 * MS);
    resume_bus();
    tb_check_eq(in_packet(2, &data), DATA0);
    for (unsigned round = 0; round < 4; round++) {
        tb_check_eq(plain(SET, 3, 1, 0), ACK);
        tb_check(ask(GET, 0, 0, 0, 2) == (octets{2, 0}));
        suspend_bus(); // 3 ms of idle have passed
        if (round & 2)
            idle(3 * MS);
        else
            queue_frame(round & 1);
        unsigned early = wait_drive(round & 2 ? 10 * MS : 2 * MS - 100);
        tb_check_eq(early, round & 2 ? 10 * MS : 2 * MS - 100);
        if (round & 2)
            queue_frame(round & 1);
        tb_check(wait_drive(5 * MS) < 5 * MS);
        tb_check_eq(tb.top->utmi_op_mode_o, 2);
        tb_check_eq(tb.top->utmi_xcvr_select_o, 1);
        tb_check_eq(tb.top->utmi_term_select_o, 1);
        unsigned clocks = 0;
        tb.top->utmi_line_state_i = 2;
        for (; tb.top->utmi_tx_valid_o; clocks++) {
            tb_check_eq(tb.top->utmi_tx_data_o, 0);
            cycle();
        }
        tb_check(clocks >= MS && clocks <= 15 * MS);
        resume_bus();
        tb_check_eq(in_packet(round & 1 ? 3 : 2, &data) & 7, DATA0 & 7);
        tb_check(data == (round & 1 ? octets{1, 2, 3} : octets{4, 5, 6}));
        tb_check_eq(plain(SET, 1, 1, 0), ACK);
        tb_check(ask(GET, 0, 0, 0, 2) == (octets{0, 0}));
    }
    // Nobody goes on with it: back to suspend, and again, until somebody does.
    tb_check_eq(plain(SET, 3, 1, 0), ACK);
    suspend_bus();
    queue_frame(false);
    for (unsigned i = 0; i < 3; i++) {
        unsigned rest = wait_drive(6 * MS);
        tb_check(rest < 6 * MS);
        tb_check(!i || rest + 20 >= 5 * MS); // 7.1.7.7
        while (tb.top->utmi_tx_valid_o)
            cycle();
        idle(20);
        tb_check_eq(tb.top->utmi_suspend_n_o, 0);
    }
    resume_bus();
    tb_check(ask(GET, 0, 0, 0, 2) == (octets{2, 0}));
    // A reset ends it (9.4.5).
    bus_reset(_i);
    set_address(4);
    tb_check(ask(GET, 0, 0, 0, 2) == (octets{0, 0}));
    tb_close(&tb);
}
END_TEST

// ---- test modes (7.1.20, 9.4.9) ----

enum { TEST_J = 1, TEST_K, TEST_SE0_NAK, TEST_PACKET };

// Out of a test mode leads only the cable.
static void leave_test(void)
{
    tb.top->utmi_vbus_valid_i = 0;
    idle(20);
    high = false;
    tb.top->utmi_line_state_i = 1;
    tb.top->utmi_vbus_valid_i = 1;
    idle(20);
    bus_reset(true);
    tb_check_eq(descriptor(1, 0, 18).size(), 18);
}

static void check_test_packets(void)
{
    // 7.1.20: JK * 9, JJKK * 8, JJJJKKKK * 8, JJJJJJJKKKKKKK * 8, JJJJJJJK * 8, {JKKKKKKK * 10}, JK, as the octets before NRZI.
    octets expected(9, 0x00), data;
    expected.insert(expected.end(), 8, 0xaa);
    expected.insert(expected.end(), 8, 0xee);
    expected.push_back(0xfe);
    expected.insert(expected.end(), 11, 0xff);
    for (uint8_t octet : {0x7f, 0xbf, 0xdf, 0xef, 0xf7, 0xfb, 0xfd, 0xfc, 0x7e, 0xbf, 0xdf, 0xef,
                          0xf7, 0xfb, 0xfd, 0x7e})
        expected.push_back(octet);
    tb_check(wait_drive(7500) < 7500);
    for (unsigned i = 0; i < 20; i++) {
        tb_check_eq(answer(&data), DATA0);
        tb_check(data == expected);
        unsigned gap = 12 + wait_drive(7500); // answer() lets 12 clocks pass
        tb_check(gap >= 11 && gap < 7500);    // 88 bit times and more, 125 us at most
    }
}

static void check_se0_nak(void)
{
    octets data;
    for (unsigned i = 0; i < 40; i++) {
        unsigned to = tb_below(&rnd, 128), endpoint = tb_below(&rnd, 16);
        send_token(IN, to, endpoint, 0);
        tb_check_eq(answer(&data), NAK);
        send_token(IN, to, endpoint, 1 + tb_below(&rnd, 15));
        tb_check_eq(answer(&data), NONE);
        tb_check_eq(out_once(i & 1 ? SETUP : OUT, 0, DATA0, octets(8), 0), NONE);
    }
    idle(20 * MS); // no suspend, no reset
    tb_check(tb.top->high_speed_o && !tb.top->utmi_term_select_o && !tb.top->utmi_op_mode_o);
    send_token(IN, 1, 1, 0);
    tb_check_eq(answer(&data), NAK);
}

static void check_level(uint8_t octet)
{
    tb_check(wait_drive(20) < 20);
    for (unsigned i = 0; i < 20 * MS; i++) {
        tb_check(tb.top->utmi_tx_valid_o && tb.top->utmi_tx_data_o == octet);
        tb_check(tb.top->utmi_op_mode_o == 2 && tb.top->utmi_xcvr_select_o == 0 &&
                 !tb.top->utmi_term_select_o);
        cycle();
    }
}

START_TEST(test_modes)
{
    octets data;
    start(true);
    for (unsigned selector = TEST_J; selector <= TEST_PACKET; selector++)
        for (unsigned state = 0; state < 3; state++) { // Default, Address, Configured
            if (state)
                set_address(12);
            if (state == 2)
                tb_check_eq(plain(SET, 9, 1, 0), ACK);
            // Not before the status stage has gone through.
            tb_check_eq(
                out_once(SETUP, 0, DATA0, {SET, 3, 2, 0, 0, (uint8_t)selector, 0, 0}, 0), ACK);
            for (unsigned i = 0; i < 2; i++) {
                send_token(IN, address, 0, 0);
                tb_check_eq(answer(&data), DATA1);
                idle(200);
                tb_check_eq(tb.top->utmi_tx_valid_o, 0);
            }
            send_token(IN, address, 0, 0);
            tb_check_eq(answer(&data), DATA1);
            send({ACK | 0xd0});
            idle(8);
            if (selector == TEST_PACKET)
                check_test_packets();
            else if (selector == TEST_SE0_NAK)
                check_se0_nak();
            else
                check_level(selector == TEST_J ? 0xff : 0x00);
            leave_test();
        }
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_usb_device__chapter9");
    TCase *tcase = tcase_create("nic_usb_device__chapter9");
    tcase_set_timeout(tcase, 120);
    fs_only = SPEEDS == 1;
    for (const TTest *test :
         {test_states, test_unknown, test_bad_fields, test_setup_interrupts, test_lengths,
          test_150_enumerations, test_suspend, test_remote_wakeup})
        tcase_add_loop_test(tcase, test, 0, SPEEDS);
    for (const TTest *test : {test_other_speed, test_modes})
        if (!fs_only)
            tcase_add_loop_test(tcase, test, 0, test == test_modes ? 1 : SPEEDS);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
