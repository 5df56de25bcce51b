/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of an adapter: parameters, the text file, types, writing back.
 */
#include "ndis_bare.h"

#include <string.h>
#include <unistd.h>

static struct rig r;
static char path[64];
static NDIS_HANDLE opened;
static void (*with_open)(void);

static NDIS_STATUS open_and_close(NDIS_HANDLE configuration)
{
    NDIS_STATUS status;

    NdisOpenConfiguration(&status, &opened, configuration);
    ck_status(status, NDIS_STATUS_SUCCESS);
    with_open();
    NdisCloseConfiguration(opened);
    return NDIS_STATUS_SUCCESS;
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void compare_file(const char *expected)
{
    char text[1000];
    FILE *file = fopen(path, "r");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = 0;
    fclose(file);
    ck_assert_str_eq(text, expected);
}

static void start(const char *text)
{
    snprintf(path, sizeof(path), "/tmp/ndis_config_XXXXXX");
    close(mkstemp(path));
    write_file(text);
    bare_start(&r, RIG_VERIFY);
    bare.initialize = open_and_close;
}

static void stop(void)
{
    rig_stop(&r);
    remove(path);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static NDIS_STATUS add(const char *const parameters[])
{
    const struct nic_ndis_adapter adapter = {.parameters = parameters, .configuration = path};

    return nic_ndis_adapter_add_configured(r.driver, "nic0", &adapter);
}

static PNDIS_CONFIGURATION_PARAMETER get(PCWSTR keyword, NDIS_PARAMETER_TYPE type,
                                         NDIS_STATUS expected)
{
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_STRING name;
    NDIS_STATUS status;

    NdisInitUnicodeString(&name, keyword);
    NdisReadConfiguration(&status, &value, opened, &name, type);
    ck_status(status, expected);
    return value;
}

static ULONG integer(PCWSTR keyword, NDIS_PARAMETER_TYPE type)
{
    PNDIS_CONFIGURATION_PARAMETER value = get(keyword, type, NDIS_STATUS_SUCCESS);

    ck_assert_int_eq(value->ParameterType, type);
    return value->ParameterData.IntegerData;
}

static void string(PCWSTR keyword, NDIS_PARAMETER_TYPE type, const WCHAR *expected, UINT bytes)
{
    NDIS_STRING s = get(keyword, type, NDIS_STATUS_SUCCESS)->ParameterData.StringData;

    ck_assert_uint_eq(s.Length, bytes);
    ck_assert_mem_eq(s.Buffer, expected, bytes + sizeof(WCHAR)); /* with the terminator */
}

/* ---- reading ---- */

static void read_all(void)
{
    BINARY_DATA binary;

    ck_assert_uint_eq(integer(u"irq", NdisParameterInteger), 11);
    ck_assert_uint_eq(integer(u"IoBaseAddress", NdisParameterHexInteger), 0x300);
    ck_assert_uint_eq(integer(u"IoBaseAddress", NdisParameterInteger), 300);
    ck_assert_uint_eq(integer(u"*JumboPacket", NdisParameterInteger), 9014); /* the parameter's */
    string(u"Media", NdisParameterString, u"full duplex", 22);
    string(u"Blanks", NdisParameterString, u" a = b ", 14);
    string(u"Empty", NdisParameterString, u"", 0);
    string(u"List", NdisParameterMultiString, u"one\0two\0", 16);
    binary = get(u"Table", NdisParameterBinary, NDIS_STATUS_SUCCESS)->ParameterData.BinaryData;
    ck_assert_uint_eq(binary.Length, 3);
    ck_assert_mem_eq(binary.Buffer, "\x01\xaB\xff", 3);
    get(u"Media", NdisParameterInteger, NDIS_STATUS_FAILURE);
    get(u"Media", NdisParameterBinary, NDIS_STATUS_FAILURE);
    get(u"Cut", NdisParameterBinary, NDIS_STATUS_FAILURE);
    get(u"Missing", NdisParameterString, NDIS_STATUS_FAILURE);
    get(u"Media", (NDIS_PARAMETER_TYPE)9, NDIS_STATUS_FAILURE);
}

START_TEST(values_have_the_type_that_is_asked_for)
{
    const char *parameters[] = {"*JumboPacket=9014", "*jumbopacket=1", NULL};

    start("# a comment\r\n\n ; another\n"
          "IRQ = 11\r\n\tIoBaseAddress=300\n*JumboPacket=1514\nMedia=full duplex \n"
          "Blanks=\" a = b \"\nEmpty=\nList=one,two\nTable=01,aB,ff\nCut=01,\n"
          "NetworkAddress=02-00-00-12-34-56"); /* no end of line */
    with_open = read_all;
    ck_status(add(parameters), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

static const struct {
    const char *text, *wrong;
} malformed[] = {
    {"a=1\nb\n", ":2: there is no '=' between a keyword and its value"},
    {"=1\n", ":1: there is no keyword before the '='"},
    {"\n\na=\"1\n", ":3: the quotation mark is not closed at the end of the line"},
    {"a=\"\n", ":1: the quotation mark is not closed at the end of the line"},
    {"a=\xc3\xa9\n", ":1: a character is not printable ASCII"},
    {"Speed=1\n#\nspeed=2\n", ":3: the keyword is in the file twice"},
};

START_TEST(a_malformed_line_is_named)
{
    char expected[200];

    start(malformed[_i].text);
    ck_status(add(NULL), NDIS_STATUS_ERROR_READING_FILE);
    snprintf(expected, sizeof(expected), "%s%s", path, malformed[_i].wrong);
    ck_assert_str_eq(r.log, expected);
    ck_assert_uint_eq(r.logs, 1);
    stop();
}
END_TEST

START_TEST(a_file_that_cannot_be_read)
{
    const char *parameters[] = {"no value", NULL};
    char expected[200];

    start("");
    remove(path);
    ck_status(add(NULL), NDIS_STATUS_FILE_NOT_FOUND);
    snprintf(expected, sizeof(expected), "%s: No such file or directory", path);
    ck_assert_str_eq(r.log, expected);
    snprintf(path, sizeof(path), "/");
    ck_status(add(NULL), NDIS_STATUS_ERROR_READING_FILE);
    ck_assert_str_eq(r.log, "/: Is a directory");
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", parameters), NDIS_STATUS_INVALID_DATA);
    ck_assert_str_eq(r.log, "nic0: parameter \"no value\" is not of the form Keyword=value");
    stop();
}
END_TEST

static void address(const char *expected)
{
    NDIS_STATUS status;
    PVOID octets;
    UINT length;

    NdisReadNetworkAddress(&status, &octets, &length, opened);
    ck_status(status, expected ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(length, expected ? 6 : 0);
    if (expected)
        ck_assert_mem_eq(octets, expected, 6);
}

static void address_read(void)
{
    address("\x02\xab\x00\x12\x34\x56");
}

static void address_missing(void)
{
    address(NULL);
}

START_TEST(network_address)
{
    static const char *const texts[] = {
        "NetworkAddress=02-ab-00-12-34-56", "NetworkAddress=02AB00123456",
        "NetworkAddress=02:AB:00:12:34:56", "",
        "NetworkAddress=02AB0012345",       "NetworkAddress=02AB001234567",
        "NetworkAddress=02AB0012345g"};

    start(texts[_i]);
    with_open = _i < 3 ? address_read : address_missing;
    ck_status(add(NULL), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

/* ---- writing ---- */

static NDIS_STATUS put(PCWSTR keyword, NDIS_CONFIGURATION_PARAMETER value)
{
    NDIS_STRING name;
    NDIS_STATUS status;

    NdisInitUnicodeString(&name, keyword);
    NdisWriteConfiguration(&status, opened, &name, &value);
    return status;
}

static NDIS_CONFIGURATION_PARAMETER text_of(NDIS_PARAMETER_TYPE type, const WCHAR *text, UINT bytes)
{
    return (NDIS_CONFIGURATION_PARAMETER){
        .ParameterType = type,
        .ParameterData.StringData = {.Length = (USHORT)bytes,
                                     .MaximumLength = (USHORT)(bytes + 2),
                                     .Buffer = (PWSTR)text},
    };
}

static void write_all(void)
{
    NDIS_CONFIGURATION_PARAMETER value = {.ParameterType = NdisParameterInteger,
                                          .ParameterData.IntegerData = 7};
    UCHAR octets[] = {0, 0x1f, 0xff};

    ck_status(put(u"irq", value), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(integer(u"IRQ", NdisParameterInteger), 7);
    value = (NDIS_CONFIGURATION_PARAMETER){.ParameterType = NdisParameterHexInteger,
                                           .ParameterData.IntegerData = 0x1f};
    ck_status(put(u"Port", value), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(integer(u"Port", NdisParameterHexInteger), 0x1f);
    ck_assert_uint_eq(integer(u"Port", NdisParameterInteger), 0x1f);
    ck_status(put(u"Name", text_of(NdisParameterString, u" x", 4)), NDIS_STATUS_SUCCESS);
    string(u"Name", NdisParameterString, u" x", 4);
    ck_status(put(u"List", text_of(NdisParameterMultiString, u"a\0b\0", 8)), NDIS_STATUS_SUCCESS);
    string(u"List", NdisParameterMultiString, u"a\0b\0", 8);
    value = (NDIS_CONFIGURATION_PARAMETER){.ParameterType = NdisParameterBinary,
                                           .ParameterData.BinaryData = {3, octets}};
    ck_status(put(u"Table", value), NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(
        get(u"Table", NdisParameterBinary, NDIS_STATUS_SUCCESS)->ParameterData.BinaryData.Buffer,
        octets, 3);
    value.ParameterType = (NDIS_PARAMETER_TYPE)9;
    ck_status(put(u"Table", value), NDIS_STATUS_NOT_SUPPORTED);
    ck_status(put(u"Name", text_of(NdisParameterString, u"a\nb", 6)), NDIS_STATUS_FAILURE);
    ck_status(put(u"a=b", text_of(NdisParameterString, u"c", 2)), NDIS_STATUS_FAILURE);
    string(u"Name", NdisParameterString, u" x", 4);
}

static void read_again(void)
{
    string(u"Name", NdisParameterString, u" x", 4);
    ck_assert_uint_eq(integer(u"IRQ", NdisParameterInteger), 7);
}

START_TEST(what_is_written_is_kept)
{
    start("# first\nIRQ = 11\n# last");
    with_open = write_all;
    ck_status(add(NULL), NDIS_STATUS_SUCCESS);
    compare_file("# first\nirq=7\n# last\nPort=0x1f\nName=\" x\"\nList=a,b\nTable=00,1f,ff\n");
    ck_status(nic_ndis_adapter_remove("nic0", 1), NDIS_STATUS_SUCCESS);
    with_open = read_again;
    ck_status(add(NULL), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

static void write_without_a_file(void)
{
    remove(path);
    ck_status(put(u"Name", text_of(NdisParameterString, u"x", 2)), NDIS_STATUS_FAILURE);
    get(u"Name", NdisParameterString, NDIS_STATUS_FAILURE);
}

static void write_in_memory(void)
{
    ck_status(put(u"Name", text_of(NdisParameterString, u"x", 2)), NDIS_STATUS_SUCCESS);
    string(u"Name", NdisParameterString, u"x", 2);
}

START_TEST(writing_without_a_file)
{
    start("");
    with_open = write_without_a_file;
    ck_status(add(NULL), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_remove("nic0", 1), NDIS_STATUS_SUCCESS);
    with_open = write_in_memory;
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", NULL), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_config");
    TCase *t = tcase_create("config");

    tcase_add_test(t, values_have_the_type_that_is_asked_for);
    tcase_add_loop_test(t, a_malformed_line_is_named, 0, sizeof(malformed) / sizeof(malformed[0]));
    tcase_add_test(t, a_file_that_cannot_be_read);
    tcase_add_loop_test(t, network_address, 0, 7);
    tcase_add_test(t, what_is_written_is_kept);
    tcase_add_test(t, writing_without_a_file);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
