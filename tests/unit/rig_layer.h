/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parameter of the rigs: what stands between the protocols and the miniport. A suite that says so runs directly and
 * through the pass-through intermediate driver (REQ-54).
 */
#ifndef RIG_LAYER_H
#define RIG_LAYER_H

#include <check.h>

#include "nic_ndis.h"

/* Nothing, or the intermediate driver with one of its entry points. */
enum rig_layer { RIG_DIRECT, RIG_THROUGH_SINGLE, RIG_THROUGH_ARRAYS, RIG_LAYERS };

enum rig_layer rig_layer(void);
void rig_set_layer(enum rig_layer);           /* for the machines started from now on */
nic_ndis_driver_entry *rig_layer_entry(void); /* of the intermediate driver */

/* Runs the suite that `make` makes, once for each layer. It gets a name and makes its cases with rig_case; while it
 * runs, rig_layer says for which. So a test can be left out, or expect something else. The value is main's. */
int rig_main_layered(Suite *(*make)(const char *name), const char *name);
TCase *rig_case(Suite *, const char *name);
int rig_run_suites(SRunner *); /* runs, frees, and names the seed if something failed */

#endif
