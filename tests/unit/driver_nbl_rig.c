/* SPDX-License-Identifier: Apache-2.0 */
/* See driver_nbl_rig.h. */
#include "driver_nbl_rig.h"

#define VECTOR 5

struct nbl_rig r;

static void transmitted(void *context, const struct soft_frame *frame)
{
    unsigned at = __atomic_fetch_add(&r.wire_count, 1, __ATOMIC_SEQ_CST) % WIRE_MAX;

    (void)context;
    r.wire[at].length = frame->record_bytes;
    memcpy(r.wire[at].octets, frame->octets, frame->length_bytes);
}

void nbl_on_finding(void *context, const char *sentence)
{
    (void)context;
    if (r.findings++ == 0)
        snprintf(r.finding, sizeof(r.finding), "%s", sentence);
}

void nbl_on_log(void *context, const char *sentence)
{
    (void)context;
    snprintf(r.log, sizeof(r.log), "%s", sentence);
}

void nbl_pass(uint64_t ns)
{
    static const volatile bool never = false;

    r.platform->ops->wait(r.platform, &never, ns);
}

void nbl_rig_start(unsigned flags, const struct soft_options *soft)
{
    struct nic_ndis_options options = {.verify = true, .report = nbl_on_finding, .log = nbl_on_log};
    struct soft_options o = soft ? *soft : (struct soft_options){0};
    const char *const parameters[] = {"Slot=0",
                                      "InterruptNumber=5",
                                      flags & COPY ? "CopyMode=1" : "CopyMode=0",
                                      flags & MODERATED ? "ModerationCount=16" : NULL,
                                      "ModerationTime=100",
                                      NULL};

    memset(&r, 0, sizeof(r));
    r.is_posix = flags & POSIX;
    r.platform = r.is_posix ? nic_posix_create(1) : nic_virtual_create(1);
    nic_trace_init(&r.trace);
    o.transmitted = transmitted;
    if (flags & NULL_DEVICE) {
        r.transport = nic_null_create(r.platform, VECTOR);
    } else {
        r.device = soft_device_create(&o, r.platform, VECTOR);
        r.transport = soft_device_transport(r.device);
    }
    ck_assert_int_eq(nic_transport_put(0, r.transport), 0);
    ck_assert_int_eq(nic_ndis_start(r.platform, &options), 0);
    ck_status(nic_ndis_driver_load(nic_miniport6_entry, &r.driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", parameters), NDIS_STATUS_SUCCESS);
    r.protocol =
        (struct nic_script6_protocol){.trace = &r.trace, .nbl_count = 512, .nb_bytes = 1600};
    ck_status(nic_script6_protocol_start(&r.protocol, r.platform), NDIS_STATUS_SUCCESS);
    nbl_pass(10 * MS);
}

void nbl_rig_stop(void)
{
    unsigned leaks;

    ck_status(nic_script6_protocol_stop(&r.protocol), NDIS_STATUS_SUCCESS);
    nic_ndis_driver_unload(r.driver);
    leaks = nic_ndis_stop();
    ck_assert_msg(leaks == 0, "%u leaks: %s", leaks, r.log);
    ck_assert_msg(r.findings == 0, "%u findings, the first: %s", r.findings, r.finding);
    nic_transport_put(0, NULL);
    if (r.device)
        soft_device_destroy(r.device);
    else
        nic_null_destroy(r.transport);
    if (r.is_posix)
        nic_posix_destroy(r.platform);
    else
        nic_virtual_destroy(r.platform);
    nic_trace_free(&r.trace);
}

PNET_BUFFER_LIST nbl_chain(PNET_BUFFER_LIST *nbls, unsigned count, unsigned nbs, UINT length)
{
    for (unsigned i = 0; i < count; i++) {
        nbls[i] = nic_script6_nbl(&r.protocol, nbs, length);
        ck_assert_ptr_nonnull(nbls[i]);
        if (i)
            nbls[i - 1]->Next = nbls[i];
    }
    return nbls[0];
}

void nbl_free_all(PNET_BUFFER_LIST *nbls, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        nic_script6_nbl_free(&r.protocol, nbls[i]);
}

struct nic_script_packet nbl_record(PNET_BUFFER_LIST nbl)
{
    return *nic_script6_record(&r.protocol, nbl);
}

void nbl_check_status(PNET_BUFFER_LIST *nbls, unsigned count, NDIS_STATUS status)
{
    for (unsigned i = 0; i < count; i++) {
        ck_assert_msg(nbl_record(nbls[i]).completed == 1, "NBL %u came back %u times", i,
                      nbl_record(nbls[i]).completed);
        ck_status(nbl_record(nbls[i]).status, status);
    }
}

unsigned nbl_check_wire(unsigned at, PNET_BUFFER_LIST *nbls, unsigned count)
{
    unsigned frames = 0;

    for (unsigned i = 0; i < count; i++) {
        for (PNET_BUFFER nb = nbls[i]->FirstNetBuffer; nb; nb = nb->Next, frames++) {
            UCHAR storage[1600], *data = NdisGetDataBuffer(nb, nb->DataLength, storage, 1, 0);
            ck_assert_uint_lt(at + frames, r.wire_count);
            ck_assert_uint_eq(r.wire[at + frames].length, nb->DataLength);
            ck_assert_mem_eq(r.wire[at + frames].octets, data, nb->DataLength);
        }
    }
    return frames;
}

void nbl_check_completion_order(void)
{
    uint32_t last = 0;
    bool any = false;

    for (size_t i = 0; i < r.trace.count; i++) {
        if (r.trace.events[i].kind != NIC_TRACE_COMPLETE)
            continue;
        ck_assert_msg(!any || r.trace.events[i].packet > last, "NBL %u after %u",
                      r.trace.events[i].packet, last);
        last = r.trace.events[i].packet;
        any = true;
    }
}

void nbl_sign(PNET_BUFFER_LIST nbl, unsigned sender, unsigned *number)
{
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        uint32_t signature[2] = {sender, ++*number};
        memcpy((uint8_t *)nb->MdlChain->MappedSystemVa + 14, signature, sizeof(signature));
    }
}

void nbl_check_wire_by_sender(void)
{
    uint32_t last[2] = {0, 0};

    ck_assert_uint_lt(r.wire_count, WIRE_MAX);
    for (unsigned i = 0; i < r.wire_count; i++) {
        uint32_t signature[2];
        memcpy(signature, r.wire[i].octets + 14, sizeof(signature));
        ck_assert_uint_lt(signature[0], 2);
        ck_assert_msg(signature[1] > last[signature[0]], "sender %u: %u after %u", signature[0],
                      signature[1], last[signature[0]]);
        last[signature[0]] = signature[1];
    }
}
