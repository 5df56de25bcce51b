/* SPDX-License-Identifier: Apache-2.0 */
/* See random_shrink.h. */
#include "random_shrink.h"

#include <stdio.h>
#include <string.h>

/* ---- smaller ---- */

struct shrink {
    struct random_plan *plan, trial;
    bool (*fails)(void *context, const struct random_plan *);
    void *context;
    unsigned asked, most;
};

/* Keeps the trial if it still fails. */
static bool try_it(struct shrink *s)
{
    if (s->asked == s->most)
        return false;
    s->asked++;
    if (!s->fails(s->context, &s->trial))
        return false;
    *s->plan = s->trial;
    return true;
}

/* A list of `plan`: kind RANDOM_KINDS is the steps. */
static unsigned *list_of(struct random_plan *plan, unsigned kind, uint8_t **items, size_t *size)
{
    *items = kind == RANDOM_KINDS ? (uint8_t *)plan->steps : plan->decisions[kind];
    *size = kind == RANDOM_KINDS ? sizeof(plan->steps[0]) : 1;
    return kind == RANDOM_KINDS ? &plan->step_count : &plan->decision_count[kind];
}

static bool try_without(struct shrink *s, unsigned kind, unsigned first, unsigned count)
{
    unsigned *length;
    uint8_t *items;
    size_t size;

    s->trial = *s->plan;
    length = list_of(&s->trial, kind, &items, &size);
    memmove(items + first * size, items + (first + count) * size, (*length - first - count) * size);
    *length -= count;
    return try_it(s);
}

static bool shorten(struct shrink *s, unsigned kind)
{
    bool is_shorter = false;
    uint8_t *items;
    size_t size;

    for (unsigned piece = *list_of(s->plan, kind, &items, &size); piece; piece /= 2) {
        for (unsigned at = 0; at + piece <= *list_of(s->plan, kind, &items, &size);) {
            if (try_without(s, kind, at, piece))
                is_shorter = true;
            else
                at += piece;
        }
    }
    return is_shorter;
}

static void numbers_to_one(struct shrink *s)
{
    s->trial = *s->plan;
    if (s->trial.array_max > 1) {
        s->trial.array_max = 1;
        try_it(s);
    }
    for (unsigned i = 0; i < s->plan->step_count; i++) {
        while (s->plan->steps[i].count > 1) {
            s->trial = *s->plan;
            s->trial.steps[i].count /= 2;
            if (!try_it(s))
                break;
        }
    }
}

unsigned random_plan_shrink(struct random_plan *plan,
                            bool (*fails)(void *context, const struct random_plan *), void *context,
                            unsigned most)
{
    static struct shrink s;
    bool is_shorter = true;

    s = (struct shrink){.plan = plan, .fails = fails, .context = context, .most = most};
    while (is_shorter && s.asked < most) {
        is_shorter = false;
        for (unsigned kind = RANDOM_KINDS + 1; kind-- > 0;)
            is_shorter |= shorten(&s, kind);
    }
    numbers_to_one(&s);
    return s.asked;
}

/* ---- text ---- */

void random_plan_print(const struct random_words *words, const struct random_plan *plan, char *text,
                       size_t size)
{
    FILE *f = fmemopen(text, size, "w");

    if (!f)
        return;
    fprintf(f, "miniport %s %u%s\n", words->miniports.names[plan->miniport], plan->array_max,
            plan->verify ? " verify" : "");
    for (unsigned i = 0; i < plan->step_count; i++)
        fprintf(f, "%s %u %u\n", words->steps.names[plan->steps[i].what], plan->steps[i].count,
                plan->steps[i].binding);
    for (unsigned kind = 0; kind < RANDOM_KINDS; kind++) {
        fprintf(f, "%s", words->kinds[kind]);
        for (unsigned i = 0; i < plan->decision_count[kind]; i++)
            fprintf(f, " %s", words->decisions[kind].names[plan->decisions[kind][i]]);
        fprintf(f, "\n");
    }
    fclose(f);
}

static size_t index_of(const char *word, const struct random_names *names)
{
    size_t i = 0;

    while (i < names->count && strcmp(word, names->names[i]) != 0)
        i++;
    return i;
}

static bool parse_step(const struct random_words *words, const char *line, struct random_plan *plan)
{
    unsigned count, binding;
    char word[16];
    size_t what;

    if (sscanf(line, "%15s %u %u", word, &count, &binding) != 3 || count == 0 || count > 12 ||
        binding > 1 || plan->step_count == RANDOM_STEPS)
        return false;
    what = index_of(word, &words->steps);
    plan->steps[plan->step_count++] =
        (struct random_step){(uint8_t)what, (uint8_t)count, (uint8_t)binding};
    return what < words->steps.count;
}

static bool parse_decisions(const struct random_names *names, char *line, struct random_plan *plan,
                            unsigned kind)
{
    char *rest = line, *word;

    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        size_t i = index_of(word, names);
        if (i == names->count || plan->decision_count[kind] == RANDOM_DECISIONS)
            return false;
        plan->decisions[kind][plan->decision_count[kind]++] = (uint8_t)i;
    }
    return true;
}

static bool parse_line(const struct random_words *words, char *line, struct random_plan *plan)
{
    unsigned most;
    char miniport[16], verify[8] = "";

    if (sscanf(line, "miniport %15s %u %7s", miniport, &most, verify) >= 2) {
        size_t which = index_of(miniport, &words->miniports);
        plan->miniport = (uint8_t)which;
        plan->array_max = (uint8_t)most;
        plan->verify = strcmp(verify, "verify") == 0;
        return most > 0 && most <= 64 && which < words->miniports.count;
    }
    for (unsigned i = 0; i < RANDOM_KINDS; i++) {
        size_t length = strlen(words->kinds[i]);
        if (strncmp(line, words->kinds[i], length) == 0)
            return parse_decisions(&words->decisions[i], line + length, plan, i);
    }
    return parse_step(words, line, plan);
}

bool random_plan_parse(const struct random_words *words, const char *text, struct random_plan *plan)
{
    static char copy[RANDOM_TEXT];
    char *rest = copy, *line;

    memset(plan, 0, sizeof(*plan));
    snprintf(copy, sizeof(copy), "%s", text);
    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        if (!parse_line(words, line, plan))
            return false;
    }
    return plan->array_max > 0;
}
