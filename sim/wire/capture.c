/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing of captures, see capture.h. */
#include "capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void refuse(char *error, const char *path, const char *why)
{
    snprintf(error, CAPTURE_ERROR_BYTES, "%.120s: %.130s", path, why);
}

/* libpcap prefixes some messages with the path; once is enough. */
static const char *without_path(const char *message, const char *path)
{
    size_t n = strlen(path);
    if (!strncmp(message, path, n) && !strncmp(message + n, ": ", 2))
        return message + n + 2;
    return message;
}

static bool store(struct capture *c, const struct pcap_pkthdr *header, const uint8_t *octets,
                  size_t *used, size_t *size)
{
    if ((c->count & (c->count - 1)) == 0) {
        size_t room = c->count ? 2u * (size_t)c->count : 64;
        struct capture_frame *frames = realloc(c->frames, room * sizeof *frames);
        if (!frames)
            return false;
        c->frames = frames;
    }
    if (!*size || *used + header->caplen > *size) {
        size_t bytes = (*size + header->caplen + 4096) * 2;
        uint8_t *storage = realloc(c->storage, bytes);
        if (!storage)
            return false;
        c->storage = storage;
        *size = bytes;
    }
    memcpy(c->storage + *used, octets, header->caplen);
    c->frames[c->count++] = (struct capture_frame){
        .length = header->caplen,
        .time_ns = (uint64_t)header->ts.tv_sec * 1000000000u + (uint64_t)header->ts.tv_usec,
    };
    *used += header->caplen;
    return true;
}

static bool read_all(pcap_t *pcap, struct capture *c, const char *path, char *error)
{
    struct pcap_pkthdr *header;
    const uint8_t *octets;
    size_t used = 0, size = 0;
    char why[120];
    int got;
    while ((got = pcap_next_ex(pcap, &header, &octets)) == 1) {
        if (header->caplen != header->len) {
            snprintf(why, sizeof why,
                     "frame %u was recorded in part (%u of %u bytes), record with -s 0",
                     c->count + 1, header->caplen, header->len);
            refuse(error, path, why);
            return false;
        }
        if (!store(c, header, octets, &used, &size)) {
            refuse(error, path, "too large for this machine's memory");
            return false;
        }
    }
    if (got != PCAP_ERROR_BREAK) {
        snprintf(why, sizeof why, "damaged after frame %u: %.80s", c->count,
                 without_path(pcap_geterr(pcap), path));
        refuse(error, path, why);
        return false;
    }
    /* Only now does the storage stay where it is. */
    size_t at = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        c->frames[i].octets = c->storage + at;
        at += c->frames[i].length;
    }
    return true;
}

struct capture *capture_read(const char *path, char *error)
{
    char message[PCAP_ERRBUF_SIZE] = "";
    struct stat status;
    if (strcmp(path, "-") && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        refuse(error, path, "is a directory, not a capture");
        return NULL;
    }
    pcap_t *pcap =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, message);
    if (!pcap) {
        refuse(error, path, without_path(message, path));
        return NULL;
    }
    struct capture *c = NULL;
    if (pcap_datalink(pcap) != DLT_EN10MB) {
        char why[120];
        const char *name = pcap_datalink_val_to_name(pcap_datalink(pcap));
        snprintf(why, sizeof why, "link type is %.40s (%d), only Ethernet captures can be sent",
                 name ? name : "unknown", pcap_datalink(pcap));
        refuse(error, path, why);
        goto out;
    }
    c = calloc(1, sizeof *c);
    if (!c) {
        refuse(error, path, strerror(errno));
        goto out;
    }
    if (!read_all(pcap, c, path, error)) {
        capture_free(c);
        c = NULL;
    }
out:
    pcap_close(pcap);
    return c;
}

void capture_free(struct capture *c)
{
    if (!c)
        return;
    free(c->frames);
    free(c->storage);
    free(c);
}

struct capture_writer {
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    char *path, *temporary; /* temporary NULL: written directly */
    int error;
};

static void writer_free(struct capture_writer *w)
{
    if (w->pcap)
        pcap_close(w->pcap);
    free(w->path);
    free(w->temporary);
    free(w);
}

static FILE *writer_open(struct capture_writer *w)
{
    struct stat status;
    if (!strcmp(w->path, "-"))
        return fdopen(dup(STDOUT_FILENO), "wb");
    if (stat(w->path, &status) == 0 && !S_ISREG(status.st_mode))
        return fopen(w->path, "wb");
    size_t bytes = strlen(w->path) + sizeof ".XXXXXX";
    w->temporary = malloc(bytes);
    if (!w->temporary)
        return NULL;
    snprintf(w->temporary, bytes, "%s.XXXXXX", w->path);
    int fd = mkstemp(w->temporary);
    if (fd < 0) {
        free(w->temporary);
        w->temporary = NULL;
        return NULL;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    return fdopen(fd, "wb");
}

struct capture_writer *capture_create(const char *path, char *error)
{
    struct capture_writer *w = calloc(1, sizeof *w);
    FILE *file = NULL;
    if (w && (w->path = strdup(path)))
        file = writer_open(w);
    if (file) {
        w->pcap =
            pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 262144, PCAP_TSTAMP_PRECISION_NANO);
        if (w->pcap)
            w->dumper = pcap_dump_fopen(w->pcap, file);
        if (w->dumper)
            return w;
        fclose(file);
    }
    int failure = errno;
    char why[120];
    snprintf(why, sizeof why, "cannot be written: %.80s", strerror(failure));
    refuse(error, path, why);
    if (w) {
        if (w->temporary)
            unlink(w->temporary);
        writer_free(w);
    }
    errno = failure;
    return NULL;
}

void capture_write(struct capture_writer *w, const uint8_t *octets, uint32_t length,
                   uint64_t time_ns)
{
    /* With nanosecond precision tv_usec carries nanoseconds. */
    struct pcap_pkthdr header = {
        .caplen = length,
        .len = length,
        .ts.tv_sec = (time_t)(time_ns / 1000000000u),
        .ts.tv_usec = (suseconds_t)(time_ns % 1000000000u),
    };
    if (w->error)
        return;
    errno = 0;
    pcap_dump((u_char *)w->dumper, &header, octets);
    if (ferror(pcap_dump_file(w->dumper)))
        w->error = -(errno ? errno : EIO);
}

int capture_close(struct capture_writer *w, bool keep)
{
    errno = 0;
    if (pcap_dump_flush(w->dumper) != 0 && !w->error)
        w->error = -(errno ? errno : EIO);
    pcap_dump_close(w->dumper);
    int result = w->error;
    if (w->temporary) {
        if (keep && !result && rename(w->temporary, w->path) != 0)
            result = -errno;
        if (!keep || result)
            unlink(w->temporary);
    }
    writer_free(w);
    return result;
}
