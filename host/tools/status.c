/* SPDX-License-Identifier: Apache-2.0 */
/* Names of NDIS statuses for messages. */
#include "tool.h"

#define NDIS51 1
#include <ndis.h>
#include <stdio.h>

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
