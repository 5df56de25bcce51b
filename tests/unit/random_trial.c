/* SPDX-License-Identifier: Apache-2.0 */
/* See random_trial.h. */
#include "random_trial.h"

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

bool random_trial_fails(void (*run)(const char *name, const struct random_plan *),
                        const struct random_plan *plan)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        is_trial = true;
        alarm(10);
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        run("trial", plan);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}
