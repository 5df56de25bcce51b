/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers, events, work items, strings, lists, time, log and interrupts, as a miniport uses them.
 */
#include "ndis_rig.h"

static struct rig r;

static void start(unsigned bindings)
{
    rig_start(&r, &(struct nic_script_miniport){0}, bindings, RIG_VERIFY, 0);
}

static void stop_clean(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static struct {
    NDIS_MINIPORT_TIMER timer;
    NDIS_TIMER plain;
    unsigned fired, plain_fired, inside;
} timing;

static VOID on_timer(PVOID one, PVOID context, PVOID two, PVOID three)
{
    (void)one;
    (void)two;
    (void)three;
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_DISPATCH);
    timing.inside += __atomic_load_n(&r.miniport->inside, __ATOMIC_SEQ_CST) != 0;
    if (context == &timing.plain)
        timing.plain_fired++;
    else
        timing.fired++;
}

START_TEST(timers)
{
    BOOLEAN cancelled;
    ULONG before, after;

    start(0);
    memset(&timing, 0, sizeof(timing));
    NdisMInitializeTimer(&timing.timer, r.miniport->handle, on_timer, &timing);
    NdisInitializeTimer(&timing.plain, on_timer, &timing.plain);
    NdisGetSystemUpTime(&before);
    NdisMSetTimer(&timing.timer, 5);
    NdisSetTimer(&timing.plain, 3);
    NdisMSleep(10000);
    NdisGetSystemUpTime(&after);
    ck_assert_uint_eq(after - before, 10);
    ck_assert(timing.fired == 1 && timing.plain_fired == 1);
    NdisMSetPeriodicTimer(&timing.timer, 2);
    NdisMSleep(9000);
    ck_assert_uint_eq(timing.fired, 5);
    NdisMCancelTimer(&timing.timer, &cancelled);
    ck_assert(cancelled);
    NdisMSleep(9000);
    ck_assert_uint_eq(timing.fired, 5);
    NdisMCancelTimer(&timing.timer, &cancelled);
    ck_assert(!cancelled);
    NdisSetTimer(&timing.plain, 3);
    NdisCancelTimer(&timing.plain, &cancelled);
    ck_assert(cancelled);
    ck_assert_uint_eq(timing.inside, 0);
    stop_clean();
}
END_TEST

/* A timer that fires while the gate is taken waits for it, and can still be cancelled. */
static struct nic_script_step sleepless(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
}

static void *other_thread(void *context)
{
    (void)context;
    NdisMSetTimer(&timing.timer, 0);
    for (unsigned i = 0; i < 20; i++)
        rig_run(&r, 1000);
    return NULL;
}

static void in_send(void *context, PNDIS_PACKET packet)
{
    BOOLEAN cancelled;
    pthread_t thread;

    (void)context;
    (void)packet;
    pthread_create(&thread, NULL, other_thread, NULL);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(timing.fired, 0); /* due, and kept out */
    if (nic_script_number(packet) == 0) {
        NdisMCancelTimer(&timing.timer, &cancelled);
        ck_assert(cancelled);
    }
}

START_TEST(der_01_timers_wait_for_the_gate)
{
    PNDIS_PACKET packets[2];

    rig_start(&r, &(struct nic_script_miniport){.next = sleepless, .sending = in_send}, 1,
              RIG_POSIX | RIG_VERIFY, 0);
    memset(&timing, 0, sizeof(timing));
    NdisMInitializeTimer(&timing.timer, r.miniport->handle, on_timer, &timing);
    for (unsigned i = 0; i < 2; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(timing.fired,
                          i); /* the first was cancelled, the second ran on the way out */
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    stop_clean();
}
END_TEST

static NDIS_EVENT event;
static NDIS_WORK_ITEM work;
static unsigned worked;

static VOID on_work(PNDIS_WORK_ITEM item, PVOID context)
{
    ck_assert(item == &work && context == &event);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_PASSIVE);
    worked++;
    NdisSetEvent(&event);
}

START_TEST(events_and_work_items)
{
    start(0);
    worked = 0;
    NdisInitializeEvent(&event);
    ck_assert(!NdisWaitEvent(&event, 5));
    NdisInitializeWorkItem(&work, on_work, &event);
    ck_status(NdisScheduleWorkItem(&work), NDIS_STATUS_SUCCESS);
    ck_assert(NdisWaitEvent(&event, 0));
    ck_assert(NdisWaitEvent(&event, 5)); /* stays set */
    NdisResetEvent(&event);
    ck_assert(!NdisWaitEvent(&event, 5));
    ck_assert_uint_eq(worked, 1);
    stop_clean();
}
END_TEST

