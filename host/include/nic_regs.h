/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited.
 * Register addresses (bytes), field positions (MASK is in place: (word & MASK) >> SHIFT), codes and record layouts,
 * as in REGISTERS.md. Define NIC_REGS_TABLES before including it to get the tables of registers and names too. */
/* clang-format off */
#ifndef NIC_REGS_H
#define NIC_REGS_H

#define NIC_MAP_HASH 0xcf860d94u

#define NIC_COUNTER_TX_PACKETS 0u /* Frames sent, pause frames not included. */
#define NIC_COUNTER_TX_OCTETS 1u /* Octets of sent frames, from destination address to FCS. */
#define NIC_COUNTER_TX_BROADCAST 2u /* Sent to the broadcast address. */
#define NIC_COUNTER_TX_MULTICAST 3u /* Sent to a multicast address. */
#define NIC_COUNTER_TX_SIZE_64 4u /* Sent, up to 64 octets with FCS. */
#define NIC_COUNTER_TX_SIZE_65_127 5u /* Sent, 65..127 octets. */
#define NIC_COUNTER_TX_SIZE_128_255 6u /* Sent, 128..255 octets. */
#define NIC_COUNTER_TX_SIZE_256_511 7u /* Sent, 256..511 octets. */
#define NIC_COUNTER_TX_SIZE_512_1023 8u /* Sent, 512..1023 octets. */
#define NIC_COUNTER_TX_SIZE_1024_1518 9u /* Sent, 1024..1518 octets. */
#define NIC_COUNTER_TX_SIZE_1519_MAX 10u /* Sent, over 1518 octets. */
#define NIC_COUNTER_TX_PAUSE 11u /* PAUSE frames sent. */
#define NIC_COUNTER_TX_TOO_LONG 12u /* Completed as TOO_LONG. */
#define NIC_COUNTER_TX_LATE 13u /* Completed as LATE. */
#define NIC_COUNTER_TX_LINK_DOWN 14u /* Completed as LINK_DOWN. */
#define NIC_COUNTER_TX_ABORTED 15u /* Completed as ABORTED. */
#define NIC_COUNTER_RX_PACKETS 16u /* Good frames delivered to the buffer. */
#define NIC_COUNTER_RX_OCTETS 17u /* Octets of those frames, from destination address to FCS. */
#define NIC_COUNTER_RX_BROADCAST 18u /* Of those, to the broadcast address. */
#define NIC_COUNTER_RX_MULTICAST 19u /* Of those, to a multicast address. */
#define NIC_COUNTER_RX_SIZE_64 20u /* Of those, 64 octets. */
#define NIC_COUNTER_RX_SIZE_65_127 21u /* Of those, 65..127 octets. */
#define NIC_COUNTER_RX_SIZE_128_255 22u /* Of those, 128..255 octets. */
#define NIC_COUNTER_RX_SIZE_256_511 23u /* Of those, 256..511 octets. */
#define NIC_COUNTER_RX_SIZE_512_1023 24u /* Of those, 512..1023 octets. */
#define NIC_COUNTER_RX_SIZE_1024_1518 25u /* Of those, 1024..1518 octets. */
#define NIC_COUNTER_RX_SIZE_1519_MAX 26u /* Of those, over 1518 octets. */
#define NIC_COUNTER_RX_FCS_ERRORS 27u /* Frames of class FCS. */
#define NIC_COUNTER_RX_ALIGN_ERRORS 28u /* Frames of class ALIGNMENT. */
#define NIC_COUNTER_RX_UNDERSIZE 29u /* Frames of class RUNT. */
#define NIC_COUNTER_RX_FRAGMENTS 30u /* Frames of class FRAGMENT. */
#define NIC_COUNTER_RX_OVERSIZE 31u /* Frames of class GIANT. */
#define NIC_COUNTER_RX_JABBERS 32u /* Frames of class JABBER. */
#define NIC_COUNTER_RX_SYMBOL_ERRORS 33u /* Frames of class SYMBOL. */
#define NIC_COUNTER_RX_DROP_OVERFLOW 34u /* Good frames lost for want of buffer. */
#define NIC_COUNTER_RX_DROP_FILTER 35u /* Good frames that no filter rule admits. */
#define NIC_COUNTER_RX_PAUSE 36u /* PAUSE frames received. */
#define NIC_COUNTER_RX_DROP_DISABLED 37u /* Frames while the receiver was off. */
#define NIC_COUNTER_RX_DROP_RESET 38u /* Frames cut by a reset. */
#define NIC_COUNTER_MAX 38u

#define NIC_ENDPOINT_TX 1u /* Bulk OUT: TX stream. */
#define NIC_ENDPOINT_RX 130u /* Bulk IN: RX stream. */
#define NIC_ENDPOINT_EVENT 131u /* Interrupt IN: event records. */
#define NIC_ENDPOINT_MAX 131u

#define NIC_EVENT_TYPE_TX_DONE 1u /* count consecutive descriptors are complete, the last has this tag. */
#define NIC_EVENT_TYPE_LINK 2u /* Link register changed: status 1 up, 0 down; count the speed. */
#define NIC_EVENT_TYPE_RX_LOSS 3u /* count frames were lost for want of buffer (saturates at 65535). */
#define NIC_EVENT_TYPE_REQUEST_DONE 4u /* Mailbox request finished: status is the mail_result, the answer is in MAIL_ANSWER. */
#define NIC_EVENT_TYPE_STREAM_ERROR 5u /* TX stream violated the record format; the OUT endpoint is halted until NIC reset. */
#define NIC_EVENT_TYPE_RESET_DONE 6u /* NIC reset is over; every accepted descriptor has been completed before. */
#define NIC_EVENT_TYPE_PROCESSOR 7u /* The watchdog stopped the management processor. */
#define NIC_EVENT_TYPE_MAX 7u

#define NIC_IMAGE_ID_MAGIC 1464233064u /* ASCII 'hlFW', little-endian. */
#define NIC_IMAGE_ID_MAX 1464233064u

#define NIC_MAIL_REQUEST_PHY 1u /* Which PHY was found: answer 0 is its registers 2 (low half) and 3, answer 1 is as HEARTBEAT. */
#define NIC_MAIL_REQUEST_READ 2u /* PHY register, number in argument 4:0, of the PHY that was found: answer 0 is its value. */
#define NIC_MAIL_REQUEST_WRITE 3u /* PHY register, number in argument 4:0, value in 31:16. */
#define NIC_MAIL_REQUEST_COUNTER 4u /* Counter with the index in argument 5:0 since the firmware was started, 64 bits: answer 0 is the low half. */
#define NIC_MAIL_REQUEST_RESTART 5u /* Reset the PHY and negotiate anew. */
#define NIC_MAIL_REQUEST_MAX 5u

#define NIC_MAIL_RESULT_OK 0u /* Done. */
#define NIC_MAIL_RESULT_UNKNOWN 1u /* No such request. */
#define NIC_MAIL_RESULT_ARGUMENT 2u /* The argument is out of range. */
#define NIC_MAIL_RESULT_FAILED 3u /* No PHY was found, or it does not answer. */
#define NIC_MAIL_RESULT_NO_FIRMWARE 4u /* The processor is stopped, or was before the request was finished. */
#define NIC_MAIL_RESULT_MAX 4u

#define NIC_PHY_KIND_UNKNOWN 0u /* Any with the registers of IEEE 802.3 clause 22. */
#define NIC_PHY_KIND_KSZ9031 1u /* KSZ9031RNX. */
#define NIC_PHY_KIND_LAN8720A 2u /* LAN8720A. */
#define NIC_PHY_KIND_B50612D 3u /* B50612D. */
#define NIC_PHY_KIND_MAX 3u

#define NIC_PHY_STATE_SEARCH 0u /* No PHY found yet. */
#define NIC_PHY_STATE_FAILED 1u /* It was there and answers no more. */
#define NIC_PHY_STATE_BUS_FAILED 2u /* MDIO is stuck low, or its controller never finishes. */
#define NIC_PHY_STATE_RESETTING 3u /* The PHY is in its reset. */
#define NIC_PHY_STATE_DOWN 4u /* No link. */
#define NIC_PHY_STATE_UP 5u /* Link. */
#define NIC_PHY_STATE_MAX 5u

