/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets: pools, chains, queries, copies; and REQ-16, 43 and 53 through the scripted miniport.
 */
#include "ndis_rig.h"

#include <sys/mman.h>

static struct rig r;
static NDIS_HANDLE packets, buffers;
static PNDIS_PACKET packet;

static void start(void)
{
    NDIS_STATUS status;

    rig_start(&r, NULL, 0, RIG_VERIFY | RIG_NO_MINIPORT, 0);
    NdisAllocatePacketPool(&status, &packets, 4, 21);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisAllocateBufferPool(&status, &buffers, 20);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisAllocatePacket(&status, &packet, packets);
    ck_status(status, NDIS_STATUS_SUCCESS);
}

static void stop(void)
{
    NdisFreePacketPool(packets);
    NdisFreeBufferPool(buffers);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static PNDIS_BUFFER chain(void *memory, UINT length)
{
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;

    NdisAllocateBuffer(&status, &buffer, buffers, memory, length);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisChainBufferAtBack(packet, buffer);
    return buffer;
}

static void unchain_all(PNDIS_PACKET from)
{
    PNDIS_BUFFER buffer;

    for (NdisUnchainBufferAtFront(from, &buffer); buffer; NdisUnchainBufferAtFront(from, &buffer))
        NdisFreeBuffer(buffer);
}

START_TEST(pools_run_out_and_recover)
{
    PNDIS_PACKET more[4];
    PNDIS_BUFFER all[21];
    NDIS_STATUS status;
    NDIS_HANDLE none;

    start();
    for (unsigned i = 0; i < 3; i++)
        NdisAllocatePacket(&status, &more[i], packets);
    ck_status(status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(NdisPacketPoolUsage(packets), 4);
    NdisAllocatePacket(&status, &more[3], packets);
    ck_status(status, NDIS_STATUS_RESOURCES);
    ck_assert_ptr_null(more[3]);
    for (unsigned i = 0; i < 3; i++)
        NdisFreePacket(more[i]);
    ck_assert_uint_eq(NdisPacketPoolUsage(packets), 1);
    for (unsigned i = 0; i < 21; i++)
        NdisAllocateBuffer(&status, &all[i], buffers, &r, 1);
    ck_status(status, NDIS_STATUS_RESOURCES);
    for (unsigned i = 0; i < 20; i++)
        NdisFreeBuffer(all[i]);
    NdisAllocatePacketPool(&status, &none, 0, 16);
    ck_status(status, NDIS_STATUS_RESOURCES);
    NdisAllocatePacketPool(&status, &none, 1, 70000); /* the OOB offset has 16 bits */
    ck_status(status, NDIS_STATUS_RESOURCES);
    NdisAllocatePacketPoolEx(&status, &none, 2, 3, 16);
    for (unsigned i = 0; i < 5; i++) {
        PNDIS_PACKET one;
        NdisAllocatePacket(&status, &one, none);
        ck_status(status, NDIS_STATUS_SUCCESS);
        ck_assert_ptr_eq(NdisGetPoolFromPacket(one), none);
    }
    NdisFreePacketPool(none);
    NdisFreePacket(packet);
    stop();
}
END_TEST

START_TEST(req_59_a_fresh_descriptor_is_clean_and_its_oob_is_its_own)
{
    PNDIS_PACKET other;
    NDIS_STATUS status;
    PVOID info;
    UINT size;

    start();
    NdisAllocatePacket(&status, &other, packets);
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_TO_SEND(packet), 0);
    ck_assert_uint_eq(packet->Private.NdisPacketFlags, fPACKET_ALLOCATED_BY_NDIS);
    ck_assert_uint_ge(
        (size_t)((UCHAR *)NDIS_OOB_DATA_FROM_PACKET(packet) - packet->ProtocolReserved), 21);
    memset(packet->ProtocolReserved, 0xA5, 21);
    NDIS_SET_PACKET_TIME_TO_SEND(packet, 1);
    NDIS_SET_PACKET_TIME_RECEIVED(packet, 2);
    NDIS_SET_PACKET_HEADER_SIZE(packet, 3);
    NDIS_SET_PACKET_STATUS(packet, 4);
    NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(packet, &r, 5);
    NDIS_SET_ORIGINAL_PACKET(packet, other);
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_SENT(packet), 1); /* the same field */
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_RECEIVED(packet), 2);
    ck_assert_uint_eq(NDIS_GET_PACKET_HEADER_SIZE(packet), 3);
    ck_assert_int_eq(NDIS_GET_PACKET_STATUS(packet), 4);
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet, &info, &size);
    ck_assert(info == &r && size == 5 && NDIS_GET_ORIGINAL_PACKET(packet) == other);
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_TO_SEND(other), 0);
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(other, &info, &size);
    ck_assert(!info && size == 0 && NDIS_GET_PACKET_HEADER_SIZE(other) == 0);
    for (unsigned i = 0; i < 21; i++)
        ck_assert_uint_eq(packet->ProtocolReserved[i], 0xA5);
    NdisFreePacket(packet);
    NdisAllocatePacket(&status, &packet, packets);
    ck_assert(NDIS_GET_PACKET_TIME_TO_SEND(packet) == 0 && packet->ProtocolReserved[0] == 0);
    NdisFreePacket(packet);
    NdisFreePacket(other);
    stop();
}
END_TEST

