/* SPDX-License-Identifier: Apache-2.0 */
/* Frames into pcapng files, see recorder.h. */
#include "recorder.h"

#include "machine.h"
#include "nic_regs.h"
#include "pcapng.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SNAP_MOST    65535
#define PATH_BYTES   512
#define CLOCK_LOOKS  8
#define SECOND_NS    1000000000ull
#define FCS_OCTETS   4
#define LEAST_OCTETS 64
#define MAC_CONTROL  "\x01\x80\xc2\x00\x00\x01"

enum { HOST, WIRE };
static const char *const names[] = {[HOST] = "host", [WIRE] = "wire"};

struct recorder {
    struct wire_port port;
    struct wire_port *inner;
    const struct options *options;
    struct machine *machine;
    bool has_wire, filtered;
    struct bpf_program filter;
    struct pcapng *file;
    uint32_t file_number;     /* of those begun */
    uint64_t file_started_ns; /* time of its first frame */
    bool file_begun;          /* has one */
    uint64_t frames;
    int error; /* -errno, complained */
    char path[PATH_BYTES];
    int64_t offset_ns;     /* device's clock to the file's */
    uint64_t first_sfd_ns; /* of the first frame that left the MAC */
    bool first_out, offset_exact;
};

/* ---- files ---- */

/* With rotation FILE, FILE1, FILE2, ... as tcpdump; with --files so many names in turn. */
static void file_name(struct recorder *r)
{
    const struct options *o = r->options;
    uint32_t number = o->files ? r->file_number % o->files : r->file_number;
    if (number)
        snprintf(r->path, PATH_BYTES, "%s%u", o->output, number);
    else
        snprintf(r->path, PATH_BYTES, "%s", o->output);
}

static bool file_open(struct recorder *r)
{
    file_name(r);
    bool standard = !strcmp(r->options->output, "-");
    int fd = standard ? dup(STDOUT_FILENO)
                      : open(r->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd >= 0)
        r->file = pcapng_create(fd, names, r->has_wire ? 2 : 1, r->options->snap);
    if (!r->file) {
        r->error = -errno;
        if (r->error != -EPIPE)
            complain(EXIT_FAILED, "%s: cannot be written: %s", r->path, strerror(-r->error));
    }
    r->file_begun = false;
    return r->file != NULL;
}

/* Said at once, while what is recorded may go on for long. A reader of the pipe that goes has enough, as tcpdump | head. */
static void file_failed(struct recorder *r, int error)
{
    if (!error || r->error)
        return;
    r->error = error;
    if (error != -EPIPE)
        complain(EXIT_FAILED, "%s: cannot be written: %s, it holds the %llu frames before", r->path,
                 strerror(-error), (unsigned long long)r->frames);
}

static void file_close(struct recorder *r)
{
    int result = r->file ? pcapng_close(r->file) : 0;
    r->file = NULL;
    file_failed(r, result);
}

static bool file_is_over(const struct recorder *r, uint64_t time_ns)
{
    const struct options *o = r->options;
    return (o->megabytes && pcapng_bytes(r->file) >= o->megabytes * 1000000ull) ||
           (o->seconds && r->file_begun && time_ns >= r->file_started_ns + o->seconds * SECOND_NS);
}

static void write_frame(struct recorder *r, const struct pcapng_frame *f)
{
    struct pcap_pkthdr header = {.caplen = f->length, .len = f->length};
    if (recorder_done(r) || (r->filtered && !pcap_offline_filter(&r->filter, &header, f->octets)))
        return;
    if (file_is_over(r, f->time_ns)) {
        file_close(r);
        r->file_number++;
        if (r->error || !file_open(r))
            return;
    }
    if (!r->file_begun)
        r->file_started_ns = f->time_ns;
    r->file_begun = true;
    file_failed(r, pcapng_write(r->file, f));
    r->frames += !r->error;
}

/* ---- the wire ---- */

