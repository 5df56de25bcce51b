/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ndis_services.h: each call once as it should be, once as it should not.
 */
#define NDIS_MINIPORT_DRIVER
#define NDIS51_MINIPORT
#include "ndis_bare.h"
#include "nic_ndis_device.h"

#include <sys/stat.h>
#include <unistd.h>

static struct rig r;

static void found(unsigned count, const char *words)
{
    ck_assert_msg(r.findings == count && strstr(r.finding, words), "%u findings, the first: %s",
                  r.findings, r.finding);
}

/* ---- read/write locks ---- */

static NDIS_RW_LOCK rw;
static unsigned inside, most, rounds;

/* Waits inside until both are there; gives up after a while. */
static void *read_together(void *unused)
{
    LOCK_STATE state;

    (void)unused;
    NdisAcquireReadWriteLock(&rw, FALSE, &state);
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < 3000; i++) {
        unsigned now = __atomic_load_n(&inside, __ATOMIC_SEQ_CST);
        if (now > __atomic_load_n(&most, __ATOMIC_SEQ_CST))
            __atomic_store_n(&most, now, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&most, __ATOMIC_SEQ_CST) == 2)
            break;
        usleep(1000);
    }
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    NdisReleaseReadWriteLock(&rw, &state);
    return NULL;
}

static unsigned shared, copy; /* under the lock */

static void *write_and_read(void *writes)
{
    for (unsigned i = 0; i < rounds; i++) {
        LOCK_STATE state;
        NdisAcquireReadWriteLock(&rw, writes != NULL, &state);
        ck_assert_uint_eq(shared, copy);
        if (writes) {
            shared++;
            copy++;
        }
        NdisReleaseReadWriteLock(&rw, &state);
    }
    return NULL;
}

static void run_threads(void *(*const mains[])(void *), void *const arguments[], unsigned count)
{
    pthread_t threads[4];

    for (unsigned i = 0; i < count; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, mains[i], arguments[i]), 0);
    for (unsigned i = 0; i < count; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

START_TEST(readers_together_writers_alone)
{
    rig_start(&r, NULL, 0, RIG_NO_MINIPORT | RIG_POSIX | RIG_VERIFY, 0);
    NdisInitializeReadWriteLock(&rw);
    run_threads((void *(*const[])(void *)){read_together, read_together},
                (void *const[]){NULL, NULL}, 2);
    ck_assert_uint_eq(most, 2);
    rounds = 20000;
    run_threads(
        (void *(*const[])(void *)){write_and_read, write_and_read, write_and_read, write_and_read},
        (void *const[]){&rw, NULL, &rw, NULL}, 4);
    ck_assert_uint_eq(shared, 2 * rounds);
    rig_stop(&r); /* nothing was freed, and nothing leaked */
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

/* A reader keeps a writer out, a writer keeps both out: the second one of the pair finds the first gone. */
static bool first_gone;

static void *second(void *writes)
{
    LOCK_STATE state;

    NdisAcquireReadWriteLock(&rw, writes != NULL, &state);
    ck_assert(__atomic_load_n(&first_gone, __ATOMIC_SEQ_CST));
    NdisReleaseReadWriteLock(&rw, &state);
    return NULL;
}

START_TEST(a_writer_excludes)
{
    bool first_writes = _i != 0, second_writes = _i != 1;
    LOCK_STATE state;
    pthread_t thread;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT | RIG_POSIX | RIG_VERIFY, 0);
    NdisInitializeReadWriteLock(&rw);
    NdisAcquireReadWriteLock(&rw, first_writes, &state);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_DISPATCH);
    ck_assert_int_eq(pthread_create(&thread, NULL, second, second_writes ? &rw : NULL), 0);
    usleep(20000); /* it comes in now, if it does */
    __atomic_store_n(&first_gone, true, __ATOMIC_SEQ_CST);
    NdisReleaseReadWriteLock(&rw, &state);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_PASSIVE);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    rig_stop(&r);
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

