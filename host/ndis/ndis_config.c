/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration: an adapter's keywords and values, which are texts here, and the types that drivers
 * read and write them as. The text file is ndis_config_file.c.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "ndis_machine.h"

/* ---- keywords and values ---- */

static struct ndis_parameter *find(const struct ndis_miniport *m, const char *keyword)
{
    for (unsigned i = 0; i < m->parameter_count; i++) {
        if (strcasecmp(m->parameters[i].keyword, keyword) == 0)
            return &m->parameters[i];
    }
    return NULL;
}

const char *ndis_config_get(const struct ndis_miniport *m, const char *keyword)
{
    const struct ndis_parameter *parameter = find(m, keyword);

    return parameter ? parameter->value : NULL;
}

static struct ndis_parameter *append(struct ndis_miniport *m)
{
    struct ndis_parameter *grown =
        realloc(m->parameters, (m->parameter_count + 1) * sizeof(*grown));

    if (!grown)
        return NULL;
    m->parameters = grown;
    grown[m->parameter_count] = (struct ndis_parameter){0};
    return &grown[m->parameter_count++];
}

bool ndis_config_set(struct ndis_miniport *m, const char *keyword, const char *value)
{
    size_t keyword_bytes = strlen(keyword) + 1, value_bytes = strlen(value) + 1;
    char *both = malloc(keyword_bytes + value_bytes);
    struct ndis_parameter *parameter = both ? find(m, keyword) : NULL;

    if (both && !parameter)
        parameter = append(m);
    if (!parameter) {
        free(both);
        return false;
    }
    memcpy(both, keyword, keyword_bytes);
    memcpy(both + keyword_bytes, value, value_bytes);
    free(parameter->keyword);
    *parameter = (struct ndis_parameter){.keyword = both, .value = both + keyword_bytes};
    return true;
}

void ndis_config_free(struct ndis_miniport *m)
{
    for (unsigned i = 0; i < m->parameter_count; i++)
        free(m->parameters[i].keyword);
    free(m->parameters);
    free(m->configuration_path);
}

static NDIS_STATUS set_assignment(struct ndis_miniport *m, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    char *keyword = equals ? strndup(assignment, (size_t)(equals - assignment)) : NULL;
    bool is_set = keyword && ndis_config_set(m, keyword, equals + 1);

    free(keyword);
    if (!equals) {
        ndis_log("%s: parameter \"%s\" is not of the form Keyword=value", m->name, assignment);
        return NDIS_STATUS_INVALID_DATA;
    }
    return is_set ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

NDIS_STATUS ndis_config_load(struct ndis_miniport *m, const struct nic_ndis_adapter *adapter)
{
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    unsigned count = 0;

    while (adapter->parameters && adapter->parameters[count])
        count++;
    if (adapter->configuration) {
        m->configuration_path = strdup(adapter->configuration);
        status = m->configuration_path ? ndis_config_file_read(m, m->configuration_path)
                                       : NDIS_STATUS_RESOURCES;
    }
    while (status == NDIS_STATUS_SUCCESS &&
           count > 0) /* of two with one keyword the first counts */
        status = set_assignment(m, adapter->parameters[--count]);
    return status;
}

/* ---- handles ---- */

struct configuration {
    struct ndis_miniport *miniport;
    UCHAR address[ETH_LENGTH_OF_ADDRESS];
    struct configuration_value {
        struct configuration_value *next;
        NDIS_CONFIGURATION_PARAMETER parameter;
        max_align_t data[];
    } * values;
};

VOID NdisOpenConfiguration(PNDIS_STATUS Status, PNDIS_HANDLE ConfigurationHandle,
                           NDIS_HANDLE WrapperConfigurationContext)
{
    struct configuration *c = calloc(1, sizeof(*c));

    ndis_only_passive("NdisOpenConfiguration");
    if (c)
        c->miniport = WrapperConfigurationContext;
    *ConfigurationHandle = c;
    *Status = c ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

VOID NdisCloseConfiguration(NDIS_HANDLE ConfigurationHandle)
{
    struct configuration *c = ConfigurationHandle;

    ndis_only_passive("NdisCloseConfiguration");
    while (c->values) {
        struct configuration_value *value = c->values;
        c->values = value->next;
        free(value);
    }
    free(c);
}

/* ---- reading ---- */

static bool parse_integer(const char *text, int base, ULONG *value)
{
    char *end;
    unsigned long long number = strtoull(text, &end, base);

    *value = (ULONG)number;
    return end != text && *end == 0 && number <= UINT32_MAX && *text != '-';
}

/* `separated`: commas become terminators, and a second one follows the last. */
static void read_string(const char *text, bool separated, PNDIS_STRING string, PWSTR buffer)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++)
        buffer[i] = separated && text[i] == ',' ? 0 : (UCHAR)text[i];
    buffer[length] = buffer[length + 1] = 0;
    length += separated;
    string->Buffer = buffer;
    string->Length = (USHORT)(length * sizeof(WCHAR));
    string->MaximumLength = (USHORT)(string->Length + sizeof(WCHAR));
}

static bool read_binary(const char *text, BINARY_DATA *binary, UCHAR *buffer)
{
    size_t length = 0;

    for (; *text; text += text[2] ? 3 : 2) {
        if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
            (text[2] && (text[2] != ',' || !text[3])))
            return false;
        buffer[length++] = (UCHAR)strtoul((char[3]){text[0], text[1], 0}, NULL, 16);
    }
    binary->Buffer = buffer;
    binary->Length = (USHORT)length;
    return true;
}

