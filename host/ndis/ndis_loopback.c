/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software loopback for miniports that say NDIS_MAC_OPTION_NO_LOOPBACK (REQ-62, 63): every binding
 * whose filter accepts a frame that one of them sends gets a copy, the sender too unless it set
 * NDIS_PROT_OPTION_NO_LOOPBACK. The copy is made when the packet is sent and delivered by the
 * gate's owner on his way out, so that an answer sent from ProtocolReceive does not nest. A frame
 * to the adapter's own address that somebody accepts does not go to the wire, unless the machine
 * says so (DER-14). NDIS_FLAGS_DONT_LOOPBACK is honoured, unless the machine says otherwise (C-5).
 */
#include <stdlib.h>

#include "ndis_machine.h"

bool ndis_loopback_is_for(const struct ndis_binding *binding, const struct ndis_binding *sender,
                          bool to_sender, const UCHAR *header)
{
    return (binding != sender || to_sender) && ndis_filter_accepts(binding, header, true);
}

struct ndis_loop *ndis_loopback_take(struct ndis_binding *sender, PNDIS_PACKET packet)
{
    struct ndis_miniport *m = sender->miniport;
    struct ndis_binding *binding;
    struct ndis_loop *loop;
    bool to_sender = !__atomic_load_n(&sender->no_loopback, __ATOMIC_RELAXED);
    UCHAR header[NDIS_HEADER_BYTES];
    UINT length;

    if (NdisGetPacketFlags(packet) & NDIS_FLAGS_DONT_LOOPBACK && !ndis.options.loop_all)
        return NULL;
    NdisQueryPacketLength(packet, &length);
    if (ndis_packet_gather(packet, header, sizeof(header)) < sizeof(header))
        return NULL; /* the driver refuses it */
    for (binding = ndis_bindings(m);
         binding && !ndis_loopback_is_for(binding, sender, to_sender, header);
         binding = binding->next)
        ;
    if (!binding)
        return NULL;
    loop = malloc(sizeof(*loop) + length);
    if (!loop) {
        ndis_log("%s: no memory to loop a packet of %u octets back", m->name, length);
        return NULL;
    }
    *loop = (struct ndis_loop){.sender = sender, .to_sender = to_sender};
    loop->length = ndis_packet_gather(packet, loop->bytes, length);
    if (m->has_address && memcmp(header, m->address, 6) == 0 && !ndis.options.send_to_self)
        loop->packet = packet;
    return loop;
}

void ndis_loopback_post(struct ndis_miniport *m, struct ndis_loop *list)
{
    struct ndis_loop **at = &m->loop_head;

    ndis_lock(&m->lock);
    while (*at)
        at = &(*at)->next;
    *at = list;
    ndis_unlock(&m->lock);
    ndis_gate_kick(m);
}

void ndis_loopback_deliver(struct ndis_miniport *m, struct ndis_loop *list)
{
    bool is_up = ndis_state(m) == MINIPORT_RUNNING;

    while (list) {
        struct ndis_loop *loop = list;
        list = loop->next;
        ndis_count_add(&m->looped, false);
        for (struct ndis_binding *b = ndis_bindings(m); is_up && b; b = b->next) {
            if (!ndis_loopback_is_for(b, loop->sender, loop->to_sender, loop->bytes))
                continue;
            if (m->driver->is6)
                ndis_receive_bytes6(b, loop->bytes, loop->length);
            else
                ndis_receive_bytes(b, loop->bytes, loop->length);
        }
        if (loop->packet)
            ndis_send_looped(m, loop->packet);
        free(loop);
    }
    if (is_up && !m->driver->is6)
        ndis_receive_complete(m);
}
