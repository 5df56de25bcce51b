// SPDX-License-Identifier: Apache-2.0
// The USB device through its ULPI link, with the PHY model and the host controller model on the other side: chirp to high speed,
// SET_ADDRESS, descriptors, configuration, 8 KiB through bulk OUT and back through bulk IN, with a clean and a lossy bus.
#include "nic_hs_rig.h"

// One in three ACKs of the device is lost: it must know again what it has taken, the last packet of a control transfer too.
static void lost_acks(void *context, enum usb_step step, uint8_t *packet, size_t *length)
{
    struct rig *rig = (struct rig *)context;
    if (step != USB_REPLY || *length != 1 || packet[0] != 0xd2 || ++rig->packets % 3 != 1)
        return;
    rig->faults++;
    *length = 0;
}

static void loop(bool lossy, bool acks)
{
    static struct rig rig;
    rig_open(&rig, "nic_usb_hs_rig", 1 + lossy, nullptr);
    rig_start(&rig, lossy);
    if (acks) {
        rig.host.fault = lost_acks;
        rig.host.fault_context = &rig;
        uint8_t data[18] = {};
        for (unsigned i = 0; i < 4; i++) {
            tb_check_eq(control(&rig, 0x80, 6, 0x100, data, 18), 18);
            tb_check_eq(control(&rig, 0x40, 1, 0, data, 4), 4); // a register
        }
    }
    bytes out(8192), in(8192);
    for (uint8_t &byte : out)
        byte = (uint8_t)tb_random(&rig.random);
    struct urb to = {}, from = {};
    to.endpoint = 1;
    to.data = out.data();
    from.endpoint = 0x82;
    from.data = in.data();
    to.length_bytes = from.length_bytes = 8192;
    to.done = from.done = done;
    to.user = from.user = &rig;
    rig.ended = 0;
    tb_check(rig.host.device.ops->submit(&rig.host.device, &to) == 0);
    tb_check(rig.host.device.ops->submit(&rig.host.device, &from) == 0);
    run(&rig, 2);
    tb_check(to.status == URB_OK && from.status == URB_OK);
    tb_check(in == out);
    tb_check_eq(rig.faults > 0, lossy || acks);
    tb_close(&rig.tb);
}

START_TEST(test_clean)
{
    loop(false, false);
}
END_TEST

START_TEST(test_lossy)
{
    loop(true, false);
}
END_TEST

START_TEST(test_acks)
{
    loop(false, true);
}
END_TEST

TB_MAIN("nic_usb_hs_rig", test_clean, test_lossy, test_acks)
