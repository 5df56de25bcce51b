/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes, offsets and values that ndis.h must have on 64 bits. They are checked against our header by ndis_header_test,
 * and against the independent one of mingw-w64 by `make lint-ndis-facts`.
 */
#ifndef NDIS_FACTS_H
#define NDIS_FACTS_H

/* name, expected */
#define SIZES(X)                                                                                   \
    X(ULONG, 4)                                                                                    \
    X(LONG, 4) X(USHORT, 2) X(WCHAR, 2) X(UCHAR, 1) X(BOOLEAN, 1) X(UINT, 4) X(ULONGLONG, 8)       \
        X(ULONG_PTR, 8) X(NDIS_STATUS, 4) X(NDIS_HANDLE, 8) X(LARGE_INTEGER, 8)                    \
            X(NDIS_PHYSICAL_ADDRESS, 8) X(NDIS_STRING, 16) X(LIST_ENTRY, 16) X(NDIS_SPIN_LOCK, 16) \
                X(NDIS_EVENT, 24) X(NDIS_BUFFER, 48) X(NDIS_TIMER, 128)                            \
                    X(NDIS_MINIPORT_TIMER, 160) X(NDIS_WORK_ITEM, 80) X(NDIS_PACKET_PRIVATE, 48)   \
                        X(NDIS_PACKET, 104) X(NDIS_PACKET_OOB_DATA, 40)                            \
                            X(NDIS_PACKET_EXTENSION, 96) X(NDIS_REQUEST, 176)                      \
                                X(NDIS_CONFIGURATION_PARAMETER, 24)                                \
                                    X(NDIS30_MINIPORT_CHARACTERISTICS, 112)                        \
                                        X(NDIS40_MINIPORT_CHARACTERISTICS, 136)                    \
                                            X(NDIS50_MINIPORT_CHARACTERISTICS, 184)                \
                                                X(NDIS51_MINIPORT_CHARACTERISTICS, 240)            \
                                                    X(NDIS40_PROTOCOL_CHARACTERISTICS, 144)        \
                                                        X(NDIS50_PROTOCOL_CHARACTERISTICS, 208)    \
                                                            X(NDIS_MINIPORT_INTERRUPT, 152)        \
                                                                X(MEDIA_SPECIFIC_INFORMATION, 16)

#define OFFSETS(X)                                                                                 \
    X(NDIS_PACKET, Private, 0)                                                                     \
    X(NDIS_PACKET, MiniportReserved, 48) X(NDIS_PACKET, WrapperReserved, 64)                       \
        X(NDIS_PACKET, WrapperReservedEx, 72) X(NDIS_PACKET, Reserved, 80) X(                      \
            NDIS_PACKET, ProtocolReserved, 96) X(NDIS_PACKET_PRIVATE, Head, 8)                     \
            X(NDIS_PACKET_PRIVATE, Pool, 24) X(NDIS_PACKET_PRIVATE, Flags,                         \
                                               36) X(NDIS_PACKET_PRIVATE, NdisPacketOobOffset, 42) \
                X(NDIS_PACKET_OOB_DATA, TimeSent, 0) X(NDIS_PACKET_OOB_DATA, TimeReceived, 8)      \
                    X(NDIS_PACKET_OOB_DATA, MediaSpecificInformation,                              \
                      24) X(NDIS_PACKET_OOB_DATA, Status, 32) X(NDIS_BUFFER, MappedSystemVa, 24)   \
                        X(NDIS_BUFFER, ByteCount, 40) X(NDIS_REQUEST, RequestType, 32)             \
                            X(NDIS_REQUEST, DATA.QUERY_INFORMATION.Oid, 40)                        \
                                X(NDIS_REQUEST, DATA.QUERY_INFORMATION.BytesWritten, 60)           \
                                    X(NDIS51_MINIPORT_CHARACTERISTICS, CheckForHangHandler, 8)     \
                                        X(NDIS51_MINIPORT_CHARACTERISTICS, InitializeHandler, 48)  \
                                            X(NDIS51_MINIPORT_CHARACTERISTICS, SendHandler, 88)    \
                                                X(NDIS51_MINIPORT_CHARACTERISTICS,                 \
                                                  SendPacketsHandler, 120)                         \
                                                    X(NDIS40_PROTOCOL_CHARACTERISTICS, Name, 88)   \
                                                        X(NDIS40_PROTOCOL_CHARACTERISTICS,         \
                                                          SendCompleteHandler, 24)

#define VALUES(X)                                                                                  \
    X(NDIS_STATUS_SUCCESS, 0)                                                                      \
    X(NDIS_STATUS_PENDING, 0x103) X(NDIS_STATUS_FAILURE, 0xC0000001) X(                            \
        NDIS_STATUS_RESOURCES, 0xC000009A) X(NDIS_STATUS_NOT_SUPPORTED,                            \
                                             0xC00000BB) X(NDIS_STATUS_INVALID_PACKET, 0xC001000F) \
        X(NDIS_STATUS_REQUEST_ABORTED, 0xC001000C) X(NDIS_STATUS_RESET_IN_PROGRESS, 0xC001000D) X( \
            NDIS_STATUS_BAD_CHARACTERISTICS, 0xC0010005) X(NDIS_STATUS_BAD_VERSION, 0xC0010004)    \
            X(NDIS_STATUS_INVALID_LENGTH, 0xC0010014) X(NDIS_STATUS_INVALID_OID, 0xC0010017) X(    \
                NDIS_STATUS_ADAPTER_REMOVED, 0xC0010018) X(NDIS_STATUS_RESET_START, 0x40010004)    \
                X(NDIS_STATUS_RESET_END, 0x40010005) X(NDIS_STATUS_MEDIA_CONNECT, 0x4001000B) X(   \
                    NDIS_STATUS_MEDIA_DISCONNECT,                                                  \
                    0x4001000C) X(OID_GEN_SUPPORTED_LIST,                                          \
                                  0x00010101) X(OID_GEN_CURRENT_PACKET_FILTER, 0x0001010E)         \
                    X(OID_GEN_MAC_OPTIONS, 0x00010113) X(OID_GEN_MAXIMUM_SEND_PACKETS, 0x00010115) \
                        X(OID_GEN_XMIT_OK, 0x00020101) X(OID_802_3_PERMANENT_ADDRESS, 0x01010101)  \
                            X(OID_802_3_RCV_ERROR_ALIGNMENT, 0x01020101)                           \
                                X(NDIS_ATTRIBUTE_DESERIALIZE, 0x20) X(NDIS_MAC_OPTION_NO_LOOPBACK, \
                                                                      8)                           \
                                    X(NDIS_PACKET_TYPE_PROMISCUOUS, 0x20)                          \
                                        X(NDIS_FLAGS_DONT_LOOPBACK, 0x80) X(NdisMedium802_3, 0)    \
                                            X(NdisInterfacePci, 5) X(NdisRequestSetInformation, 1) \
                                                X(NdisParameterString, 2) X(PacketCancelId, 8)     \
                                                    X(MaxPerPacketInfo, 12)

#endif
