// SPDX-License-Identifier: Apache-2.0
// The ULPI PHY of a model, see ulpi_phy.h. Clause numbers are those of ULPI 1.1.
#include "ulpi_phy.h"

#include <string.h>

// HOLD: after reset. LINK: the link has the bus. TURN: dir has just risen. BUS: RXCMDs and bytes. BACK: dir has just fallen.
enum { HOLD, LINK, TURN, BUS, BACK };
// What the link is at: nothing, a packet, a register's value to come, the value taken and stp to come, a register to be sent.
enum { NONE, SENDING, WRITING, WRITTEN, READING };
enum { COMMAND_SEND = 1, COMMAND_WRITE = 2, COMMAND_READ = 3 };
enum { INTERRUPT_RISING = 0x0d, INTERRUPT_FALLING = 0x10, SCRATCH = 0x16 };
enum { LINE_SE0 = 0, LINE_J = 1, LINE_K = 2 };
enum { EVENT_ACTIVE = 0x10, EVENT_ERROR = 0x30 };
// Clocks at full speed: an octet, and SYNC; SE0; from TXCMD to SYNC (6 to 10); from J to its RXCMD (3.8.2.6.2). From that RXCMD to the
// link's TXCMD (3.8.2.6.3).
enum { FS_OCTET = 40, FS_SE0 = 10, FS_START = 8, FS_REPORT = 4, FS_FIRST = 7, FS_LAST = 18 };

void ulpi_phy_init(struct ulpi_phy *phy)
{
    memset(phy, 0, sizeof(*phy));
    phy->dir = true;
}

uint8_t ulpi_phy_drives(const struct ulpi_phy *phy)
{
    uint8_t function = phy->registers[ULPI_FUNCTION_CONTROL];
    if (phy->command == SENDING && !phy->pid && phy->out_length)
        return phy->out[0] & 1 ? LINE_J : LINE_K;
    return (function & 0x04) && (function & 0x18) != 0x08 ? LINE_J : LINE_SE0;
}

void ulpi_phy_line(struct ulpi_phy *phy, uint8_t line, uint8_t vbus)
{
    phy->report |= line != phy->line || vbus != phy->vbus;
    phy->line = line;
    phy->vbus = vbus;
}

static bool slow(const struct ulpi_phy *phy)
{
    return phy->full_speed_pace && (phy->registers[ULPI_FUNCTION_CONTROL] & 3) == 1;
}

bool ulpi_phy_receive(struct ulpi_phy *phy, const uint8_t *bytes, size_t length, bool error)
{
    if (phy->in_due || length > sizeof(phy->in))
        return false;
    memcpy(phy->in, bytes, length);
    phy->in_length = length;
    phy->in_next = 0;
    phy->in_error = error;
    phy->in_due = true;
    phy->wait = slow(phy) ? FS_OCTET : 0;
    // Dir is up without nxt: only an RXCMD can say that a packet begins (3.8.2.4).
    phy->report |= phy->dir;
    return true;
}

static void breach(struct ulpi_phy *phy, const char *what)
{
    if (!phy->breach)
        phy->breach = what;
}

static bool chance(struct ulpi_phy *phy, unsigned percent)
{
    return percent && phy->random(phy->context, 100) < percent;
}

static uint8_t rx_command(const struct ulpi_phy *phy, uint8_t event)
{
    return (uint8_t)(event | phy->vbus << 2 | phy->line);
}

static void reset(struct ulpi_phy *phy)
{
    memset(phy->registers, 0, sizeof(phy->registers));
    phy->registers[ULPI_FUNCTION_CONTROL] = 0x41; // 4.2.2, 4.2.4: reset values
    phy->registers[ULPI_OTG_CONTROL] = 0x06;
    phy->registers[INTERRUPT_RISING] = phy->registers[INTERRUPT_FALLING] = 0x1f;
    memcpy(phy->registers, phy->identity, sizeof(phy->identity));
    phy->state = HOLD;
    phy->hold = phy->hold_clocks;
    phy->command = NONE;
    phy->dir = true;
    phy->nxt = false;
    phy->data = 0;
    phy->report = true;
    phy->in_due = false;
    phy->held = true;
}

// Of the three addresses of a register (4.1): write, set, clear. Any of them reads it. 0 to 3 tell who made the PHY.
static uint8_t base_of(uint8_t address)
{
    static const uint8_t bases[] = {0x04, 0x07, 0x0a, INTERRUPT_RISING, INTERRUPT_FALLING, SCRATCH};
    for (size_t i = 0; i < sizeof(bases); i++)
        if (address >= bases[i] && address < bases[i] + 3)
            return bases[i];
    return address;
}

static void write_register(struct ulpi_phy *phy)
{
    uint8_t base = base_of(phy->address), *to = &phy->registers[base];
    if (base >= sizeof(phy->identity))
        *to = (uint8_t)(phy->address == base       ? phy->value
                        : phy->address == base + 1 ? *to | phy->value
                                                   : *to & ~phy->value);
    phy->writes++;
}

static void finish(struct ulpi_phy *phy, const struct ulpi_link_pins *link)
{
    if (link->data)
        breach(phy, "stp with data: the packet is in error (3.8.2.3)");
    if (phy->command == SENDING) {
        // The PHY holds an octet while it sends the one before.
        if (slow(phy) && phy->pid)
            phy->sends = FS_SE0 + FS_OCTET + (phy->out_length == 1 ? phy->wait : FS_OCTET);
        phy->wait = 0;
        phy->sent(phy->context, phy->out, phy->out_length, phy->pid);
    } else if (phy->command == WRITTEN)
        write_register(phy);
    else
        breach(phy, "stp where nothing ends");
    phy->command = NONE;
}