#define NIC_RX_ERROR_NONE 0u /* Good frame. */
#define NIC_RX_ERROR_FCS 1u /* Frame check sequence wrong. */
#define NIC_RX_ERROR_ALIGNMENT 2u /* Odd number of nibbles and wrong FCS. */
#define NIC_RX_ERROR_RUNT 3u /* Under 64 octets, FCS right. */
#define NIC_RX_ERROR_FRAGMENT 4u /* Under 64 octets, FCS wrong. */
#define NIC_RX_ERROR_GIANT 5u /* Over LIMITS.max_frame octets, FCS right. */
#define NIC_RX_ERROR_JABBER 6u /* Over LIMITS.max_frame octets, FCS wrong. */
#define NIC_RX_ERROR_SYMBOL 7u /* rx_er during the frame. */
#define NIC_RX_ERROR_OVERFLOW 8u /* No room in the receive buffer. Counted, never delivered. */
#define NIC_RX_ERROR_FILTER 9u /* No match in the address filter. Counted, never delivered. */
#define NIC_RX_ERROR_PAUSE 10u /* MAC control frame, consumed. Counted, never delivered. */
#define NIC_RX_ERROR_DISABLED 11u /* Receiver off. Counted, never delivered. */
#define NIC_RX_ERROR_RESET 12u /* Receive domain or NIC reset during the frame. Counted, never delivered. */
#define NIC_RX_ERROR_MAX 12u

#define NIC_SPEED_M10 0u /* 10 Mb/s */
#define NIC_SPEED_M100 1u /* 100 Mb/s */
#define NIC_SPEED_M1000 2u /* 1000 Mb/s */
#define NIC_SPEED_MAX 2u

#define NIC_STREAM_ERROR_CHECK 1u /* Header check byte wrong. */
#define NIC_STREAM_ERROR_RESERVED 2u /* Reserved header bit set. */
#define NIC_STREAM_ERROR_LENGTH 3u /* Length 0. */
#define NIC_STREAM_ERROR_PADDING 4u /* Record padding not zero. */
#define NIC_STREAM_ERROR_MAX 4u

#define NIC_TX_STATUS_OK 0u /* Sent: preamble to FCS are on the wire. */
#define NIC_TX_STATUS_TOO_LONG 1u /* Longer than LIMITS.max_frame; nothing was sent. */
#define NIC_TX_STATUS_LATE 2u /* Launch time had passed when the frame reached the transmitter; nothing was sent. */
#define NIC_TX_STATUS_LINK_DOWN 3u /* No link or transmitter disabled; nothing was sent. */
#define NIC_TX_STATUS_ABORTED 4u /* NIC reset or transmit domain reset; not sent, or cut on the wire with tx_er. */
#define NIC_TX_STATUS_MAX 4u

#define NIC_USB_ID_VENDOR 4617u /* pid.codes. */
#define NIC_USB_ID_PRODUCT 1u /* A test identifier: for private use only. */
#define NIC_USB_ID_MAX 4617u

#define NIC_VENDOR_REQUEST_REG_WRITE 1u /* Host to device: wLength bytes (multiple of 4) to byte address wValue | wIndex << 16, ascending. */
#define NIC_VENDOR_REQUEST_REG_READ 2u /* Device to host: wLength bytes (multiple of 4) from byte address wValue | wIndex << 16, ascending. */
#define NIC_VENDOR_REQUEST_MS_OS 3u /* MS OS 2.0 descriptor set. */
#define NIC_VENDOR_REQUEST_MAX 3u

/* ID: Reads as ASCII 'hlNC', little-endian. */
#define NIC_ID_ADDR 0x0000u
#define NIC_ID_RESET_VALUE 0x434e6c68u
#define NIC_ID_VALUE_SHIFT 0
#define NIC_ID_VALUE_MASK 0xffffffffu

/* MAP_HASH: First 32 bits of the SHA-256 of the compiled register description. The driver refuses another. */
#define NIC_MAP_HASH_ADDR 0x0004u
#define NIC_MAP_HASH_RESET_VALUE 0x00000000u
#define NIC_MAP_HASH_VALUE_SHIFT 0
#define NIC_MAP_HASH_VALUE_MASK 0xffffffffu

/* LIMITS: Device limits, from parameters. */
#define NIC_LIMITS_ADDR 0x0008u
#define NIC_LIMITS_RESET_VALUE 0x00000000u
#define NIC_LIMITS_MAX_FRAME_SHIFT 0
#define NIC_LIMITS_MAX_FRAME_MASK 0x0000ffffu
#define NIC_LIMITS_DESC_DEPTH_SHIFT 16
#define NIC_LIMITS_DESC_DEPTH_MASK 0xffff0000u

/* BUFFERS: Buffer sizes in units of 256 bytes, from parameters. */
#define NIC_BUFFERS_ADDR 0x000cu
#define NIC_BUFFERS_RESET_VALUE 0x00000000u
#define NIC_BUFFERS_TX_SHIFT 0
#define NIC_BUFFERS_TX_MASK 0x0000ffffu
#define NIC_BUFFERS_RX_SHIFT 16
#define NIC_BUFFERS_RX_MASK 0xffff0000u

/* CAPS: What is built in. */
#define NIC_CAPS_ADDR 0x0010u
#define NIC_CAPS_RESET_VALUE 0x00000000u
#define NIC_CAPS_FILTER_ENTRIES_SHIFT 0
#define NIC_CAPS_FILTER_ENTRIES_MASK 0x000000ffu
#define NIC_CAPS_USB_HS_SHIFT 8
#define NIC_CAPS_USB_HS_MASK 0x00000100u
#define NIC_CAPS_PROCESSOR_SHIFT 9
#define NIC_CAPS_PROCESSOR_MASK 0x00000200u
#define NIC_CAPS_PHY_TX_DELAY_SHIFT 10
#define NIC_CAPS_PHY_TX_DELAY_MASK 0x00000400u
#define NIC_CAPS_PHY_RX_DELAY_SHIFT 11
#define NIC_CAPS_PHY_RX_DELAY_MASK 0x00000800u
#define NIC_CAPS_RX_FRAMES_SHIFT 12
#define NIC_CAPS_RX_FRAMES_MASK 0x0000f000u
#define NIC_CAPS_SYS_MHZ_SHIFT 16
#define NIC_CAPS_SYS_MHZ_MASK 0x00ff0000u
#define NIC_CAPS_TX_MHZ_SHIFT 24
#define NIC_CAPS_TX_MHZ_MASK 0xff000000u

/* CTRL: Enables. Descriptors complete as LINK_DOWN while tx_enable is 0; frames are counted as DISABLED while rx_enable is 0. */
#define NIC_CTRL_ADDR 0x0040u
#define NIC_CTRL_RESET_VALUE 0x00000000u
#define NIC_CTRL_TX_ENABLE_SHIFT 0
#define NIC_CTRL_TX_ENABLE_MASK 0x00000001u
#define NIC_CTRL_RX_ENABLE_SHIFT 1
#define NIC_CTRL_RX_ENABLE_MASK 0x00000002u
#define NIC_CTRL_LOOPBACK_SHIFT 2
#define NIC_CTRL_LOOPBACK_MASK 0x00000004u

/* RESET: NIC reset: completes every accepted descriptor as ABORTED, empties the RX buffer, clears a stream error, then raises RESET_DONE. Registers keep their values. */
#define NIC_RESET_ADDR 0x0044u
#define NIC_RESET_RESET_VALUE 0x00000000u
#define NIC_RESET_START_SHIFT 0
#define NIC_RESET_START_MASK 0x00000001u

