/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sentence about what went wrong: kept in the adapter for OID_HILNIC_LAST_ERROR, and for a refused adapter in the
 * driver. The error log entry beside it carries the code only, since NDIS has no text there.
 */
#include "nic_miniport.h"

static char refusal[NIC_MESSAGE_BYTES];

const char *NIC_MESSAGE(void)
{
    return refusal;
}

struct nic_writer {
    char *text;
    ULONG used;
};

static void put(struct nic_writer *w, char c)
{
    if (w->used < NIC_MESSAGE_BYTES - 1)
        w->text[w->used++] = c;
}

static void put_text(struct nic_writer *w, const char *text)
{
    while (*text)
        put(w, *text++);
}

static void put_number(struct nic_writer *w, ULONG value, ULONG base, ULONG digits)
{
    char reversed[12];
    ULONG count = 0;
    do {
        reversed[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || count < digits);
    while (count)
        put(w, reversed[--count]);
}

void nic_message_list(struct nic_adapter *a, NDIS_ERROR_CODE code, const char *format,
                      va_list arguments)
{
    struct nic_writer w = {a->message, 0};
    for (; *format; format++) {
        if (*format != '%') {
            put(&w, *format);
            continue;
        }
        format++;
        if (*format == 'x')
            put_number(&w, va_arg(arguments, ULONG), 16, 8);
        else if (*format == 'u')
            put_number(&w, va_arg(arguments, ULONG), 10, 1);
        else
            put_text(&w, va_arg(arguments, const char *));
    }
    w.text[w.used] = 0;
    NdisWriteErrorLogEntry(a->handle, code, 0);
}

void nic_message(struct nic_adapter *a, NDIS_ERROR_CODE code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    nic_message_list(a, code, format, arguments);
    va_end(arguments);
}

void nic_message_refusal(const struct nic_adapter *a)
{
    NdisMoveMemory(refusal, a->message, sizeof refusal);
}
