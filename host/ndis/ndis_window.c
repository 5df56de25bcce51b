/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports and mapped registers: who has claimed which. A driver's access carries an address and no handle, so two tables say
 * whose it is: one entry a port, and one entry a page of a range of addresses that is reserved for
 * mappings and has no memory behind it. They are read without a lock, at any level; a driver that
 * gives back what it still uses in another thread is wrong here as in a kernel.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "ndis_machine.h"

#define PORTS       0x10000u
#define ARENA_BYTES ((size_t)256 << 20)
#define ARENA_PAGES (ARENA_BYTES / PAGE_SIZE)

static struct ndis_window *ports[PORTS];
static struct ndis_window *pages[ARENA_PAGES]; /* both under machine.lock to write */
static uintptr_t arena;

/* ---- tables ---- */

/* Under machine.lock. */
static bool are_free(struct ndis_window *const *table, size_t first, size_t count)
{
    while (count && !table[first])
        first++, count--;
    return count == 0;
}

static void fill(struct ndis_window **table, size_t first, size_t count, struct ndis_window *window)
{
    for (size_t i = 0; i < count; i++)
        __atomic_store_n(&table[first + i], window, __ATOMIC_RELEASE);
}

static size_t pages_of(const struct ndis_window *window)
{
    return (window->first % PAGE_SIZE + window->length + PAGE_SIZE - 1) / PAGE_SIZE;
}

static size_t page_at(uintptr_t address)
{
    return (address - arena) / PAGE_SIZE;
}

