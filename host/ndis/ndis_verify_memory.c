/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guard pages of the verifier: memory that a driver or protocol allocates ends at a page that nobody may touch. Whoever
 * does is named in one sentence, and then dies of the access as always. Between the end of the memory and the guard
 * page are less than ALIGNMENT bytes; what is written there is found when the memory is freed.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "ndis_machine.h"

#define ALIGNMENT 16
#define FILL      0xFD

static struct sigaction before;

static size_t round_up(size_t value, size_t to)
{
    return (value + to - 1) / to * to;
}

/* Of the mapping without its guard page. */
static size_t mapped_bytes(size_t length_bytes)
{
    return round_up(sizeof(struct ndis_object) + round_up(length_bytes, ALIGNMENT), PAGE_SIZE);
}

static UCHAR *mapping_of(struct ndis_object *object)
{
    return (UCHAR *)(object + 1) + round_up(object->length_bytes, ALIGNMENT) -
           mapped_bytes(object->length_bytes);
}

struct ndis_object *ndis_guarded_new(size_t length_bytes)
{
    size_t bytes = mapped_bytes(length_bytes);
    UCHAR *mapping =
        mmap(NULL, bytes + PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct ndis_object *object;

    if (mapping == MAP_FAILED)
        return NULL;
    mprotect(mapping + bytes, PAGE_SIZE, PROT_NONE);
    object =
        (struct ndis_object *)(void *)(mapping + bytes - round_up(length_bytes, ALIGNMENT)) - 1;
    memset((UCHAR *)(object + 1) + length_bytes, FILL,
           round_up(length_bytes, ALIGNMENT) - length_bytes);
    object->is_guarded = true;
    return object;
}

void ndis_guarded_free(struct ndis_object *object)
{
    const UCHAR *end = (const UCHAR *)(object + 1) + object->length_bytes;

    for (; (uintptr_t)end % ALIGNMENT; end++) {
        if (*end != FILL) {
            ndis_verify_finding(NULL, "memory of %zu bytes at %p was written beyond its end",
                                object->length_bytes, (void *)(object + 1));
            break;
        }
    }
    munmap(mapping_of(object), mapped_bytes(object->length_bytes) + PAGE_SIZE);
}

/* No lock: the thread may hold it, and dies in any case. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    for (struct ndis_object *object = ndis.objects; object; object = object->next) {
        UCHAR *memory = (UCHAR *)(object + 1);
        uintptr_t offset = (uintptr_t)info->si_addr - (uintptr_t)memory;
        if (object->is_guarded && offset < round_up(object->length_bytes, ALIGNMENT) + PAGE_SIZE)
            ndis_verify_finding(NULL,
                                "access at offset %zu of memory of %zu bytes at %p, beyond its end",
                                (size_t)offset, object->length_bytes, (void *)memory);
    }
    sigaction(SIGSEGV, &before, NULL); /* the access is tried again */
}

void ndis_guard_start(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &before);
}

void ndis_guard_stop(void)
{
    sigaction(SIGSEGV, &before, NULL);
}
