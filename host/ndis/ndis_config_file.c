/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text file with an adapter's configuration (nic_ndis.h says what it looks like). What is wrong
 * with a file is one sentence that begins with its name and line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "ndis_machine.h"

/* One line, cut into its parts in place. keyword NULL: nothing but a comment or blanks. */
struct line {
    char *keyword, *value;
    const char *wrong; /* NULL: nothing is */
};

static char *trim(char *text)
{
    size_t length;

    while (isblank((unsigned char)*text))
        text++;
    for (length = strlen(text); length && isspace((unsigned char)text[length - 1]); length--)
        ;
    text[length] = 0;
    return text;
}

static bool is_plain(const char *text)
{
    for (; *text; text++) {
        if (*text != '\t' && (*text < ' ' || *text > '~'))
            return false;
    }
    return true;
}

/* False: there is no second quotation mark at the end. */
static bool unquote(struct line *line)
{
    size_t length = strlen(line->value);

    if (*line->value != '"')
        return true;
    if (length < 2 || line->value[length - 1] != '"')
        return false;
    line->value[length - 1] = 0;
    line->value++;
    return true;
}

static struct line parse(char *text)
{
    struct line line = {0};
    char *equals;

    text = trim(text);
    if (!*text || *text == '#' || *text == ';')
        return line;
    equals = strchr(text, '=');
    if (!equals) {
        line.wrong = "there is no '=' between a keyword and its value";
        return line;
    }
    *equals = 0;
    line.keyword = trim(text);
    line.value = trim(equals + 1);
    if (!*line.keyword)
        line.wrong = "there is no keyword before the '='";
    else if (!is_plain(line.keyword) || !is_plain(line.value))
        line.wrong = "a character is not printable ASCII";
    else if (!unquote(&line))
        line.wrong = "the quotation mark is not closed at the end of the line";
    return line;
}

/* ---- reading ---- */

static NDIS_STATUS take(struct ndis_miniport *m, const char *path, unsigned number, char *text)
{
    struct line line = parse(text);

    if (!line.wrong && line.keyword && ndis_config_get(m, line.keyword))
        line.wrong = "the keyword is in the file twice";
    if (line.wrong) {
        ndis_log("%s:%u: %s", path, number, line.wrong);
        return NDIS_STATUS_ERROR_READING_FILE;
    }
    return !line.keyword || ndis_config_set(m, line.keyword, line.value) ? NDIS_STATUS_SUCCESS
                                                                         : NDIS_STATUS_RESOURCES;
}

NDIS_STATUS ndis_config_file_read(struct ndis_miniport *m, const char *path)
{
    FILE *file = fopen(path, "r");
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    char *text = NULL;
    size_t size = 0;
    unsigned number = 0;

    if (!file) {
        ndis_log("%s: %s", path, strerror(errno));
        return errno == ENOENT ? NDIS_STATUS_FILE_NOT_FOUND : NDIS_STATUS_ERROR_READING_FILE;
    }
    errno = 0;
    while (status == NDIS_STATUS_SUCCESS && getline(&text, &size, file) >= 0)
        status = take(m, path, ++number, text);
    if (status == NDIS_STATUS_SUCCESS && ferror(file)) {
        ndis_log("%s: %s", path, strerror(errno));
        status = NDIS_STATUS_ERROR_READING_FILE;
    }
    free(text);
    fclose(file);
    return status;
}

/* ---- writing ---- */

static bool put(FILE *to, const char *keyword, const char *value)
{
    size_t length = strlen(value);
    bool quote = *value == '"' || isblank((unsigned char)*value) ||
                 (length && isblank((unsigned char)value[length - 1]));

    return fprintf(to, quote ? "%s=\"%s\"\n" : "%s=%s\n", keyword, value) > 0;
}

/* Everything but the keyword's line is copied as it is. */
static bool copy(FILE *from, FILE *to, const char *keyword, const char *value)
{
    char *text = NULL;
    size_t size = 0;
    bool is_good = true, is_put = false;

    while (is_good && getline(&text, &size, from) >= 0) {
        char *scratch = strdup(text);
        struct line line = scratch ? parse(scratch) : (struct line){0};
        is_good = scratch;
        if (is_good && line.keyword && strcasecmp(line.keyword, keyword) == 0)
            is_good = is_put = put(to, keyword, value);
        else if (is_good)
            is_good = fputs(text, to) >= 0 && (strchr(text, '\n') || fputc('\n', to) >= 0);
        free(scratch);
    }
    free(text);
    return is_good && !ferror(from) && (is_put || put(to, keyword, value));
}

static bool replace(const char *path, const char *temporary, const char *keyword, const char *value)
{
    FILE *from = fopen(path, "r"), *to = from ? fopen(temporary, "w") : NULL;
    bool is_good = to && copy(from, to, keyword, value);

    if (from)
        fclose(from);
    if (to && fclose(to) != 0)
        is_good = false;
    if (is_good && rename(temporary, path) == 0)
        return true;
    ndis_log("%s: %s", path, strerror(errno));
    if (to)
        remove(temporary);
    return false;
}

bool ndis_config_file_write(const char *path, const char *keyword, const char *value)
{
    size_t size = strlen(path) + sizeof(".new");
    char *temporary = malloc(size);
    bool is_good;

    if (!temporary)
        return false;
    snprintf(temporary, size, "%s.new", path);
    is_good = is_plain(keyword) && *keyword && !strchr(keyword, '=') && is_plain(value) &&
              replace(path, temporary, keyword, value);
    free(temporary);
    return is_good;
}