/* STATUS: What the device is doing. */
#define NIC_STATUS_ADDR 0x0048u
#define NIC_STATUS_RESET_VALUE 0x00000000u
#define NIC_STATUS_RESETTING_SHIFT 0
#define NIC_STATUS_RESETTING_MASK 0x00000001u
#define NIC_STATUS_HALTED_SHIFT 1
#define NIC_STATUS_HALTED_MASK 0x00000002u
#define NIC_STATUS_IDLE_SHIFT 2
#define NIC_STATUS_IDLE_MASK 0x00000004u
#define NIC_STATUS_OUTSTANDING_SHIFT 16
#define NIC_STATUS_OUTSTANDING_MASK 0xffff0000u

/* LINK: Link as the processor or the driver found it. A change raises a LINK event. */
#define NIC_LINK_ADDR 0x004cu
#define NIC_LINK_RESET_VALUE 0x0000000cu
#define NIC_LINK_UP_SHIFT 0
#define NIC_LINK_UP_MASK 0x00000001u
#define NIC_LINK_SPEED_SHIFT 1
#define NIC_LINK_SPEED_MASK 0x00000006u
#define NIC_LINK_FULL_DUPLEX_SHIFT 3
#define NIC_LINK_FULL_DUPLEX_MASK 0x00000008u

/* MODERATION: Interrupt moderation of TX_DONE events: an event is raised when count descriptors or microseconds have gathered, whichever is first. Events of other kinds, and completions that are not OK or ask for a report, are never delayed. */
#define NIC_MODERATION_ADDR 0x0050u
#define NIC_MODERATION_RESET_VALUE 0x00000000u
#define NIC_MODERATION_COUNT_SHIFT 0
#define NIC_MODERATION_COUNT_MASK 0x0000ffffu
#define NIC_MODERATION_MICROSECONDS_SHIFT 16
#define NIC_MODERATION_MICROSECONDS_MASK 0xffff0000u

/* PAUSE: Flow control, IEEE 802.3 Annex 31B. */
#define NIC_PAUSE_ADDR 0x0054u
#define NIC_PAUSE_RESET_VALUE 0xffff0000u
#define NIC_PAUSE_OBEY_SHIFT 0
#define NIC_PAUSE_OBEY_MASK 0x00000001u
#define NIC_PAUSE_SEND_SHIFT 1
#define NIC_PAUSE_SEND_MASK 0x00000002u
#define NIC_PAUSE_QUANTA_SHIFT 16
#define NIC_PAUSE_QUANTA_MASK 0xffff0000u

/* WATERMARKS: RX buffer fill in units of 256 bytes. */
#define NIC_WATERMARKS_ADDR 0x0058u
#define NIC_WATERMARKS_RESET_VALUE 0x000a0004u
#define NIC_WATERMARKS_LOW_SHIFT 0
#define NIC_WATERMARKS_LOW_MASK 0x0000ffffu
#define NIC_WATERMARKS_HIGH_SHIFT 16
#define NIC_WATERMARKS_HIGH_MASK 0xffff0000u

/* FILTER: Address filter switches. A frame passes if any rule admits it. */
#define NIC_FILTER_ADDR 0x005cu
#define NIC_FILTER_RESET_VALUE 0x00000000u
#define NIC_FILTER_PROMISCUOUS_SHIFT 0
#define NIC_FILTER_PROMISCUOUS_MASK 0x00000001u
#define NIC_FILTER_ALL_MULTICAST_SHIFT 1
#define NIC_FILTER_ALL_MULTICAST_MASK 0x00000002u
#define NIC_FILTER_BROADCAST_SHIFT 2
#define NIC_FILTER_BROADCAST_MASK 0x00000004u
#define NIC_FILTER_KEEP_BAD_SHIFT 3
#define NIC_FILTER_KEEP_BAD_MASK 0x00000008u

/* HASH: Multicast hash table. Bit n admits multicast addresses whose CRC-32 (as for the FCS, before the final complement, bit-reflected register) has n in its six low bits. */
#define NIC_HASH_ADDR 0x0060u
#define NIC_HASH_RESET_VALUE 0x00000000u
#define NIC_HASH_WORDS 2u
#define NIC_HASH_BITS_SHIFT 0
#define NIC_HASH_BITS_MASK 0xffffffffu

/* MAC_LO: Own address, octets 0..3 (octet 0 in bits 7:0): source of PAUSE frames. The filter knows only EXACT. */
#define NIC_MAC_LO_ADDR 0x0068u
#define NIC_MAC_LO_RESET_VALUE 0x00000000u
#define NIC_MAC_LO_OCTETS_SHIFT 0
#define NIC_MAC_LO_OCTETS_MASK 0xffffffffu

/* MAC_HI: Own address, octets 4..5. */
#define NIC_MAC_HI_ADDR 0x006cu
#define NIC_MAC_HI_RESET_VALUE 0x00000000u
#define NIC_MAC_HI_OCTETS_SHIFT 0
#define NIC_MAC_HI_OCTETS_MASK 0x0000ffffu

/* MDIO_DATA: Data of the next MDIO write. */
#define NIC_MDIO_DATA_ADDR 0x0070u
#define NIC_MDIO_DATA_RESET_VALUE 0x00000000u
#define NIC_MDIO_DATA_DATA_SHIFT 0
#define NIC_MDIO_DATA_DATA_MASK 0x0000ffffu

/* MDIO_CTRL: The next MDIO frame, IEEE 802.3 clause 22. */
#define NIC_MDIO_CTRL_ADDR 0x0074u
#define NIC_MDIO_CTRL_RESET_VALUE 0x00000000u
#define NIC_MDIO_CTRL_REGISTER_SHIFT 0
#define NIC_MDIO_CTRL_REGISTER_MASK 0x0000001fu
#define NIC_MDIO_CTRL_PHY_SHIFT 8
#define NIC_MDIO_CTRL_PHY_MASK 0x00001f00u
#define NIC_MDIO_CTRL_WRITE_SHIFT 16
#define NIC_MDIO_CTRL_WRITE_MASK 0x00010000u

/* MDIO_STATUS: State and result of the last MDIO frame; the result is valid if busy is 0. */
#define NIC_MDIO_STATUS_ADDR 0x0078u
#define NIC_MDIO_STATUS_RESET_VALUE 0x00000000u
#define NIC_MDIO_STATUS_BUSY_SHIFT 0
#define NIC_MDIO_STATUS_BUSY_MASK 0x00000001u
#define NIC_MDIO_STATUS_NO_ANSWER_SHIFT 1
#define NIC_MDIO_STATUS_NO_ANSWER_MASK 0x00000002u
#define NIC_MDIO_STATUS_DATA_SHIFT 16
#define NIC_MDIO_STATUS_DATA_MASK 0xffff0000u

/* MDIO_START: Start the frame of MDIO_CTRL. It takes 64 MDC periods of at least 400 ns. Ignored while MDIO_STATUS.busy is 1. */
#define NIC_MDIO_START_ADDR 0x007cu
#define NIC_MDIO_START_RESET_VALUE 0x00000000u
#define NIC_MDIO_START_START_SHIFT 0
#define NIC_MDIO_START_START_MASK 0x00000001u

/* MEASURE: Count the clocks of tx and rx in 2^16 of sys, into CLOCKS, which is to be read 2 ms later. */
#define NIC_MEASURE_ADDR 0x0080u
#define NIC_MEASURE_RESET_VALUE 0x00000000u
#define NIC_MEASURE_START_SHIFT 0
#define NIC_MEASURE_START_MASK 0x00000001u

/* CLOCKS: Result of MEASURE: clocks divided by 8. 0: none, or not built in. */
#define NIC_CLOCKS_ADDR 0x0084u
#define NIC_CLOCKS_RESET_VALUE 0x00000000u
#define NIC_CLOCKS_TX_SHIFT 0
#define NIC_CLOCKS_TX_MASK 0x0000ffffu
#define NIC_CLOCKS_RX_SHIFT 16
#define NIC_CLOCKS_RX_MASK 0xffff0000u

/* PINS: What the receive pins showed in the last clock with data valid, be it part of a frame or not: for the search of swapped and stuck pins. */
#define NIC_PINS_ADDR 0x0088u
#define NIC_PINS_RESET_VALUE 0x00000000u
#define NIC_PINS_RXD_SHIFT 0
#define NIC_PINS_RXD_MASK 0x000000ffu