static uint32_t errors_of(const struct wire_frame *f, bool fcs_ok)
{
    return (fcs_ok ? 0 : PCAPNG_FCS_ERROR) | (f->error ? PCAPNG_SYMBOL_ERROR : 0) |
           (f->length < LEAST_OCTETS ? PCAPNG_TOO_SHORT : 0);
}

static void record_wire(struct recorder *r, const struct wire_frame *f, uint64_t time_ns,
                        enum pcapng_direction direction, bool fcs_ok)
{
    write_frame(
        r, &(struct pcapng_frame){.interface = WIRE,
                                  .direction = direction,
                                  .errors = errors_of(f, fcs_ok),
                                  .time_ns = time_ns,
                                  .octets = f->octets,
                                  .length = f->length < FCS_OCTETS ? 0 : f->length - FCS_OCTETS});
}

static void recorder_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct recorder *r = (struct recorder *)port;
    if (!r->first_out && frame->length > 6 && memcmp(frame->octets, MAC_CONTROL, 6) != 0) {
        r->first_out = true;
        r->first_sfd_ns = frame->sfd_ns;
    }
    record_wire(r, frame, frame->sfd_ns, PCAPNG_OUT, frame->fcs_ok);
    if (r->inner && r->inner->ops->transmitted)
        r->inner->ops->transmitted(r->inner, frame);
}

static bool fcs_is_right(const struct wire_frame *f)
{
    if (f->length < FCS_OCTETS)
        return false;
    const uint8_t *tail = f->octets + f->length - FCS_OCTETS;
    uint32_t fcs =
        tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16 | (uint32_t)tail[3] << 24;
    return fcs == wire_fcs(f->octets, f->length - FCS_OCTETS);
}

/* Its time is that at which it is offered: gap and preamble come before its SFD. */
static bool recorder_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                          uint64_t *retry_ns)
{
    struct recorder *r = (struct recorder *)port;
    *retry_ns = UINT64_MAX;
    if (!r->inner || !r->inner->ops->next)
        return false;
    r->inner->changed = false;
    if (!r->inner->ops->next(r->inner, now_ns, frame, retry_ns))
        return false;
    record_wire(r, frame, frame->sfd_ns > now_ns ? frame->sfd_ns : now_ns, PCAPNG_IN,
                fcs_is_right(frame));
    return true;
}

static const struct wire_port_ops recorder_ops = {
    .transmitted = recorder_transmitted,
    .next = recorder_next,
};

struct wire_port *recorder_wire(struct recorder *r, struct wire_port *inner)
{
    r->port.ops = &recorder_ops;
    r->inner = inner;
    return &r->port;
}

/* ---- the host ---- */

