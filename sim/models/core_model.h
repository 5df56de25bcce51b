/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core model: the Verilated nic_core with its three clocks, its GMII and its byte streams, behind a C interface and
 * as a nic_transport. Virtual time, single thread. core_pins.cpp holds the Verilated part: clocks, pins and nothing
 * more; core_model.c the transfers and the policy.
 */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

struct core_model;
struct nic_platform;
struct nic_transport;
struct wire_port;

struct core_model_options {
    uint64_t seed;          /* clock phases, reset values, stalls */
    uint32_t sys_period_ps; /* 0: what the device was built for, 16667 (60 MHz) or 8000 (125 MHz) */
    uint32_t tx_period_ps;  /* 0: 8000 */
    uint32_t rx_period_ps;  /* 0: tx_period_ps */
    bool
        in_phase; /* clocks of equal period rise together: fastest; else phases come from the seed */
    bool no_skip; /* clock through idle time, too */
    unsigned
        stall_percent; /* chance that a stream of the device is held off in a cycle, each stream by itself */
    const char *trace_path; /* trace build only: waveform (FST); else must be NULL */
};

/* `wire` may be NULL (nothing plugged in) and stays the caller's. NULL on failure, errno set (ENOTSUP: trace_path and
 * not the trace build). */
struct core_model *core_model_create(const struct core_model_options *, struct nic_platform *,
                                     struct wire_port *wire);
void core_model_destroy(struct core_model *);

/* The device as the driver sees it, raising `vector`. Valid as long as the model. */
struct nic_transport *core_model_transport(struct core_model *, unsigned vector);

/* Lets virtual time pass up to until_ns; comes back early when it raised an interrupt. Advances the virtual platform's
 * clock. Skips idle time. To be set as the platform's poller. */
void core_model_run(void *model, uint64_t until_ns);

enum core_domain { CORE_SYS, CORE_TX, CORE_RX };
void core_model_reset(struct core_model *, enum core_domain,
                      unsigned cycles); /* asserts a domain's reset from now on */
void core_model_speed(struct core_model *,
                      unsigned mbps); /* what the PHY does: 1000, 100, 10; 0: what speed_o says */
void core_model_event_block(struct core_model *, bool); /* hold the event stream off */
void core_model_unplug(struct core_model *); /* every transfer, now and later: NIC_TRANSFER_GONE */

struct core_model_stats {
    uint64_t now_ns, tx_cycles, rx_cycles, sys_cycles, skipped_ns;
    uint64_t interrupts; /* event transfers finished */
    uint64_t
        hash; /* rolling: all ports of the device at every active edge, and every transfer of the driver */
    uint64_t evaluations; /* calls into the Verilated code */
};
void core_model_stats_get(const struct core_model *, struct core_model_stats *);

/* Failed assertions of the RTL so far (test and trace builds); the first is printed. */
unsigned core_model_assertions(const struct core_model *);

#endif