/* USB_ERRORS: What went wrong on USB since the bus reset; each stays at 255. */
#define NIC_USB_ERRORS_ADDR 0x008cu
#define NIC_USB_ERRORS_RESET_VALUE 0x00000000u
#define NIC_USB_ERRORS_BAD_SHIFT 0
#define NIC_USB_ERRORS_BAD_MASK 0x000000ffu
#define NIC_USB_ERRORS_UNANSWERED_SHIFT 8
#define NIC_USB_ERRORS_UNANSWERED_MASK 0x0000ff00u

/* EXACT: Exact filter table, three words an entry: octets 0..1, 2..3, 4..5 (first octet in bits 7:0); bit 16 of the third word makes the entry valid. Entry i is at words 4i..4i+2; word 4i+3 reads 0. */
#define NIC_EXACT_ADDR 0x0100u
#define NIC_EXACT_RESET_VALUE 0x00000000u
#define NIC_EXACT_WORDS 64u
#define NIC_EXACT_OCTETS_SHIFT 0
#define NIC_EXACT_OCTETS_MASK 0x0000ffffu
#define NIC_EXACT_VALID_SHIFT 16
#define NIC_EXACT_VALID_MASK 0x00010000u

/* IFG: Gap between frames. */
#define NIC_IFG_ADDR 0x0400u
#define NIC_IFG_RESET_VALUE 0x0000000cu
#define NIC_IFG_OCTETS_SHIFT 0
#define NIC_IFG_OCTETS_MASK 0x000000ffu

/* TIME_LO: Device time. Reading captures all 64 bits and returns the low half. Writing sets the time to {TIME_HI last written, this}. */
#define NIC_TIME_LO_ADDR 0x0404u
#define NIC_TIME_LO_RESET_VALUE 0x00000000u
#define NIC_TIME_LO_NS_SHIFT 0
#define NIC_TIME_LO_NS_MASK 0xffffffffu

/* TIME_HI: High half of the time captured by reading TIME_LO. Writing stages the high half for the next writes of TIME_LO and TIME_STEP. */
#define NIC_TIME_HI_ADDR 0x0408u
#define NIC_TIME_HI_RESET_VALUE 0x00000000u
#define NIC_TIME_HI_NS_SHIFT 0
#define NIC_TIME_HI_NS_MASK 0xffffffffu

/* TIME_STEP: Step the time by {TIME_HI last written, this} nanoseconds, two's complement. */
#define NIC_TIME_STEP_ADDR 0x040cu
#define NIC_TIME_STEP_RESET_VALUE 0x00000000u
#define NIC_TIME_STEP_NS_SHIFT 0
#define NIC_TIME_STEP_NS_MASK 0xffffffffu

/* TIME_ADJUST: Frequency adjustment. */
#define NIC_TIME_ADJUST_ADDR 0x0410u
#define NIC_TIME_ADJUST_RESET_VALUE 0x00000000u
#define NIC_TIME_ADJUST_PPB_SHIFT 0
#define NIC_TIME_ADJUST_PPB_MASK 0x001fffffu

/* SNAPSHOT: Copy every counter at one instant into the COUNTER window. */
#define NIC_SNAPSHOT_ADDR 0x0414u
#define NIC_SNAPSHOT_RESET_VALUE 0x00000000u
#define NIC_SNAPSHOT_TAKE_SHIFT 0
#define NIC_SNAPSHOT_TAKE_MASK 0x00000001u

/* COUNTER: Counters as of the last snapshot, wrapping at 2^32. Index: enumeration counter. */
#define NIC_COUNTER_ADDR 0x0500u
#define NIC_COUNTER_RESET_VALUE 0x00000000u
#define NIC_COUNTER_WORDS 64u
#define NIC_COUNTER_VALUE_SHIFT 0
#define NIC_COUNTER_VALUE_MASK 0xffffffffu

/* COUNTER_NOW: The counters as they are, each at its own instant, for who must leave the snapshot alone. */
#define NIC_COUNTER_NOW_ADDR 0x0600u
#define NIC_COUNTER_NOW_RESET_VALUE 0x00000000u
#define NIC_COUNTER_NOW_WORDS 64u
#define NIC_COUNTER_NOW_VALUE_SHIFT 0
#define NIC_COUNTER_NOW_VALUE_MASK 0xffffffffu

/* PROC_CTRL: Runs the management processor from address 0 of PROC_MEMORY, or holds it in reset. */
#define NIC_PROC_CTRL_ADDR 0x0800u
#define NIC_PROC_CTRL_RESET_VALUE 0x00000000u
#define NIC_PROC_CTRL_RUN_SHIFT 0
#define NIC_PROC_CTRL_RUN_MASK 0x00000001u
#define NIC_PROC_CTRL_WATCHDOG_MS_SHIFT 16
#define NIC_PROC_CTRL_WATCHDOG_MS_MASK 0xffff0000u

/* PROC_STATUS: What the processor is doing. */
#define NIC_PROC_STATUS_ADDR 0x0804u
#define NIC_PROC_STATUS_RESET_VALUE 0x00000000u
#define NIC_PROC_STATUS_ALIVE_SHIFT 0
#define NIC_PROC_STATUS_ALIVE_MASK 0x00000001u
#define NIC_PROC_STATUS_EXPIRED_SHIFT 1
#define NIC_PROC_STATUS_EXPIRED_MASK 0x00000002u

/* HEARTBEAT: Written by the firmware over and over, which keeps the watchdog quiet, with the state of the PHY. */
#define NIC_HEARTBEAT_ADDR 0x0808u
#define NIC_HEARTBEAT_RESET_VALUE 0x00000000u
#define NIC_HEARTBEAT_STATE_SHIFT 0
#define NIC_HEARTBEAT_STATE_MASK 0x00000007u
#define NIC_HEARTBEAT_KIND_SHIFT 4
#define NIC_HEARTBEAT_KIND_MASK 0x00000070u
#define NIC_HEARTBEAT_ADDRESS_SHIFT 8
#define NIC_HEARTBEAT_ADDRESS_MASK 0x00001f00u
#define NIC_HEARTBEAT_CHANGES_SHIFT 16
#define NIC_HEARTBEAT_CHANGES_MASK 0xffff0000u

/* PROC_TIME: Milliseconds since the device reset, wraps. */
#define NIC_PROC_TIME_ADDR 0x080cu
#define NIC_PROC_TIME_RESET_VALUE 0x00000000u
#define NIC_PROC_TIME_MS_SHIFT 0
#define NIC_PROC_TIME_MS_MASK 0xffffffffu

/* MAIL_ARGUMENT: Argument of the next request. */
#define NIC_MAIL_ARGUMENT_ADDR 0x0810u
#define NIC_MAIL_ARGUMENT_RESET_VALUE 0x00000000u
#define NIC_MAIL_ARGUMENT_WORD_SHIFT 0
#define NIC_MAIL_ARGUMENT_WORD_MASK 0xffffffffu

/* MAIL_REQUEST: Writing makes a request of the firmware, with MAIL_ARGUMENT; ignored while one is pending. */
#define NIC_MAIL_REQUEST_ADDR 0x0814u
#define NIC_MAIL_REQUEST_RESET_VALUE 0x00000000u
#define NIC_MAIL_REQUEST_CODE_SHIFT 0
#define NIC_MAIL_REQUEST_CODE_MASK 0x000000ffu

/* MAIL_STATUS: State of the request. */
#define NIC_MAIL_STATUS_ADDR 0x0818u
#define NIC_MAIL_STATUS_RESET_VALUE 0x00000000u
#define NIC_MAIL_STATUS_PENDING_SHIFT 0
#define NIC_MAIL_STATUS_PENDING_MASK 0x00000001u
#define NIC_MAIL_STATUS_RESULT_SHIFT 8
#define NIC_MAIL_STATUS_RESULT_MASK 0x00000700u

/* MAIL_DONE: Written by the firmware: the pending request is finished. Raises REQUEST_DONE. */
#define NIC_MAIL_DONE_ADDR 0x081cu
#define NIC_MAIL_DONE_RESET_VALUE 0x00000000u
#define NIC_MAIL_DONE_RESULT_SHIFT 0
#define NIC_MAIL_DONE_RESULT_MASK 0x00000007u