START_TEST(req_57_query_packet_with_any_pointers)
{
    static UCHAR memory[3 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
    PNDIS_BUFFER first, back, buffer = NULL, one, two;
    UINT pages = 99, count = 99, length = 99;

    start();
    NdisQueryPacket(packet, &pages, &count, &buffer, &length);
    ck_assert(pages == 0 && count == 0 && !buffer && length == 0);
    one = chain(memory + PAGE_SIZE - 10, 20); /* crosses a page */
    two = chain(memory, 0);
    chain(memory + 5, 2 * PAGE_SIZE);
    for (unsigned mask = 0; mask < 16; mask++) {
        pages = count = length = 99;
        first = NULL;
        packet->Private.ValidCounts = mask & 1 ? packet->Private.ValidCounts : FALSE;
        NdisQueryPacket(packet, mask & 1 ? &pages : NULL, mask & 2 ? &count : NULL,
                        mask & 4 ? &first : NULL, mask & 8 ? &length : NULL);
        ck_assert_uint_eq(pages, mask & 1 ? 2 + 1 + 3 : 99);
        ck_assert_uint_eq(count, mask & 2 ? 3 : 99);
        ck_assert_ptr_eq(first, mask & 4 ? one : NULL);
        ck_assert_uint_eq(length, mask & 8 ? 20 + 2 * PAGE_SIZE : 99);
    }
    NdisUnchainBufferAtBack(packet, &back);
    NdisQueryPacketLength(packet, &length);
    ck_assert_uint_eq(length, 20);
    NdisChainBufferAtFront(packet, back);
    NdisQueryPacket(packet, NULL, &count, &first, &length);
    ck_assert(count == 3 && first == back && length == 20 + 2 * PAGE_SIZE);
    ck_assert_ptr_eq(NDIS_PACKET_LAST_NDIS_BUFFER(packet), two);
    NdisGetNextBuffer(first, &buffer);
    ck_assert_ptr_eq(buffer, one);
    chain(memory, 1); /* behind counts that are valid */
    NdisQueryPacket(packet, NULL, &count, NULL, &length);
    ck_assert(count == 4 && length == 21 + 2 * PAGE_SIZE);
    two = NDIS_PACKET_LAST_NDIS_BUFFER(packet);
    NdisUnchainBufferAtBack(packet, &back);
    ck_assert_ptr_eq(back, two);
    NdisFreeBuffer(back);
    unchain_all(packet);
    NdisUnchainBufferAtFront(packet, &buffer);
    ck_assert_ptr_null(buffer);
    NdisUnchainBufferAtBack(packet, &buffer);
    ck_assert_ptr_null(buffer);
    NdisFreePacket(packet);
    stop();
}
END_TEST

START_TEST(req_58_each_buffer_is_described)
{
    static UCHAR memory[2 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
    UINT length, total, offset;
    PNDIS_BUFFER first, copy;
    NDIS_STATUS status;
    PVOID address;

    start();
    chain(memory + 100, 33);
    chain(memory + PAGE_SIZE, 7);
    NdisGetFirstBufferFromPacket(packet, &first, &address, &length, &total);
    ck_assert(address == memory + 100 && length == 33 && total == 40);
    NdisGetFirstBufferFromPacketSafe(packet, &first, &address, &length, &total, NormalPagePriority);
    ck_assert(address == memory + 100 && total == 40);
    NdisQueryBuffer(first, NULL, &length);
    ck_assert_uint_eq(length, 33);
    NdisQueryBufferSafe(first->Next, &address, &length, NormalPagePriority);
    ck_assert(address == memory + PAGE_SIZE && length == 7);
    NdisQueryBufferOffset(first, &offset, &length);
    ck_assert(offset == 100 && length == 33);
    NdisQueryBufferOffset(first->Next, &offset, &length);
    ck_assert(offset == 0 && length == 7);
    ck_assert_ptr_eq(first->StartVa, memory);
    NdisCopyBuffer(&status, &copy, buffers, first, 3, 5);
    NdisQueryBuffer(copy, &address, &length);
    ck_assert(address == memory + 103 && length == 5);
    NdisAdjustBufferLength(copy, 4);
    ck_assert_uint_eq(NdisBufferLength(copy), 4);
    ck_assert_ptr_eq(NdisBufferVirtualAddress(copy), memory + 103);
    NdisFreeBuffer(copy);
    unchain_all(packet);
    NdisReinitializePacket(packet);
    NdisGetFirstBufferFromPacket(packet, &first, &address, &length, &total);
    ck_assert(!first && !address && length == 0 && total == 0);
    NdisFreePacket(packet);
    stop();
}
END_TEST

START_TEST(copies_between_chains)
{
    UCHAR from[30], to[30], expected[30];
    PNDIS_PACKET source = NULL, target;
    NDIS_STATUS status;
    UINT copied;

    start();
    for (unsigned i = 0; i < 30; i++)
        from[i] = (UCHAR)(i + 1);
    chain(from, 7);
    chain(from + 7, 0);
    chain(from + 7, 1);
    chain(from + 8, 22);
    source = packet;
    NdisAllocatePacket(&status, &packet, packets);
    chain(to, 5);
    chain(to + 5, 25);
    target = packet;
    for (UINT source_offset = 0; source_offset < 33; source_offset += 3) {
        for (UINT target_offset = 0; target_offset < 33; target_offset += 4) {
            UINT left = source_offset < 30 ? 30 - source_offset : 0,
                 room = target_offset < 30 ? 30 - target_offset : 0;
            UINT length = 12 < left ? 12 : left;
            length = length < room ? length : room;
            memset(to, 0, sizeof(to));
            memset(expected, 0, sizeof(expected));
            memcpy(expected + (length ? target_offset : 0), from + (length ? source_offset : 0),
                   length);
            NdisCopyFromPacketToPacket(target, target_offset, 12, source, source_offset, &copied);
            ck_assert_uint_eq(copied, length);
            ck_assert_mem_eq(to, expected, sizeof(to));
        }
    }
    unchain_all(source);
    unchain_all(target);
    NdisFreePacket(source);
    NdisFreePacket(target);
    stop();
}
END_TEST

/* ---- what the miniport sees ---- */

static UCHAR wire[4096];
static UINT wire_length;

static struct nic_script_step gather(void *context, PNDIS_PACKET sent)
{
    PNDIS_BUFFER buffer;

    (void)context;
    wire_length = 0;
    NdisQueryPacket(sent, NULL, NULL, &buffer, NULL);
    while (buffer) {
        PVOID address;
        UINT length;
        NdisQueryBuffer(buffer, &address, &length);
        memcpy(wire + wire_length, address, length);
        wire_length += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC};
}

START_TEST(req_16_51_chains_arrive_as_they_were_built)
{
    static const UINT cuts[4][18] = {
        {60}, {6, 54}, {13, 1, 46}, {1, 0, 5, 6, 2, 0, 1, 4, 4, 4, 4, 4, 4, 4, 4, 4, 9}};
    static const unsigned counts[4] = {1, 2, 3, 17};
    struct nic_script_miniport like = {.next = gather, .arrays = _i >= 4};
    UCHAR data[60];
    UINT at = 0, total = 0;

    for (unsigned i = 0; i < 60; i++)
        data[i] = (UCHAR)(i * 13);
    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 1);
    unchain_all(packet);
    buffers = r.protocols[0].buffer_pool;
    for (unsigned i = 0; i < counts[_i % 4]; i++) {
        chain(data + at, cuts[_i % 4][i]);
        at += cuts[_i % 4][i];
        total += cuts[_i % 4][i];
    }
    nic_script_send(&r.protocols[0], packet);
    rig_run(&r, 10);
    ck_assert_uint_eq(wire_length, total);
    ck_assert_mem_eq(wire, data, total);
    nic_script_packet_free(&r.protocols[0], packet);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}
END_TEST

START_TEST(req_53_the_library_does_not_touch_beyond_a_buffer)
{
    struct nic_script_miniport like = {.next = gather, .arrays = _i};
    UCHAR *pages =
        mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert_int_eq(mprotect(pages + PAGE_SIZE, PAGE_SIZE, PROT_NONE), 0);
    rig_start(&r, &like, 1, RIG_VERIFY, 0); /* with checksums over the data */
    packet = nic_script_packet(&r.protocols[0], 1);
    unchain_all(packet);
    buffers = r.protocols[0].buffer_pool;
    chain(pages + PAGE_SIZE - 14, 14);
    nic_script_send(&r.protocols[0], packet);
    rig_run(&r, 10);
    ck_assert_uint_eq(wire_length, 14);
    nic_script_packet_free(&r.protocols[0], packet);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    munmap(pages, 2 * PAGE_SIZE);
}
END_TEST

/* The driver reads everything again at the last moment. */
static UCHAR again[4096];

static void read_again(void *context)
{
    (void)context;
    memcpy(again, wire, sizeof(again));
    memset(wire, 0, sizeof(wire));
    for (unsigned i = 0; i < r.miniport->pending_count; i++)
        gather(NULL, r.miniport->pending[i].packet);
}

START_TEST(req_43_contents_are_there_until_completion)
{
    struct nic_script_miniport like = {.next = gather, .interrupting = read_again};

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    rig_run(&r, 10);
    ck_assert_mem_eq(wire, again, 60);
    ck_assert_uint_eq(wire[1], 7 + 3);
    nic_script_packet_free(&r.protocols[0], packet);
    rig_stop(&r);
}
END_TEST

START_TEST(protocol_id_of_a_pool)
{
    NDIS_HANDLE pool;
    NDIS_STATUS status;
    PNDIS_PACKET all[3];

    start();
    NdisAllocatePacketPool(&status, &pool, 3, 0);
    NdisAllocatePacket(&status, &all[0], pool);
    ck_assert_uint_eq(NDIS_GET_PACKET_PROTOCOL_TYPE(all[0]), NDIS_PROTOCOL_ID_DEFAULT);
    NdisSetPacketPoolProtocolId(pool, NDIS_PROTOCOL_ID_TCP_IP);
    NdisAllocatePacket(&status, &all[1], pool);
    NdisSetPacketFlags(all[1], 0x100);
    ck_assert_uint_eq(NDIS_GET_PACKET_PROTOCOL_TYPE(all[0]), NDIS_PROTOCOL_ID_DEFAULT);
    ck_assert_uint_eq(NDIS_GET_PACKET_PROTOCOL_TYPE(all[1]), NDIS_PROTOCOL_ID_TCP_IP);
    NdisSetPacketPoolProtocolId(pool, 0x13);
    NdisAllocatePacket(&status, &all[2], pool);
    ck_assert_uint_eq(NdisGetPacketFlags(all[2]), 3);
    for (unsigned i = 0; i < 3; i++)
        NdisFreePacket(all[i]);
    NdisFreePacketPool(pool);
    stop();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "packet");

    tcase_add_test(t, pools_run_out_and_recover);
    tcase_add_test(t, protocol_id_of_a_pool);
    tcase_add_test(t, req_59_a_fresh_descriptor_is_clean_and_its_oob_is_its_own);
    tcase_add_test(t, req_57_query_packet_with_any_pointers);
    tcase_add_test(t, req_58_each_buffer_is_described);
    tcase_add_test(t, copies_between_chains);
    tcase_add_loop_test(t, req_16_51_chains_arrive_as_they_were_built, 0, 8);
    tcase_add_loop_test(t, req_53_the_library_does_not_touch_beyond_a_buffer, 0, 2);
    tcase_add_test(t, req_43_contents_are_there_until_completion);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_packet");
}
