/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OID_GEN_INTERRUPT_MODERATION, which NDIS 6 demands: the device's moderation of completions, on and off. How much is configuration;
 * an adapter that is configured without has none to switch.
 */
#include "nic_miniport.h"

static BOOLEAN is_configured(const struct nic_adapter *a)
{
    return a->configuration.moderation_count > 1 && a->configuration.moderation_us > 0;
}

void nic_moderation_get(const struct nic_adapter *a, PNDIS_INTERRUPT_MODERATION_PARAMETERS p)
{
    NdisZeroMemory(p, sizeof *p);
    p->Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    p->Header.Revision = NDIS_INTERRUPT_MODERATION_PARAMETERS_REVISION_1;
    p->Header.Size = (USHORT)NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1;
    p->InterruptModeration = !is_configured(a)   ? NdisInterruptModerationNotSupported
                             : a->moderation_off ? NdisInterruptModerationDisabled
                                                 : NdisInterruptModerationEnabled;
}

NDIS_STATUS nic_moderation_set(struct nic_adapter *a, const void *buffer)
{
    NDIS_INTERRUPT_MODERATION_PARAMETERS p;
    NdisMoveMemory(&p, buffer, NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1);
    if (!is_configured(a) || p.Header.Type != NDIS_OBJECT_TYPE_DEFAULT ||
        (p.InterruptModeration != NdisInterruptModerationEnabled &&
         p.InterruptModeration != NdisInterruptModerationDisabled))
        return NDIS_STATUS_INVALID_DATA;
    a->moderation_off = p.InterruptModeration == NdisInterruptModerationDisabled;
    return NDIS_STATUS_SUCCESS;
}
