/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share: messages, output, names of NDIS statuses. */
#include "tool.h"

#define NDIS51 1
#include <ndis.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_S 0.2 /* between two */

bool tool_quiet;
static double progress_at_s; /* 0: no line stands there */

static void say(const char *format, va_list arguments)
{
    progress_end();
    fputs("hilnic: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs(".\n", stderr);
}

int complain(enum exit_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    return code;
}

void remark(const char *format, ...)
{
    va_list arguments;
    if (tool_quiet)
        return;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

void progress(const char *what, uint64_t done, uint64_t total)
{
    static int wanted = -1;
    static double started_s;
    if (wanted < 0) {
        wanted = !tool_quiet && isatty(STDERR_FILENO);
        started_s = wall_s();
    }
    if (!wanted || wall_s() - (progress_at_s ? progress_at_s : started_s) < PROGRESS_S)
        return;
    progress_at_s = wall_s();
    fprintf(stderr, "\r%s %llu of %llu (%.0f %%), %.0f s\033[K", what, (unsigned long long)done,
            (unsigned long long)total, total ? 100.0 * (double)done / (double)total : 100.0,
            progress_at_s - started_s);
}

void progress_end(void)
{
    if (progress_at_s)
        fputs("\r\033[K", stderr);
    progress_at_s = 0;
}

void print_verdict(FILE *to, bool good, const char *text)
{
    const char *no_color = getenv("NO_COLOR");
    if (isatty(fileno(to)) && !(no_color && *no_color))
        fprintf(to, "\033[%dm%s\033[0m", good ? 32 : 31, text);
    else
        fputs(text, to);
}

double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool print_json(json_t *object)
{
    bool ok =
        object && json_dumpf(object, stdout, JSON_REAL_PRECISION(9)) == 0 && putchar('\n') != EOF;
    json_decref(object);
    return ok;
}

int flush_output(int code)
{
    static bool failed;
    errno = 0;
    if (!failed && fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (!failed)
        complain(EXIT_FAILED, "standard output cannot be written: %s",
                 strerror(errno ? errno : EIO));
    failed = true;
    return EXIT_FAILED;
}

const char *status_name(int status)
{
    static char number[40];
    switch (status) {
    case NDIS_STATUS_SUCCESS:
        return "NDIS_STATUS_SUCCESS";
    case NDIS_STATUS_PENDING:
        return "NDIS_STATUS_PENDING";
    case NDIS_STATUS_FAILURE:
        return "NDIS_STATUS_FAILURE";
    case NDIS_STATUS_RESOURCES:
        return "NDIS_STATUS_RESOURCES";
    case NDIS_STATUS_REQUEST_ABORTED:
        return "NDIS_STATUS_REQUEST_ABORTED";
    case NDIS_STATUS_RESET_IN_PROGRESS:
        return "NDIS_STATUS_RESET_IN_PROGRESS";
    case NDIS_STATUS_NO_CABLE:
        return "NDIS_STATUS_NO_CABLE";
    case NDIS_STATUS_NOT_SUPPORTED:
        return "NDIS_STATUS_NOT_SUPPORTED";
    default:
        snprintf(number, sizeof number, "NDIS status 0x%08x", (unsigned)status);
        return number;
    }
}

bool tcp_address(const char *text, struct sockaddr_in *to)
{
    char address[INET_ADDRSTRLEN], *end;
    const char *colon = strrchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : 0;
    if (!colon || n >= sizeof address || colon[1] < '0' || colon[1] > '9')
        return false;
    unsigned long port = strtoul(colon + 1, &end, 10);
    memcpy(address, text, n);
    address[n] = '\0';
    *to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return !*end && port <= 65535 && inet_pton(AF_INET, address, &to->sin_addr) == 1;
}
