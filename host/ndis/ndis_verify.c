/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier. It keeps a shadow before every descriptor of a pool: who owns the packet, checksums
 * of what nobody may change while it is in transit, and its latest events. The rest of the library
 * calls it only when it is on. NBLs are in ndis_verify6.c.
 */
#include <stdio.h>

#include "ndis_shadow.h"

struct nic_lock ndis_shadow_lock;
static uint32_t sentinel; /* changes with every use, REQ-29 */
static _Thread_local int locks_held;
static _Thread_local int own_locks; /* the library's */
static _Thread_local int nesting;   /* of ProtocolSendComplete on this stack */

#define NESTING_MOST 32

void ndis_verify_start(void)
{
    if (!ndis_verifying())
        return;
    ndis.platform->ops->lock_init(ndis.platform, &ndis_shadow_lock, "verifier");
    sentinel = 0x5A000000;
    ndis_guard_start();
}

void ndis_verify_stop(void)
{
    if (!ndis_verifying())
        return;
    ndis_guard_stop();
    ndis.platform->ops->lock_free(ndis.platform, &ndis_shadow_lock);
}

/* ---- findings ---- */

static const char *const event_names[] = {
    [EVENT_ALLOCATED] = "allocated", [EVENT_SUBMITTED] = "submitted",
    [EVENT_QUEUED] = "queued",       [EVENT_GIVEN] = "given to the driver",
    [EVENT_ANSWERED] = "answered",   [EVENT_COMPLETED] = "completed",
    [EVENT_RETURNED] = "returned",   [EVENT_ABORTED] = "taken from the driver",
    [EVENT_FREED] = "freed",         [EVENT_INDICATED] = "indicated",
};

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
{
    va_list list;
    int length;

    if (used >= size)
        return used;
    va_start(list, format);
    length = vsnprintf(text + used, size - used, format, list);
    va_end(list);
    return used + (size_t)length;
}

static size_t append_history(char *text, size_t size, size_t used, struct shadow *shadow)
{
    unsigned first =
        shadow->event_count > NDIS_SHADOW_EVENTS ? shadow->event_count - NDIS_SHADOW_EVENTS : 0;

    used = append(text, size, used, "; history:%s", first ? " ..." : "");
    for (unsigned i = first; i < shadow->event_count; i++) {
        const struct event *event = &shadow->events[i % NDIS_SHADOW_EVENTS];
        used = append(text, size, used, " %s", event_names[event->what]);
        if (event->status != NDIS_STATUS_SUCCESS && event->what != EVENT_ALLOCATED)
            used = append(text, size, used, " %08x", (unsigned)event->status);
        used = append(text, size, used, " at %.3f us%s", (double)event->time_ns / 1000.0,
                      i + 1 < shadow->event_count ? "," : "");
    }
    return used;
}

void ndis_verify_report(const char *kind, const void *unit, struct shadow *shadow,
                        const char *format, va_list list)
{
    char text[1536];
    size_t used = (size_t)vsnprintf(text, sizeof(text), format, list);

    if (unit)
        used = append(text, sizeof(text), used, " (%s %p)", kind, unit);
    if (shadow) {
        ndis_lock(&ndis_shadow_lock);
        append_history(text, sizeof(text), used, shadow);
        ndis_unlock(&ndis_shadow_lock);
    }
    __atomic_fetch_add(&ndis.findings, 1, __ATOMIC_RELAXED);
    if (ndis.options.report)
        ndis.options.report(ndis.options.report_context, text);
    else
        fprintf(stderr, "ndis verifier: %s\n", text);
}

void ndis_verify_finding(PNDIS_PACKET packet, const char *format, ...)
{
    bool is_ours = packet && ndis_packet_is_ours(packet);
    va_list list;

    va_start(list, format);
    ndis_verify_report("packet", packet, is_ours ? ndis_shadow_of(packet) : NULL, format, list);
    va_end(list);
}

void ndis_shadow_remember(struct shadow *shadow, enum ndis_event what, NDIS_STATUS status)
{
    shadow->events[shadow->event_count++ % NDIS_SHADOW_EVENTS] = (struct event){
        .time_ns = ndis.platform->ops->now_ns(ndis.platform),
        .status = status,
        .what = (uint8_t)what,
    };
}

/* Under the lock. */
static void remember(PNDIS_PACKET packet, enum ndis_event what, NDIS_STATUS status)
{
    ndis_shadow_remember(ndis_shadow_of(packet), what, status);
}

