/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the core model share: core_model.c decides what moves, core_pins.cpp moves it, one byte per
 * clock. Everything that the clock loop touches is in this struct, so that it runs without a call per clock.
 */
#ifndef CORE_INTERNAL_H
#define CORE_INTERNAL_H

#include "core_model.h"
#include "nic_transport.h"
#include "wire_phy.h"

#define CORE_IDLE_CLOCKS  64 /* tx clocks of quiet before time may be skipped */
#define CORE_RESET_CLOCKS 8  /* length of the resets at power-up */

enum core_stream_index { CORE_OUT, CORE_IN, CORE_EVENT, CORE_CONTROL, CORE_STREAMS };

/* Transfers of one endpoint, the head is the one that moves. */
struct core_stream {
    uint8_t *at, *end; /* next byte to move; at == end: nothing to do */
    struct nic_transfer *head, *tail;
};

struct core_clock {
    uint64_t next_ps; /* its next rising edge */
    uint32_t period_ps;
    uint32_t reset_clocks; /* the reset stays asserted for so many edges */
    uint64_t cycles;
};

struct core_model {
    struct nic_transport transport;
    struct nic_platform *platform;
    void *pins; /* core_pins.cpp's */

    uint64_t now_ps;
    struct core_clock sys, tx, rx;
    bool stop; /* leave the clock loop: something finished */
    bool in_phase, no_skip, running;
    bool event_blocked, unplugged;
    uint32_t stall_threshold; /* of 2^16; 0: never */
    uint64_t random;

    struct core_stream stream[CORE_STREAMS];
    bool out_offered; /* a byte of OUT stands at the pins and has not been taken */
    uint8_t
        out_orphan; /* that byte, if its transfer is gone meanwhile: it is in the device's hands */

    /* register access at the pins */
    bool reg_valid, reg_write;
    uint16_t reg_address;
    uint32_t reg_wdata;

    /* PHY side */
    uint32_t forced_divisor; /* 0: follows speed_o */
    bool phy_changed;        /* core_phy_speed is to be called */
    struct wire_phy eth;

    uint32_t idle_clocks;
    struct nic_transfer *finished_head, *finished_tail;
    struct core_model_stats stats;
    unsigned assertions;
    uint64_t seed;
};

#ifdef __cplusplus
extern "C" {
#endif

/* ---- core_model.c, called from the clock loop ---- */

/* The head transfer of a stream is finished with this status: the next one becomes the head. */
void core_stream_finish(struct core_model *, enum core_stream_index, enum nic_transfer_status);

/* The OUT endpoint is halted: its transfers end with NIC_TRANSFER_STALL. */
void core_out_stall(struct core_model *);

/* A register access ended. */
void core_reg_done(struct core_model *, uint32_t rdata, bool error);

/* speed_o or the forced speed changed. */
void core_phy_speed(struct core_model *, unsigned speed);

/* Everything has been quiet for CORE_IDLE_CLOCKS: moves the clocks' next edges to the next thing that can happen, phases
 * kept. Returns the number of tx clocks left out; 0: nothing skipped. */
uint32_t core_skip(struct core_model *, uint64_t until_ps);

/* ---- core_pins.cpp ---- */

void *core_pins_create(struct core_model *, const char *trace_path); /* NULL: errno */
void core_pins_destroy(struct core_model *);
void core_pins_run(struct core_model *, uint64_t until_ps); /* until then or m->stop */
uint32_t core_pins_sys_period_ps(void);

#ifdef __cplusplus
}
#endif
#endif
