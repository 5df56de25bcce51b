/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Verilated nic_core: its clocks and its pins, one byte per clock and stream. What moves is decided in core_model.c.
 *
 * Pins are driven just before the edge that samples them, together with it: the device's outputs do not depend on its
 * inputs within a cycle (core_model.h says so; the checked build verifies it at every edge), so that one evaluation per
 * edge is enough. A clock's falling edge changes nothing in a design without falling-edge logic; it is folded into the
 * next event by telling the model that the clock has been low (rearm). Builds for which that is not possible, and the
 * trace build, which wants to see it, evaluate the falling edge.
 */
#include "Vnic_core.h"
#include "Vnic_core___024root.h"

#include "core_internal.h"
#include "folded.h"
extern "C" {
#include "nic_platform.h"
}

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#ifdef CORE_TRACE
#include "verilated_fst_c.h"
#endif

#ifndef CORE_SYS_MHZ
#define CORE_SYS_MHZ 60
#endif

EVALUATED(Vnic_core)

namespace
{

using Root = Vnic_core___024root;

#ifdef CORE_TRACE
const bool FOLDED = false;
#else
const bool FOLDED = true;
#endif

struct Pins {
    VerilatedContext context;
    std::unique_ptr<Vnic_core> top;
#ifdef CORE_TRACE
    std::unique_ptr<VerilatedFstC> trace;
#endif
};

core_model *asserting; // the model that is being evaluated, for failed assertions

FOLDED_CLOCK(clk_i)
FOLDED_CLOCK(clk_tx_i)
FOLDED_CLOCK(clk_rx_i)

/* The clocks that rise now; false: they must fall and rise. */
inline bool rearm(Root &r, bool sys, bool tx, bool rx)
{
    return (!sys || rearm_clk_i(r)) && (!tx || rearm_clk_tx_i(r)) && (!rx || rearm_clk_rx_i(r));
}

inline Pins *pins_of(core_model *m)
{
    return static_cast<Pins *>(m->pins);
}

inline uint64_t random_bits(core_model *m)
{
    uint64_t x = m->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return m->random = x;
}

/* A stream is held off in this cycle. */
inline bool stalled(core_model *m)
{
    return m->stall_threshold && (random_bits(m) >> 40 & 0xffff) < m->stall_threshold;
}

/* One byte may be taken from a device's stream into the head transfer. */
inline void take_byte(core_model *m, core_stream_index index, uint8_t data, bool last)
{
    core_stream *s = &m->stream[index];
    *s->at++ = data;
    if (last || s->at == s->end)
        core_stream_finish(m, index, NIC_TRANSFER_OK);
}

inline void sys_streams(core_model *m, Root &r)
{
    core_stream *out = &m->stream[CORE_OUT];
    /* What has been offered stays until it is taken. */
    m->out_offered = m->out_offered || (out->at != out->end && !stalled(m));
    r.out_valid_i = m->out_offered;
    if (m->out_offered) {
        r.out_data_i = *out->at;
        if (r.out_ready_o) {
            m->out_offered = false;
            if (++out->at == out->end)
                core_stream_finish(m, CORE_OUT, NIC_TRANSFER_OK);
        }
    }

    core_stream *in = &m->stream[CORE_IN];
    r.in_ready_i = in->at != in->end && !stalled(m);
    if (r.in_ready_i && r.in_valid_o)
        take_byte(m, CORE_IN, r.in_data_o, r.in_last_o);

    core_stream *event = &m->stream[CORE_EVENT];
    r.ev_ready_i = event->at != event->end && !m->event_blocked && !stalled(m);
    if (r.ev_ready_i && r.ev_valid_o)
        take_byte(m, CORE_EVENT, r.ev_data_o, r.ev_last_o);
}

inline void sys_registers(core_model *m, Root &r)
{
    r.reg_valid_i = m->reg_valid;
    if (!m->reg_valid)
        return;
    r.reg_write_i = m->reg_write;
    r.reg_addr_i = m->reg_address;
    r.reg_wdata_i = m->reg_wdata;
    m->stats.hash = nic_hash_fold(m->stats.hash, (uint64_t)r.reg_wdata_i << 32 | r.reg_rdata_o);
    if (r.reg_ready_o)
        core_reg_done(m, r.reg_rdata_o, r.reg_error_o);
}

inline void assert_reset(core_clock *c, CData &reset)
{
    reset = c->reset_clocks != 0;
    if (c->reset_clocks)
        c->reset_clocks--;
}

inline void sys_edge(core_model *m, Root &r)
{
    assert_reset(&m->sys, r.rst_i);
    if (VL_UNLIKELY(m->sys.cycles++ < CORE_RESET_CLOCKS))
        return; /* at power-up the pins may show anything until the reset has been clocked in */
    sys_registers(m, r);
    if (VL_UNLIKELY(r.out_halt_o) && (m->stream[CORE_OUT].head || m->out_offered))
        core_out_stall(m);
    if (VL_UNLIKELY(r.in_flush_o) && m->stream[CORE_IN].head)
        m->stream[CORE_IN].at = m->stream[CORE_IN].head->data;
    sys_streams(m, r);
    m->stats.hash =
        nic_hash_fold(m->stats.hash,
             (uint64_t)r.out_valid_i | r.out_ready_o << 1 | r.out_halt_o << 2 | r.in_valid_o << 3 |
                 r.in_ready_i << 4 | r.in_last_o << 5 | r.in_flush_o << 6 | r.ev_valid_o << 7 |
                 r.ev_ready_i << 8 | r.ev_last_o << 9 | r.reg_valid_i << 10 | r.reg_write_i << 11 |
                 r.reg_ready_o << 12 | r.reg_error_o << 13 | r.rst_i << 14 | r.speed_o << 16 |
                 r.idle_o << 18 | (uint64_t)r.reg_addr_i << 19 | (uint64_t)r.out_data_i << 36 |
                 (uint64_t)r.in_data_o << 44 | (uint64_t)r.ev_data_o << 52);
}

/* True when the wire has been quiet and the device idle for long enough. */
inline bool count_idle(core_model *m, const Root &r)
{
    bool busy = !r.idle_o || r.gmii_tx_en_o || m->eth.driver.active ||
                m->stream[CORE_OUT].at != m->stream[CORE_OUT].end || m->reg_valid ||
                m->sys.reset_clocks || m->tx.reset_clocks || m->rx.reset_clocks;
    m->idle_clocks = busy ? 0 : m->idle_clocks + 1;
    return m->idle_clocks >= CORE_IDLE_CLOCKS;
}

/* These two: true when an input has changed. */
inline bool tx_edge(core_model *m, Root &r)
{
    bool changed = r.rst_tx_i != (m->tx.reset_clocks != 0) || r.tx_ce_i != (m->eth.tx_divide == 0);
    assert_reset(&m->tx, r.rst_tx_i);
    r.tx_ce_i = m->eth.tx_divide == 0;
    if (r.tx_ce_i) {
        bool defined = m->tx.cycles >= CORE_RESET_CLOCKS;
        if (gmii_monitor_clock(&m->eth.monitor, m->eth.tx_enable_ps, defined && r.gmii_tx_en_o,
                               defined && r.gmii_tx_er_o, r.gmii_txd_o))
            wire_phy_transmitted(&m->eth, m->now_ps);
        m->eth.tx_enable_ps = m->now_ps;
        m->eth.tx_divide = m->eth.divisor;
    }
    m->eth.tx_divide--;
    m->stats.hash =
        nic_hash_fold(m->stats.hash,
             m->now_ps << 12 ^ ((uint64_t)r.gmii_txd_o | r.gmii_tx_en_o << 8 | r.gmii_tx_er_o << 9 |
                                r.tx_ce_i << 10 | r.rst_tx_i << 11));
    m->tx.cycles++;
    return changed;
}

inline uint32_t rx_pins(const Root &r)
{
    return (uint32_t)r.gmii_rxd_i | r.gmii_rx_dv_i << 8 | r.gmii_rx_er_i << 9 | r.rx_ce_i << 10 |
           r.rst_rx_i << 11;
}

inline bool rx_edge(core_model *m, Root &r)
{
    uint32_t was = rx_pins(r);
    assert_reset(&m->rx, r.rst_rx_i);
    r.rx_ce_i = m->eth.rx_divide == 0;
    if (r.rx_ce_i) {
        wire_phy_begin(&m->eth, m->now_ps);
        gmii_driver_clock(&m->eth.driver, &r.gmii_rx_dv_i, &r.gmii_rx_er_i, &r.gmii_rxd_i);
        r.pins_valid_i = r.gmii_rx_dv_i;
        r.pins_i = r.gmii_rxd_i;
        m->eth.rx_divide = m->eth.divisor;
    }
    m->eth.rx_divide--;
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 12 ^ rx_pins(r));
    m->rx.cycles++;
    return rx_pins(r) != was;
}

