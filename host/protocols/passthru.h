/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pass-through intermediate driver, NDIS 5.1: a protocol edge bound to an adapter below and a miniport of its own above
 * it, through which everything goes: sends, received frames, requests, status, transfers of data, resets. It changes
 * nothing; it is the frame of a driver that does.
 *
 * It binds to every adapter whose configuration has UpperBindings, and the value is the name of the adapter that it puts
 * above. Each packet goes on in a descriptor of its own, with the buffers of the original (REQ-54, 55). The miniport is
 * deserialized; what NdisSend answers below is what MiniportSend answers above.
 */
#ifndef PASSTHRU_H
#define PASSTHRU_H

#ifndef NDIS_MINIPORT_DRIVER
#define NDIS_MINIPORT_DRIVER 1
#endif
#ifndef NDIS51_MINIPORT
#define NDIS51_MINIPORT 1
#endif
#ifndef NDIS51
#define NDIS51 1
#endif
#include <ndis.h>

#define PASSTHRU_PACKETS 1024 /* descriptors of an adapter in each direction */

/* Its DriverEntry, with MiniportSendPackets or with MiniportSend. One of the two in a process. */
NTSTATUS NTAPI passthru_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);
NTSTATUS NTAPI passthru_single_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

#endif
