/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ndis_facts.h and what it has of ndis_facts6.h against the DDK header; compiled, never run.
 */
#define NDIS_MINIPORT_DRIVER 1
#define NDIS51_MINIPORT      1
#define NDIS50               1
#include <stddef.h>
#include <stdint.h>

#include <ndis.h>

#include "ndis_facts.h"
#include "ndis_facts6.h"

#define SIZE(type, expected) _Static_assert(sizeof(type) == (expected), "size of " #type);
SIZES(SIZE)
#define OFFSET(type, field, expected)                                                              \
    _Static_assert(offsetof(type, field) == (expected), #type "." #field);
OFFSETS(OFFSET)
#define VALUE(name, expected) _Static_assert((uint32_t)(name) == (uint32_t)(expected), #name);
VALUES(VALUE)
VALUES6_DDK(VALUE)