#ifdef CORE_CHECKED
/* Outputs before the edge must not depend on inputs of the same cycle: the harness decided with the outputs as they
 * were before it drove the inputs. */
uint64_t handshakes(const Root &r)
{
    return (uint64_t)r.out_ready_o | r.out_halt_o << 1 | r.in_valid_o << 2 | r.in_last_o << 3 |
           r.in_flush_o << 4 | r.ev_valid_o << 5 | r.ev_last_o << 6 | r.reg_ready_o << 7 |
           r.gmii_tx_en_o << 8 | r.gmii_tx_er_o << 9 | (uint64_t)r.in_data_o << 16 |
           (uint64_t)r.ev_data_o << 24 | (uint64_t)r.gmii_txd_o << 32;
}
#endif

#ifdef CORE_TRACE
void dump(core_model *m, uint64_t time_ps)
{
    if (pins_of(m)->trace)
        pins_of(m)->trace->dump(time_ps);
}
#else
inline void dump(core_model *, uint64_t)
{
}
#endif

inline uint64_t next_edge_ps(const core_model *m)
{
    uint64_t next = m->tx.next_ps < m->rx.next_ps ? m->tx.next_ps : m->rx.next_ps;
    return m->sys.next_ps < next ? m->sys.next_ps : next;
}