START_TEST(a_read_write_lock_at_the_wrong_level)
{
    enum nic_level before;
    LOCK_STATE state;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT | RIG_VERIFY, 0);
    NdisInitializeReadWriteLock(&rw);
    if (_i == 0) {
        NdisDprAcquireReadWriteLock(&rw, TRUE, &state);
        NdisDprReleaseReadWriteLock(&rw, &state);
        found(1, "NdisDprAcquireReadWriteLock called at level 0");
    } else if (_i == 1) {
        before = r.platform->ops->raise(r.platform, NIC_LEVEL_INTERRUPT);
        NdisAcquireReadWriteLock(&rw, FALSE, &state);
        NdisReleaseReadWriteLock(&rw, &state);
        r.platform->ops->lower(r.platform, before);
        found(1, "NdisAcquireReadWriteLock called at level 5");
    } else {
        before = r.platform->ops->raise(r.platform, NIC_LEVEL_DISPATCH);
        NdisDprAcquireReadWriteLock(&rw, FALSE, &state);
        NdisDprReleaseReadWriteLock(&rw, &state);
        r.platform->ops->lower(r.platform, before);
        ck_assert_uint_eq(r.findings, 0);
    }
    rig_stop(&r);
}
END_TEST

static NDIS_STATUS send_with_a_lock(PNDIS_PACKET packet, UINT flags)
{
    static LOCK_STATE state;

    (void)packet;
    (void)flags;
    NdisDprAcquireReadWriteLock(&rw, FALSE, &state);
    NdisMSendResourcesAvailable(bare.handle);
    NdisDprReleaseReadWriteLock(&rw, &state);
    return NDIS_STATUS_SUCCESS;
}

START_TEST(a_read_write_lock_held_across_a_call_up)
{
    PNDIS_PACKET packet;

    bare_start(&r, RIG_VERIFY);
    NdisInitializeReadWriteLock(&rw);
    bare.send = send_with_a_lock;
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", NULL), NDIS_STATUS_SUCCESS);
    ck_status(nic_script_protocol_start(&r.protocols[0], r.platform, "nic0"), NDIS_STATUS_SUCCESS);
    r.bindings = 1;
    packet = nic_script_packet(&r.protocols[0], 60);
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_SUCCESS);
    nic_script_packet_free(&r.protocols[0], packet);
    found(1, "NdisMSendResourcesAvailable called with 1 spin locks held");
    rig_stop(&r);
}
END_TEST

/* ---- files ---- */

static char directory[] = "/tmp/ndis_services_XXXXXX";

