/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: their functions, the options that they take and their help, examples first. */
#include "options.h"

/* A line of the source for each of the help. */
/* clang-format off */
const struct command commands[] = {
    {.name = "replay",
     .run = command_replay,
     .options = "device read write mode rate loopback seed speed firmware json",
     .help =
         "  hilnic replay -r traffic.pcap                    send every frame, take it back from the wire, compare\n"
         "  hilnic replay -r traffic.pcap -w wire.pcap       and record what a listener on the wire saw\n"
         "  hilnic replay -r traffic.pcap --mode mixed --seed 7 --json\n\n"
         "Sends the frames of a capture through NDIS, miniport and device, with a plug on the wire that sends them back.\n"
         "  -r FILE            the capture to send, - for standard input\n"
         "  -w FILE            what was on the wire, without FCS, nanosecond times of the model, - for standard output\n"
         "  --device NAME      core: the Verilated nic_core (default); board:butterstick: with its USB device, from the ULPI\n"
         "                     pins on; board:ecpix5: likewise; board:ulx3s: full speed on three pins, RMII; board:tinyfpga-bx: the same, smaller;\n"
         "                     board:NAME:fs: in a host of full speed, :hs: of high speed, as without; soft: the same device in C;\n"
         "                     usb[:VID:PID[:SERIAL]]: a board with a plug or --loopback\n"
         "  --mode single      NdisSend, miniport with MiniportSend\n"
         "  --mode array       NdisSendPackets, miniport with MiniportSendPackets (default)\n"
         "  --mode mixed       both calls in turn, miniport with MiniportSendPackets\n"
         "  --rate max         as fast as device and receive buffer allow (default)\n"
         "  --rate recorded    at the distances of the capture\n"
         "  --loopback         inside the device, MAC TX to MAC RX: no plug, nothing on the wire\n"
         "  --speed MBPS       1000, 100 or 10 (default: negotiated by the firmware, or the best that the device has)\n"
         "  --firmware FILE    for the device's processor, none: the driver sets the link (default: the one built in)\n"
         "  --seed N           clock phases, start values, arrays of --mode mixed (default 1)\n"
         "  --json             one object for programs\n\n"
         "Exit code 0: every frame that an Ethernet can carry crossed exactly once, in order, byte for byte. Frames that none\n"
         "can carry (under 14 bytes, over the maximum) are refused by the driver, named, and do not count against that.\n"},
    {.name = "capture",
     .run = command_capture,
     .options = "device read write mode rate loopback seed speed count snap megabytes seconds files",
     .help =
         "  hilnic capture -r traffic.pcap -w frames.pcapng  what wire and host of the model see\n"
         "  hilnic capture -r traffic.pcap -w - | tshark -r - -T fields -e frame.interface_name\n"
         "  hilnic capture --device usb -w frames.pcapng     what a board receives, until SIGINT\n"
         "  hilnic capture --device usb -w f -C 10 -W 3 'not arp'\n\n"
         "Records frames with the device's times in nanoseconds, as pcapng: interface \"wire\" has what passed\n"
         "the MAC, \"host\" what passed NDIS, each with its direction. Sent frames have the time of their SFD;\n"
         "one that could not be sent says why in its comment. Not yet run on a board.\n"
         "  EXPRESSION         a filter as in pcap-filter(7)\n"
         "  -r FILE            frames to send; a model hears nothing else\n"
         "  -w FILE            where to, - for standard output\n"
         "  -c, --count N      frames recorded at most\n"
         "  -s, --snap N       octets kept of each frame (default: all)\n"
         "  -C, --megabytes N  after so many millions of octets the next file: FILE, FILE1, FILE2, ...\n"
         "  -G, --seconds N    after so many seconds of the frames' times likewise\n"
         "  -W, --files N      so many files in turn, the oldest is overwritten\n"
         "  --device, --mode, --rate, --loopback, --speed, --seed as for replay\n",
     .operands = true},
    {.name = "extcap",
     .run = command_extcap,
     .options = "extcap-interfaces extcap-version extcap-interface extcap-dlts extcap-config capture fifo extcap-capture-filter read device seed",
     .help =
         "  hilnic extcap --extcap-interfaces                which interfaces Wireshark gets\n"
         "  tshark -i hilnic-model -o extcap.hilnic_model.read:traffic.pcap\n\n"
         "Called by Wireshark and tshark, in whose interface list it puts devices on USB and the models. make install puts\n"
         "what calls it into LIBDIR/wireshark/extcap; tshark -G folders says where yours looks, and a link there will do.\n"
         "  --extcap-interfaces, --extcap-version V, --extcap-interface NAME, --extcap-dlts, --extcap-config, --capture,\n"
         "  --fifo FILE, --extcap-capture-filter EXPRESSION  as Wireshark defines them\n"
         "  --read, --device, --seed  as for capture\n"},
    {.name = "send",
     .run = command_send,
     .options = "device read mode size count at gap seed speed firmware json",
     .help =
         "  hilnic send --at +5ms --gap 10us                 numbered frames, each at its time\n"
         "  hilnic send -r traffic.pcap --at +1ms            a capture at its distances\n"
         "  hilnic send -r traffic.pcap --device usb         at once; a board, not yet run on one\n\n"
         "Each frame starts (SFD) at its time of the device's clock, to one period of that clock. One that comes too late is not\n"
         "sent. Exit code 0: all frames were sent, those with a time on time.\n"
         "  --at TIME          of the device's clock, or +TIME from now: 123ns, 5us, 3ms, 1s; without it at once\n"
         "  --gap TIME         between numbered frames (default 100us)\n"
         "  --size OCTETS, --count N  numbered frames: 64..1518, so many (default 64, 100)\n"
         "  -c, -r, --read, --device, --mode, --speed, --seed, --json as for replay\n"},
    {.name = "bench",
     .run = command_bench,
     .options = "device mode size count direction latency loopback seed firmware json",
     .help =
         "  hilnic bench                                     64-byte frames through NDIS, driver and model and back\n"
         "  hilnic bench --size 1518 --count 20000 --direction in\n"
         "  hilnic bench --latency --count 2000              one at a time: send, SFD, completion\n"
         "  hilnic bench --device null                       the host side alone\n\n"
         "Frames per second of this machine's time, Mb/s of the device's time, order.\n"
         "  --device NAME      core (default), board:butterstick, board:ecpix5, board:ulx3s, board:tinyfpga-bx, soft, null or usb\n"
         "  --size OCTETS      on the wire, destination address to FCS, 64..1518 (default 64)\n"
         "  -c, --count N      frames (default 50000)\n"
         "  --direction both   out and back by a plug (default)\n"
         "  --direction out    to the wire only\n"
         "  --direction in     from the wire only, at its rate; frames lost for want of buffer are no failure\n"
         "  --latency          one frame under way; p50, p90, p99, p99.9 and the longest of each part of its way\n"
         "  --mode, --loopback, --seed, --json as for replay\n"},
    {.name = "info",
     .run = command_info,
     .options = "device seed firmware json",
     .help =
         "  hilnic info\n"
         "  hilnic info --device soft --json\n"
         "  hilnic info --device usb                         a board, see hilnic help list\n\n"
         "What the device is: limits, buffers, clocks, address, and what the driver thinks of it.\n"},
    {.name = "regs",
     .run = command_regs,
     .options = "device seed firmware json",
     .help =
         "  hilnic regs                                      every register that can be read\n"
         "  hilnic regs LINK CTRL\n"
         "  hilnic regs IFG=20                               write, then show\n"
         "  hilnic regs --device usb ID                      of a board, see hilnic help list\n\n"
         "Device registers, through the driver, which resets the device when it starts. Names as in REGISTERS.md; also by\n"
         "address, as 0x40.\n",
     .operands = true},
    {.name = "stats",
     .run = command_stats,
     .options = "device read mode loopback seed firmware json watch from count",
     .help =
         "  hilnic stats -r traffic.pcap                     replay, then every counter\n"
         "  hilnic stats --from unix:/run/hilnic.sock --watch 1   what hilnic up --metrics does\n"
         "  hilnic stats --device usb --json                 a board, not yet run on one\n\n"
         "Counters of device, transport, driver and NDIS, those that are not 0; with --json all.\n"
         "  --from WHERE       of a running hilnic up --metrics WHERE\n"
         "  --watch SECONDS    again and again: values, changes, changes per second\n"
         "  -c, --count N      so many looks (default: until SIGINT)\n"
         "  -r, --read, --device, --mode, --loopback, --seed as for replay\n"},
    {.name = "list",
     .run = command_list,
     .options = "device json",
     .help =
         "  hilnic list                                      devices on USB, 1209:0001\n"
         "  hilnic list --device usb:1234:5678 --json        with other identifiers\n\n"
         "A line per device: identifiers, serial number, speed, bus-port, and whether it opens.\n"
         "  --device usb[:VID:PID[:SERIAL]]  VID and PID hexadecimal; replay, bench, info, regs, stats take it too\n"},
    {.name = "doctor",
     .run = command_doctor,
     .options = "device loopback seed speed firmware json",
     .help =
         "  hilnic doctor --device usb                       a board with a loopback plug, step by step\n"
         "  hilnic doctor --device usb --loopback            without the plug: nothing on the wire\n"
         "  hilnic doctor --device board:ulx3s               the same on a model\n\n"
         "Device, registers, clock, PHY, link, frames through the device, frames through the plug: a verdict each, and what to try next\n"
         "when one fails. Exit code 0: nothing wrong was found.\n"
         "  --device, --loopback, --speed, --seed, --json as for replay\n"},
    {.name = "selftest",
     .run = command_selftest,
     .options = "device loopback seed fault json",
     .help =
         "  hilnic selftest --device usb                     a board with a loopback plug on its "
         "cable "
         "(pins 1-3, 2-6)\n"
         "  hilnic selftest --device usb --loopback          without one: up to the PHY\n"
         "  hilnic selftest --device board:ulx3s --fault rxd0=rxd1   what a swapped pin looks "
         "like\n\n"
         "As doctor, and longer: clocks, a loop at each layer (MAC, PHY, plug), walking bits on "
         "each data pin "
         "between FPGA and PHY at\n"
         "each speed, every frame classified (short, long, bad data, bad FCS, lost, out of order), "
         "rate, delay, errors of USB. A\n"
         "verdict each, and what to try next when one fails; steps that stand on a failed one are "
         "left out. The PHY is reset at the\n"
         "end. Exit code 0: nothing wrong was found. Not yet run on a board.\n"
         "  --fault WHAT       breaks core or a board model. The plug: fcs, data, lost, doubled, "
         "reordered, short, long; the PHY\n"
         "                     and its wires: mdio, mdio-low, link, rx-dv, rxd1=rxd2, txd0=0, "
         "rxd3=1\n"
         "  --device, --loopback, --seed, --json as for replay\n"},
    {.name = "serve",
     .run = command_serve,
     .options = "device usbip usbredir seed",
     .help =
         "  hilnic serve --device soft                       for USB/IP clients on this machine\n"
         "  hilnic serve --device board:butterstick          the Verilated one, slower than the wall\n"
         "  hilnic serve --device soft --usbip 0.0.0.0:3240  and on others: USB/IP knows no password\n\n"
         "The device as a USB device, for usbip attach -r ADDRESS -b 1-1, or for QEMU with -chardev socket,id=c,host=ADDRESS,port=PORT\n"
         "-device usb-redir,chardev=c, until SIGINT or SIGTERM.\n"
         "  --usbip ADDRESS:PORT     default 127.0.0.1:3240; port 0: any, it is printed\n"
         "  --usbredir ADDRESS:PORT  usbredir instead of USB/IP\n"},
    {.name = "up",
     .run = command_up,
     .options = "name wire owner persist mtu device mode seed speed firmware json metrics write count snap megabytes seconds files",
     .help =
         "  hilnic up --wire tap:wire0                       interface hilnic0, other end of the cable: wire0\n"
         "  hilnic up --wire packet:eth1 --name nic0         the cable goes into eth1\n"
         "  hilnic up --device usb                           a board, with the cable that is in it\n"
         "  hilnic up --persist --owner alice                stays when the program ends; alice may use it\n\n"
         "A Linux interface (TAP) whose frames go through NDIS, driver and device. Runs until SIGTERM or SIGINT, then finishes\n"
         "what is in flight. The filter of the device follows address, promiscuous mode and groups of the interface; carrier\n"
         "follows the device's link, which is down while the wire is an interface that is down.\n"
         "  --name NAME        of the interface (default hilnic0)\n"
         "  --wire loopback    a plug that sends everything back (default)\n"
         "  --wire tap:NAME    another TAP interface, made if it is not there\n"
         "  --wire packet:NAME an interface that is there, through a packet socket; ip link set NAME arp off, or Linux\n"
         "                     answers on it itself for the addresses of hilnic0, past the NIC\n"
         "  --persist          the interface stays after the end\n"
         "  --owner USER       who may attach to it without privileges\n"
         "  --mtu N            68..9000; frames over the device's maximum are refused and counted\n"
         "  -w FILE            record what wire and host see, see hilnic help capture for EXPRESSION and -c, --count, -s,\n"
         "                     --snap, -C, --megabytes, -G, --seconds, -W, --files\n"
         "  --metrics WHERE    counters for Prometheus and hilnic stats --from: 127.0.0.1:9100, or unix:PATH\n"
         "  --json             counts at the end as an object\n"
         "  --device core (default) or a board's model: slower than the wall; or usb[:VID:PID[:SERIAL]],\n"
         "                     which may come and go\n"
         "  --mode, --seed, --speed as for replay\n",
     .operands = true},
    {0},
};
/* clang-format on */