/* MAIL_ANSWER: Answer to the last request, written by the firmware before MAIL_DONE. */
#define NIC_MAIL_ANSWER_ADDR 0x0820u
#define NIC_MAIL_ANSWER_RESET_VALUE 0x00000000u
#define NIC_MAIL_ANSWER_WORDS 2u
#define NIC_MAIL_ANSWER_WORD_SHIFT 0
#define NIC_MAIL_ANSWER_WORD_MASK 0xffffffffu

/* LED: Lights of the board, as far as it has them. */
#define NIC_LED_ADDR 0x0828u
#define NIC_LED_RESET_VALUE 0x00000000u
#define NIC_LED_LINK_SHIFT 0
#define NIC_LED_LINK_MASK 0x00000001u
#define NIC_LED_ACTIVITY_SHIFT 1
#define NIC_LED_ACTIVITY_MASK 0x00000002u
#define NIC_LED_ALIVE_SHIFT 2
#define NIC_LED_ALIVE_MASK 0x00000004u

/* PROC_MEMORY: The processor's memory, program and data; where its own addresses begin with 0. Only while it is stopped: else an error. Starts with anything. */
#define NIC_PROC_MEMORY_ADDR 0x8000u
#define NIC_PROC_MEMORY_RESET_VALUE 0x00000000u
#define NIC_PROC_MEMORY_WORDS 2048u
#define NIC_PROC_MEMORY_BYTES_SHIFT 0
#define NIC_PROC_MEMORY_BYTES_MASK 0xffffffffu

/* TX_HEADER_WORD0: Length and flags. */
#define NIC_TX_HEADER_WORD0_LENGTH_SHIFT 0
#define NIC_TX_HEADER_WORD0_LENGTH_MASK 0x0000ffffu
#define NIC_TX_HEADER_WORD0_REPORT_SHIFT 16
#define NIC_TX_HEADER_WORD0_REPORT_MASK 0x00010000u
#define NIC_TX_HEADER_WORD0_LAUNCH_SHIFT 17
#define NIC_TX_HEADER_WORD0_LAUNCH_MASK 0x00020000u
#define NIC_TX_HEADER_WORD0_HAS_FCS_SHIFT 18
#define NIC_TX_HEADER_WORD0_HAS_FCS_MASK 0x00040000u
#define NIC_TX_HEADER_WORD0_NO_PAD_SHIFT 19
#define NIC_TX_HEADER_WORD0_NO_PAD_MASK 0x00080000u
#define NIC_TX_HEADER_WORD0_TX_ERROR_SHIFT 20
#define NIC_TX_HEADER_WORD0_TX_ERROR_MASK 0x00100000u
#define NIC_TX_HEADER_WORD0_RESERVED_SHIFT 21
#define NIC_TX_HEADER_WORD0_RESERVED_MASK 0x00e00000u
#define NIC_TX_HEADER_WORD0_CHECK_SHIFT 24
#define NIC_TX_HEADER_WORD0_CHECK_MASK 0xff000000u

/* TX_HEADER_TAG: Tag, returned in the completion. */
#define NIC_TX_HEADER_TAG_TAG_SHIFT 0
#define NIC_TX_HEADER_TAG_TAG_MASK 0xffffffffu

/* TX_HEADER_LAUNCH_LO: Launch time, low half. */
#define NIC_TX_HEADER_LAUNCH_LO_NS_SHIFT 0
#define NIC_TX_HEADER_LAUNCH_LO_NS_MASK 0xffffffffu

/* TX_HEADER_LAUNCH_HI: Launch time, high half. */
#define NIC_TX_HEADER_LAUNCH_HI_NS_SHIFT 0
#define NIC_TX_HEADER_LAUNCH_HI_NS_MASK 0xffffffffu

/* RX_HEADER_WORD0: Length and status flags. */
#define NIC_RX_HEADER_WORD0_LENGTH_SHIFT 0
#define NIC_RX_HEADER_WORD0_LENGTH_MASK 0x0000ffffu
#define NIC_RX_HEADER_WORD0_ERROR_SHIFT 16
#define NIC_RX_HEADER_WORD0_ERROR_MASK 0x000f0000u
#define NIC_RX_HEADER_WORD0_BROADCAST_SHIFT 20
#define NIC_RX_HEADER_WORD0_BROADCAST_MASK 0x00100000u
#define NIC_RX_HEADER_WORD0_MULTICAST_SHIFT 21
#define NIC_RX_HEADER_WORD0_MULTICAST_MASK 0x00200000u
#define NIC_RX_HEADER_WORD0_VLAN_SHIFT 22
#define NIC_RX_HEADER_WORD0_VLAN_MASK 0x00400000u
#define NIC_RX_HEADER_WORD0_RESERVED_SHIFT 23
#define NIC_RX_HEADER_WORD0_RESERVED_MASK 0x00800000u
#define NIC_RX_HEADER_WORD0_CHECK_SHIFT 24
#define NIC_RX_HEADER_WORD0_CHECK_MASK 0xff000000u

/* RX_HEADER_SEQUENCE: Sequence. */
#define NIC_RX_HEADER_SEQUENCE_SEQUENCE_SHIFT 0
#define NIC_RX_HEADER_SEQUENCE_SEQUENCE_MASK 0xffffffffu

/* RX_HEADER_TIME_LO: Device time at SFD, low half. */
#define NIC_RX_HEADER_TIME_LO_NS_SHIFT 0
#define NIC_RX_HEADER_TIME_LO_NS_MASK 0xffffffffu

/* RX_HEADER_TIME_HI: Device time at SFD, high half. */
#define NIC_RX_HEADER_TIME_HI_NS_SHIFT 0
#define NIC_RX_HEADER_TIME_HI_NS_MASK 0xffffffffu

/* EVENT_WORD0: Type, status, count. */
#define NIC_EVENT_WORD0_KIND_SHIFT 0
#define NIC_EVENT_WORD0_KIND_MASK 0x000000ffu
#define NIC_EVENT_WORD0_STATUS_SHIFT 8
#define NIC_EVENT_WORD0_STATUS_MASK 0x0000ff00u
#define NIC_EVENT_WORD0_COUNT_SHIFT 16
#define NIC_EVENT_WORD0_COUNT_MASK 0xffff0000u

/* EVENT_TAG: Tag. */
#define NIC_EVENT_TAG_TAG_SHIFT 0
#define NIC_EVENT_TAG_TAG_MASK 0xffffffffu

/* EVENT_TIME_LO: Time, low half. */
#define NIC_EVENT_TIME_LO_NS_SHIFT 0
#define NIC_EVENT_TIME_LO_NS_MASK 0xffffffffu

/* EVENT_TIME_HI: Time, high half. */
#define NIC_EVENT_TIME_HI_NS_SHIFT 0
#define NIC_EVENT_TIME_HI_NS_MASK 0xffffffffu

/* IMAGE_START: First instruction. */
#define NIC_IMAGE_START_JUMP_SHIFT 0
#define NIC_IMAGE_START_JUMP_MASK 0xffffffffu

/* IMAGE_ID: What it is. */
#define NIC_IMAGE_ID_ID_SHIFT 0
#define NIC_IMAGE_ID_ID_MASK 0xffffffffu

/* IMAGE_VERSION: Version. */
#define NIC_IMAGE_VERSION_VALUE_SHIFT 0
#define NIC_IMAGE_VERSION_VALUE_MASK 0xffffffffu

/* IMAGE_HASH: MAP_HASH that it was built for. */
#define NIC_IMAGE_HASH_VALUE_SHIFT 0
#define NIC_IMAGE_HASH_VALUE_MASK 0xffffffffu

/* IMAGE_LENGTH: Length of the image in bytes, this header included; a multiple of 4. */
#define NIC_IMAGE_LENGTH_BYTES_SHIFT 0
#define NIC_IMAGE_LENGTH_BYTES_MASK 0xffffffffu

