/* SPDX-License-Identifier: Apache-2.0 */
/* What selftest --fault breaks in a model, to see how each verdict looks and that it comes. */
#ifndef SELFTEST_FAULT_H
#define SELFTEST_FAULT_H

#include "board_wiring.h"
#include "tool.h"
#include "wire.h"

struct selftest_fault {
    struct board_wiring wiring;
    enum wire_fault plug;
};

/* 0, or complained. */
int selftest_fault_take(const struct options *, struct selftest_fault *);

/* What is at the other end of the cable; NULL: no memory. */
struct wire_port *selftest_fault_plug(const struct selftest_fault *);

#endif
