// SPDX-License-Identifier: Apache-2.0
// Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited.
// Register addresses (bytes), field positions, codes and record layouts, as in REGISTERS.md.
`default_nettype none
package nic_regs_pkg;
    localparam logic [31:0] MAP_HASH = 32'hcf860d94;

    localparam logic [7:0] COUNTER_TX_PACKETS = 8'd0;
    localparam logic [7:0] COUNTER_TX_OCTETS = 8'd1;
    localparam logic [7:0] COUNTER_TX_BROADCAST = 8'd2;
    localparam logic [7:0] COUNTER_TX_MULTICAST = 8'd3;
    localparam logic [7:0] COUNTER_TX_SIZE_64 = 8'd4;
    localparam logic [7:0] COUNTER_TX_SIZE_65_127 = 8'd5;
    localparam logic [7:0] COUNTER_TX_SIZE_128_255 = 8'd6;
    localparam logic [7:0] COUNTER_TX_SIZE_256_511 = 8'd7;
    localparam logic [7:0] COUNTER_TX_SIZE_512_1023 = 8'd8;
    localparam logic [7:0] COUNTER_TX_SIZE_1024_1518 = 8'd9;
    localparam logic [7:0] COUNTER_TX_SIZE_1519_MAX = 8'd10;
    localparam logic [7:0] COUNTER_TX_PAUSE = 8'd11;
    localparam logic [7:0] COUNTER_TX_TOO_LONG = 8'd12;
    localparam logic [7:0] COUNTER_TX_LATE = 8'd13;
    localparam logic [7:0] COUNTER_TX_LINK_DOWN = 8'd14;
    localparam logic [7:0] COUNTER_TX_ABORTED = 8'd15;
    localparam logic [7:0] COUNTER_RX_PACKETS = 8'd16;
    localparam logic [7:0] COUNTER_RX_OCTETS = 8'd17;
    localparam logic [7:0] COUNTER_RX_BROADCAST = 8'd18;
    localparam logic [7:0] COUNTER_RX_MULTICAST = 8'd19;
    localparam logic [7:0] COUNTER_RX_SIZE_64 = 8'd20;
    localparam logic [7:0] COUNTER_RX_SIZE_65_127 = 8'd21;
    localparam logic [7:0] COUNTER_RX_SIZE_128_255 = 8'd22;
    localparam logic [7:0] COUNTER_RX_SIZE_256_511 = 8'd23;
    localparam logic [7:0] COUNTER_RX_SIZE_512_1023 = 8'd24;
    localparam logic [7:0] COUNTER_RX_SIZE_1024_1518 = 8'd25;
    localparam logic [7:0] COUNTER_RX_SIZE_1519_MAX = 8'd26;
    localparam logic [7:0] COUNTER_RX_FCS_ERRORS = 8'd27;
    localparam logic [7:0] COUNTER_RX_ALIGN_ERRORS = 8'd28;
    localparam logic [7:0] COUNTER_RX_UNDERSIZE = 8'd29;
    localparam logic [7:0] COUNTER_RX_FRAGMENTS = 8'd30;
    localparam logic [7:0] COUNTER_RX_OVERSIZE = 8'd31;
    localparam logic [7:0] COUNTER_RX_JABBERS = 8'd32;
    localparam logic [7:0] COUNTER_RX_SYMBOL_ERRORS = 8'd33;
    localparam logic [7:0] COUNTER_RX_DROP_OVERFLOW = 8'd34;
    localparam logic [7:0] COUNTER_RX_DROP_FILTER = 8'd35;
    localparam logic [7:0] COUNTER_RX_PAUSE = 8'd36;
    localparam logic [7:0] COUNTER_RX_DROP_DISABLED = 8'd37;
    localparam logic [7:0] COUNTER_RX_DROP_RESET = 8'd38;
    localparam int unsigned COUNTER_MAX = 38;

    localparam logic [7:0] ENDPOINT_TX = 8'd1;
    localparam logic [7:0] ENDPOINT_RX = 8'd130;
    localparam logic [7:0] ENDPOINT_EVENT = 8'd131;
    localparam int unsigned ENDPOINT_MAX = 131;

    localparam logic [7:0] EVENT_TYPE_TX_DONE = 8'd1;
    localparam logic [7:0] EVENT_TYPE_LINK = 8'd2;
    localparam logic [7:0] EVENT_TYPE_RX_LOSS = 8'd3;
    localparam logic [7:0] EVENT_TYPE_REQUEST_DONE = 8'd4;
    localparam logic [7:0] EVENT_TYPE_STREAM_ERROR = 8'd5;
    localparam logic [7:0] EVENT_TYPE_RESET_DONE = 8'd6;
    localparam logic [7:0] EVENT_TYPE_PROCESSOR = 8'd7;
    localparam int unsigned EVENT_TYPE_MAX = 7;

    localparam logic [31:0] IMAGE_ID_MAGIC = 32'd1464233064;
    localparam int unsigned IMAGE_ID_MAX = 1464233064;

    localparam logic [7:0] MAIL_REQUEST_PHY = 8'd1;
    localparam logic [7:0] MAIL_REQUEST_READ = 8'd2;
    localparam logic [7:0] MAIL_REQUEST_WRITE = 8'd3;
    localparam logic [7:0] MAIL_REQUEST_COUNTER = 8'd4;
    localparam logic [7:0] MAIL_REQUEST_RESTART = 8'd5;
    localparam int unsigned MAIL_REQUEST_MAX = 5;

    localparam logic [2:0] MAIL_RESULT_OK = 3'd0;
    localparam logic [2:0] MAIL_RESULT_UNKNOWN = 3'd1;
    localparam logic [2:0] MAIL_RESULT_ARGUMENT = 3'd2;
    localparam logic [2:0] MAIL_RESULT_FAILED = 3'd3;
    localparam logic [2:0] MAIL_RESULT_NO_FIRMWARE = 3'd4;
    localparam int unsigned MAIL_RESULT_MAX = 4;

    localparam logic [2:0] PHY_KIND_UNKNOWN = 3'd0;
    localparam logic [2:0] PHY_KIND_KSZ9031 = 3'd1;
    localparam logic [2:0] PHY_KIND_LAN8720A = 3'd2;
    localparam logic [2:0] PHY_KIND_B50612D = 3'd3;
    localparam int unsigned PHY_KIND_MAX = 3;

    localparam logic [2:0] PHY_STATE_SEARCH = 3'd0;
    localparam logic [2:0] PHY_STATE_FAILED = 3'd1;
    localparam logic [2:0] PHY_STATE_BUS_FAILED = 3'd2;
    localparam logic [2:0] PHY_STATE_RESETTING = 3'd3;
    localparam logic [2:0] PHY_STATE_DOWN = 3'd4;
    localparam logic [2:0] PHY_STATE_UP = 3'd5;
    localparam int unsigned PHY_STATE_MAX = 5;

    localparam logic [3:0] RX_ERROR_NONE = 4'd0;
    localparam logic [3:0] RX_ERROR_FCS = 4'd1;
    localparam logic [3:0] RX_ERROR_ALIGNMENT = 4'd2;
    localparam logic [3:0] RX_ERROR_RUNT = 4'd3;
    localparam logic [3:0] RX_ERROR_FRAGMENT = 4'd4;
    localparam logic [3:0] RX_ERROR_GIANT = 4'd5;
    localparam logic [3:0] RX_ERROR_JABBER = 4'd6;
    localparam logic [3:0] RX_ERROR_SYMBOL = 4'd7;
    localparam logic [3:0] RX_ERROR_OVERFLOW = 4'd8;
    localparam logic [3:0] RX_ERROR_FILTER = 4'd9;
    localparam logic [3:0] RX_ERROR_PAUSE = 4'd10;
    localparam logic [3:0] RX_ERROR_DISABLED = 4'd11;
    localparam logic [3:0] RX_ERROR_RESET = 4'd12;
    localparam int unsigned RX_ERROR_MAX = 12;

    localparam logic [1:0] SPEED_M10 = 2'd0;
    localparam logic [1:0] SPEED_M100 = 2'd1;
    localparam logic [1:0] SPEED_M1000 = 2'd2;
    localparam int unsigned SPEED_MAX = 2;

    localparam logic [7:0] STREAM_ERROR_CHECK = 8'd1;
    localparam logic [7:0] STREAM_ERROR_RESERVED = 8'd2;
    localparam logic [7:0] STREAM_ERROR_LENGTH = 8'd3;
    localparam logic [7:0] STREAM_ERROR_PADDING = 8'd4;
    localparam int unsigned STREAM_ERROR_MAX = 4;

    localparam logic [7:0] TX_STATUS_OK = 8'd0;
    localparam logic [7:0] TX_STATUS_TOO_LONG = 8'd1;
    localparam logic [7:0] TX_STATUS_LATE = 8'd2;
    localparam logic [7:0] TX_STATUS_LINK_DOWN = 8'd3;
    localparam logic [7:0] TX_STATUS_ABORTED = 8'd4;
    localparam int unsigned TX_STATUS_MAX = 4;

    localparam logic [15:0] USB_ID_VENDOR = 16'd4617;
    localparam logic [15:0] USB_ID_PRODUCT = 16'd1;
    localparam int unsigned USB_ID_MAX = 4617;

    localparam logic [7:0] VENDOR_REQUEST_REG_WRITE = 8'd1;
    localparam logic [7:0] VENDOR_REQUEST_REG_READ = 8'd2;
    localparam logic [7:0] VENDOR_REQUEST_MS_OS = 8'd3;
    localparam int unsigned VENDOR_REQUEST_MAX = 3;

    localparam logic [15:0] ID_ADDR = 16'h0000;
    localparam int unsigned ID_VALUE_LSB = 0;
    localparam int unsigned ID_VALUE_WIDTH = 32;

    localparam logic [15:0] MAP_HASH_ADDR = 16'h0004;
    localparam int unsigned MAP_HASH_VALUE_LSB = 0;
    localparam int unsigned MAP_HASH_VALUE_WIDTH = 32;

    localparam logic [15:0] LIMITS_ADDR = 16'h0008;
    localparam int unsigned LIMITS_MAX_FRAME_LSB = 0;
    localparam int unsigned LIMITS_MAX_FRAME_WIDTH = 16;
    localparam int unsigned LIMITS_DESC_DEPTH_LSB = 16;
    localparam int unsigned LIMITS_DESC_DEPTH_WIDTH = 16;

    localparam logic [15:0] BUFFERS_ADDR = 16'h000c;
    localparam int unsigned BUFFERS_TX_LSB = 0;
    localparam int unsigned BUFFERS_TX_WIDTH = 16;
    localparam int unsigned BUFFERS_RX_LSB = 16;
    localparam int unsigned BUFFERS_RX_WIDTH = 16;

    localparam logic [15:0] CAPS_ADDR = 16'h0010;
    localparam int unsigned CAPS_FILTER_ENTRIES_LSB = 0;
    localparam int unsigned CAPS_FILTER_ENTRIES_WIDTH = 8;
    localparam int unsigned CAPS_USB_HS_LSB = 8;
    localparam int unsigned CAPS_USB_HS_WIDTH = 1;
    localparam int unsigned CAPS_PROCESSOR_LSB = 9;
    localparam int unsigned CAPS_PROCESSOR_WIDTH = 1;
    localparam int unsigned CAPS_PHY_TX_DELAY_LSB = 10;
    localparam int unsigned CAPS_PHY_TX_DELAY_WIDTH = 1;
    localparam int unsigned CAPS_PHY_RX_DELAY_LSB = 11;
    localparam int unsigned CAPS_PHY_RX_DELAY_WIDTH = 1;
    localparam int unsigned CAPS_RX_FRAMES_LSB = 12;
    localparam int unsigned CAPS_RX_FRAMES_WIDTH = 4;
    localparam int unsigned CAPS_SYS_MHZ_LSB = 16;
    localparam int unsigned CAPS_SYS_MHZ_WIDTH = 8;
    localparam int unsigned CAPS_TX_MHZ_LSB = 24;
    localparam int unsigned CAPS_TX_MHZ_WIDTH = 8;

    localparam logic [15:0] CTRL_ADDR = 16'h0040;
    localparam int unsigned CTRL_TX_ENABLE_LSB = 0;
    localparam int unsigned CTRL_TX_ENABLE_WIDTH = 1;
    localparam int unsigned CTRL_RX_ENABLE_LSB = 1;
    localparam int unsigned CTRL_RX_ENABLE_WIDTH = 1;
    localparam int unsigned CTRL_LOOPBACK_LSB = 2;
    localparam int unsigned CTRL_LOOPBACK_WIDTH = 1;

    localparam logic [15:0] RESET_ADDR = 16'h0044;
    localparam int unsigned RESET_START_LSB = 0;
    localparam int unsigned RESET_START_WIDTH = 1;

    localparam logic [15:0] STATUS_ADDR = 16'h0048;
    localparam int unsigned STATUS_RESETTING_LSB = 0;
    localparam int unsigned STATUS_RESETTING_WIDTH = 1;
    localparam int unsigned STATUS_HALTED_LSB = 1;
    localparam int unsigned STATUS_HALTED_WIDTH = 1;
    localparam int unsigned STATUS_IDLE_LSB = 2;
    localparam int unsigned STATUS_IDLE_WIDTH = 1;
    localparam int unsigned STATUS_OUTSTANDING_LSB = 16;
    localparam int unsigned STATUS_OUTSTANDING_WIDTH = 16;

    localparam logic [15:0] LINK_ADDR = 16'h004c;
    localparam int unsigned LINK_UP_LSB = 0;
    localparam int unsigned LINK_UP_WIDTH = 1;
    localparam int unsigned LINK_SPEED_LSB = 1;
    localparam int unsigned LINK_SPEED_WIDTH = 2;
    localparam int unsigned LINK_FULL_DUPLEX_LSB = 3;
    localparam int unsigned LINK_FULL_DUPLEX_WIDTH = 1;

    localparam logic [15:0] MODERATION_ADDR = 16'h0050;
    localparam int unsigned MODERATION_COUNT_LSB = 0;
    localparam int unsigned MODERATION_COUNT_WIDTH = 16;
    localparam int unsigned MODERATION_MICROSECONDS_LSB = 16;
    localparam int unsigned MODERATION_MICROSECONDS_WIDTH = 16;

    localparam logic [15:0] PAUSE_ADDR = 16'h0054;
    localparam int unsigned PAUSE_OBEY_LSB = 0;
    localparam int unsigned PAUSE_OBEY_WIDTH = 1;
    localparam int unsigned PAUSE_SEND_LSB = 1;
    localparam int unsigned PAUSE_SEND_WIDTH = 1;
    localparam int unsigned PAUSE_QUANTA_LSB = 16;
    localparam int unsigned PAUSE_QUANTA_WIDTH = 16;

    localparam logic [15:0] WATERMARKS_ADDR = 16'h0058;
    localparam int unsigned WATERMARKS_LOW_LSB = 0;
    localparam int unsigned WATERMARKS_LOW_WIDTH = 16;
    localparam int unsigned WATERMARKS_HIGH_LSB = 16;
    localparam int unsigned WATERMARKS_HIGH_WIDTH = 16;

    localparam logic [15:0] FILTER_ADDR = 16'h005c;
    localparam int unsigned FILTER_PROMISCUOUS_LSB = 0;
    localparam int unsigned FILTER_PROMISCUOUS_WIDTH = 1;
    localparam int unsigned FILTER_ALL_MULTICAST_LSB = 1;
    localparam int unsigned FILTER_ALL_MULTICAST_WIDTH = 1;
    localparam int unsigned FILTER_BROADCAST_LSB = 2;
    localparam int unsigned FILTER_BROADCAST_WIDTH = 1;
    localparam int unsigned FILTER_KEEP_BAD_LSB = 3;
    localparam int unsigned FILTER_KEEP_BAD_WIDTH = 1;

    localparam logic [15:0] HASH_ADDR = 16'h0060;
    localparam int unsigned HASH_WORDS = 2;
    localparam int unsigned HASH_BITS_LSB = 0;
    localparam int unsigned HASH_BITS_WIDTH = 32;

    localparam logic [15:0] MAC_LO_ADDR = 16'h0068;
    localparam int unsigned MAC_LO_OCTETS_LSB = 0;
    localparam int unsigned MAC_LO_OCTETS_WIDTH = 32;

    localparam logic [15:0] MAC_HI_ADDR = 16'h006c;
    localparam int unsigned MAC_HI_OCTETS_LSB = 0;
    localparam int unsigned MAC_HI_OCTETS_WIDTH = 16;

    localparam logic [15:0] MDIO_DATA_ADDR = 16'h0070;
    localparam int unsigned MDIO_DATA_DATA_LSB = 0;
    localparam int unsigned MDIO_DATA_DATA_WIDTH = 16;

    localparam logic [15:0] MDIO_CTRL_ADDR = 16'h0074;
    localparam int unsigned MDIO_CTRL_REGISTER_LSB = 0;
    localparam int unsigned MDIO_CTRL_REGISTER_WIDTH = 5;
    localparam int unsigned MDIO_CTRL_PHY_LSB = 8;
    localparam int unsigned MDIO_CTRL_PHY_WIDTH = 5;
    localparam int unsigned MDIO_CTRL_WRITE_LSB = 16;
    localparam int unsigned MDIO_CTRL_WRITE_WIDTH = 1;

    localparam logic [15:0] MDIO_STATUS_ADDR = 16'h0078;
    localparam int unsigned MDIO_STATUS_BUSY_LSB = 0;
    localparam int unsigned MDIO_STATUS_BUSY_WIDTH = 1;
    localparam int unsigned MDIO_STATUS_NO_ANSWER_LSB = 1;
    localparam int unsigned MDIO_STATUS_NO_ANSWER_WIDTH = 1;
    localparam int unsigned MDIO_STATUS_DATA_LSB = 16;
    localparam int unsigned MDIO_STATUS_DATA_WIDTH = 16;

    localparam logic [15:0] MDIO_START_ADDR = 16'h007c;
    localparam int unsigned MDIO_START_START_LSB = 0;
    localparam int unsigned MDIO_START_START_WIDTH = 1;

    localparam logic [15:0] MEASURE_ADDR = 16'h0080;
    localparam int unsigned MEASURE_START_LSB = 0;
    localparam int unsigned MEASURE_START_WIDTH = 1;

    localparam logic [15:0] CLOCKS_ADDR = 16'h0084;
    localparam int unsigned CLOCKS_TX_LSB = 0;
    localparam int unsigned CLOCKS_TX_WIDTH = 16;
    localparam int unsigned CLOCKS_RX_LSB = 16;
    localparam int unsigned CLOCKS_RX_WIDTH = 16;

    localparam logic [15:0] PINS_ADDR = 16'h0088;
    localparam int unsigned PINS_RXD_LSB = 0;
    localparam int unsigned PINS_RXD_WIDTH = 8;

    localparam logic [15:0] USB_ERRORS_ADDR = 16'h008c;
    localparam int unsigned USB_ERRORS_BAD_LSB = 0;
    localparam int unsigned USB_ERRORS_BAD_WIDTH = 8;
    localparam int unsigned USB_ERRORS_UNANSWERED_LSB = 8;
    localparam int unsigned USB_ERRORS_UNANSWERED_WIDTH = 8;

    localparam logic [15:0] EXACT_ADDR = 16'h0100;
    localparam int unsigned EXACT_WORDS = 64;
    localparam int unsigned EXACT_OCTETS_LSB = 0;
    localparam int unsigned EXACT_OCTETS_WIDTH = 16;
    localparam int unsigned EXACT_VALID_LSB = 16;
    localparam int unsigned EXACT_VALID_WIDTH = 1;

    localparam logic [15:0] IFG_ADDR = 16'h0400;
    localparam int unsigned IFG_OCTETS_LSB = 0;
    localparam int unsigned IFG_OCTETS_WIDTH = 8;

    localparam logic [15:0] TIME_LO_ADDR = 16'h0404;
    localparam int unsigned TIME_LO_NS_LSB = 0;
    localparam int unsigned TIME_LO_NS_WIDTH = 32;

    localparam logic [15:0] TIME_HI_ADDR = 16'h0408;
    localparam int unsigned TIME_HI_NS_LSB = 0;
    localparam int unsigned TIME_HI_NS_WIDTH = 32;

    localparam logic [15:0] TIME_STEP_ADDR = 16'h040c;
    localparam int unsigned TIME_STEP_NS_LSB = 0;
    localparam int unsigned TIME_STEP_NS_WIDTH = 32;

    localparam logic [15:0] TIME_ADJUST_ADDR = 16'h0410;
    localparam int unsigned TIME_ADJUST_PPB_LSB = 0;
    localparam int unsigned TIME_ADJUST_PPB_WIDTH = 21;

    localparam logic [15:0] SNAPSHOT_ADDR = 16'h0414;
    localparam int unsigned SNAPSHOT_TAKE_LSB = 0;
    localparam int unsigned SNAPSHOT_TAKE_WIDTH = 1;

    localparam logic [15:0] COUNTER_ADDR = 16'h0500;
    localparam int unsigned COUNTER_WORDS = 64;
    localparam int unsigned COUNTER_VALUE_LSB = 0;
    localparam int unsigned COUNTER_VALUE_WIDTH = 32;

    localparam logic [15:0] COUNTER_NOW_ADDR = 16'h0600;
    localparam int unsigned COUNTER_NOW_WORDS = 64;
    localparam int unsigned COUNTER_NOW_VALUE_LSB = 0;
    localparam int unsigned COUNTER_NOW_VALUE_WIDTH = 32;

    localparam logic [15:0] PROC_CTRL_ADDR = 16'h0800;
    localparam int unsigned PROC_CTRL_RUN_LSB = 0;
    localparam int unsigned PROC_CTRL_RUN_WIDTH = 1;
    localparam int unsigned PROC_CTRL_WATCHDOG_MS_LSB = 16;
    localparam int unsigned PROC_CTRL_WATCHDOG_MS_WIDTH = 16;

    localparam logic [15:0] PROC_STATUS_ADDR = 16'h0804;
    localparam int unsigned PROC_STATUS_ALIVE_LSB = 0;
    localparam int unsigned PROC_STATUS_ALIVE_WIDTH = 1;
    localparam int unsigned PROC_STATUS_EXPIRED_LSB = 1;
    localparam int unsigned PROC_STATUS_EXPIRED_WIDTH = 1;

    localparam logic [15:0] HEARTBEAT_ADDR = 16'h0808;
    localparam int unsigned HEARTBEAT_STATE_LSB = 0;
    localparam int unsigned HEARTBEAT_STATE_WIDTH = 3;
    localparam int unsigned HEARTBEAT_KIND_LSB = 4;
    localparam int unsigned HEARTBEAT_KIND_WIDTH = 3;
    localparam int unsigned HEARTBEAT_ADDRESS_LSB = 8;
    localparam int unsigned HEARTBEAT_ADDRESS_WIDTH = 5;
    localparam int unsigned HEARTBEAT_CHANGES_LSB = 16;
    localparam int unsigned HEARTBEAT_CHANGES_WIDTH = 16;

    localparam logic [15:0] PROC_TIME_ADDR = 16'h080c;
    localparam int unsigned PROC_TIME_MS_LSB = 0;
    localparam int unsigned PROC_TIME_MS_WIDTH = 32;

    localparam logic [15:0] MAIL_ARGUMENT_ADDR = 16'h0810;
    localparam int unsigned MAIL_ARGUMENT_WORD_LSB = 0;
    localparam int unsigned MAIL_ARGUMENT_WORD_WIDTH = 32;

    localparam logic [15:0] MAIL_REQUEST_ADDR = 16'h0814;
    localparam int unsigned MAIL_REQUEST_CODE_LSB = 0;
    localparam int unsigned MAIL_REQUEST_CODE_WIDTH = 8;

    localparam logic [15:0] MAIL_STATUS_ADDR = 16'h0818;
    localparam int unsigned MAIL_STATUS_PENDING_LSB = 0;
    localparam int unsigned MAIL_STATUS_PENDING_WIDTH = 1;
    localparam int unsigned MAIL_STATUS_RESULT_LSB = 8;
    localparam int unsigned MAIL_STATUS_RESULT_WIDTH = 3;

    localparam logic [15:0] MAIL_DONE_ADDR = 16'h081c;
    localparam int unsigned MAIL_DONE_RESULT_LSB = 0;
    localparam int unsigned MAIL_DONE_RESULT_WIDTH = 3;

    localparam logic [15:0] MAIL_ANSWER_ADDR = 16'h0820;
    localparam int unsigned MAIL_ANSWER_WORDS = 2;
    localparam int unsigned MAIL_ANSWER_WORD_LSB = 0;
    localparam int unsigned MAIL_ANSWER_WORD_WIDTH = 32;

    localparam logic [15:0] LED_ADDR = 16'h0828;
    localparam int unsigned LED_LINK_LSB = 0;
    localparam int unsigned LED_LINK_WIDTH = 1;
    localparam int unsigned LED_ACTIVITY_LSB = 1;
    localparam int unsigned LED_ACTIVITY_WIDTH = 1;
    localparam int unsigned LED_ALIVE_LSB = 2;
    localparam int unsigned LED_ALIVE_WIDTH = 1;

    localparam logic [15:0] PROC_MEMORY_ADDR = 16'h8000;
    localparam int unsigned PROC_MEMORY_WORDS = 2048;
    localparam int unsigned PROC_MEMORY_BYTES_LSB = 0;
    localparam int unsigned PROC_MEMORY_BYTES_WIDTH = 32;

    localparam int unsigned TX_HEADER_WORD0_LENGTH_LSB = 0;
    localparam int unsigned TX_HEADER_WORD0_LENGTH_WIDTH = 16;
    localparam int unsigned TX_HEADER_WORD0_REPORT_LSB = 16;
    localparam int unsigned TX_HEADER_WORD0_REPORT_WIDTH = 1;
    localparam int unsigned TX_HEADER_WORD0_LAUNCH_LSB = 17;
    localparam int unsigned TX_HEADER_WORD0_LAUNCH_WIDTH = 1;
    localparam int unsigned TX_HEADER_WORD0_HAS_FCS_LSB = 18;
    localparam int unsigned TX_HEADER_WORD0_HAS_FCS_WIDTH = 1;
    localparam int unsigned TX_HEADER_WORD0_NO_PAD_LSB = 19;
    localparam int unsigned TX_HEADER_WORD0_NO_PAD_WIDTH = 1;
    localparam int unsigned TX_HEADER_WORD0_TX_ERROR_LSB = 20;
    localparam int unsigned TX_HEADER_WORD0_TX_ERROR_WIDTH = 1;
    localparam int unsigned TX_HEADER_WORD0_RESERVED_LSB = 21;
    localparam int unsigned TX_HEADER_WORD0_RESERVED_WIDTH = 3;
    localparam int unsigned TX_HEADER_WORD0_CHECK_LSB = 24;
    localparam int unsigned TX_HEADER_WORD0_CHECK_WIDTH = 8;

    localparam int unsigned TX_HEADER_TAG_TAG_LSB = 0;
    localparam int unsigned TX_HEADER_TAG_TAG_WIDTH = 32;

    localparam int unsigned TX_HEADER_LAUNCH_LO_NS_LSB = 0;
    localparam int unsigned TX_HEADER_LAUNCH_LO_NS_WIDTH = 32;

    localparam int unsigned TX_HEADER_LAUNCH_HI_NS_LSB = 0;
    localparam int unsigned TX_HEADER_LAUNCH_HI_NS_WIDTH = 32;

    localparam int unsigned RX_HEADER_WORD0_LENGTH_LSB = 0;
    localparam int unsigned RX_HEADER_WORD0_LENGTH_WIDTH = 16;
    localparam int unsigned RX_HEADER_WORD0_ERROR_LSB = 16;
    localparam int unsigned RX_HEADER_WORD0_ERROR_WIDTH = 4;
    localparam int unsigned RX_HEADER_WORD0_BROADCAST_LSB = 20;
    localparam int unsigned RX_HEADER_WORD0_BROADCAST_WIDTH = 1;
    localparam int unsigned RX_HEADER_WORD0_MULTICAST_LSB = 21;
    localparam int unsigned RX_HEADER_WORD0_MULTICAST_WIDTH = 1;
    localparam int unsigned RX_HEADER_WORD0_VLAN_LSB = 22;
    localparam int unsigned RX_HEADER_WORD0_VLAN_WIDTH = 1;
    localparam int unsigned RX_HEADER_WORD0_RESERVED_LSB = 23;
    localparam int unsigned RX_HEADER_WORD0_RESERVED_WIDTH = 1;
    localparam int unsigned RX_HEADER_WORD0_CHECK_LSB = 24;
    localparam int unsigned RX_HEADER_WORD0_CHECK_WIDTH = 8;

    localparam int unsigned RX_HEADER_SEQUENCE_SEQUENCE_LSB = 0;
    localparam int unsigned RX_HEADER_SEQUENCE_SEQUENCE_WIDTH = 32;

    localparam int unsigned RX_HEADER_TIME_LO_NS_LSB = 0;
    localparam int unsigned RX_HEADER_TIME_LO_NS_WIDTH = 32;

    localparam int unsigned RX_HEADER_TIME_HI_NS_LSB = 0;
    localparam int unsigned RX_HEADER_TIME_HI_NS_WIDTH = 32;

    localparam int unsigned EVENT_WORD0_KIND_LSB = 0;
    localparam int unsigned EVENT_WORD0_KIND_WIDTH = 8;
    localparam int unsigned EVENT_WORD0_STATUS_LSB = 8;
    localparam int unsigned EVENT_WORD0_STATUS_WIDTH = 8;
    localparam int unsigned EVENT_WORD0_COUNT_LSB = 16;
    localparam int unsigned EVENT_WORD0_COUNT_WIDTH = 16;

    localparam int unsigned EVENT_TAG_TAG_LSB = 0;
    localparam int unsigned EVENT_TAG_TAG_WIDTH = 32;

    localparam int unsigned EVENT_TIME_LO_NS_LSB = 0;
    localparam int unsigned EVENT_TIME_LO_NS_WIDTH = 32;

    localparam int unsigned EVENT_TIME_HI_NS_LSB = 0;
    localparam int unsigned EVENT_TIME_HI_NS_WIDTH = 32;

    localparam int unsigned IMAGE_START_JUMP_LSB = 0;
    localparam int unsigned IMAGE_START_JUMP_WIDTH = 32;

    localparam int unsigned IMAGE_ID_ID_LSB = 0;
    localparam int unsigned IMAGE_ID_ID_WIDTH = 32;

    localparam int unsigned IMAGE_VERSION_VALUE_LSB = 0;
    localparam int unsigned IMAGE_VERSION_VALUE_WIDTH = 32;

    localparam int unsigned IMAGE_HASH_VALUE_LSB = 0;
    localparam int unsigned IMAGE_HASH_VALUE_WIDTH = 32;

    localparam int unsigned IMAGE_LENGTH_BYTES_LSB = 0;
    localparam int unsigned IMAGE_LENGTH_BYTES_WIDTH = 32;

    localparam int unsigned IMAGE_CRC_CRC_LSB = 0;
    localparam int unsigned IMAGE_CRC_CRC_WIDTH = 32;

    localparam int unsigned TX_HEADER_BYTES = 16;
    localparam int unsigned RX_HEADER_BYTES = 16;
    localparam int unsigned EVENT_BYTES = 16;
    localparam int unsigned IMAGE_BYTES = 24;
endpackage
`default_nettype wire