/* ---- levels and locks ---- */

void ndis_verify_level(const char *call, enum nic_level lowest, enum nic_level highest)
{
    enum nic_level level = nic_platform_level();

    if (level < lowest || level > highest)
        ndis_verify_finding(NULL, "%s called at level %d; allowed are %d to %d", call, level,
                            lowest, highest);
}

void ndis_verify_lock_count(int change)
{
    locks_held += change;
}

void ndis_verify_own_lock(int change)
{
    own_locks += change;
}

/* It is the library's fault, and a deadlock when what is called calls back. An ISR may interrupt whoever holds one. */
void ndis_verify_outside(const char *what)
{
    if (own_locks && nic_platform_level() < NIC_LEVEL_INTERRUPT)
        ndis_verify_finding(NULL, "the library calls %s with %d of its own locks held", what,
                            own_locks);
    ndis_preempt(what);
}

void ndis_verify_no_lock(const char *call)
{
    if (locks_held)
        ndis_verify_finding(NULL, "%s called with %d spin locks held", call, locks_held);
}

void ndis_verify_call_up(const char *call)
{
    ndis_verify_level(call, NIC_LEVEL_PASSIVE, NIC_LEVEL_DISPATCH);
    ndis_verify_no_lock(call);
}

int ndis_verify_locks(void)
{
    return locks_held;
}

void ndis_verify_locks_left(struct ndis_miniport *m, const char *entry, int before)
{
    if (locks_held != before)
        ndis_verify_finding(NULL,
                            "%s returned from %s with %d spin locks more than it was called with",
                            m->name, entry, locks_held - before);
}

/* C-11: what a completion sends does not nest, but a driver may complete from inside of a completion. */
void ndis_verify_nest(PNDIS_PACKET packet, int change)
{
    nesting += change;
    if (change > 0 && nesting == NESTING_MOST + 1)
        ndis_verify_finding(
            packet,
            "ProtocolSendComplete is called %d deep on one stack; a driver that is called from a "
            "completion completes later",
            nesting);
}

/* ---- contents ---- */

/* FNV-1a over words of eight bytes, then bytes: fast and enough to see a change. */
uint64_t ndis_sum(uint64_t sum, const void *data, size_t length)
{
    const UCHAR *bytes = data;
    uint64_t word;

    for (; length >= sizeof(word); length -= sizeof(word), bytes += sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        sum = (sum ^ word) * 0x100000001B3u;
        sum ^= sum >> 29;
    }
    for (; length; length--, bytes++)
        sum = (sum ^ *bytes) * 0x100000001B3u;
    return sum;
}

/* What the driver may change is left out: cached counts, MiniportReserved. */
static uint64_t sum_descriptor(PNDIS_PACKET packet)
{
    uint64_t sum = NDIS_SUM_START;
    size_t reserved = packet->Private.NdisPacketOobOffset - offsetof(NDIS_PACKET, ProtocolReserved);

    sum = ndis_sum(sum, &packet->Private.Head, sizeof(packet->Private.Head));
    sum = ndis_sum(sum, &packet->Private.Tail, sizeof(packet->Private.Tail));
    sum = ndis_sum(sum, &packet->Private.Pool, sizeof(packet->Private.Pool));
    sum = ndis_sum(sum, &packet->Private.Flags, sizeof(packet->Private.Flags));
    sum = ndis_sum(sum, &packet->Private.NdisPacketOobOffset,
                   sizeof(packet->Private.NdisPacketOobOffset));
    return ndis_sum(sum, packet->ProtocolReserved, reserved);
}

static uint64_t sum_buffers(PNDIS_PACKET packet)
{
    uint64_t sum = NDIS_SUM_START;

    for (PNDIS_BUFFER buffer = packet->Private.Head; buffer; buffer = buffer->Next)
        sum = ndis_sum(sum, buffer, sizeof(*buffer));
    return sum;
}

static uint64_t sum_data(PNDIS_PACKET packet)
{
    uint64_t sum = NDIS_SUM_START;

    for (PNDIS_BUFFER buffer = packet->Private.Head; buffer; buffer = buffer->Next) {
        if (buffer->MappedSystemVa)
            sum = ndis_sum(sum, buffer->MappedSystemVa, buffer->ByteCount);
    }
    return sum;
}

/* TimeToSend is left out: the driver writes TimeSent over it. So are Status (REQ-29) and the
 * scatter/gather list, the library's. */
