/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration keywords. The starred ones are Microsoft's standardized keywords, the others ours:
 * Slot, CopyMode, *JumboPacket, ModerationCount, ModerationTime (microseconds), HashTest, *SpeedDuplex, NetworkAddress,
 * Firmware (binary: the image).
 */
#include "nic_miniport.h"

struct keyword {
    NDIS_STRING name;
    ULONG offset; /* in struct nic_configuration */
    ULONG max;
};

#define FIELD(name) ((ULONG)FIELD_OFFSET(struct nic_configuration, name))

static struct keyword keywords[] = {
    {NDIS_STRING_CONST("Slot"), FIELD(slot), 15},
    {NDIS_STRING_CONST("CopyMode"), FIELD(copy_mode), 1},
    {NDIS_STRING_CONST("*JumboPacket"), FIELD(jumbo_packet), 0xffff},
    {NDIS_STRING_CONST("ModerationCount"), FIELD(moderation_count), 0xffff},
    {NDIS_STRING_CONST("ModerationTime"), FIELD(moderation_us), 0xffff},
    {NDIS_STRING_CONST("HashTest"), FIELD(hash_test), 1},
    {NDIS_STRING_CONST("*SpeedDuplex"), FIELD(speed_duplex), 6},
};

/* A locally administered address for a device that brings none: 02-68-6c-4e-43 and the slot. */
static void address_default(struct nic_adapter *a)
{
    static const UCHAR base[ETH_LENGTH_OF_ADDRESS] = {0x02, 0x68, 0x6c, 0x4e, 0x43, 0x00};
    NdisMoveMemory(a->permanent_address, base, sizeof base);
    a->permanent_address[5] = (UCHAR)a->configuration.slot;
    NdisMoveMemory(a->address, a->permanent_address, sizeof a->address);
}

static void address_read(struct nic_adapter *a, NDIS_HANDLE configuration)
{
    static const UCHAR zero[ETH_LENGTH_OF_ADDRESS];
    NDIS_STATUS status;
    PVOID address;
    UINT length;
    NdisReadNetworkAddress(&status, &address, &length, configuration);
    if (status != NDIS_STATUS_SUCCESS)
        return;
    if (length != ETH_LENGTH_OF_ADDRESS || ETH_IS_MULTICAST(address) ||
        NdisEqualMemory(address, (PVOID)zero, ETH_LENGTH_OF_ADDRESS)) {
        nic_message(a, NDIS_ERROR_CODE_NETWORK_ADDRESS,
                    "NetworkAddress is not a unicast address of six bytes; "
                    "the default address is used");
        return;
    }
    NdisMoveMemory(a->address, address, ETH_LENGTH_OF_ADDRESS);
}

void nic_configuration_read(struct nic_adapter *a, NDIS_HANDLE wrapper_configuration)
{
    PNDIS_CONFIGURATION_PARAMETER parameter;
    NDIS_HANDLE configuration;
    NDIS_STATUS status;
    ULONG i;
    configuration = nic_edge_configuration(a, wrapper_configuration);
    if (!configuration) {
        address_default(a);
        return;
    }
    for (i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        NdisReadConfiguration(&status, &parameter, configuration, &keywords[i].name,
                              NdisParameterInteger);
        if (status != NDIS_STATUS_SUCCESS || parameter->ParameterData.IntegerData > keywords[i].max)
            continue;
        *(PULONG)((PUCHAR)&a->configuration + keywords[i].offset) =
            parameter->ParameterData.IntegerData;
    }
    address_default(a);
    address_read(a, configuration);
    nic_firmware_read(a, configuration);
    NdisCloseConfiguration(configuration);
}
