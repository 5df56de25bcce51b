// SPDX-License-Identifier: Apache-2.0
// The USB device through its ULPI link while the bus fails, see usb_fault.h: each kind of fault at each step of a transaction, once and
// twice in a row; a reset at each packet of an enumeration. Data is whole again, and the host has nothing to say against the device.
#include "nic_hs_rig.h"
#include "usb_fault.h"

static struct rig rig;
static struct usb_fault fault;

static void hook(enum usb_fault_kind kind, unsigned step, unsigned skip, unsigned times)
{
    fault = {};
    fault.host = &rig.host;
    fault.kind = kind;
    fault.step = (enum usb_step)step;
    fault.skip = skip;
    fault.times = times;
    rig.host.fault = usb_fault;
    rig.host.fault_context = &fault;
}

// So many bytes through bulk OUT and back through bulk IN, and a register written beside.
static void loop(unsigned length)
{
    bytes out(length), in(length);
    uint8_t word[4] = {1, 2, 3, 4};
    for (uint8_t &byte : out)
        byte = (uint8_t)tb_random(&rig.random);
    struct urb urbs[3] = {};
    urbs[0].endpoint = 1;
    urbs[0].data = out.data();
    urbs[1].endpoint = 0x82;
    urbs[1].data = in.data();
    const uint8_t setup[8] = {0x40, 1, 0, 0, 0, 0, 4, 0};
    memcpy(urbs[2].setup, setup, 8);
    urbs[2].data = word;
    urbs[0].length_bytes = urbs[1].length_bytes = length;
    urbs[2].length_bytes = 4;
    rig.ended = 0;
    for (struct urb &urb : urbs) {
        urb.done = done;
        urb.user = &rig;
        tb_check(rig.host.device.ops->submit(&rig.host.device, &urb) == 0);
    }
    run(&rig, 3);
    for (const struct urb &urb : urbs)
        tb_check_eq(urb.status, URB_OK);
    tb_check(in == out);
}

START_TEST(test_healed)
{
    rig_open(&rig, "nic_usb_hs_rig__fault", 3, nullptr);
    rig_start(&rig, false);
    for (unsigned kind : {USB_FAULT_LOST, USB_FAULT_PID, USB_FAULT_CRC, USB_FAULT_CUT, USB_FAULT_NAK, USB_FAULT_LATE})
        for (unsigned step = USB_TOKEN; step <= USB_REPLY; step++)
            for (unsigned n = 0; n < 6; n++) {
                if (kind == USB_FAULT_NAK && step != USB_REPLY)
                    continue;
                hook((enum usb_fault_kind)kind, step, n / 2, 1 + n % 2);
                loop(2048);
                tb_check(fault.hits > 0);
            }
    hook(USB_FAULT_NAK, USB_REPLY, 4, 300);
    loop(2048);
    tb_check_eq(fault.hits, 300);
    tb_close(&rig.tb);
}
END_TEST

static void reset_port(void)
{
    tb_check(rig.host.device.ops->port_reset(&rig.host.device) == 0);
    for (unsigned i = 0; i < 10 && !rig.host.port.enabled; i++)
        rig.host.device.ops->run(&rig.host.device, now_ns(&rig) + 10000000);
    tb_check(rig.host.port.enabled);
}

// The configuration is asked for and set; false when the reset came in between.
static bool configure(void)
{
    static uint8_t data[64];
    static const uint8_t setups[2][8] = {{0x80, 6, 0, 2, 0, 0, 64, 0}, {0, 9, 1, 0, 0, 0, 0, 0}};
    for (const uint8_t *setup : setups) {
        struct urb urb = {};
        memcpy(urb.setup, setup, 8);
        urb.data = data;
        urb.length_bytes = setup[6];
        urb.done = done;
        urb.user = &rig;
        rig.ended = 0;
        if (rig.host.device.ops->submit(&rig.host.device, &urb))
            return false;
        run(&rig, 1);
        if (urb.status != URB_OK)
            return false;
    }
    return true;
}

START_TEST(test_reset_at_every_stage)
{
    rig_open(&rig, "nic_usb_hs_rig__fault", 4, nullptr);
    rig_start(&rig, false);
    unsigned interrupted = 0;
    for (unsigned n = 0; n < 60; n++) {
        hook(USB_FAULT_RESET, n % 4, n / 4, 1);
        reset_port();
        interrupted += !configure();
        rig.host.fault = nullptr;
        if (n % 3 == 0)
            reset_port();
        for (unsigned i = 0; i < 10 && !rig.host.port.enabled; i++)
            rig.host.device.ops->run(&rig.host.device, now_ns(&rig) + 10000000);
        tb_check(configure());
        loop(1024);
    }
    tb_check(interrupted > 10);
    tb_close(&rig.tb);
}
END_TEST

TB_MAIN("nic_usb_hs_rig__fault", test_healed, test_reset_at_every_stage)
