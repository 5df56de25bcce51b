/* SPDX-License-Identifier: Apache-2.0 */
/* See random_plan.h. */
#include "random_plan.h"

#include <check.h>
#include <string.h>

void random_plan_steps(struct random_plan *plan, struct random_tape *tape, const uint8_t *often,
                       size_t count)
{
    while (plan->step_count < RANDOM_STEPS && (!tape->end || tape->at < tape->end)) {
        struct random_step *step = &plan->steps[plan->step_count++];
        step->what = often[random_roll(tape, (unsigned)count)];
        step->count = (uint8_t)(1 + random_roll(tape, 12));
        step->binding = (uint8_t)random_roll(tape, 2);
    }
}

void random_reader_write(struct random_reader *reader, struct random_plan *plan,
                         const struct random_script *script,
                         unsigned (*dice)(struct random_reader *, enum random_kind))
{
    memset(plan, 0, sizeof(*plan));
    plan->verify = script->verify;
    *reader = (struct random_reader){.plan = plan, .writes = plan, .dice = dice};
    memcpy(reader->tapes, script->tapes + 1, sizeof(reader->tapes));
}

unsigned random_decide(struct random_reader *reader, enum random_kind kind)
{
    struct random_plan *writes = reader->writes;

    if (reader->ended)
        return 0;
    if (!writes)
        return reader->at[kind] < reader->plan->decision_count[kind]
                   ? reader->plan->decisions[kind][reader->at[kind]++]
                   : 0;
    if (writes->decision_count[kind] == RANDOM_DECISIONS)
        return 0;
    return writes->decisions[kind][writes->decision_count[kind]++] =
               (uint8_t)reader->dice(reader, kind);
}

void random_compare(const char *name, unsigned step, const char *const *kinds,
                    struct random_events is, struct random_events should, unsigned *compared)
{
    unsigned at = *compared;

    for (; at < is.count && at < should.count; at++) {
        const struct random_event *i = &is.list[at], *s = &should.list[at];
        ck_assert_msg(i->kind == s->kind && i->number == s->number && i->value == s->value,
                      "%s, step %u: event %u is %s %u (%u), the model says %s %u (%u)", name, step,
                      at, kinds[i->kind], i->number, i->value, kinds[s->kind], s->number, s->value);
    }
    ck_assert_msg(at == is.count, "%s, step %u: the library goes on with %s %u (%u)", name, step,
                  kinds[is.list[at].kind], is.list[at].number, is.list[at].value);
    ck_assert_msg(at == should.count, "%s, step %u: the library lacks %s %u (%u)", name, step,
                  kinds[should.list[at].kind], should.list[at].number, should.list[at].value);
    *compared = at;
}
