/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check's assertions outside of its runner: a failed one says where and aborts, which libFuzzer reports with the
 * input. The linker puts these in place of Check's functions (--wrap).
 */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void __wrap__ck_assert_failed(const char *file, int line, const char *expression,
                                        const char *format, ...);
void __wrap__mark_point(const char *file, int line);

void __wrap__ck_assert_failed(const char *file, int line, const char *expression,
                              const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s:%d: %s: ", file, line, expression);
    if (format) {
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
    }
    fputc('\n', stderr);
    abort();
}

void __wrap__mark_point(const char *file, int line)
{
    (void)file;
    (void)line;
}
