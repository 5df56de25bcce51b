/* SPDX-License-Identifier: Apache-2.0 */
/* See rig_layer.h. */
#include "rig_layer.h"

#include <stdio.h>
#include <stdlib.h>

#include "passthru.h"

static enum rig_layer layer; /* of the suite that is made, then of the test that runs */

enum rig_layer rig_layer(void)
{
    return layer;
}

void rig_set_layer(enum rig_layer now)
{
    layer = now;
}

nic_ndis_driver_entry *rig_layer_entry(void)
{
    return layer == RIG_THROUGH_SINGLE ? passthru_single_entry : passthru_entry;
}

static void direct(void)
{
    layer = RIG_DIRECT;
}

static void through_single(void)
{
    layer = RIG_THROUGH_SINGLE;
}

static void through_arrays(void)
{
    layer = RIG_THROUGH_ARRAYS;
}

TCase *rig_case(Suite *suite, const char *name)
{
    static void (*const set[RIG_LAYERS])(void) = {direct, through_single, through_arrays};
    TCase *t = tcase_create(name);

    tcase_add_unchecked_fixture(t, set[layer], NULL);
    suite_add_tcase(suite, t);
    return t;
}

int rig_run_suites(SRunner *runner)
{
    const char *seed = getenv("SEED");
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    if (failed)
        fprintf(stderr, "repeat with SEED=%s\n", seed ? seed : "1");
    srunner_free(runner);
    return failed ? 1 : 0;
}

int rig_main_layered(Suite *(*make)(const char *name), const char *name)
{
    static const char *const ways[RIG_LAYERS] = {"", ", through MiniportSend of passthru",
                                                 ", through MiniportSendPackets of passthru"};
    SRunner *runner = srunner_create(NULL);
    char names[RIG_LAYERS][128];

    for (layer = RIG_DIRECT; layer < RIG_LAYERS; layer++) {
        snprintf(names[layer], sizeof(names[layer]), "%s%s", name, ways[layer]);
        srunner_add_suite(runner, make(names[layer]));
    }
    return rig_run_suites(runner);
}
