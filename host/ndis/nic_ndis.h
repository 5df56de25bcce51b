/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What surrounds NDIS: starting and stopping it on a platform, loading drivers, adding adapters,
 * statistics and the verifier. There is one machine per process, as there is one kernel in a
 * computer. Everything here is called at PASSIVE level by whoever assembles the machine, never by a
 * driver.
 */
#ifndef NIC_NDIS_H
#define NIC_NDIS_H

#include <stdbool.h>
#include <stdint.h>

#include "ndis.h"

struct nic_platform;
struct nic_ndis_driver;
struct nic_ndis_device;

/* A verifier finding: one sentence with packet, call and history. Called at any level, on any
 * thread, no lock held. */
typedef void nic_ndis_report_fn(void *context, const char *sentence);

/* Zeroed is the default. */
struct nic_ndis_options {
    bool verify;       /* verifier on: owner of every packet, contents, levels, stalls, leaks */
    bool send_to_self; /* a frame to the adapter's own address is looped back and sent, too, as
                          with NDIS 6 always */
    bool loop_all;     /* NDIS_FLAGS_DONT_LOOPBACK of a packet means nothing */
    const char *files; /* directory of NdisOpenFile; NULL: there are no files */
    nic_ndis_report_fn *report; /* findings; NULL: standard error */
    void *report_context;
    nic_ndis_report_fn *log; /* NdisWriteErrorLogEntry and library messages; NULL: standard error */
    void *log_context;
};

/* 0, or -EBUSY when already started. The platform stays the caller's and outlives nic_ndis_stop. */
int nic_ndis_start(struct nic_platform *, const struct nic_ndis_options *);

/* Removes adapters, drivers and protocols that are left; returns how many things drivers and
 * protocols leaked (memory, pools, spin locks, adapters, bindings), each reported in one sentence.
 */
unsigned nic_ndis_stop(void);

typedef NTSTATUS nic_ndis_driver_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);

/* Runs DriverEntry. On failure *driver is NULL and the status is DriverEntry's. */
NDIS_STATUS nic_ndis_driver_load(nic_ndis_driver_entry *entry, struct nic_ndis_driver **driver);
void nic_ndis_driver_unload(struct nic_ndis_driver *); /* halts its adapters first */

/* Initialises one adapter and offers it to every registered protocol that has a bind handler.
 * `parameters` are "Keyword=value", ended by NULL; copied. The status is MiniportInitialize's. The
 * name is what NdisOpenAdapter takes. */
NDIS_STATUS nic_ndis_adapter_add(struct nic_ndis_driver *, const char *name,
                                 const char *const parameters[]);

/* More of what an adapter has; zeroed is nothing of it. */
struct nic_ndis_adapter {
    const char *const *parameters; /* as above; they go before those of the file, and the first of
                                      two with the same keyword before the second */
    /* Path of a text file: a Keyword=value each line, the value in double quotes where blanks at its
     * ends matter, comments after # or ; at the beginning of a line. NdisWriteConfiguration writes
     * it. A line that is not of this form refuses the adapter with NDIS_STATUS_ERROR_READING_FILE
     * and one sentence in the log that names it. */
    const char *configuration;
    const struct nic_ndis_device
        *device; /* copied; its context stays the caller's until the adapter
                                             is removed */
};

NDIS_STATUS nic_ndis_adapter_add_configured(struct nic_ndis_driver *, const char *name,
                                            const struct nic_ndis_adapter *);

/* Unbinds protocols, completes queued sends with REQUEST_ABORTED, waits up to `timeout_ms` of
 * platform time for what the driver has outstanding, halts. NDIS_STATUS_ADAPTER_NOT_FOUND without
 * such an adapter; NDIS_STATUS_FAILURE above PASSIVE level or from inside of the adapter's own
 * driver. */
NDIS_STATUS nic_ndis_adapter_remove(const char *name, uint32_t timeout_ms);

/* As when the computer is switched off: runs the shutdown handler of every adapter that has one, at the
 * caller's level. The adapters stay. */
void nic_ndis_shutdown(void);

/* Adapters of NDIS 6. Pause: protocols are told, NBLs that the library holds go back with NDIS_STATUS_PAUSED, as all
 * that are sent from then on, and MiniportPause is called; NDIS_STATUS_PENDING when it has not ended after
 * `timeout_ms`. Restart: MiniportRestart, whose status is the result; protocols are told. NDIS_STATUS_NOT_SUPPORTED for
 * an adapter of NDIS 5. Adding an adapter restarts it, removing pauses it. */
NDIS_STATUS nic_ndis_adapter_pause(const char *name, uint32_t timeout_ms);
NDIS_STATUS nic_ndis_adapter_restart(const char *name, uint32_t timeout_ms);

/* Tells the driver, of either version, that its device was unplugged; from any thread. It is not halted before that has
 * returned, and not told when it is about to be. */
void nic_ndis_adapter_surprise(const char *name);

struct nic_ndis_statistics {
    uint64_t sent;         /* packets submitted by protocols */
    uint64_t completed_ok; /* given back to protocols with SUCCESS, synchronously or not */
    uint64_t completed_error;
    uint64_t queued;         /* packets that waited in the library's queue at least once */
    uint64_t resources;      /* RESOURCES answers */
    uint64_t miniport_calls; /* of MiniportSend or MiniportSendPackets */
    uint64_t outstanding;    /* now with the driver */
    uint64_t waiting;        /* now in the queue */
    uint64_t interrupts;     /* ISR recognised */
    uint64_t indications;    /* frames indicated by the driver */
    uint64_t looped;         /* frames looped back by the library */
    uint64_t refused;        /* packets not taken: reset or removal under way; not in `sent` */
    uint64_t aborted;        /* of completed_error: given back by the library */
    uint64_t unclaimed;      /* of indications: frames that no binding's filter accepts */
    uint64_t findings;       /* of the verifier, whole machine */
};

bool nic_ndis_adapter_statistics(const char *name,
                                 struct nic_ndis_statistics *); /* false: no such adapter */

#endif