static uint64_t sum_oob(PNDIS_PACKET packet)
{
    const NDIS_PACKET_OOB_DATA *oob = NDIS_OOB_DATA_FROM_PACKET(packet);
    uint64_t sum = ndis_sum(NDIS_SUM_START, &oob->TimeReceived, sizeof(oob->TimeReceived));
    const PVOID *info;

    sum = ndis_sum(sum, &oob->HeaderSize, sizeof(oob->HeaderSize));
    sum = ndis_sum(sum, &oob->SizeMediaSpecificInfo, sizeof(oob->SizeMediaSpecificInfo));
    sum = ndis_sum(sum, &oob->MediaSpecificInformation, sizeof(oob->MediaSpecificInformation));
    info = NDIS_PACKET_EXTENSION_FROM_PACKET(packet)->NdisPacketInfo;
    sum = ndis_sum(sum, info, ScatterGatherListPacketInfo * sizeof(*info));
    info += ScatterGatherListPacketInfo + 1;
    return ndis_sum(sum, info,
                    (MaxPerPacketInfo - ScatterGatherListPacketInfo - 1) * sizeof(*info));
}

static const char *what_changed(PNDIS_PACKET packet)
{
    struct shadow *shadow = ndis_shadow_of(packet);

    if (shadow->sum_descriptor != sum_descriptor(packet))
        return "the descriptor";
    if (shadow->sum_buffers != sum_buffers(packet))
        return "the buffer descriptors";
    if (shadow->sum_data != sum_data(packet))
        return "the data";
    return shadow->sum_oob != sum_oob(packet) ? "the out-of-band data" : NULL;
}

/* ---- a packet's life ---- */

bool ndis_verify_submit(const char *call, struct ndis_binding *binding, PNDIS_PACKET packet)
{
    struct shadow *shadow;
    const char *fault = NULL;

    ndis_verify_call_up(call);
    if (!ndis_packet_is_ours(packet)) {
        ndis_verify_finding(NULL, "%s for packet %p, which is in no packet pool; refused", call,
                            (void *)packet);
        return false;
    }
    shadow = ndis_shadow_of(packet);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL)
        fault = "is free";
    else if (shadow->in_transit)
        fault = ndis_packet_owner(packet) == binding ? "is in transit already"
                                                     : "is in transit already, on another binding";
    else if (ndis_is_closing(binding))
        fault = "is sent on a closed binding";
    if (!fault) {
        shadow->in_transit = true;
        shadow->owner = OWNER_LIBRARY;
        shadow->submitted++;
        shadow->sum_descriptor = sum_descriptor(packet);
        shadow->sum_buffers = sum_buffers(packet);
        shadow->sum_data = sum_data(packet);
        shadow->sum_oob = sum_oob(packet);
        remember(packet, EVENT_SUBMITTED, NDIS_STATUS_SUCCESS);
    }
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_finding(packet, "%s for a packet that %s; refused", call, fault);
    return !fault;
}

void ndis_verify_give(const struct ndis_verify_call *call, PNDIS_PACKET packet)
{
    struct shadow *shadow = ndis_shadow_of(packet);

    ndis_lock(&ndis_shadow_lock);
    shadow->owner = OWNER_DRIVER;
    shadow->given_in = call->number;
    shadow->is_owed = false;
    NDIS_SET_PACKET_STATUS(packet, (NDIS_STATUS)++sentinel);
    remember(packet, EVENT_GIVEN, NDIS_STATUS_SUCCESS);
    ndis_unlock(&ndis_shadow_lock);
}

void ndis_verify_event(PNDIS_PACKET packet, enum ndis_event event, NDIS_STATUS status)
{
    ndis_lock(&ndis_shadow_lock);
    ndis_shadow_of(packet)->owner = OWNER_LIBRARY;
    if (event == EVENT_QUEUED)
        NDIS_SET_PACKET_STATUS(packet, (NDIS_STATUS)++sentinel);
    remember(packet, event, status);
    ndis_unlock(&ndis_shadow_lock);
}

/* It passes on what the driver below it said, who has been named for it. */
static bool is_intermediate(const struct ndis_miniport *m)
{
    return m->attributes & NDIS_ATTRIBUTE_INTERMEDIATE_DRIVER;
}

