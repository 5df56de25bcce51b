/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Read/write locks: a row of the platform's locks. A reader takes one, which depends on its thread; a writer takes all of them,
 * in order. So nobody spins, whoever waits is seen by whatever replaces the platform's locks, and two readers wait for each
 * other only when they meet at the same one.
 */
#include "ndis_machine.h"

#define SLOTS 8
#define WRITE 0xFFFF /* LockState; else the reader's slot */

struct rw_lock {
    struct nic_lock slots[SLOTS];
};

static struct rw_lock *rw_lock_of(PNDIS_RW_LOCK lock)
{
    return lock->Context;
}

static unsigned slot_of_thread(void)
{
    static _Thread_local unsigned number;
    static unsigned threads;

    if (!number)
        number = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    return number % SLOTS;
}

VOID NdisInitializeReadWriteLock(PNDIS_RW_LOCK Lock)
{
    struct rw_lock *lock = ndis_object_new(NDIS_KIND_RW_LOCK, sizeof(*lock), 0);

    memset(Lock, 0, sizeof(*Lock));
    Lock->Context = lock;
    for (unsigned i = 0; lock && i < SLOTS; i++)
        ndis.platform->ops->lock_init(ndis.platform, &lock->slots[i], "read/write lock");
}

void ndis_rw_lock_free(void *lock)
{
    for (unsigned i = 0; i < SLOTS; i++)
        ndis.platform->ops->lock_free(ndis.platform, &((struct rw_lock *)lock)->slots[i]);
}

static void acquire(PNDIS_RW_LOCK lock, BOOLEAN writes, PLOCK_STATE state, const char *call,
                    enum nic_level lowest)
{
    unsigned first = writes ? 0 : slot_of_thread(), last = writes ? SLOTS - 1 : first;

    if (ndis_verifying())
        ndis_verify_level(call, lowest, NIC_LEVEL_DISPATCH);
    *state = (LOCK_STATE){.LockState = writes ? WRITE : (USHORT)first,
                          .OldIrql = (KIRQL)nic_platform_level()};
    for (unsigned i = first; i <= last; i++)
        ndis_lock_drivers(&rw_lock_of(lock)->slots[i]);
    if (ndis_verifying())
        ndis_verify_lock_count(1);
}

VOID NdisAcquireReadWriteLock(PNDIS_RW_LOCK Lock, BOOLEAN fWrite, PLOCK_STATE LockState)
{
    acquire(Lock, fWrite, LockState, "NdisAcquireReadWriteLock", NIC_LEVEL_PASSIVE);
}

VOID NdisDprAcquireReadWriteLock(PNDIS_RW_LOCK Lock, BOOLEAN fWrite, PLOCK_STATE LockState)
{
    acquire(Lock, fWrite, LockState, "NdisDprAcquireReadWriteLock", NIC_LEVEL_DISPATCH);
}

VOID NdisReleaseReadWriteLock(PNDIS_RW_LOCK Lock, PLOCK_STATE LockState)
{
    bool writes = LockState->LockState == WRITE;
    unsigned first = writes ? 0 : LockState->LockState, end = writes ? SLOTS : first + 1;

    if (ndis_verifying())
        ndis_verify_lock_count(-1);
    while (end-- > first)
        ndis_unlock_drivers(&rw_lock_of(Lock)->slots[end]);
}

VOID NdisDprReleaseReadWriteLock(PNDIS_RW_LOCK Lock, PLOCK_STATE LockState)
{
    NdisReleaseReadWriteLock(Lock, LockState);
}
