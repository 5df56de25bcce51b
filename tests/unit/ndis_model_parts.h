/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the model (ndis_model.h): what its two files share. */
#ifndef NDIS_MODEL_PARTS_H
#define NDIS_MODEL_PARTS_H

#include "ndis_model.h"

void model_note(struct model *, enum model_kind kind, uint32_t number, unsigned value);
void model_back(struct model *, uint32_t packet, enum model_status status); /* to its protocol */
void model_let_go(struct model *, unsigned at, enum model_status status);   /* of what is held */
void model_pay(struct model *, unsigned binding); /* one of what it waits for has ended */
/* Somebody gets in when nobody is; before he leaves he does what was left at the gate. */
void model_enter(struct model *);
void model_leave(struct model *);
bool model_leave_rest(struct model *); /* a reset or a request; false: none is due */

#endif
