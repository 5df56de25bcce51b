/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Wireshark asks an external capture program (extcap(4) of Wireshark, doc/extcap_example.py there): which interfaces,
 * which link type, which settings, and to capture into a FIFO. An interface for each device on USB, and one for the models.
 */
#include "nic_libusb.h"
#include "nic_regs.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

#define MOST  32
#define MODEL "hilnic-model"
#define USB   "hilnic-usb"

static int interfaces(void)
{
    static struct nic_libusb_found found[MOST];
    const struct nic_libusb_match any = {0};
    int count = nic_libusb_list(&any, found, MOST);
    printf("extcap {version=1.0}{display=hilnic Ethernet NIC}\n");
    printf("interface {value=" MODEL "}{display=hilnic NIC, Verilated model}\n");
    for (int i = 0; i < count; i++) {
        if (found[i].serial[0])
            printf("interface {value=" USB "-%s}{display=hilnic NIC %s on USB}\n", found[i].serial,
                   found[i].serial);
        else
            printf("interface {value=" USB "}{display=hilnic NIC on USB}\n");
    }
    return EXIT_DONE;
}

static int settings(bool model)
{
    printf("arg {number=0}{call=--read}{display=Frames to send}{type=fileselect}{mustexist=true}"
           "{tooltip=A capture whose frames go through the NIC%s}{group=NIC}\n",
           model ? "; a model hears nothing else" : " while it listens");
    if (!model)
        return EXIT_DONE;
    printf("arg {number=1}{call=--device}{display=Model}{type=selector}{group=NIC}\n");
    printf("value {arg=1}{value=core}{display=nic_core, between its byte streams and GMII}"
           "{default=true}\n");
    printf("value {arg=1}{value=board:butterstick}{display=From ULPI to GMII}{default=false}\n");
    printf("value {arg=1}{value=board:ecpix5}{display=The same, PHY elsewhere}{default=false}\n");
    printf("value {arg=1}{value=board:ulx3s}{display=From D+ and D- to RMII}{default=false}\n");
    printf("value {arg=1}{value=board:tinyfpga-bx}{display=The same, smaller}{default=false}\n");
    return EXIT_DONE;
}

static int capture(const struct options *o, bool model)
{
    struct options capturing = *o;
    char *filter = (char *)(uintptr_t)o->extcap.filter;
    const char *name = o->extcap.interface;
    if (!o->extcap.fifo)
        return complain(EXIT_USAGE, "--capture needs --fifo");
    tool_quiet = true; /* Wireshark shows what comes on standard error as an error */
    capturing.output = o->extcap.fifo;
    capturing.operands = &filter;
    capturing.operand_count = filter && *filter ? 1 : 0;
    if (!model) {
        capturing.device = "usb";
        capturing.usb = true;
        if (name[strlen(USB)] == '-')
            capturing.match = (struct nic_libusb_match){NIC_USB_ID_VENDOR, NIC_USB_ID_PRODUCT,
                                                        name + strlen(USB) + 1};
    }
    return command_capture(&capturing);
}

int command_extcap(const struct options *o)
{
    const char *name = o->extcap.interface;
    if (o->extcap.interfaces)
        return interfaces();
    if (!name)
        return complain(EXIT_USAGE, "extcap is called by Wireshark, see hilnic help extcap");
    bool model = !strcmp(name, MODEL);
    if (!model && strcmp(name, USB) != 0 && strncmp(name, USB "-", strlen(USB) + 1) != 0)
        return complain(EXIT_USAGE,
                        "there is no interface %s, see hilnic extcap "
                        "--extcap-interfaces",
                        name);
    if (o->extcap.dlts) {
        printf("dlt {number=1}{name=EN10MB}{display=Ethernet}\n");
        return EXIT_DONE;
    }
    if (o->extcap.config)
        return settings(model);
    if (o->extcap.capture)
        return capture(o, model);
    return complain(EXIT_USAGE, "extcap is called by Wireshark, see hilnic help extcap");
}
