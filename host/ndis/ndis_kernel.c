/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug output and assertions of drivers, and the little else of the kernel that is not a macro. Formats are Windows'.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ndis_machine.h"

/* Characters beyond ASCII are shown as a question mark. */
static void print_wide(const WCHAR *text, size_t count)
{
    for (size_t i = 0; i < count && (text[i] || count != SIZE_MAX); i++)
        fputc(text[i] < 0x80 ? text[i] : '?', stderr);
}

enum width { WIDTH_32, WIDTH_64, WIDTH_WIDE };

/* What stands between the flags and the letter. */
static const char *read_width(const char *at, enum width *width)
{
    *width = WIDTH_32;
    if (strncmp(at, "I64", 3) == 0 || strncmp(at, "ll", 2) == 0) {
        *width = WIDTH_64;
        return at + (*at == 'I' ? 3 : 2);
    }
    for (; *at == 'l' || *at == 'h' || *at == 'w'; at++)
        *width = *at == 'h' ? WIDTH_32 : WIDTH_WIDE; /* of numbers: 32 bits, as those of int */
    return at;
}

static void print_string(char letter, enum width width, va_list *list)
{
    const void *pointer = va_arg(*list, const void *);
    bool is_wide = (width == WIDTH_WIDE) != (letter == 'S');

    if (!pointer)
        fputs("(null)", stderr);
    else if (letter == 'Z' && width == WIDTH_WIDE)
        print_wide(((const UNICODE_STRING *)pointer)->Buffer,
                   ((const UNICODE_STRING *)pointer)->Length / sizeof(WCHAR));
    else if (letter == 'Z')
        fprintf(stderr, "%.*s", ((const STRING *)pointer)->Length,
                ((const STRING *)pointer)->Buffer);
    else if (is_wide)
        print_wide(pointer, SIZE_MAX);
    else
        fputs(pointer, stderr);
}

static void print_number(const char *flags, size_t count, char letter, enum width width,
                         va_list *list)
{
    char format[40];
    bool is_64 = width == WIDTH_64 || letter == 'p';

    if (count > sizeof(format) - 4)
        count = sizeof(format) - 4;
    snprintf(format, sizeof(format), "%.*s%s%c", (int)count, flags, is_64 ? "ll" : "",
             letter == 'p' ? 'x' : letter);
    if (is_64)
        fprintf(stderr, format, va_arg(*list, long long));
    else
        fprintf(stderr, format, va_arg(*list, int));
}

ULONG DbgPrint(PCSTR Format, ...)
{
    va_list list;

    va_start(list, Format);
    for (const char *at = Format; *at; at++) {
        const char *percent = at;
        enum width width;
        size_t count;

        if (*at != '%' || at[1] == '%') {
            fputc(*at, stderr);
            at += *at == '%';
            continue;
        }
        count = 1 + strspn(at + 1, "-+ #0123456789.");
        at = read_width(percent + count, &width);
        if (*at && strchr("sSZ", *at)) {
            print_string(*at, width, &list);
        } else if (*at && strchr("diuxXocp", *at)) {
            print_number(percent, count, *at, width, &list);
        } else {
            fputs(percent, stderr); /* not understood: the rest as it stands */
            break;
        }
    }
    va_end(list);
    return 0;
}

VOID RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PCHAR Message)
{
    fprintf(stderr, "%s:%u: a driver's assertion failed: %s%s%s\n", (char *)FileName, LineNumber,
            (char *)FailedAssertion, Message ? ": " : "", Message ? Message : "");
    abort();
}

VOID DbgBreakPoint(VOID)
{
    raise(SIGTRAP);
}

KIRQL KeGetCurrentIrql(VOID)
{
    return (KIRQL)nic_platform_level();
}

SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
    const UCHAR *one = Source1, *two = Source2;
    SIZE_T equal = 0;

    while (equal < Length && one[equal] == two[equal])
        equal++;
    return equal;
}
