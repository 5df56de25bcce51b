/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share: messages, output, names of NDIS statuses. */
#include "tool.h"

#define NDIS51 1
#include <ndis.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int complain(enum exit_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("hilnic: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs(".\n", stderr);
    va_end(arguments);
    return code;
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

int close_output(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    return complain(EXIT_FAILED, "standard output cannot be written: %s",
                    strerror(errno ? errno : EIO));
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
