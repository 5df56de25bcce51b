/* SPDX-License-Identifier: Apache-2.0 */
/* hilnic stats: the counters once or again and again, of a device of its own or of a hilnic up that offers them. */
#include "counters.h"
#include "metrics.h"
#include "replay.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct stats {
    struct counter counters[COUNTERS_MOST];
    unsigned count;
    bool device; /* it has told its own */
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void nothing_sent(void *context, ULONG number, NDIS_STATUS status)
{
    (void)context;
    (void)number;
    (void)status;
}

static int gather(struct machine *m, void *context)
{
    struct stats *s = context;
    s->count = counters_read(m, s->counters, &s->device);
    return s->count ? EXIT_DONE : complain(EXIT_FAILED, "the driver does not tell its counters");
}

/* After the counters are printed: EXIT_DONE, or complained, that they could not be or that the device took its own away. */
static int printed(const struct stats *s)
{
    int code = flush_output(EXIT_DONE);
    return code        ? code
           : s->device ? EXIT_DONE
                       : complain(EXIT_NO_DEVICE, "the device is gone, and its counters with it");
}

static void print_stats(const struct options *o, const struct stats *s)
{
    json_t *json = o->json ? json_object() : NULL;
    for (unsigned i = 0; i < s->count; i++) {
        const struct counter *c = &s->counters[i];
        if (json)
            json_object_set_new(json, c->name, json_integer((json_int_t)c->value));
        else if (c->value)
            printf("  %-24s %llu\n", c->name, (unsigned long long)c->value);
    }
    if (json)
        print_json(json);
}

/* What changed since the last look, and how fast. With --json everything, a line a look. */
static void print_changes(const struct options *o, const struct stats *now,
                          const struct stats *before, double seconds)
{
    if (o->json) {
        print_stats(o, now);
        return;
    }
    printf("after %.1f s:\n", seconds);
    for (unsigned i = 0; i < now->count; i++) {
        const struct counter *c = &now->counters[i];
        uint64_t more = c->value - counter_value(before->counters, before->count, c->name);
        if (more)
            printf("  %-24s %12llu  %+12lld  %10.1f/s\n", c->name, (unsigned long long)c->value,
                   (long long)more, (double)more / seconds);
    }
}

/* One look, from wherever they come; `m` NULL: --from. */
static int look(const struct options *o, struct machine *m, struct stats *s)
{
    s->device = true;
    if (!m)
        return metrics_fetch(o->from, s->counters, &s->count);
    return gather(m, s);
}

static int watch(const struct options *o, struct machine *m)
{
    struct stats seen[2] = {{.count = 0}};
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int code = look(o, m, &seen[0]);
    if (!code) {
        print_stats(o, &seen[0]);
        code = printed(&seen[0]);
    }
    for (uint32_t i = 1; !code && (!o->count || i < o->count); i++) {
        double start_s = wall_s();
        struct timespec wait = {.tv_sec = o->watch};
        if (nanosleep(&wait, NULL) != 0 || stopped)
            break;
        code = look(o, m, &seen[i & 1]);
        if (code || stopped)
            break;
        print_changes(o, &seen[i & 1], &seen[~i & 1], wall_s() - start_s);
        code = printed(&seen[i & 1]);
    }
    return code;
}

static int of_replay(const struct options *o)
{
    static struct stats s;
    char error[CAPTURE_ERROR_BYTES];
    struct replay_result result;
    struct capture *capture = capture_read(o->input, error);
    if (!capture)
        return complain(EXIT_FAILED, "%s", error);
    int code = replay_run(o, o->input, capture, &result,
                          &(struct replay_hooks){.inspect = gather, .context = &s});
    capture_free(capture);
    if (!code) {
        print_stats(o, &s);
        code = printed(&s);
    }
    return code;
}

static int of_device(const struct options *o)
{
    static struct stats s;
    struct machine m;
    struct machine_options options = {
        .device = o->device,
        .usb = o->usb ? &o->match : NULL,
        .seed = o->seed,
        .core = {.in_phase = true},
        .board = {.in_phase = true},
        .mbps = o->mbps,
        .handlers.completed = nothing_sent,
    };
    int code = firmware_choose(o, &options);
    if (code)
        return code;
    code = machine_start(&m, &options);
    if (code)
        return complain(code, "%s", m.message);
    code = o->watch ? watch(o, &m) : look(o, &m, &s);
    machine_stop(&m);
    if (!code && !o->watch) {
        print_stats(o, &s);
        code = printed(&s);
    }
    return code;
}

int command_stats(const struct options *o)
{
    static struct stats s;
    if (o->input && (o->watch || o->from))
        return complain(EXIT_USAGE,
                        "-r is for one look at a device of its own, without --watch and "
                        "--from");
    if (o->input)
        return of_replay(o);
    if (!o->from)
        return of_device(o);
    if (o->watch)
        return watch(o, NULL);
    int code = look(o, NULL, &s);
    if (!code)
        print_stats(o, &s);
    return code;
}
