/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier's book of who is inside the library. A call with an adapter's or a binding's handle is entered while it lasts.
 * A handle that is none, or none any more, is named and the call ignored. A driver that lets MiniportHalt return while a call
 * of its own is inside, and a protocol whose binding is closed while one is, are named; what such a call may still have in
 * its hand is not freed before the machine stops.
 *
 * The mutex is not the platform's: it adds no point at which a scheduler may switch. Nothing is called with it held.
 */
#include <pthread.h>
#include <stdlib.h>

#include "ndis_machine.h"

#define HALTED "%s returned from MiniportHalt while its %s was inside the library"
#define CLOSED "protocol %s has closed its binding to %s while its %s was inside the library"

struct retired {
    struct retired *next;
    void (*release)(void *memory);
    void *memory;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct ndis_visit *visits;
static struct ndis_miniport *adapters;
static struct ndis_binding *bindings;
static struct retired *retired;

void ndis_verify_adapter(struct ndis_miniport *m)
{
    pthread_mutex_lock(&mutex);
    m->next_known = adapters;
    adapters = m;
    pthread_mutex_unlock(&mutex);
}

void ndis_verify_binding(struct ndis_binding *binding)
{
    pthread_mutex_lock(&mutex);
    binding->next_known = bindings;
    bindings = binding;
    pthread_mutex_unlock(&mutex);
}

void ndis_verify_adapter_gone(struct ndis_miniport *m)
{
    pthread_mutex_lock(&mutex);
    for (struct ndis_miniport **at = &adapters; *at; at = &(*at)->next_known) {
        if (*at == m) {
            *at = m->next_known;
            break;
        }
    }
    for (struct ndis_binding **at = &bindings; *at;) {
        if ((*at)->miniport == m)
            *at = (*at)->next_known;
        else
            at = &(*at)->next_known;
    }
    pthread_mutex_unlock(&mutex);
}

static bool keep(void (*release)(void *memory), void *memory)
{
    struct retired *kept = malloc(sizeof(*kept));

    if (!kept)
        return false;
    *kept = (struct retired){retired, release, memory};
    retired = kept;
    return true;
}

void ndis_verify_release(void (*release)(void *memory), void *memory)
{
    bool is_kept;

    pthread_mutex_lock(&mutex);
    is_kept = visits && keep(release, memory);
    pthread_mutex_unlock(&mutex);
    if (!is_kept)
        release(memory);
}

/* A send looks behind its handle for a detour, and only the detour asks here: to find it, bindings stay. */
void ndis_verify_binding_gone(struct ndis_binding *binding)
{
    static struct ndis_miniport gone = {.detours = DETOUR_VERIFY};

    binding->miniport = &gone;
    pthread_mutex_lock(&mutex);
    keep(free, binding); /* without memory for the note it is left lying */
    pthread_mutex_unlock(&mutex);
}

void ndis_verify_release_all(void)
{
    while (retired) {
        struct retired *first = retired;
        retired = first->next;
        first->release(first->memory);
        free(first);
    }
}

static bool is_known(const struct ndis_visit *visit)
{
    const struct ndis_miniport *m = adapters;
    const struct ndis_binding *binding = bindings;

    while (visit->binding && binding && binding != visit->binding)
        binding = binding->next_known;
    while (!visit->binding && m && m != visit->miniport)
        m = m->next_known;
    return visit->binding ? binding != NULL : m != NULL;
}

bool ndis_verify_enters(struct ndis_visit *visit)
{
    bool is_ours;

    pthread_mutex_lock(&mutex);
    is_ours = is_known(visit);
    if (is_ours) {
        if (visit->binding)
            visit->miniport = visit->binding->miniport;
        visit->next = visits;
        visit->link = &visits;
        if (visits)
            visits->link = &visit->next;
        visits = visit;
        visit->is_entered = true;
    }
    pthread_mutex_unlock(&mutex);
    if (!is_ours)
        ndis_verify_finding(NULL, "%s for %s %p, which is none or has been removed; ignored",
                            visit->call, visit->binding ? "binding" : "adapter",
                            visit->binding ? (void *)visit->binding : (void *)visit->miniport);
    return is_ours;
}

void ndis_verify_leaves(struct ndis_visit *visit)
{
    pthread_mutex_lock(&mutex);
    *visit->link = visit->next;
    if (visit->next)
        visit->next->link = visit->link;
    pthread_mutex_unlock(&mutex);
}

/* Of a binding's protocol, or (binding NULL) of the driver. */
static bool is_inside(struct ndis_miniport *m, struct ndis_binding *binding,
                      struct ndis_visit *found)
{
    const struct ndis_visit *visit;

    pthread_mutex_lock(&mutex);
    for (visit = visits; visit && (visit->miniport != m || visit->binding != binding);
         visit = visit->next)
        ;
    if (visit)
        *found = *visit;
    pthread_mutex_unlock(&mutex);
    return visit;
}

void ndis_verify_halted(struct ndis_miniport *m)
{
    struct ndis_visit visit;

    if (!is_inside(m, NULL, &visit))
        return;
    if (visit.nbl)
        ndis_verify_nbl_finding(visit.nbl, HALTED, m->name, visit.call);
    else
        ndis_verify_finding(visit.packet, HALTED, m->name, visit.call);
}

void ndis_verify_closed(struct ndis_binding *binding)
{
    struct ndis_miniport *m = binding->miniport;
    struct ndis_visit visit;

    if (!is_inside(m, binding, &visit))
        return;
    if (visit.nbl)
        ndis_verify_nbl_finding(visit.nbl, CLOSED, binding->protocol->name, m->name, visit.call);
    else
        ndis_verify_finding(visit.packet, CLOSED, binding->protocol->name, m->name, visit.call);
}