START_TEST(strings_lists_and_the_rest)
{
    static const WCHAR wide[] = u"Hello\x00e9";
    LIST_ENTRY head, entries[3];
    NDIS_STRING one, two;
    ANSI_STRING ansi;
    NDIS_SPIN_LOCK lock;
    char text[8];
    PVOID memory;
    LARGE_INTEGER time;
    LONG number = 1;

    start(0);
    NdisInitUnicodeString(&one, wide);
    ck_assert(one.Length == 12 && one.MaximumLength == 14);
    ansi = (ANSI_STRING){.MaximumLength = 8, .Buffer = text};
    ck_status(NdisUnicodeStringToAnsiString(&ansi, &one), NDIS_STATUS_SUCCESS);
    ck_assert_str_eq(text, "Hello?");
    ansi.MaximumLength = 6;
    ck_status(NdisUnicodeStringToAnsiString(&ansi, &one), NDIS_STATUS_BUFFER_OVERFLOW);
    NdisInitializeString(&two, (PUCHAR) "hELLO");
    NdisInitUnicodeString(&one, u"Hello");
    ck_assert(NdisEqualString(&one, &two, TRUE) && !NdisEqualString(&one, &two, FALSE));
    two.Length -= 2;
    ck_assert(!NdisEqualString(&one, &two, TRUE));
    NdisInitAnsiString(&ansi, "too long for this one");
    ck_assert(ansi.Length == 21 && ansi.MaximumLength == 22);
    ck_status(NdisAnsiStringToUnicodeString(&two, &ansi), NDIS_STATUS_BUFFER_OVERFLOW);
    NdisFreeString(two);
    NdisInitUnicodeString(&one, NULL);
    NdisInitAnsiString(&ansi, NULL);
    ck_assert(one.Length == 0 && ansi.Length == 0 && ansi.MaximumLength == 0);
    NdisAllocateSpinLock(&lock);
    NdisInitializeListHead(&head);
    ck_assert_ptr_null(NdisInterlockedRemoveHeadList(&head, &lock));
    ck_assert_ptr_null(NdisInterlockedInsertTailList(&head, &entries[0], &lock));
    ck_assert_ptr_eq(NdisInterlockedInsertTailList(&head, &entries[1], &lock), &entries[0]);
    ck_assert_ptr_eq(NdisInterlockedInsertHeadList(&head, &entries[2], &lock), &entries[0]);
    ck_assert_ptr_eq(NdisInterlockedRemoveHeadList(&head, &lock), &entries[2]);
    ck_assert_ptr_eq(NdisInterlockedRemoveHeadList(&head, &lock), &entries[0]);
    NdisFreeSpinLock(&lock);
    ck_status(NdisAllocateMemory(&memory, 16, 0, (NDIS_PHYSICAL_ADDRESS){.QuadPart = -1}),
              NDIS_STATUS_SUCCESS);
    NdisZeroMemory(memory, 16);
    NdisFreeMemory(memory, 16, 0);
    NdisFreeMemory(NULL, 0, 0);
    ck_assert_int_eq(NdisInterlockedIncrement(&number), 2);
    ck_assert_int_eq(NdisInterlockedDecrement(&number), 1);
    NdisGetCurrentSystemTime(&time);
    ck_assert_int_ge(time.QuadPart, 126227808000000000ll);
    NdisStallExecution(10); /* returns although virtual time stands still */
    ck_assert_uint_eq(NdisGetVersion(), 0x00050001);
    NdisWriteErrorLogEntry(r.miniport->handle, NDIS_ERROR_CODE_HARDWARE_FAILURE, 2, 0x11u, 0x22u);
    ck_assert_str_eq(r.log, "nic0: error log entry c000138a, values 00000011 00000022");
    stop_clean();
}
END_TEST

static BOOLEAN in_isr(PVOID context)
{
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_INTERRUPT);
    r.platform->ops->interrupt_raise(r.platform, 8); /* kept out until we are done */
    *(unsigned *)context = r.miniport->isrs;
    return 7;
}

START_TEST(synchronize_with_interrupt)
{
    unsigned seen = 99;

    start(0);
    ck_assert_uint_eq(
        NdisMSynchronizeWithInterrupt(&r.miniport->interrupt, (PVOID)(uintptr_t)in_isr, &seen), 7);
    ck_assert_uint_eq(seen, 0);
    ck_assert_uint_eq(r.miniport->isrs, 1);
    ck_assert_uint_eq(r.miniport->dpcs, 1);
    ck_assert_uint_eq(rig_statistics(&r).interrupts, 1);
    stop_clean();
}
END_TEST

static VOID shutdown(PVOID context)
{
    (void)context;
}

START_TEST(interrupt_registration)
{
    static NDIS_MINIPORT_INTERRUPT second;

    start(0);
    ck_status(NdisMRegisterInterrupt(&second, r.miniport->handle, 3, 0, TRUE, FALSE,
                                     NdisInterruptLatched),
              NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(NdisMRegisterInterrupt(&second, r.miniport->handle, 99, 0, TRUE, FALSE,
                                     NdisInterruptLatched),
              NDIS_STATUS_RESOURCE_CONFLICT);
    NdisMRegisterAdapterShutdownHandler(r.miniport->handle, NULL, shutdown);
    NdisMDeregisterAdapterShutdownHandler(r.miniport->handle);
    stop_clean();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_system");
    TCase *t = tcase_create("system");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, timers);
    tcase_add_test(t, der_01_timers_wait_for_the_gate);
    tcase_add_test(t, events_and_work_items);
    tcase_add_test(t, strings_lists_and_the_rest);
    tcase_add_test(t, synchronize_with_interrupt);
    tcase_add_test(t, interrupt_registration);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
