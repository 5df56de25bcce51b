/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's initialization without what it asks for: every allocation of memory, pool, packet, buffer, MDL, NBL, timer and
 * interrupt fails once, in turn. The adapter is refused, nothing is left behind, nothing is freed that was not had, and
 * the next attempt succeeds. The allocations are the linker's to wrap (driver_tests.mk); what a handle is after a failure
 * nobody has promised, so it is made unusable.
 */
#include "driver_rig.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "nic_transport.h"
#include "soft_device.h"

#define VECTOR 3
#define NONE   ((void *)(uintptr_t)0x5A5A5A5A5A5A5A5A)

static unsigned count, fails; /* the `fails`th fails, from 1; 0: none does */

static bool is_due(void)
{
    return ++count == fails;
}

#define WRAP_VOID(NAME, HANDLE, ARGUMENTS, NAMES)                                                  \
    VOID __real_##NAME ARGUMENTS;                                                                  \
    VOID __wrap_##NAME ARGUMENTS;                                                                  \
    VOID __wrap_##NAME ARGUMENTS                                                                   \
    {                                                                                              \
        if (is_due()) {                                                                            \
            *HANDLE = NONE;                                                                        \
            *status = NDIS_STATUS_RESOURCES;                                                       \
        } else {                                                                                   \
            __real_##NAME NAMES;                                                                   \
        }                                                                                          \
    }

#define WRAP(TYPE, NAME, FAILURE, ARGUMENTS, NAMES)                                                \
    TYPE __real_##NAME ARGUMENTS;                                                                  \
    TYPE __wrap_##NAME ARGUMENTS;                                                                  \
    TYPE __wrap_##NAME ARGUMENTS                                                                   \
    {                                                                                              \
        return is_due() ? FAILURE : __real_##NAME NAMES;                                           \
    }

WRAP_VOID(NdisAllocatePacketPool, pool,
          (PNDIS_STATUS status, PNDIS_HANDLE pool, UINT descriptors, UINT reserved),
          (status, pool, descriptors, reserved))
WRAP_VOID(NdisAllocateBufferPool, pool, (PNDIS_STATUS status, PNDIS_HANDLE pool, UINT descriptors),
          (status, pool, descriptors))
WRAP_VOID(NdisAllocatePacket, packet, (PNDIS_STATUS status, PNDIS_PACKET *packet, NDIS_HANDLE pool),
          (status, packet, pool))
WRAP_VOID(NdisAllocateBuffer, buffer,
          (PNDIS_STATUS status, PNDIS_BUFFER *buffer, NDIS_HANDLE pool, PVOID address, UINT length),
          (status, buffer, pool, address, length))
WRAP(NDIS_STATUS, NdisAllocateMemoryWithTag, NDIS_STATUS_FAILURE,
     (PVOID * address, UINT length, ULONG tag), (address, length, tag))
WRAP(NDIS_STATUS, NdisMRegisterInterrupt, NDIS_STATUS_RESOURCE_CONFLICT,
     (PNDIS_MINIPORT_INTERRUPT interrupt, NDIS_HANDLE adapter, UINT vector, UINT level,
      BOOLEAN request_isr, BOOLEAN shared, NDIS_INTERRUPT_MODE mode),
     (interrupt, adapter, vector, level, request_isr, shared, mode))
WRAP(NDIS_HANDLE, NdisAllocateNetBufferListPool, NULL,
     (NDIS_HANDLE adapter, PNET_BUFFER_LIST_POOL_PARAMETERS parameters), (adapter, parameters))
WRAP(PNET_BUFFER_LIST, NdisAllocateNetBufferAndNetBufferList, NULL,
     (NDIS_HANDLE pool, USHORT size, USHORT backfill, PMDL mdl, ULONG offset, SIZE_T length),
     (pool, size, backfill, mdl, offset, length))
WRAP(PMDL, NdisAllocateMdl, NULL, (NDIS_HANDLE adapter, PVOID address, UINT length),
     (adapter, address, length))
WRAP(NDIS_STATUS, NdisAllocateTimerObject, NDIS_STATUS_RESOURCES,
     (NDIS_HANDLE adapter, PNDIS_TIMER_CHARACTERISTICS characteristics, PNDIS_HANDLE timer),
     (adapter, characteristics, timer))
WRAP(NDIS_STATUS, NdisMRegisterInterruptEx, NDIS_STATUS_RESOURCE_CONFLICT,
     (NDIS_HANDLE adapter, NDIS_HANDLE context,
      PNDIS_MINIPORT_INTERRUPT_CHARACTERISTICS characteristics, PNDIS_HANDLE interrupt),
     (adapter, context, characteristics, interrupt))

static unsigned findings;
static char sentence[1024];

static void note(void *context, const char *text)
{
    (void)context;
    findings += context != NULL;
    snprintf(sentence, sizeof(sentence), "%s", text);
}

/* The number of allocations is the driver's: it ends with the first attempt in which none was left to fail. */
static void fail_each(nic_ndis_driver_entry *entry, bool processor)
{
    struct nic_ndis_options options = {
        .verify = true, .report = note, .report_context = &findings, .log = note};
    struct nic_platform *platform = nic_virtual_create(rig_seed());
    struct soft_options soft = {.processor = processor, .seed = rig_seed()};
    struct soft_device *device = soft_device_create(&soft, platform, VECTOR);
    const char *parameters[] = {"InterruptNumber=3",
                                processor ? rig_firmware(100, NIC_MAP_HASH, 0) : NULL, NULL};
    struct nic_ndis_driver *driver;
    NDIS_STATUS status;
    unsigned leaks;

    ck_assert_int_eq(nic_transport_put(0, soft_device_transport(device)), 0);
    ck_assert_int_eq(nic_ndis_start(platform, &options), 0);
    ck_assert_int_eq(nic_ndis_driver_load(entry, &driver), NDIS_STATUS_SUCCESS);
    for (fails = 1;; fails++) {
        count = 0;
        status = nic_ndis_adapter_add(driver, "nic0", parameters);
        if (count < fails)
            break;
        ck_assert_msg(status != NDIS_STATUS_SUCCESS, "without allocation %u", fails);
        ck_assert_msg(fails == 1 || sentence[0], "allocation %u is missed in silence", fails);
        sentence[0] = 0;
        ck_assert_uint_lt(fails, 2000);
    }
    ck_assert_int_eq(status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_gt(fails, 100); /* a slot of the receive side takes several */
    ck_assert_int_eq(nic_ndis_adapter_remove("nic0", 100), NDIS_STATUS_SUCCESS);
    nic_ndis_driver_unload(driver);
    leaks = nic_ndis_stop();
    ck_assert_msg(leaks == 0 && findings == 0, "%u leaks, %u findings; the last: %s", leaks,
                  findings, sentence);
    fails = 0;
    nic_transport_put(0, NULL);
    soft_device_destroy(device);
    nic_virtual_destroy(platform);
}

START_TEST(each_allocation_fails_once)
{
    static nic_ndis_driver_entry *const entries[] = {nic_miniport_entry, nic_miniport_single_entry,
                                                     nic_miniport6_entry};

    fail_each(entries[_i % 3], _i / 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver memory");
    TCase *c = tcase_create("initialization");

    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, each_allocation_fails_once, 0, 6);
    suite_add_tcase(suite, c);
    return rig_run_suites(srunner_create(suite));
}
