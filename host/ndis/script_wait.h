/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that a scripted protocol waits for. A driver may answer after the wait is over: request and buffer stay, on the
 * heap, until the protocol stops. Private to the two script protocols.
 */
#ifndef SCRIPT_WAIT_H
#define SCRIPT_WAIT_H

#include <pthread.h>
#include <stdlib.h>

#include "nic_script.h"

struct nic_script_wait {
    struct nic_script_wait *next;
    void *request; /* behind it, the buffer */
    volatile bool done;
    NDIS_STATUS status;
};

/* One with `bytes` of zeros for a request and its buffer; NULL: no memory. `list` is under `mutex`. */
static inline struct nic_script_wait *script_wait_new(struct nic_script_wait **list,
                                                      pthread_mutex_t *mutex, size_t bytes)
{
    struct nic_script_wait *wait = calloc(1, sizeof(*wait) + bytes);

    if (!wait)
        return NULL;
    wait->request = wait + 1;
    pthread_mutex_lock(mutex);
    wait->next = *list;
    *list = wait;
    pthread_mutex_unlock(mutex);
    return wait;
}

/* `request` has ended; it need not be one that somebody waits for. */
static inline void script_wait_end(struct nic_script_wait *const *list, pthread_mutex_t *mutex,
                                   struct nic_platform *platform, const void *request,
                                   NDIS_STATUS status)
{
    struct nic_script_wait *wait;

    pthread_mutex_lock(mutex);
    for (wait = *list; wait && wait->request != request; wait = wait->next)
        ;
    pthread_mutex_unlock(mutex);
    if (!wait)
        return;
    wait->status = status;
    nic_platform_flag_set(platform, &wait->done);
}

/* Nobody has it any more. */
static inline void script_wait_free(struct nic_script_wait **list, pthread_mutex_t *mutex,
                                    struct nic_script_wait *wait)
{
    pthread_mutex_lock(mutex);
    while (*list != wait)
        list = &(*list)->next;
    *list = wait->next;
    pthread_mutex_unlock(mutex);
    free(wait);
}

#endif