/* Under machine.lock. A page stays free on either side. */
static bool place(struct ndis_window *window)
{
    size_t count = pages_of(window) + 2;

    if (!arena) {
        void *reserved =
            mmap(NULL, ARENA_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        arena = reserved == MAP_FAILED ? 0 : (uintptr_t)reserved;
    }
    for (size_t first = 0; arena && first + count <= ARENA_PAGES; first++) {
        if (!are_free(pages, first, count))
            continue;
        window->address = arena + (first + 1) * PAGE_SIZE + window->first % PAGE_SIZE;
        fill(pages, first + 1, count - 2, window);
        return true;
    }
    return false;
}

static bool claim(struct ndis_window *window)
{
    bool is_ours;

    ndis_lock(&ndis.lock);
    if (window->space == NIC_NDIS_PORTS) {
        is_ours = are_free(ports, window->first, window->length);
        if (is_ours)
            fill(ports, window->first, window->length, window);
    } else {
        is_ours = place(window);
    }
    ndis_unlock(&ndis.lock);
    return is_ours;
}

static void give_up(struct ndis_window *window)
{
    ndis_lock(&ndis.lock);
    if (window->space == NIC_NDIS_PORTS)
        fill(ports, window->first, window->length, NULL);
    else
        fill(pages, page_at(window->address), pages_of(window), NULL);
    ndis_unlock(&ndis.lock);
    free(window);
}

/* ---- claiming ---- */

static NDIS_STATUS window_open(struct ndis_miniport *m, enum nic_ndis_space space, uint64_t first,
                               UINT length, PVOID *address)
{
    struct ndis_window *window;

    *address = NULL;
    if (!ndis_resource_covers(m, space, first, length))
        return NDIS_STATUS_RESOURCE_CONFLICT;
    window = malloc(sizeof(*window));
    if (!window)
        return NDIS_STATUS_RESOURCES;
    *window = (struct ndis_window){.miniport = m,
                                   .space = space,
                                   .first = first,
                                   .address = (uintptr_t)first,
                                   .length = length};
    if (!claim(window)) {
        free(window);
        return space == NIC_NDIS_PORTS ? NDIS_STATUS_RESOURCE_CONFLICT : NDIS_STATUS_RESOURCES;
    }
    ndis_lock(&m->lock);
    window->next = m->windows;
    m->windows = window;
    ndis_unlock(&m->lock);
    *address = (PVOID)window->address;
    return NDIS_STATUS_SUCCESS;
}

static void window_close(struct ndis_miniport *m, const char *call, PVOID address, UINT length)
{
    struct ndis_window *window = NULL;

    ndis_lock(&m->lock);
    for (struct ndis_window **at = &m->windows; *at; at = &(*at)->next) {
        if ((*at)->address != (uintptr_t)address || (*at)->length != length)
            continue;
        window = *at;
        *at = window->next;
        break;
    }
    ndis_unlock(&m->lock);
    if (window)
        give_up(window);
    else if (ndis_verifying())
        ndis_verify_finding(NULL, "%s: %s for 0x%x at %p, which it does not have", m->name, call,
                            length, address);
}

void ndis_windows_free(struct ndis_miniport *m)
{
    while (m->windows) {
        struct ndis_window *window = m->windows;
        m->windows = window->next;
        if (ndis_verifying())
            ndis_verify_finding(NULL, "%s halted with 0x%x %s at 0x%llx claimed", m->name,
                                window->length,
                                window->space == NIC_NDIS_PORTS ? "ports" : "bytes of registers",
                                (unsigned long long)window->first);
        give_up(window);
    }
}

NDIS_STATUS NdisMRegisterIoPortRange(PVOID *PortOffset, NDIS_HANDLE MiniportAdapterHandle,
                                     UINT InitialPort, UINT NumberOfPorts)
{
    ndis_only_passive("NdisMRegisterIoPortRange");
    if (InitialPort >= PORTS || NumberOfPorts > PORTS - InitialPort)
        return NDIS_STATUS_RESOURCE_CONFLICT;
    return window_open(ndis_miniport_of(MiniportAdapterHandle), NIC_NDIS_PORTS, InitialPort,
                       NumberOfPorts, PortOffset);
}

VOID NdisMDeregisterIoPortRange(NDIS_HANDLE MiniportAdapterHandle, UINT InitialPort,
                                UINT NumberOfPorts, PVOID PortOffset)
{
    (void)InitialPort; /* the same number */
    ndis_only_passive("NdisMDeregisterIoPortRange");
    window_close(ndis_miniport_of(MiniportAdapterHandle), "NdisMDeregisterIoPortRange", PortOffset,
                 NumberOfPorts);
}

NDIS_STATUS NdisMMapIoSpace(PVOID *VirtualAddress, NDIS_HANDLE MiniportAdapterHandle,
                            NDIS_PHYSICAL_ADDRESS PhysicalAddress, UINT Length)
{
    ndis_only_passive("NdisMMapIoSpace");
    return window_open(ndis_miniport_of(MiniportAdapterHandle), NIC_NDIS_MEMORY,
                       (uint64_t)PhysicalAddress.QuadPart, Length, VirtualAddress);
}

VOID NdisMUnmapIoSpace(NDIS_HANDLE MiniportAdapterHandle, PVOID VirtualAddress, UINT Length)
{
    ndis_only_passive("NdisMUnmapIoSpace");
    window_close(ndis_miniport_of(MiniportAdapterHandle), "NdisMUnmapIoSpace", VirtualAddress,
                 Length);
}

/* ---- lookup ---- */

bool ndis_window_is_mapped(uintptr_t address)
{
    return arena && address >= arena && address - arena < ARENA_BYTES;
}

/* Old drivers look at a port before they claim it, which on a PC reaches the card: in MiniportInitialize, so do its adapter's. */
static const struct ndis_window *probed(uintptr_t address, unsigned size_bytes)
{
    static _Thread_local struct ndis_window window;
    struct ndis_miniport *m = ndis_inside;

    if (!m || m->state != MINIPORT_INITIALIZING ||
        !ndis_resource_covers(m, NIC_NDIS_PORTS, address, size_bytes))
        return NULL;
    window = (struct ndis_window){.miniport = m, .first = address, .address = address};
    return &window;
}

const struct ndis_window *ndis_window_at(enum nic_ndis_space space, uintptr_t address,
                                         unsigned size_bytes)
{
    const struct ndis_window *window = NULL;

    if (space == NIC_NDIS_PORTS && address < PORTS)
        window = __atomic_load_n(&ports[address], __ATOMIC_ACQUIRE);
    else if (space == NIC_NDIS_MEMORY && ndis_window_is_mapped(address))
        window = __atomic_load_n(&pages[page_at(address)], __ATOMIC_ACQUIRE);
    if (window && address >= window->address && address - window->address < window->length &&
        size_bytes <= window->length - (address - window->address))
        return window;
    if (ndis_verifying())
        ndis_verify_finding(NULL, "access of %u octets to %s 0x%llx, which nobody has claimed",
                            size_bytes, space == NIC_NDIS_PORTS ? "port" : "register",
                            (unsigned long long)address);
    return space == NIC_NDIS_PORTS ? probed(address, size_bytes) : NULL;
}