/* Clocks rise and fall here. settle: an input has changed since the last time. */
inline void tick(core_model *m, Pins *p, Root &r, bool sys, bool tx, bool rx, bool settle)
{
#ifdef CORE_CHECKED
    uint64_t before = handshakes(r);
    p->top->eval();
    if (before != handshakes(r) && !r.rst_i) {
        if (!m->assertions++)
            fprintf(stderr,
                    "%llu ps: an output of nic_core depends on an input of the same cycle\n",
                    (unsigned long long)m->now_ps);
    }
#endif
    if (FOLDED && rearm(r, sys, tx, rx)) {
        r.clk_i = r.clk_tx_i = r.clk_rx_i = 1;
        evaluate(*p->top, settle);
        m->stats.evaluations++;
        return;
    }
    r.clk_i = sys;
    r.clk_tx_i = tx;
    r.clk_rx_i = rx;
    p->top->eval();
    dump(m, m->now_ps);
    r.clk_i = r.clk_tx_i = r.clk_rx_i = 0;
    p->top->eval();
    if (next_edge_ps(m) > m->now_ps + 1)
        dump(m, m->now_ps + (next_edge_ps(m) - m->now_ps) / 2);
    m->stats.evaluations += 2;
}

} // namespace

/* Verilator calls it for $stop, which a failed assertion leads to. The board model shares this runtime and has its own say. */
extern "C" {
void (*core_other_stop)(const char *file, int line);
}

void vl_stop(const char *file, int line, const char *)
{
    if (!asserting && core_other_stop)
        core_other_stop(file, line);
    if (!asserting)
        return;
    pins_of(asserting)->context.assertOn(false); // one is enough
    if (!asserting->assertions++)
        fprintf(stderr, "%s:%d: assertion of the device failed at %llu ps, seed %llu\n", file, line,
                (unsigned long long)asserting->now_ps, (unsigned long long)asserting->seed);
}

