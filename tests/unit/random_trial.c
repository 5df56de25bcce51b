/* SPDX-License-Identifier: Apache-2.0 */
/* See random_trial.h. */
#include "random_trial.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_trial;

_Noreturn void __real__ck_assert_failed(const char *file, int line, const char *expression,
                                        const char *format, ...);
_Noreturn void __wrap__ck_assert_failed(const char *file, int line, const char *expression,
                                        const char *format, ...);

void __wrap__ck_assert_failed(const char *file, int line, const char *expression,
                              const char *format, ...)
{
    char text[4096] = "";
    va_list list;

    if (is_trial)
        _exit(1);
    if (format) {
        va_start(list, format);
        vsnprintf(text, sizeof(text), format, list);
        va_end(list);
    }
    __real__ck_assert_failed(file, line, expression, "%s", format ? text : expression);
}

static bool fails(void *context, const struct random_plan *plan)
{
    const struct random_generation *g = context;
    pid_t child = fork();
    int status;

    if (child == 0) {
        is_trial = true;
        alarm(10); /* seconds; a script takes milliseconds */
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        g->run("trial", plan);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

void random_plan_of_seed(const struct random_generation *g, uint64_t seed, const char *name,
                         struct random_plan *plan)
{
    struct random_script script = {.name = name, .verify = seed % 2};

    for (unsigned i = 0; i < 4; i++)
        script.tapes[i].state = seed * 0x9E3779B97F4A7C15u + (i ? i : 77);
    g->plan_of(&script, plan);
}

void random_run_seed(const struct random_generation *g, uint64_t seed)
{
    static struct random_plan plan;
    static char text[RANDOM_TEXT];
    char name[64];

    snprintf(name, sizeof(name), "script of seed %llu", (unsigned long long)seed);
    random_plan_of_seed(g, seed, name, &plan);
    if (!fails((void *)g, &plan))
        return;
    random_plan_shrink(&plan, fails, (void *)g, 3000);
    random_plan_print(g->words, &plan, text, sizeof(text));
    fprintf(stderr, "%s fails; made smaller, for `regressions` of its test:\n%s", name, text);
    g->run(name, &plan);
    ck_abort_msg("%s failed, and did not when it was made smaller", name);
}

void random_run_text(const struct random_generation *g, const char *text)
{
    static struct random_plan plan;

    ck_assert(random_plan_parse(g->words, text, &plan));
    g->run("regression", &plan);
}

void random_check_text(const struct random_generation *g)
{
    static struct random_plan plan, again;
    static char text[RANDOM_TEXT];

    for (uint64_t seed = 1; seed < 20; seed++) {
        random_plan_of_seed(g, seed, "text", &plan);
        random_plan_print(g->words, &plan, text, sizeof(text));
        ck_assert(random_plan_parse(g->words, text, &again));
        ck_assert_mem_eq(&plan, &again, sizeof(plan));
    }
}