static void start_files(void)
{
    struct nic_ndis_options options = {.files = directory};
    char path[64];
    FILE *stream;

    strcpy(strrchr(directory, '_') + 1, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/image.bin", directory);
    stream = fopen(path, "wb");
    ck_assert_ptr_nonnull(stream);
    fwrite("firmware", 1, 8, stream);
    fclose(stream);
    snprintf(path, sizeof(path), "%s/sub", directory);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    nic_ndis_stop();
    options.verify = true;
    options.report = NULL;
    ck_assert_int_eq(nic_ndis_start(r.platform, &options), 0);
}

static void stop_files(unsigned leaks)
{
    char path[64];

    ck_assert_uint_eq(nic_ndis_stop(), leaks);
    nic_ndis_start(r.platform, NULL);
    rig_stop(&r);
    snprintf(path, sizeof(path), "%s/image.bin", directory);
    unlink(path);
    snprintf(path, sizeof(path), "%s/sub", directory);
    rmdir(path);
    ck_assert_int_eq(rmdir(directory), 0);
}

static NDIS_STATUS open_file(const char *name, NDIS_HANDLE *file, UINT *length)
{
    NDIS_PHYSICAL_ADDRESS highest = {.QuadPart = -1};
    NDIS_STRING string;
    NDIS_STATUS status;

    NdisInitializeString(&string, (PUCHAR)name);
    NdisOpenFile(&status, file, length, &string, highest);
    NdisFreeString(string);
    return status;
}

START_TEST(files)
{
    NDIS_HANDLE file;
    NDIS_STATUS status;
    PVOID bytes;
    UINT length;

    start_files();
    ck_status(open_file("image.bin", &file, &length), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(length, 8);
    for (unsigned i = 0; i < 2; i++) {
        NdisMapFile(&status, &bytes, file);
        ck_status(status, NDIS_STATUS_SUCCESS);
        ck_assert_mem_eq(bytes, "firmware", 8);
        NdisMapFile(&status, &bytes, file);
        ck_status(status, NDIS_STATUS_ALREADY_MAPPED);
        NdisUnmapFile(file);
    }
    NdisCloseFile(file);
    ck_status(open_file("none.bin", &file, &length), NDIS_STATUS_FILE_NOT_FOUND);
    ck_status(open_file("", &file, &length), NDIS_STATUS_FILE_NOT_FOUND);
    ck_status(open_file("sub", &file, &length), NDIS_STATUS_ERROR_READING_FILE);
    ck_status(open_file("sub/../image.bin", &file, &length), NDIS_STATUS_FILE_NOT_FOUND);
    ck_status(open_file("image.bin", &file, &length), NDIS_STATUS_SUCCESS);
    stop_files(1); /* not closed */
}
END_TEST

START_TEST(files_without_a_directory)
{
    NDIS_HANDLE file;
    UINT length;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT | RIG_VERIFY, 0);
    ck_status(open_file("passwd", &file, &length), NDIS_STATUS_FILE_NOT_FOUND);
    ck_assert_uint_eq(r.findings, 0);
    rig_stop(&r);
}
END_TEST

static unsigned said;
static char sentence[200];

static void on_finding(void *context, const char *text)
{
    (void)context;
    if (said++ == 0)
        snprintf(sentence, sizeof(sentence), "%s", text);
}

START_TEST(files_used_wrongly)
{
    struct nic_ndis_options options = {.verify = true, .files = directory, .report = on_finding};
    NDIS_HANDLE file;
    NDIS_STATUS status;
    enum nic_level before;
    PVOID bytes;
    UINT length;

    start_files();
    nic_ndis_stop();
    ck_assert_int_eq(nic_ndis_start(r.platform, &options), 0);
    said = 0;
    ck_status(open_file("image.bin", &file, &length), NDIS_STATUS_SUCCESS);
    if (_i == 0) {
        NdisMapFile(&status, &bytes, file);
        NdisCloseFile(file);
        ck_assert_str_eq(sentence, "NdisCloseFile for a file that is mapped");
    } else {
        NDIS_STRING none = NDIS_STRING_CONST("none");
        NDIS_HANDLE nothing;
        before = r.platform->ops->raise(r.platform, NIC_LEVEL_DISPATCH);
        if (_i == 1)
            NdisOpenFile(&status, &nothing, &length, &none,
                         (NDIS_PHYSICAL_ADDRESS){.QuadPart = -1});
        NdisCloseFile(file);
        r.platform->ops->lower(r.platform, before);
        ck_assert_ptr_nonnull(
            strstr(sentence, _i == 1 ? "NdisOpenFile called at" : "NdisCloseFile called at"));
    }
    ck_assert_uint_eq(said, _i == 1 ? 2 : 1);
    stop_files(0);
}
END_TEST

/* ---- names and properties ---- */

#define REGISTERS 0xfe000000u

static const struct nic_ndis_device device = {
    .resources = {{NIC_NDIS_PORTS, 0x300, 0x20}, {NIC_NDIS_MEMORY, REGISTERS, 0x40}},
    .has_interrupt = true,
    .vector = 5,
};

static void add_device(void)
{
    const struct nic_ndis_adapter adapter = {.device = &device};

    ck_status(nic_ndis_adapter_add_configured(r.driver, "nic0", &adapter), NDIS_STATUS_SUCCESS);
}

START_TEST(names_and_properties)
{
    PDEVICE_OBJECT physical, functional, next;
    PCM_RESOURCE_LIST list, translated;
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *described;
    NDIS_STRING name, same, expected;

    bare_start(&r, RIG_VERIFY);
    add_device();
    ck_status(NdisMQueryAdapterInstanceName(&name, bare.handle), NDIS_STATUS_SUCCESS);
    NdisInitializeString(&expected, (PUCHAR) "nic0");
    ck_assert(NdisEqualString(&name, &expected, FALSE));
    ck_status(nic_script_protocol_start(&r.protocols[0], r.platform, "nic0"), NDIS_STATUS_SUCCESS);
    r.bindings = 1;
    ck_status(NdisQueryAdapterInstanceName(&same, r.protocols[0].binding), NDIS_STATUS_SUCCESS);
    ck_assert(NdisEqualString(&same, &expected, FALSE));
    ck_assert_ptr_ne(same.Buffer, name.Buffer);
    NdisFreeString(name);
    NdisFreeString(same);
    NdisFreeString(expected);
    NdisMGetDeviceProperty(bare.handle, &physical, &functional, &next, &list, &translated);
    ck_assert(physical && functional && next);
    ck_assert(physical != functional && physical != next && functional != next);
    ck_assert(list->Count == 1 && list->List[0].PartialResourceList.Count == 3);
    described = list->List[0].PartialResourceList.PartialDescriptors;
    ck_assert_uint_eq((uint64_t)described[1].u.Memory.Start.QuadPart, REGISTERS);
    ck_assert_ptr_eq(list, translated);
    NdisMGetDeviceProperty(bare.handle, NULL, NULL, NULL, NULL, NULL);
    NdisMGetDeviceProperty(bare.handle, NULL, NULL, NULL, &translated, NULL);
    ck_assert_ptr_eq(list, translated);
    ck_status(nic_ndis_adapter_add(r.driver, "nic1", NULL), NDIS_STATUS_SUCCESS);
    NdisMGetDeviceProperty(bare.handle, NULL, NULL, NULL, &list, NULL);
    ck_assert_ptr_null(list);
    rig_stop(&r);
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

/* ---- removal ---- */

static unsigned halts;

static void on_halt(void)
{
    halts++;
}

static NDIS_STATUS remove_twice(PNDIS_PACKET packet, UINT flags)
{
    (void)packet;
    (void)flags;
    ck_status(NdisMRemoveMiniport(bare.handle), NDIS_STATUS_SUCCESS);
    ck_status(NdisMRemoveMiniport(bare.handle), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(halts, 0);
    return NDIS_STATUS_SUCCESS;
}

/* A protocol is not to close while a call of its own is inside the library. */
static volatile bool sent;

static void wait_for_send(void *context)
{
    (void)context;
    ck_assert(r.platform->ops->wait(r.platform, &sent, 5000000000u));
}

/* 0: virtual time; 1: threads; 2: somebody else removes it meanwhile; 3: the machine stops before it comes to it. */
START_TEST(der_15_a_driver_has_its_adapter_removed)
{
    struct nic_ndis_statistics statistics;
    PNDIS_PACKET packet;

    halts = 0;
    sent = false;
    bare_start(&r, RIG_VERIFY | (_i == 1 || _i == 2 ? RIG_POSIX : 0));
    bare.send = remove_twice;
    bare.halt = on_halt;
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", NULL), NDIS_STATUS_SUCCESS);
    r.protocols[0].unbinding = wait_for_send;
    ck_status(nic_script_protocol_start(&r.protocols[0], r.platform, "nic0"), NDIS_STATUS_SUCCESS);
    packet = nic_script_packet(&r.protocols[0], 60);
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_SUCCESS);
    nic_platform_flag_set(r.platform, &sent);
    nic_script_packet_free(&r.protocols[0], packet);
    if (_i == 2)
        nic_ndis_adapter_remove("nic0", 1000);
    for (unsigned i = 0; i < 10000 && _i < 2 && nic_ndis_adapter_statistics("nic0", &statistics);
         i++)
        rig_run(&r, 1000);
    if (_i < 3) {
        ck_assert(!nic_ndis_adapter_statistics("nic0", &statistics));
        ck_assert_uint_eq(halts, 1);
        ck_assert_ptr_null(r.protocols[0].binding);
    }
    nic_script_protocol_stop(&r.protocols[0]);
    rig_stop(&r);
    ck_assert_uint_eq(halts, 1);
    ck_assert_msg(!r.findings, "%s", r.finding);
}
END_TEST

/* ---- versions of intermediate drivers ---- */

static NTSTATUS layered_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_MINIPORT_CHARACTERISTICS chars = {.MajorNdisVersion = 3};
    NDIS_HANDLE wrapper, handle = driver;

    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    ck_status(NdisIMRegisterLayeredMiniport(wrapper, &chars, sizeof(chars), &handle),
              NDIS_STATUS_BAD_VERSION);
    ck_assert_ptr_null(handle);
    chars.MajorNdisVersion = 4; /* this one it takes; but it has no functions */
    ck_status(NdisIMRegisterLayeredMiniport(wrapper, &chars, sizeof(chars), &handle),
              NDIS_STATUS_BAD_CHARACTERISTICS);
    return NDIS_STATUS_FAILURE;
}

START_TEST(an_intermediate_driver_is_of_ndis_4_at_least)
{
    struct nic_ndis_driver *driver;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    ck_status(nic_ndis_driver_load(layered_entry, &driver), NDIS_STATUS_FAILURE);
    rig_stop(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_services");
    TCase *t = tcase_create("services");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, readers_together_writers_alone);
    tcase_add_loop_test(t, a_writer_excludes, 0, 3);
    tcase_add_loop_test(t, a_read_write_lock_at_the_wrong_level, 0, 3);
    tcase_add_test(t, a_read_write_lock_held_across_a_call_up);
    tcase_add_test(t, files);
    tcase_add_test(t, files_without_a_directory);
    tcase_add_loop_test(t, files_used_wrongly, 0, 3);
    tcase_add_test(t, names_and_properties);
    tcase_add_test(t, an_intermediate_driver_is_of_ndis_4_at_least);
    tcase_add_loop_test(t, der_15_a_driver_has_its_adapter_removed, 0, 4);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
