/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting the counters, see counters.h. */
#include "counters.h"

#define NIC_REGS_TABLES
#include "nic_oid.h"
#include "nic_regs.h"
#include "nic_transport.h"

#include <string.h>

struct list {
    struct counter *at;
    unsigned count;
};

static void add(struct list *l, const char *name, const char *help, uint64_t value)
{
    if (l->count < COUNTERS_MOST)
        l->at[l->count++] = (struct counter){name, help, value};
}

static bool ask(struct machine *m, NDIS_OID oid, void *buffer, UINT bytes)
{
    return sender_query(m->sender, oid, buffer, bytes, NULL) == NDIS_STATUS_SUCCESS;
}

static bool add_device(struct machine *m, struct list *l)
{
    uint32_t values[NIC_COUNTER_MAX + 1];
    if (!ask(m, OID_HILNIC_COUNTERS, values, sizeof values))
        return false;
    for (unsigned i = 0; i <= NIC_COUNTER_MAX; i++)
        add(l, nic_counter_names[i].name, nic_counter_names[i].text, values[i]);
    return true;
}

/* The device's view of USB: what only it can see. */
static void add_usb_errors(struct machine *m, struct list *l)
{
    uint32_t errors;
    if (!machine_read(m, NIC_USB_ERRORS_ADDR, &errors, 1))
        return;
    add(l, "usb_bad", "Broken packets from the host since the bus reset, 255 at most.",
        (errors & NIC_USB_ERRORS_BAD_MASK) >> NIC_USB_ERRORS_BAD_SHIFT);
    add(l, "usb_unanswered", "The device's data packets without an answer, 255 at most.",
        (errors & NIC_USB_ERRORS_UNANSWERED_MASK) >> NIC_USB_ERRORS_UNANSWERED_SHIFT);
}

static bool add_driver(struct machine *m, struct list *l)
{
    struct nic_oid_driver d;
    ULONGLONG tx_ok, tx_errors, rx_ok;
    if (!ask(m, OID_HILNIC_DRIVER, &d, sizeof d) ||
        !ask(m, OID_GEN_XMIT_OK, &tx_ok, sizeof tx_ok) ||
        !ask(m, OID_GEN_XMIT_ERROR, &tx_errors, sizeof tx_errors) ||
        !ask(m, OID_GEN_RCV_OK, &rx_ok, sizeof rx_ok))
        return false;
    add(l, "driver_tx_ok", "Packets that the device reported as sent.", tx_ok);
    add(l, "driver_tx_errors", "Packets given back otherwise, not counting refused ones.",
        tx_errors);
    add(l, "driver_tx_refused", "Packets that can never be sent, or with the device gone.",
        d.tx_refused);
    add(l, "driver_tx_abandoned", "Of tx_errors: no word from the device.", d.tx_abandoned);
    add(l, "driver_rx_ok", "Frames indicated.", rx_ok);
    add(l, "driver_rx_errors", "Frames not indicated: bad ones that were kept, or too long.",
        d.rx_refused);
    add(l, "driver_rx_gap", "Frames missing in the receive sequence.", d.rx_gap);
    add(l, "driver_rx_lost", "Of rx_gap: reported by the device, for want of buffer.", d.rx_lost);
    add(l, "driver_resources", "Sends put off for want of descriptors.", d.resources);
    add(l, "driver_out_transfers", "Transfers of the TX stream.", d.out_transfers);
    add(l, "driver_resets", "NIC resets, the one at the start included.", d.resets);
    add(l, "driver_violations", "Rules broken by the device.", d.violations);
    add(l, "driver_hangs", "Times the device stopped completing.", d.hangs);
    add(l, "driver_firmware_stops", "Times the watchdog stopped the firmware.", d.firmware_stops);
    return true;
}

static bool add_ndis(struct list *l)
{
    struct nic_ndis_statistics s;
    if (!nic_ndis_adapter_statistics(MACHINE_ADAPTER, &s))
        return false;
    add(l, "ndis_sent", "Packets taken from protocols.", s.sent);
    add(l, "ndis_completed_ok", "Of these, given back with SUCCESS.", s.completed_ok);
    add(l, "ndis_completed_error", "Of these, given back otherwise.", s.completed_error);
    add(l, "ndis_aborted", "Of completed_error: by the library, at a reset or the end.", s.aborted);
    add(l, "ndis_refused", "Packets not taken: a reset or the end was under way.", s.refused);
    add(l, "ndis_queued", "Packets that waited in the library.", s.queued);
    add(l, "ndis_resources", "RESOURCES answers of the driver.", s.resources);
    add(l, "ndis_miniport_calls", "Calls of MiniportSend or MiniportSendPackets.",
        s.miniport_calls);
    add(l, "ndis_interrupts", "Interrupts that the driver recognised.", s.interrupts);
    add(l, "ndis_indications", "Frames indicated by the driver.", s.indications);
    add(l, "ndis_unclaimed", "Of these, wanted by no protocol.", s.unclaimed);
    add(l, "ndis_looped", "Frames looped back by the library.", s.looped);
    return true;
}

static void add_usb(struct machine *m, struct list *l)
{
    struct nic_transport *t = nic_transport_at(MACHINE_SLOT);
    struct nic_transport_counts c = {0};
    struct board_model_stats board = {0};
    if (t)
        nic_transport_counts_get(t, &c);
    if (m->board)
        board_model_stats_get(m->board, &board);
    add(l, "usb_control_transfers", "Control transfers.", c.transfers[0]);
    add(l, "usb_tx_transfers", "Transfers of the TX stream.", c.transfers[1]);
    add(l, "usb_tx_octets", "Octets of the TX stream.", c.octets[1]);
    add(l, "usb_rx_transfers", "Transfers of the RX stream.", c.transfers[2]);
    add(l, "usb_rx_octets", "Octets of the RX stream.", c.octets[2]);
    add(l, "usb_event_transfers", "Transfers of events.", c.transfers[3]);
    add(l, "usb_event_octets", "Octets of events.", c.octets[3]);
    add(l, "usb_cancelled", "Transfers cancelled.", c.cancelled);
    add(l, "usb_stalled", "Transfers to a halted endpoint.", c.stalled);
    add(l, "usb_failed", "Transfers that failed, unplugged ones included.", c.failed);
    add(l, "usb_naks", "NAK handshakes, board models only.", board.naks);
    add(l, "usb_faults", "Packets broken on purpose, board models only.", board.faults);
}

unsigned counters_read(struct machine *m, struct counter *counters, bool *device)
{
    struct list l = {.at = counters};
    *device = add_device(m, &l);
    add_usb(m, &l);
    if (*device)
        add_usb_errors(m, &l);
    return add_driver(m, &l) && add_ndis(&l) ? l.count : 0;
}

uint64_t counter_value(const struct counter *counters, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (!strcmp(counters[i].name, name))
            return counters[i].value;
    return 0;
}
