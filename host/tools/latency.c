/* SPDX-License-Identifier: Apache-2.0 */
/* Latencies of frames, see latency.h. */
#include "latency.h"

#include <stdio.h>

static const struct {
    const char *name;
    double share;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};
#define QUANTILES (sizeof quantiles / sizeof *quantiles)

void latency_sent(struct latency *l, uint32_t number, uint64_t now_ns)
{
    l->sent_ns[number % LATENCY_RING] = now_ns;
    l->sfd_ns[number % LATENCY_RING] = 0;
}

void latency_sfd(struct latency *l, uint64_t sfd_ns)
{
    uint32_t at = l->on_wire++ % LATENCY_RING;
    l->sfd_ns[at] = sfd_ns;
    histogram_add(&l->to_sfd, sfd_ns - l->sent_ns[at]);
}

void latency_completed(struct latency *l, uint32_t number, uint64_t now_ns)
{
    uint32_t at = number % LATENCY_RING;
    histogram_add(&l->total, now_ns - l->sent_ns[at]);
    if (l->sfd_ns[at])
        histogram_add(&l->to_completion, now_ns - l->sfd_ns[at]);
}

static void add(json_t *to, const char *name, const struct histogram *h)
{
    json_t *object = json_object();
    if (!h->count)
        return json_decref(object);
    for (unsigned i = 0; i < QUANTILES; i++)
        json_object_set_new(object, quantiles[i].name,
                            json_integer((json_int_t)histogram_quantile(h, quantiles[i].share)));
    json_t *parts = json_array();
    uint64_t top, count;
    unsigned at = 0;
    while ((count = histogram_next(h, &at, &top)) != 0)
        json_array_append_new(parts, json_pack("[I, I]", (json_int_t)top, (json_int_t)count));
    json_object_set_new(object, "histogram", parts);
    json_object_set_new(to, name, object);
}

json_t *latency_json(const struct latency *l)
{
    json_t *object = json_object();
    add(object, "send_to_sfd", &l->to_sfd);
    add(object, "sfd_to_completion", &l->to_completion);
    add(object, "send_to_completion", &l->total);
    return object;
}

static void print(const char *name, const struct histogram *h)
{
    if (!h->count)
        return;
    printf("  %-20s", name);
    for (unsigned i = 0; i < QUANTILES; i++)
        printf(" %s %.3f", quantiles[i].name,
               (double)histogram_quantile(h, quantiles[i].share) / 1000);
    printf(" us\n");
}

void latency_print(const struct latency *l)
{
    print("send to SFD", &l->to_sfd);
    print("SFD to completion", &l->to_completion);
    print("send to completion", &l->total);
}