static bool read_value(const char *text, NDIS_PARAMETER_TYPE type,
                       struct configuration_value *value)
{
    value->parameter.ParameterType = type;
    switch (type) {
    case NdisParameterInteger:
    case NdisParameterHexInteger:
        return parse_integer(text, type == NdisParameterInteger ? 0 : 16,
                             &value->parameter.ParameterData.IntegerData);
    case NdisParameterString:
    case NdisParameterMultiString:
        read_string(text, type == NdisParameterMultiString,
                    &value->parameter.ParameterData.StringData, (PWSTR)value->data);
        return true;
    case NdisParameterBinary:
        return read_binary(text, &value->parameter.ParameterData.BinaryData, (UCHAR *)value->data);
    }
    return false;
}

VOID NdisReadConfiguration(PNDIS_STATUS Status, PNDIS_CONFIGURATION_PARAMETER *ParameterValue,
                           NDIS_HANDLE ConfigurationHandle, PNDIS_STRING Keyword,
                           NDIS_PARAMETER_TYPE ParameterType)
{
    struct configuration *c = ConfigurationHandle;
    char *keyword = ndis_string_to_utf8(Keyword);
    const char *text = keyword ? ndis_config_get(c->miniport, keyword) : NULL;
    struct configuration_value *value =
        text ? calloc(1, sizeof(*value) + (strlen(text) + 2) * sizeof(WCHAR)) : NULL;

    ndis_only_passive("NdisReadConfiguration");
    free(keyword);
    *ParameterValue = NULL;
    *Status = NDIS_STATUS_FAILURE;
    if (!value)
        return;
    value->next = c->values;
    c->values = value;
    if (!read_value(text, ParameterType, value))
        return;
    *ParameterValue = &value->parameter;
    *Status = NDIS_STATUS_SUCCESS;
}

VOID NdisReadNetworkAddress(PNDIS_STATUS Status, PVOID *NetworkAddress, PUINT NetworkAddressLength,
                            NDIS_HANDLE ConfigurationHandle)
{
    struct configuration *c = ConfigurationHandle;
    const char *text = ndis_config_get(c->miniport, "NetworkAddress");
    unsigned digits = 0;

    ndis_only_passive("NdisReadNetworkAddress");
    for (; text && *text && digits < 12; text++) {
        if (*text == ':' || *text == '-')
            continue;
        if (!isxdigit((unsigned char)*text))
            break;
        UCHAR digit =
            (UCHAR)(isdigit((unsigned char)*text) ? *text - '0'
                                                  : tolower((unsigned char)*text) - 'a' + 10);
        c->address[digits / 2] = (UCHAR)(digits % 2 ? c->address[digits / 2] | digit : digit << 4);
        digits++;
    }
    *Status = text && digits == 12 && !*text ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
    *NetworkAddress = *Status == NDIS_STATUS_SUCCESS ? c->address : NULL;
    *NetworkAddressLength = *Status == NDIS_STATUS_SUCCESS ? ETH_LENGTH_OF_ADDRESS : 0;
}

/* ---- writing ---- */

/* One text; the terminators between the strings of a MultiString become commas. */
static char *write_string(PNDIS_STRING string, bool separated)
{
    size_t length = string->Length / sizeof(WCHAR);
    char *text = malloc(length + 1);

    if (!text)
        return NULL;
    while (separated && length && !string->Buffer[length - 1])
        length--;
    for (size_t i = 0; i < length; i++) {
        WCHAR c = string->Buffer[i];
        text[i] = separated && !c ? ',' : c && c < 0x80 ? (char)c : '?';
    }
    text[length] = 0;
    return text;
}

static char *write_binary(const BINARY_DATA *binary)
{
    const UCHAR *octets = binary->Buffer;
    char *text = calloc(binary->Length + 1u, 3);

    for (unsigned i = 0; text && i < binary->Length; i++)
        sprintf(text + 3 * i, i + 1 < binary->Length ? "%02x," : "%02x", octets[i]);
    return text;
}

/* malloc; NULL: no memory. */
static char *write_value(const NDIS_CONFIGURATION_PARAMETER *value)
{
    char number[16];

    if (value->ParameterType == NdisParameterBinary)
        return write_binary(&value->ParameterData.BinaryData);
    if (value->ParameterType == NdisParameterString ||
        value->ParameterType == NdisParameterMultiString)
        return write_string((PNDIS_STRING)&value->ParameterData.StringData,
                            value->ParameterType == NdisParameterMultiString);
    snprintf(number, sizeof(number), value->ParameterType == NdisParameterInteger ? "%u" : "0x%x",
             value->ParameterData.IntegerData);
    return strdup(number);
}

VOID NdisWriteConfiguration(PNDIS_STATUS Status, NDIS_HANDLE ConfigurationHandle,
                            PNDIS_STRING Keyword, PNDIS_CONFIGURATION_PARAMETER ParameterValue)
{
    struct ndis_miniport *m = ((struct configuration *)ConfigurationHandle)->miniport;
    char *keyword, *text;

    ndis_only_passive("NdisWriteConfiguration");
    *Status = NDIS_STATUS_NOT_SUPPORTED;
    if ((unsigned)ParameterValue->ParameterType > NdisParameterBinary)
        return;
    keyword = ndis_string_to_utf8(Keyword);
    text = write_value(ParameterValue);
    *Status = NDIS_STATUS_SUCCESS;
    if (keyword && text && m->configuration_path &&
        !ndis_config_file_write(m->configuration_path, keyword, text))
        *Status = NDIS_STATUS_FAILURE;
    else if (!keyword || !text || !ndis_config_set(m, keyword, text))
        *Status = NDIS_STATUS_RESOURCES;
    free(keyword);
    free(text);
}