/* IMAGE_CRC: CRC-32 of IEEE 802.3 of the whole image with 0 in this place. */
#define NIC_IMAGE_CRC_CRC_SHIFT 0
#define NIC_IMAGE_CRC_CRC_MASK 0xffffffffu

#define NIC_TX_HEADER_BYTES 16u
#define NIC_RX_HEADER_BYTES 16u
#define NIC_EVENT_BYTES 16u
#define NIC_IMAGE_BYTES 24u

#ifdef NIC_REGS_TABLES
#include <stdint.h>

/* One register, or an array of `words` of them at consecutive words. access: "r", "w" or "rw". `known`: bits whose
 * value after reset is `reset`; the hardware drives the others. `writable`: bits that keep or act on what is written.
 * `needs`: bits of CAPS without which it is not there. */
struct nic_register {
    const char *name;
    uint32_t address;
    uint32_t words;
    const char *access;
    uint32_t reset;
    uint32_t known;
    uint32_t writable;
    uint32_t needs;
    const char *text;
};
static const struct nic_register nic_registers[] = {
    {"ID", 0x0000u, 1u, "r", 0x434e6c68u, 0xffffffffu, 0x00000000u, 0x0u,
     "Reads as ASCII 'hlNC', little-endian."},
    {"MAP_HASH", 0x0004u, 1u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x0u,
     "First 32 bits of the SHA-256 of the compiled register description. The driver refuses another."},
    {"LIMITS", 0x0008u, 1u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x0u,
     "Device limits, from parameters."},
    {"BUFFERS", 0x000cu, 1u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x0u,
     "Buffer sizes in units of 256 bytes, from parameters."},
    {"CAPS", 0x0010u, 1u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x0u,
     "What is built in."},
    {"CTRL", 0x0040u, 1u, "rw", 0x00000000u, 0xffffffffu, 0x00000007u, 0x0u,
     "Enables. Descriptors complete as LINK_DOWN while tx_enable is 0; frames are counted as DISABLED while rx_enable is 0."},
    {"RESET", 0x0044u, 1u, "w", 0x00000000u, 0xffffffffu, 0x00000001u, 0x0u,
     "NIC reset: completes every accepted descriptor as ABORTED, empties the RX buffer, clears a stream error, then raises RESET_DONE. Registers keep their values."},
    {"STATUS", 0x0048u, 1u, "r", 0x00000000u, 0x0000fff8u, 0x00000000u, 0x0u,
     "What the device is doing."},
    {"LINK", 0x004cu, 1u, "rw", 0x0000000cu, 0xffffffffu, 0x0000000fu, 0x0u,
     "Link as the processor or the driver found it. A change raises a LINK event."},
    {"MODERATION", 0x0050u, 1u, "rw", 0x00000000u, 0xffffffffu, 0xffffffffu, 0x0u,
     "Interrupt moderation of TX_DONE events: an event is raised when count descriptors or microseconds have gathered, whichever is first. Events of other kinds, and completions that are not OK or ask for a report, are never delayed."},
    {"PAUSE", 0x0054u, 1u, "rw", 0xffff0000u, 0xffffffffu, 0xffff0003u, 0x0u,
     "Flow control, IEEE 802.3 Annex 31B."},
    {"WATERMARKS", 0x0058u, 1u, "rw", 0x000a0004u, 0xffffffffu, 0xffffffffu, 0x0u,
     "RX buffer fill in units of 256 bytes."},
    {"FILTER", 0x005cu, 1u, "rw", 0x00000000u, 0xffffffffu, 0x0000000fu, 0x0u,
     "Address filter switches. A frame passes if any rule admits it."},
    {"HASH", 0x0060u, 2u, "rw", 0x00000000u, 0xffffffffu, 0xffffffffu, 0x0u,
     "Multicast hash table. Bit n admits multicast addresses whose CRC-32 (as for the FCS, before the final complement, bit-reflected register) has n in its six low bits."},
    {"MAC_LO", 0x0068u, 1u, "rw", 0x00000000u, 0xffffffffu, 0xffffffffu, 0x0u,
     "Own address, octets 0..3 (octet 0 in bits 7:0): source of PAUSE frames. The filter knows only EXACT."},
    {"MAC_HI", 0x006cu, 1u, "rw", 0x00000000u, 0xffffffffu, 0x0000ffffu, 0x0u,
     "Own address, octets 4..5."},
    {"MDIO_DATA", 0x0070u, 1u, "rw", 0x00000000u, 0xffffffffu, 0x0000ffffu, 0x0u,
     "Data of the next MDIO write."},
    {"MDIO_CTRL", 0x0074u, 1u, "rw", 0x00000000u, 0xffffffffu, 0x00011f1fu, 0x0u,
     "The next MDIO frame, IEEE 802.3 clause 22."},
    {"MDIO_STATUS", 0x0078u, 1u, "r", 0x00000000u, 0x0000fffcu, 0x00000000u, 0x0u,
     "State and result of the last MDIO frame; the result is valid if busy is 0."},
    {"MDIO_START", 0x007cu, 1u, "w", 0x00000000u, 0xffffffffu, 0x00000001u, 0x0u,
     "Start the frame of MDIO_CTRL. It takes 64 MDC periods of at least 400 ns. Ignored while MDIO_STATUS.busy is 1."},
    {"MEASURE", 0x0080u, 1u, "w", 0x00000000u, 0xffffffffu, 0x00000001u, 0x0u,
     "Count the clocks of tx and rx in 2^16 of sys, into CLOCKS, which is to be read 2 ms later."},
    {"CLOCKS", 0x0084u, 1u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x0u,
     "Result of MEASURE: clocks divided by 8. 0: none, or not built in."},
    {"PINS", 0x0088u, 1u, "r", 0x00000000u, 0xffffff00u, 0x00000000u, 0x0u,
     "What the receive pins showed in the last clock with data valid, be it part of a frame or not: for the search of swapped and stuck pins."},
    {"USB_ERRORS", 0x008cu, 1u, "r", 0x00000000u, 0xffff0000u, 0x00000000u, 0x0u,
     "What went wrong on USB since the bus reset; each stays at 255."},
    {"EXACT", 0x0100u, 64u, "rw", 0x00000000u, 0xffffffffu, 0x0001ffffu, 0x0u,
     "Exact filter table, three words an entry: octets 0..1, 2..3, 4..5 (first octet in bits 7:0); bit 16 of the third word makes the entry valid. Entry i is at words 4i..4i+2; word 4i+3 reads 0."},
    {"IFG", 0x0400u, 1u, "rw", 0x0000000cu, 0xffffffffu, 0x000000ffu, 0x0u,
     "Gap between frames."},
    {"TIME_LO", 0x0404u, 1u, "rw", 0x00000000u, 0x00000000u, 0xffffffffu, 0x0u,
     "Device time. Reading captures all 64 bits and returns the low half. Writing sets the time to {TIME_HI last written, this}."},
    {"TIME_HI", 0x0408u, 1u, "rw", 0x00000000u, 0x00000000u, 0xffffffffu, 0x0u,
     "High half of the time captured by reading TIME_LO. Writing stages the high half for the next writes of TIME_LO and TIME_STEP."},
    {"TIME_STEP", 0x040cu, 1u, "w", 0x00000000u, 0xffffffffu, 0xffffffffu, 0x0u,
     "Step the time by {TIME_HI last written, this} nanoseconds, two's complement."},
    {"TIME_ADJUST", 0x0410u, 1u, "rw", 0x00000000u, 0xffffffffu, 0x001fffffu, 0x0u,
     "Frequency adjustment."},
    {"SNAPSHOT", 0x0414u, 1u, "w", 0x00000000u, 0xffffffffu, 0x00000001u, 0x0u,
     "Copy every counter at one instant into the COUNTER window."},
    {"COUNTER", 0x0500u, 64u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x0u,
     "Counters as of the last snapshot, wrapping at 2^32. Index: enumeration counter."},
    {"COUNTER_NOW", 0x0600u, 64u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x0u,
     "The counters as they are, each at its own instant, for who must leave the snapshot alone."},
    {"PROC_CTRL", 0x0800u, 1u, "rw", 0x00000000u, 0x0000fffeu, 0xffff0001u, 0x200u,
     "Runs the management processor from address 0 of PROC_MEMORY, or holds it in reset."},
    {"PROC_STATUS", 0x0804u, 1u, "r", 0x00000000u, 0xfffffffcu, 0x00000000u, 0x200u,
     "What the processor is doing."},
    {"HEARTBEAT", 0x0808u, 1u, "rw", 0x00000000u, 0xffffffffu, 0xffff1f77u, 0x200u,
     "Written by the firmware over and over, which keeps the watchdog quiet, with the state of the PHY."},
    {"PROC_TIME", 0x080cu, 1u, "r", 0x00000000u, 0x00000000u, 0x00000000u, 0x200u,
     "Milliseconds since the device reset, wraps."},
    {"MAIL_ARGUMENT", 0x0810u, 1u, "rw", 0x00000000u, 0xffffffffu, 0xffffffffu, 0x200u,
     "Argument of the next request."},
    {"MAIL_REQUEST", 0x0814u, 1u, "rw", 0x00000000u, 0xffffff00u, 0x000000ffu, 0x200u,
     "Writing makes a request of the firmware, with MAIL_ARGUMENT; ignored while one is pending."},
    {"MAIL_STATUS", 0x0818u, 1u, "r", 0x00000000u, 0xfffff8feu, 0x00000000u, 0x200u,
     "State of the request."},
    {"MAIL_DONE", 0x081cu, 1u, "w", 0x00000000u, 0xffffffffu, 0x00000007u, 0x200u,
     "Written by the firmware: the pending request is finished. Raises REQUEST_DONE."},
    {"MAIL_ANSWER", 0x0820u, 2u, "rw", 0x00000000u, 0xffffffffu, 0xffffffffu, 0x200u,
     "Answer to the last request, written by the firmware before MAIL_DONE."},
    {"LED", 0x0828u, 1u, "rw", 0x00000000u, 0xffffffffu, 0x00000007u, 0x200u,
     "Lights of the board, as far as it has them."},
};
#define NIC_REGISTERS (sizeof nic_registers / sizeof nic_registers[0])