bool ndis_verify_answer(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status)
{
    bool is_drivers;

    ndis_lock(&ndis_shadow_lock);
    is_drivers = ndis_shadow_of(packet)->owner == OWNER_DRIVER;
    if (is_drivers)
        remember(packet, EVENT_ANSWERED, status);
    ndis_unlock(&ndis_shadow_lock);
    if (!is_drivers)
        ndis_verify_finding(packet, "%s answered %08x for a packet that it had completed", m->name,
                            (unsigned)status);
    else if (!m->serialized && !is_intermediate(m))
        ndis_verify_finding(packet,
                            "%s is deserialized and answered %08x; it has to answer PENDING",
                            m->name, (unsigned)status);
    return is_drivers;
}

bool ndis_verify_complete(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct shadow *shadow;
    const char *fault = NULL;

    ndis_verify_call_up("NdisMSendComplete");
    if (status == NDIS_STATUS_PENDING || (status == NDIS_STATUS_RESOURCES && !is_intermediate(m)))
        ndis_verify_finding(NULL, "%s: NdisMSendComplete with status %08x, which is not final",
                            m->name, (unsigned)status);
    if (!ndis_packet_is_ours(packet)) {
        ndis_verify_finding(
            NULL, "%s: NdisMSendComplete for packet %p, which is in no packet pool; ignored",
            m->name, (void *)packet);
        return false;
    }
    shadow = ndis_shadow_of(packet);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL || shadow->owner == OWNER_PROTOCOL)
        fault = shadow->submitted ? "the protocol has had back since" : "was never sent";
    else if (shadow->owner == OWNER_LIBRARY)
        fault = "it had refused or completed already";
    else if (((struct ndis_binding *)ndis_packet_owner(packet))->miniport != m)
        fault = "belongs to another miniport";
    if (!fault) {
        shadow->owner = OWNER_LIBRARY;
        remember(packet, EVENT_COMPLETED, status);
    }
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_finding(packet, "%s: NdisMSendComplete for a packet that %s; ignored", m->name,
                            fault);
    return !fault;
}

void ndis_verify_return(PNDIS_PACKET packet, NDIS_STATUS status, const char *call)
{
    struct shadow *shadow = ndis_shadow_of(packet);
    const char *changed;

    ndis_lock(&ndis_shadow_lock);
    changed = what_changed(packet);
    shadow->in_transit = false;
    shadow->owner = OWNER_PROTOCOL;
    remember(packet, EVENT_RETURNED, status);
    ndis_unlock(&ndis_shadow_lock);
    if (changed)
        ndis_verify_finding(
            packet, "%s of the packet changed between submission and return by %s; nobody owned it",
            changed, call);
}

/* Of a free one: all that is there, save the two words of the pool. */
static uint64_t sum_free(PNDIS_PACKET packet)
{
    size_t fixed = packet->Private.NdisPacketOobOffset + sizeof(NDIS_PACKET_OOB_DATA) +
                   sizeof(NDIS_PACKET_EXTENSION);
    uint64_t sum = ndis_sum(NDIS_SUM_START, packet, offsetof(NDIS_PACKET, Reserved));

    return ndis_sum(sum, packet->ProtocolReserved, fixed - offsetof(NDIS_PACKET, ProtocolReserved));
}

void ndis_verify_unfree(PNDIS_PACKET packet)
{
    struct shadow *shadow = ndis_shadow_of(packet);

    if (shadow->event_count && shadow->sum_descriptor != sum_free(packet))
        ndis_verify_finding(packet, "a descriptor was written while it was free in its pool");
}

void ndis_verify_allocated(PNDIS_PACKET packet)
{
    struct shadow *shadow = ndis_shadow_of(packet);

    ndis_lock(&ndis_shadow_lock);
    *shadow = (struct shadow){.owner = OWNER_PROTOCOL};
    remember(packet, EVENT_ALLOCATED, NDIS_STATUS_SUCCESS);
    ndis_unlock(&ndis_shadow_lock);
}

bool ndis_verify_freed(PNDIS_PACKET packet)
{
    const char *fault = NULL;
    struct shadow *shadow;

    if (!ndis_packet_is_ours(packet)) {
        ndis_verify_finding(NULL,
                            "NdisFreePacket for packet %p, which is in no packet pool; ignored",
                            (void *)packet);
        return false;
    }
    shadow = ndis_shadow_of(packet);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL)
        fault = "is free";
    else if (shadow->in_transit)
        fault = "is in transit";
    else
        shadow->owner = OWNER_POOL;
    if (!fault) {
        remember(packet, EVENT_FREED, NDIS_STATUS_SUCCESS);
        shadow->sum_descriptor = sum_free(packet);
    }
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_finding(packet, "NdisFreePacket for a packet that %s; ignored", fault);
    return !fault;
}