static uint64_t file_clock_ns(struct machine *m)
{
    struct timespec now;
    if (!m->posix)
        return machine_now_ns(m);
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* The reading of TIME_LO lies somewhere between two looks at the other clock: the closest two of several. */
static bool read_clocks(struct machine *m, int64_t *offset_ns)
{
    uint64_t best_ns = UINT64_MAX;
    for (unsigned i = 0; i < CLOCK_LOOKS; i++) {
        uint32_t time[2];
        uint64_t before_ns = file_clock_ns(m);
        if (!machine_read(m, NIC_TIME_LO_ADDR, time, 2))
            return false;
        uint64_t after_ns = file_clock_ns(m);
        if (after_ns - before_ns >= best_ns)
            continue;
        best_ns = after_ns - before_ns;
        *offset_ns = (int64_t)(before_ns + best_ns / 2 - ((uint64_t)time[1] << 32 | time[0]));
    }
    return true;
}

int recorder_start(struct recorder *r, struct machine *m)
{
    int64_t offset_ns = 0;
    machine_enter(m);
    r->machine = NULL; /* no frame of the host until the clocks are known */
    r->first_out = r->offset_exact = false;
    bool opened = r->file || r->error || file_open(r) || r->error == -EPIPE;
    machine_leave(m);
    if (!opened)
        return EXIT_FAILED;
    if (!read_clocks(m, &offset_ns))
        return complain(EXIT_FAILED, "the device does not tell its time");
    machine_enter(m);
    r->machine = m;
    if (!r->offset_exact)
        r->offset_ns = offset_ns;
    machine_leave(m);
    return 0;
}

/* One frame seen at both places makes the offset exact. */
static void compare_clocks(struct recorder *r, const struct sender_sight *s)
{
    if (r->offset_exact || !r->first_out || !s->out || s->status != NDIS_STATUS_SUCCESS)
        return;
    r->offset_ns = (int64_t)(r->first_sfd_ns - s->time_ns);
    r->offset_exact = true;
}

void recorder_seen(struct recorder *r, const struct sender_sight *s)
{
    char comment[80];
    bool failed = s->out && s->status != NDIS_STATUS_SUCCESS;
    if (!r->machine)
        return;
    compare_clocks(r, s);
    snprintf(comment, sizeof comment, "not sent: %s", failed ? status_name(s->status) : "");
    write_frame(r, &(struct pcapng_frame){
                       .interface = HOST,
                       .direction = s->out ? PCAPNG_OUT : PCAPNG_IN,
                       .time_ns = s->time_ns ? s->time_ns + (uint64_t)r->offset_ns
                                             : file_clock_ns(r->machine),
                       .octets = s->octets,
                       .length = s->length,
                       .comment = failed ? comment : NULL,
                   });
}

/* ---- its life ---- */

/* The words of a filter expression in one line; the caller frees. */
static char *join(char **words, int count)
{
    size_t bytes = 1;
    for (int i = 0; i < count; i++)
        bytes += strlen(words[i]) + 1;
    char *text = calloc(bytes, 1);
    for (int i = 0; text && i < count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, words[i]);
    }
    return text;
}

static void recorder_free(struct recorder *r)
{
    if (r->filtered)
        pcap_freecode(&r->filter);
    free(r);
}

static bool compile(struct recorder *r, const char *expression)
{
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAP_MOST);
    bool ok = pcap && pcap_compile(pcap, &r->filter, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!ok)
        complain(EXIT_USAGE, "the filter '%s' is wrong: %s", expression,
                 pcap ? pcap_geterr(pcap) : "no memory");
    if (pcap)
        pcap_close(pcap);
    r->filtered = ok;
    return ok;
}

/* 0, or the exit code. */
static int begin(struct recorder *r, const struct options *o)
{
    char *filter = join(o->operands, o->operand_count);
    bool ok = filter && (!*filter || compile(r, filter));
    free(filter);
    if (!ok)
        return filter ? EXIT_USAGE : complain(EXIT_FAILED, "out of memory");
    return 0;
}

struct recorder *recorder_create(const struct options *o, bool has_wire, int *code)
{
    *code = EXIT_USAGE;
    if ((o->megabytes || o->seconds) && !strcmp(o->output, "-")) {
        complain(EXIT_USAGE, "standard output cannot be rotated");
        return NULL;
    }
    if (o->files && !o->megabytes && !o->seconds) {
        complain(EXIT_USAGE, "--files needs --megabytes or --seconds");
        return NULL;
    }

    struct recorder *r = calloc(1, sizeof *r);
    if (!r) {
        *code = complain(EXIT_FAILED, "out of memory");
        return NULL;
    }
    r->options = o;
    r->has_wire = has_wire;
    *code = begin(r, o);
    if (!*code)
        return r;
    recorder_free(r);
    return NULL;
}

bool recorder_done(const struct recorder *r)
{
    return !r->file || r->error || (r->options->count && r->frames >= r->options->count);
}

int recorder_close(struct recorder *r)
{
    bool opened = r->file != NULL;
    file_close(r);
    int code = r->error && r->error != -EPIPE ? EXIT_FAILED : EXIT_DONE;
    if (opened && !r->error)
        remark("%llu frames in %s", (unsigned long long)r->frames, r->options->output);
    recorder_free(r);
    return code;
}