/* One field; `reg` indexes nic_registers. */
struct nic_register_field {
    uint32_t reg;
    const char *name;
    uint32_t shift;
    uint32_t mask;
};
static const struct nic_register_field nic_register_fields[] = {
    {0u, "value", 0u, 0xffffffffu},
    {1u, "value", 0u, 0xffffffffu},
    {2u, "max_frame", 0u, 0x0000ffffu},
    {2u, "desc_depth", 16u, 0xffff0000u},
    {3u, "tx", 0u, 0x0000ffffu},
    {3u, "rx", 16u, 0xffff0000u},
    {4u, "filter_entries", 0u, 0x000000ffu},
    {4u, "usb_hs", 8u, 0x00000100u},
    {4u, "processor", 9u, 0x00000200u},
    {4u, "phy_tx_delay", 10u, 0x00000400u},
    {4u, "phy_rx_delay", 11u, 0x00000800u},
    {4u, "rx_frames", 12u, 0x0000f000u},
    {4u, "sys_mhz", 16u, 0x00ff0000u},
    {4u, "tx_mhz", 24u, 0xff000000u},
    {5u, "tx_enable", 0u, 0x00000001u},
    {5u, "rx_enable", 1u, 0x00000002u},
    {5u, "loopback", 2u, 0x00000004u},
    {6u, "start", 0u, 0x00000001u},
    {7u, "resetting", 0u, 0x00000001u},
    {7u, "halted", 1u, 0x00000002u},
    {7u, "idle", 2u, 0x00000004u},
    {7u, "outstanding", 16u, 0xffff0000u},
    {8u, "up", 0u, 0x00000001u},
    {8u, "speed", 1u, 0x00000006u},
    {8u, "full_duplex", 3u, 0x00000008u},
    {9u, "count", 0u, 0x0000ffffu},
    {9u, "microseconds", 16u, 0xffff0000u},
    {10u, "obey", 0u, 0x00000001u},
    {10u, "send", 1u, 0x00000002u},
    {10u, "quanta", 16u, 0xffff0000u},
    {11u, "low", 0u, 0x0000ffffu},
    {11u, "high", 16u, 0xffff0000u},
    {12u, "promiscuous", 0u, 0x00000001u},
    {12u, "all_multicast", 1u, 0x00000002u},
    {12u, "broadcast", 2u, 0x00000004u},
    {12u, "keep_bad", 3u, 0x00000008u},
    {13u, "bits", 0u, 0xffffffffu},
    {14u, "octets", 0u, 0xffffffffu},
    {15u, "octets", 0u, 0x0000ffffu},
    {16u, "data", 0u, 0x0000ffffu},
    {17u, "register", 0u, 0x0000001fu},
    {17u, "phy", 8u, 0x00001f00u},
    {17u, "write", 16u, 0x00010000u},
    {18u, "busy", 0u, 0x00000001u},
    {18u, "no_answer", 1u, 0x00000002u},
    {18u, "data", 16u, 0xffff0000u},
    {19u, "start", 0u, 0x00000001u},
    {20u, "start", 0u, 0x00000001u},
    {21u, "tx", 0u, 0x0000ffffu},
    {21u, "rx", 16u, 0xffff0000u},
    {22u, "rxd", 0u, 0x000000ffu},
    {23u, "bad", 0u, 0x000000ffu},
    {23u, "unanswered", 8u, 0x0000ff00u},
    {24u, "octets", 0u, 0x0000ffffu},
    {24u, "valid", 16u, 0x00010000u},
    {25u, "octets", 0u, 0x000000ffu},
    {26u, "ns", 0u, 0xffffffffu},
    {27u, "ns", 0u, 0xffffffffu},
    {28u, "ns", 0u, 0xffffffffu},
    {29u, "ppb", 0u, 0x001fffffu},
    {30u, "take", 0u, 0x00000001u},
    {31u, "value", 0u, 0xffffffffu},
    {32u, "value", 0u, 0xffffffffu},
    {33u, "run", 0u, 0x00000001u},
    {33u, "watchdog_ms", 16u, 0xffff0000u},
    {34u, "alive", 0u, 0x00000001u},
    {34u, "expired", 1u, 0x00000002u},
    {35u, "state", 0u, 0x00000007u},
    {35u, "kind", 4u, 0x00000070u},
    {35u, "address", 8u, 0x00001f00u},
    {35u, "changes", 16u, 0xffff0000u},
    {36u, "ms", 0u, 0xffffffffu},
    {37u, "word", 0u, 0xffffffffu},
    {38u, "code", 0u, 0x000000ffu},
    {39u, "pending", 0u, 0x00000001u},
    {39u, "result", 8u, 0x00000700u},
    {40u, "result", 0u, 0x00000007u},
    {41u, "word", 0u, 0xffffffffu},
    {42u, "link", 0u, 0x00000001u},
    {42u, "activity", 1u, 0x00000002u},
    {42u, "alive", 2u, 0x00000004u},
};
#define NIC_REGISTER_FIELDS (sizeof nic_register_fields / sizeof nic_register_fields[0])

/* Names of codes in lower case, ascending by value. */
struct nic_code {
    uint32_t value;
    const char *name;
    const char *text;
};

