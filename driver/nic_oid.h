/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the miniport offers beyond Microsoft's: private OIDs, private out-of-band data of a packet, and its entry
 * points. For protocols and tools; include it after ndis.h. Numbers of registers and counters are in nic_regs.h.
 */
#ifndef NIC_OID_H
#define NIC_OID_H

/* Entry points, as DriverEntry: the build with MiniportSendPackets, the one with MiniportSend, and the one for NDIS 6. */
NTSTATUS nic_miniport_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
NTSTATUS nic_miniport_single_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
NTSTATUS nic_miniport6_entry(PDRIVER_OBJECT DriverObject,
                             PUNICODE_STRING RegistryPath); /* NDIS 6 */

/* Why the last MiniportInitialize of this build failed: one sentence, "" if none did. A refused adapter cannot be asked
 * with an OID. Changes only during MiniportInitialize. */
const char *nic_miniport_message(void);
const char *nic_miniport_single_message(void);
const char *nic_miniport6_message(void);

/* Query. One sentence, zero-terminated: the last thing that went wrong with this adapter, "" if nothing did. */
#define OID_HILNIC_LAST_ERROR 0xFF010001

/* Query, pends. ULONG[NIC_COUNTER_MAX + 1], indexed by NIC_COUNTER_*: all device counters at one instant. They wrap. */
#define OID_HILNIC_COUNTERS 0xFF010002

/* Query and set, pends: device registers as they are. The buffer is a struct nic_oid_register with `address` and
 * `count` filled in by the caller and at least 8 + 4 * count bytes long. Setting is for experiments: what the driver
 * has set up (CTRL, LINK, MODERATION, WATERMARKS, FILTER, HASH, MAC, EXACT) it writes again after a reset, and RESET is refused.
 * An address without a register: NDIS_STATUS_FAILURE. */
#define OID_HILNIC_REGISTER 0xFF010003

/* Query. struct nic_oid_driver. */
#define OID_HILNIC_DRIVER 0xFF010004

/* Query, pends. struct nic_oid_mail: a request to the firmware and what it answered. NDIS_STATUS_FAILURE: no firmware runs. */
#define OID_HILNIC_MAIL 0xFF010005

#define NIC_OID_REGISTER_WORDS 64

struct nic_oid_mail {
    ULONG request; /* NIC_MAIL_REQUEST_*, by the caller */
    ULONG argument;
    ULONG result; /* NIC_MAIL_RESULT_* */
    ULONG answer[2];
};

struct nic_oid_register {
    ULONG address; /* bytes, a multiple of 4 */
    ULONG count;   /* words, 1..NIC_OID_REGISTER_WORDS */
    ULONG value[NIC_OID_REGISTER_WORDS];
};

struct nic_oid_driver {
    ULONG state;      /* 0 running, 1..3 in NIC reset, 4 given up, 5 unplugged */
    ULONG resets;     /* NIC resets begun, the one of MiniportInitialize included */
    ULONG violations; /* the device broke the rules */
    ULONG hangs;      /* it stopped completing */
    ULONG
    rx_gap; /* frames missing in the receive sequence: rx_lost, and what a NIC reset discarded */
    ULONG rx_lost;        /* frames the device reported as lost for want of buffer */
    ULONG desc_depth;     /* most packets outstanding */
    ULONG outstanding;    /* packets now with the device */
    ULONG resources;      /* RESOURCES answers */
    ULONG out_transfers;  /* transfers of the TX stream */
    ULONG max_frame;      /* LIMITS.max_frame */
    ULONG map_hash;       /* of the device */
    ULONG tx_refused;     /* packets answered with FAILURE: they never went to the device */
    ULONG tx_abandoned;   /* packets of which a reset or the end left no word from the device */
    ULONG firmware;       /* 1: it runs, and follows the PHY; 0: the driver sets the link */
    ULONG firmware_stops; /* by the watchdog */
    ULONG rx_refused;     /* frames delivered and not indicated: bad, or of no length a frame has */
};

/*
 * Times of packets. NDIS counts 100 ns units; here they are units of the device's clock (registers TIME_LO,
 * TIME_HI), not of the system's. TimeToSend other than 0 is the launch time of the SFD, and a packet that comes too late
 * for it is completed with NDIS_STATUS_INVALID_DATA, unsent; TimeSent is set on
 * completion of such a packet and of no other, because both share a field and a stale TimeSent would be taken for a
 * launch time. TimeReceived is the SFD.
 *
 * Whoever needs nanoseconds, or the test flags of the TX record, attaches a struct nic_oob with
 * NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO; it starts like a MEDIA_SPECIFIC_INFORMATION and must be the only entry. It is
 * read when the packet is sent and written before it is completed. Received packets carry one.
 */
#define NIC_OOB_CLASS 0x686c4e43u
#define NIC_OOB_SIZE  20u /* MEDIA_SPECIFIC_INFORMATION.Size */

#define NIC_OOB_REPORT   0x01u /* time_ns is wanted; costs an event record */
#define NIC_OOB_LAUNCH   0x02u /* launch_ns is valid; goes before TimeToSend */
#define NIC_OOB_HAS_FCS  0x04u /* the last four bytes are the FCS, right or wrong */
#define NIC_OOB_NO_PAD   0x08u /* a short frame stays short */
#define NIC_OOB_TX_ERROR 0x10u /* tx_er during the frame */

struct nic_oob {
    UINT next_entry_offset; /* 0 */
    UINT class_id;          /* NIC_OOB_CLASS */
    UINT size;              /* NIC_OOB_SIZE */
    UINT flags;             /* NIC_OOB_* */
    ULONGLONG launch_ns;    /* device time */
    ULONGLONG time_ns; /* device time of the SFD, sent or received; not sent: of the completion */
};

#endif