static void take_command(struct ulpi_phy *phy, uint8_t data)
{
    switch (data >> 6) {
    case COMMAND_SEND:
        phy->command = SENDING;
        phy->pid = data & 0xf;
        phy->out_length = 0;
        if (phy->pid)
            phy->out[phy->out_length++] = (uint8_t)((data & 0xf) | (~data & 0xf) << 4);
        if (data & 0x30)
            breach(phy, "reserved bits in TXCMD");
        phy->wait = slow(phy) && phy->pid ? FS_START + FS_OCTET : 0;
        break;
    case COMMAND_WRITE:
        phy->command = WRITING;
        phy->address = data & 0x3f;
        break;
    case COMMAND_READ:
        phy->command = READING;
        phy->address = data & 0x3f;
        break;
    default:
        breach(phy, "a reserved command");
    }
}

static void take(struct ulpi_phy *phy, uint8_t data)
{
    if (phy->command == NONE)
        take_command(phy, data);
    else if (phy->command == SENDING && phy->out_length < sizeof(phy->out)) {
        phy->out[phy->out_length++] = data;
        phy->wait = slow(phy) && phy->pid ? FS_OCTET - 1 : 0;
    } else if (phy->command == SENDING && !phy->pid)
        return; // a chirp is as long as it likes
    else if (phy->command == WRITING) {
        phy->value = data;
        phy->command = WRITTEN;
    } else
        breach(phy, "more bytes than a packet has");
}

// When the link begins to answer, counted from the end of a packet that the PHY reports with J.
static void judge_answer(struct ulpi_phy *phy, const struct ulpi_link_pins *link)
{
    phy->quiet += phy->quiet > 0;
    if (!phy->quiet || phy->command != NONE || link->data >> 6 != COMMAND_SEND)
        return;
    unsigned clocks = phy->quiet - 1;
    phy->quiet = 0;
    if (slow(phy) && (link->data & 15) && (clocks < FS_FIRST || clocks > FS_LAST - FS_REPORT))
        breach(phy, "an answer at full speed outside of 7 to 18 clocks (3.8.2.6.3)");
}

// The link has the bus. A packet it sends is not interrupted; all else is, at any clock.
static void link_clock(struct ulpi_phy *phy, const struct ulpi_link_pins *link)
{
    uint8_t data = link->data;
    if (!link->driven)
        breach(phy, "nobody drives the bus");
    phy->held &= link->stp;
    judge_answer(phy, link);
    if (link->stp && !phy->held)
        finish(phy, link);
    else if (phy->nxt)
        take(phy, data);
    else if (phy->command == NONE && !link->stp && data && !(data >> 6))
        breach(phy, "a reserved command");
    phy->nxt = false;
    if (phy->command ==
        READING) { // 3.8.3.1: dir behind nxt, then the value; a packet comes before it
        phy->state = TURN;
        phy->dir = true;
        phy->nxt = phy->in_due;
        phy->command = phy->in_due ? NONE : READING;
        return;
    }
    if (phy->command != SENDING &&
        (phy->report || phy->in_due || chance(phy, phy->chatter_percent))) {
        phy->command = NONE;
        phy->state = TURN;
        phy->dir = true;
        phy->nxt = phy->in_due;
        phy->report |= !phy->in_due;
        phy->quiet = 0;
        return;
    }
    bool wants = phy->command == NONE ? data >> 6 && !link->stp : phy->command != WRITTEN;
    phy->nxt = wants && !phy->wait && !chance(phy, phy->throttle_percent);
}

// The bus is the PHY's: bytes of a packet with nxt, RXCMDs without, in between as well.
static void bus_clock(struct ulpi_phy *phy)
{
    bool over = phy->in_next == phy->in_length;
    phy->state = BUS;
    phy->nxt = false;
    if (phy->command == READING) {
        phy->command = NONE;
        phy->data = phy->registers[base_of(phy->address)];
        return;
    }
    if (phy->in_due && !over && !phy->report && !phy->wait && !chance(phy, phy->throttle_percent)) {
        phy->nxt = true;
        phy->data = phy->in[phy->in_next++];
        bool last = phy->in_next == phy->in_length;
        phy->wait = !slow(phy) ? 0 : last ? FS_SE0 + FS_REPORT : FS_OCTET;
        return;
    }
    if (phy->in_due && (!over || phy->in_error || phy->wait)) {
        bool error = phy->in_error && 2 * phy->in_next >= phy->in_length;
        phy->data = rx_command(phy, error ? EVENT_ERROR : EVENT_ACTIVE);
        phy->in_error &= !error;
        phy->report = false;
        return;
    }
    if (phy->report) {
        phy->report = false;
        phy->data = rx_command(phy, 0);
        phy->in_due = false;
        return;
    }
    phy->quiet = phy->in_due;
    phy->in_due = false;
    phy->state = BACK;
    phy->dir = false;
    phy->data = 0;
}

void ulpi_phy_clock(struct ulpi_phy *phy, const struct ulpi_link_pins *link)
{
    if (link->reset) {
        reset(phy);
        return;
    }
    if (link->driven && (phy->dir || phy->state == BACK))
        breach(phy, "the link drives a bus that is not its own");
    phy->wait -= phy->wait > 0;
    phy->sends -= phy->sends > 0;
    switch (phy->state) {
    case HOLD:
        if (!phy->hold)
            bus_clock(phy);
        else
            phy->hold--;
        break;
    case LINK:
        link_clock(phy, link);
        break;
    case BACK:
        phy->state = LINK;
        break;
    default:
        bus_clock(phy);
    }
}
