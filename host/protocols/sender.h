/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample protocol: sends frames that lie in memory, hands on what it receives, keeps the books. With a miniport that
 * takes one packet at a time it uses NdisSend, else NdisSendPackets (REQ-21). One binding; everything at PASSIVE level
 * except the handlers, which run at DISPATCH.
 */
#ifndef SENDER_H
#define SENDER_H

#define NDIS51 1
#include <ndis.h>
#include <stdbool.h>

struct sender;

struct sender_frame {
    const UCHAR *octets; /* destination address on; untouched and valid until its completion */
    UINT length;
    ULONG number;  /* the caller's, returned in the completion */
    UINT priority; /* of those given in one call the highest go first, equal ones in order */
    ULONGLONG time_to_send; /* TimeToSend: 100 ns units of the device's clock; 0: at once */
    ULONGLONG launch_ns;    /* the same to the nanosecond, goes before it; 0: none */
};

/* What a listener is told of a frame. */
struct sender_sight {
    BOOLEAN out;         /* sent, not received */
    const UCHAR *octets; /* destination address on, without FCS; valid during the call */
    UINT length;
    ULONG number;       /* out: the sender's */
    NDIS_STATUS status; /* out */
    ULONGLONG time_ns;  /* SFD, device's clock; not sent: of the completion; 0: nobody told */
};

struct sender_handlers {
    void *context;
    /* A frame is ours again, with its final status; exactly once per frame, whichever way it was sent. */
    void (*completed)(void *context, ULONG number, NDIS_STATUS status);
    /* Just before `completed`, for a frame with a TimeToSend: its TimeSent. May be NULL. */
    void (*sent)(void *context, ULONG number, ULONGLONG time_sent);
    /* A frame arrived; the octets are valid during the call. May be NULL. */
    void (*received)(void *context, const UCHAR *octets, UINT length);
    /* Just before `completed` and `received`. If set, every frame sent asks the device for a completion of its own with
     * its time. May be NULL. */
    void (*seen)(void *seen_context, const struct sender_sight *);
    void *seen_context;
};

enum sender_call {
    SENDER_BY_MINIPORT, /* as OID_GEN_MAXIMUM_SEND_PACKETS says */
    SENDER_NDIS_SEND,
    SENDER_NDIS_SEND_PACKETS,
};

struct sender_counts {
    unsigned long long ndis_send, ndis_send_packets; /* calls */
    unsigned long long pending, synchronous;         /* results of NdisSend */
};

#define SENDER_PACKETS 1024 /* descriptors: most frames at once with NDIS */
#define SENDER_BATCH   64   /* most frames in one NdisSendPackets */

/* Binds to the adapter of this name and asks what it has to know. On failure NULL and the status. */
struct sender *sender_open(const char *adapter, const struct sender_handlers *, NDIS_STATUS *);
void sender_close(struct sender *); /* everything must have been completed */

/* Sends up to `count` frames by their priority, by one call or by several. Returns how many it took, from the first on:
 * fewer when descriptors are out, never more than SENDER_BATCH. `completed` may be called from inside. */
UINT sender_send(struct sender *, const struct sender_frame *, UINT count, enum sender_call);

UINT sender_max_send_packets(const struct sender *);
UINT sender_max_frame(
    const struct sender *); /* OID_GEN_MAXIMUM_TOTAL_SIZE; a VLAN tag comes on top */
UINT sender_outstanding(const struct sender *);
const struct sender_counts *sender_counts(const struct sender *);

/* NdisReset and its completion. */
NDIS_STATUS sender_reset(struct sender *);

/* NdisRequest and its completion. *moved: bytes written or read; may be NULL. */
NDIS_STATUS sender_query(struct sender *, NDIS_OID, void *buffer, UINT length, UINT *moved);
NDIS_STATUS sender_set(struct sender *, NDIS_OID, void *buffer, UINT length);

#endif