static const struct nic_code nic_counter_names[] = {
    {0u, "tx_packets", "Frames sent, pause frames not included."},
    {1u, "tx_octets", "Octets of sent frames, from destination address to FCS."},
    {2u, "tx_broadcast", "Sent to the broadcast address."},
    {3u, "tx_multicast", "Sent to a multicast address."},
    {4u, "tx_size_64", "Sent, up to 64 octets with FCS."},
    {5u, "tx_size_65_127", "Sent, 65..127 octets."},
    {6u, "tx_size_128_255", "Sent, 128..255 octets."},
    {7u, "tx_size_256_511", "Sent, 256..511 octets."},
    {8u, "tx_size_512_1023", "Sent, 512..1023 octets."},
    {9u, "tx_size_1024_1518", "Sent, 1024..1518 octets."},
    {10u, "tx_size_1519_max", "Sent, over 1518 octets."},
    {11u, "tx_pause", "PAUSE frames sent."},
    {12u, "tx_too_long", "Completed as TOO_LONG."},
    {13u, "tx_late", "Completed as LATE."},
    {14u, "tx_link_down", "Completed as LINK_DOWN."},
    {15u, "tx_aborted", "Completed as ABORTED."},
    {16u, "rx_packets", "Good frames delivered to the buffer."},
    {17u, "rx_octets", "Octets of those frames, from destination address to FCS."},
    {18u, "rx_broadcast", "Of those, to the broadcast address."},
    {19u, "rx_multicast", "Of those, to a multicast address."},
    {20u, "rx_size_64", "Of those, 64 octets."},
    {21u, "rx_size_65_127", "Of those, 65..127 octets."},
    {22u, "rx_size_128_255", "Of those, 128..255 octets."},
    {23u, "rx_size_256_511", "Of those, 256..511 octets."},
    {24u, "rx_size_512_1023", "Of those, 512..1023 octets."},
    {25u, "rx_size_1024_1518", "Of those, 1024..1518 octets."},
    {26u, "rx_size_1519_max", "Of those, over 1518 octets."},
    {27u, "rx_fcs_errors", "Frames of class FCS."},
    {28u, "rx_align_errors", "Frames of class ALIGNMENT."},
    {29u, "rx_undersize", "Frames of class RUNT."},
    {30u, "rx_fragments", "Frames of class FRAGMENT."},
    {31u, "rx_oversize", "Frames of class GIANT."},
    {32u, "rx_jabbers", "Frames of class JABBER."},
    {33u, "rx_symbol_errors", "Frames of class SYMBOL."},
    {34u, "rx_drop_overflow", "Good frames lost for want of buffer."},
    {35u, "rx_drop_filter", "Good frames that no filter rule admits."},
    {36u, "rx_pause", "PAUSE frames received."},
    {37u, "rx_drop_disabled", "Frames while the receiver was off."},
    {38u, "rx_drop_reset", "Frames cut by a reset."},
};
#define NIC_COUNTER_NAMES 39u

static const struct nic_code nic_endpoint_names[] = {
    {1u, "tx", "Bulk OUT: TX stream."},
    {130u, "rx", "Bulk IN: RX stream."},
    {131u, "event", "Interrupt IN: event records."},
};
#define NIC_ENDPOINT_NAMES 3u

static const struct nic_code nic_event_type_names[] = {
    {1u, "tx_done", "count consecutive descriptors are complete, the last has this tag."},
    {2u, "link", "Link register changed: status 1 up, 0 down; count the speed."},
    {3u, "rx_loss", "count frames were lost for want of buffer (saturates at 65535)."},
    {4u, "request_done", "Mailbox request finished: status is the mail_result, the answer is in MAIL_ANSWER."},
    {5u, "stream_error", "TX stream violated the record format; the OUT endpoint is halted until NIC reset."},
    {6u, "reset_done", "NIC reset is over; every accepted descriptor has been completed before."},
    {7u, "processor", "The watchdog stopped the management processor."},
};
#define NIC_EVENT_TYPE_NAMES 7u

static const struct nic_code nic_image_id_names[] = {
    {1464233064u, "magic", "ASCII 'hlFW', little-endian."},
};
#define NIC_IMAGE_ID_NAMES 1u

static const struct nic_code nic_mail_request_names[] = {
    {1u, "phy", "Which PHY was found: answer 0 is its registers 2 (low half) and 3, answer 1 is as HEARTBEAT."},
    {2u, "read", "PHY register, number in argument 4:0, of the PHY that was found: answer 0 is its value."},
    {3u, "write", "PHY register, number in argument 4:0, value in 31:16."},
    {4u, "counter", "Counter with the index in argument 5:0 since the firmware was started, 64 bits: answer 0 is the low half."},
    {5u, "restart", "Reset the PHY and negotiate anew."},
};
#define NIC_MAIL_REQUEST_NAMES 5u

static const struct nic_code nic_mail_result_names[] = {
    {0u, "ok", "Done."},
    {1u, "unknown", "No such request."},
    {2u, "argument", "The argument is out of range."},
    {3u, "failed", "No PHY was found, or it does not answer."},
    {4u, "no_firmware", "The processor is stopped, or was before the request was finished."},
};
#define NIC_MAIL_RESULT_NAMES 5u

static const struct nic_code nic_phy_kind_names[] = {
    {0u, "unknown", "Any with the registers of IEEE 802.3 clause 22."},
    {1u, "ksz9031", "KSZ9031RNX."},
    {2u, "lan8720a", "LAN8720A."},
    {3u, "b50612d", "B50612D."},
};
#define NIC_PHY_KIND_NAMES 4u

static const struct nic_code nic_phy_state_names[] = {
    {0u, "search", "No PHY found yet."},
    {1u, "failed", "It was there and answers no more."},
    {2u, "bus_failed", "MDIO is stuck low, or its controller never finishes."},
    {3u, "resetting", "The PHY is in its reset."},
    {4u, "down", "No link."},
    {5u, "up", "Link."},
};
#define NIC_PHY_STATE_NAMES 6u

static const struct nic_code nic_rx_error_names[] = {
    {0u, "none", "Good frame."},
    {1u, "fcs", "Frame check sequence wrong."},
    {2u, "alignment", "Odd number of nibbles and wrong FCS."},
    {3u, "runt", "Under 64 octets, FCS right."},
    {4u, "fragment", "Under 64 octets, FCS wrong."},
    {5u, "giant", "Over LIMITS.max_frame octets, FCS right."},
    {6u, "jabber", "Over LIMITS.max_frame octets, FCS wrong."},
    {7u, "symbol", "rx_er during the frame."},
    {8u, "overflow", "No room in the receive buffer. Counted, never delivered."},
    {9u, "filter", "No match in the address filter. Counted, never delivered."},
    {10u, "pause", "MAC control frame, consumed. Counted, never delivered."},
    {11u, "disabled", "Receiver off. Counted, never delivered."},
    {12u, "reset", "Receive domain or NIC reset during the frame. Counted, never delivered."},
};
#define NIC_RX_ERROR_NAMES 13u

static const struct nic_code nic_speed_names[] = {
    {0u, "m10", "10 Mb/s"},
    {1u, "m100", "100 Mb/s"},
    {2u, "m1000", "1000 Mb/s"},
};
#define NIC_SPEED_NAMES 3u

static const struct nic_code nic_stream_error_names[] = {
    {1u, "check", "Header check byte wrong."},
    {2u, "reserved", "Reserved header bit set."},
    {3u, "length", "Length 0."},
    {4u, "padding", "Record padding not zero."},
};
#define NIC_STREAM_ERROR_NAMES 4u

static const struct nic_code nic_tx_status_names[] = {
    {0u, "ok", "Sent: preamble to FCS are on the wire."},
    {1u, "too_long", "Longer than LIMITS.max_frame; nothing was sent."},
    {2u, "late", "Launch time had passed when the frame reached the transmitter; nothing was sent."},
    {3u, "link_down", "No link or transmitter disabled; nothing was sent."},
    {4u, "aborted", "NIC reset or transmit domain reset; not sent, or cut on the wire with tx_er."},
};
#define NIC_TX_STATUS_NAMES 5u

static const struct nic_code nic_usb_id_names[] = {
    {1u, "product", "A test identifier: for private use only."},
    {4617u, "vendor", "pid.codes."},
};
#define NIC_USB_ID_NAMES 2u

static const struct nic_code nic_vendor_request_names[] = {
    {1u, "reg_write", "Host to device: wLength bytes (multiple of 4) to byte address wValue | wIndex << 16, ascending."},
    {2u, "reg_read", "Device to host: wLength bytes (multiple of 4) from byte address wValue | wIndex << 16, ascending."},
    {3u, "ms_os", "MS OS 2.0 descriptor set."},
};
#define NIC_VENDOR_REQUEST_NAMES 3u
#endif

#endif