extern "C" uint32_t core_pins_sys_period_ps(void)
{
    return (1000000u + CORE_SYS_MHZ / 2) / CORE_SYS_MHZ;
}

extern "C" void *core_pins_create(core_model *m, const char *trace_path)
{
#ifndef CORE_TRACE
    if (trace_path) {
        errno = ENOTSUP;
        return nullptr;
    }
#endif
    Pins *p = new (std::nothrow) Pins;
    if (!p) {
        errno = ENOMEM;
        return nullptr;
    }
    p->context.randReset(2);
    p->context.randSeed((int)(m->seed & 0x7fffffff) + 1);
    p->context.fatalOnVpiError(false);
    p->context.assertOn(
        false); // until the resets have been clocked in: registers start with anything
#ifdef CORE_TRACE
    p->context.traceEverOn(true);
#endif
    p->top.reset(new Vnic_core(&p->context, "nic_core"));
    Root &r = *p->top->rootp;
    r.rst_i = r.rst_tx_i = r.rst_rx_i = 1;
    /* With folded falling edges a clock's resting level is high. */
    r.clk_i = r.clk_tx_i = r.clk_rx_i = FOLDED && rearm(r, true, true, true);
    r.out_valid_i = r.in_ready_i = r.ev_ready_i = r.reg_valid_i = 0;
    r.gmii_rx_dv_i = r.gmii_rx_er_i = r.gmii_rxd_i = r.pins_valid_i = r.pins_i = 0;
    r.tx_skip_i = 0;
    r.mdio_i = 1; /* a pull-up and no PHY */
    r.usb_bad_i = r.usb_unanswered_i = 0;
    r.request_i = r.request_result_i = r.processor_i = 0; /* no processor */
#ifdef CORE_TRACE
    if (trace_path) {
        p->trace.reset(new VerilatedFstC);
        p->top->trace(p->trace.get(), 99);
        p->trace->open(trace_path);
    }
#endif
    asserting = m;
    p->top->eval();
    return p;
}

extern "C" void core_pins_destroy(core_model *m)
{
    Pins *p = pins_of(m);
#ifdef CORE_TRACE
    if (p->trace)
        p->trace->close();
#endif
    if (asserting == m)
        asserting = nullptr;
    delete p;
}

extern "C" void core_pins_run(core_model *m, uint64_t until_ps)
{
    Pins *p = pins_of(m);
    Root &r = *p->top->rootp;
    unsigned speed = r.speed_o;
    bool settle = true;
    asserting = m;
    while (!m->stop) {
#ifndef CORE_FAST
        if (!p->context.assertOn() && m->sys.cycles >= CORE_RESET_CLOCKS &&
            m->tx.cycles >= CORE_RESET_CLOCKS && m->rx.cycles >= CORE_RESET_CLOCKS &&
            m->assertions == 0)
            p->context.assertOn(true);
#endif
        if (VL_UNLIKELY(m->phy_changed || r.speed_o != speed)) {
            m->phy_changed = false;
            speed = r.speed_o;
            core_phy_speed(m, speed);
        }
        uint64_t now = next_edge_ps(m);
        if (now >= until_ps) {
            if (until_ps > m->now_ps)
                m->now_ps = until_ps;
            break;
        }
        bool sys = m->sys.next_ps == now, tx = m->tx.next_ps == now, rx = m->rx.next_ps == now;
        m->now_ps = now;
        if (sys) {
            m->sys.next_ps += m->sys.period_ps;
            sys_edge(m, r);
            settle = true;
        }
        if (tx) {
            m->tx.next_ps += m->tx.period_ps;
            settle |= tx_edge(m, r);
        }
        if (rx) {
            m->rx.next_ps += m->rx.period_ps;
            settle |= rx_edge(m, r);
        }
        tick(m, p, r, sys, tx, rx, settle);
        settle = false;
        if (tx) {
            settle = r.tx_skip_i;
            r.tx_skip_i = 0;
            if (VL_UNLIKELY(count_idle(m, r))) {
                r.tx_skip_i = core_skip(m, until_ps);
                settle = true;
            }
        }
    }
}
