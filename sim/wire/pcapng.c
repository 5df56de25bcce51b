/* SPDX-License-Identifier: Apache-2.0 */
/* Writing of pcapng files, see pcapng.h. Block and option numbers are those of draft-ietf-opsawg-pcapng. */
#include "pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTION_HEADER  0x0a0d0d0au /* 4.1 */
#define INTERFACE       1u          /* 4.2 */
#define ENHANCED_PACKET 6u          /* 4.3 */

#define OPT_COMMENT   1 /* 3.5.1 */
#define SHB_USERAPPL  4
#define IF_NAME       2
#define IF_TSRESOL    9
#define EPB_FLAGS     2
#define LINK_ETHERNET 1
#define RESOLUTION_NS 9 /* 10^-9 s */
#define MOST_COMMENT  200
#define MOST_OVERHEAD (64 + MOST_COMMENT)
#define LONGEST_FRAME 65536

struct pcapng {
    int fd;
    bool plain; /* a file that can be cut at its last whole block */
    uint32_t snap;
    uint64_t bytes;
    int error;
    uint32_t used; /* of block */
    uint8_t block[LONGEST_FRAME + MOST_OVERHEAD];
};

/* ---- a block: words in this machine's order, which the section header shows ---- */

static void put(struct pcapng *p, const void *data, uint32_t length)
{
    static const uint8_t zeros[4];
    uint32_t padding = -length & 3;
    memcpy(p->block + p->used, data, length);
    memcpy(p->block + p->used + length, zeros, padding);
    p->used += length + padding;
}

static void put32(struct pcapng *p, uint32_t word)
{
    put(p, &word, sizeof word);
}

static void put_option(struct pcapng *p, uint16_t code, const void *value, uint16_t length)
{
    uint16_t head[2] = {code, length};
    put(p, head, sizeof head);
    put(p, value, length);
}

static void put_text(struct pcapng *p, uint16_t code, const char *text)
{
    size_t length = strlen(text);
    put_option(p, code, text, (uint16_t)(length < MOST_COMMENT ? length : MOST_COMMENT));
}

static void begin(struct pcapng *p, uint32_t type)
{
    p->used = 0;
    put32(p, type);
    put32(p, 0); /* length, set at the end */
}

/* Takes what was written of a block that did not fit away again. */
static int fail(struct pcapng *p, int error)
{
    p->error = -error;
    if (p->plain && ftruncate(p->fd, (off_t)p->bytes) == 0)
        lseek(p->fd, (off_t)p->bytes, SEEK_SET);
    return p->error;
}

static int end(struct pcapng *p)
{
    uint32_t done = 0, length;
    put32(p, 0); /* end of the options */
    length = p->used + 4;
    put32(p, length);
    memcpy(p->block + 4, &length, sizeof length);
    while (done < length) {
        ssize_t n = write(p->fd, p->block + done, length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(p, n < 0 ? errno : ENOSPC);
        done += (uint32_t)n;
    }
    p->bytes += length;
    return 0;
}

/* ---- the blocks ---- */

static int put_section(struct pcapng *p)
{
    static const uint16_t version[2] = {1, 0};
    begin(p, SECTION_HEADER);
    put32(p, 0x1a2b3c4d);
    put(p, version, sizeof version);
    put32(p, UINT32_MAX); /* length of the section: not told, 64 bits */
    put32(p, UINT32_MAX);
    put_text(p, SHB_USERAPPL, "hilnic");
    return end(p);
}

static int put_interface(struct pcapng *p, const char *name)
{
    static const uint16_t link[2] = {LINK_ETHERNET, 0};
    static const uint8_t resolution = RESOLUTION_NS;
    begin(p, INTERFACE);
    put(p, link, sizeof link);
    put32(p, p->snap);
    put_text(p, IF_NAME, name);
    put_option(p, IF_TSRESOL, &resolution, 1);
    return end(p);
}

struct pcapng *pcapng_create(int fd, const char *const names[], unsigned count, uint32_t snap)
{
    struct stat status;
    struct pcapng *p = malloc(sizeof *p);
    if (!p) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    p->fd = fd;
    p->snap = snap && snap < LONGEST_FRAME ? snap : LONGEST_FRAME;
    p->plain = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    p->bytes = 0;
    p->error = 0;
    int result = put_section(p);
    for (unsigned i = 0; i < count && !result; i++)
        result = put_interface(p, names[i]);
    if (!result)
        return p;
    pcapng_close(p);
    errno = -result;
    return NULL;
}

int pcapng_write(struct pcapng *p, const struct pcapng_frame *f)
{
    uint32_t held = f->length < p->snap ? f->length : p->snap;
    uint32_t flags = (uint32_t)f->direction | f->errors;
    if (p->error)
        return p->error;
    begin(p, ENHANCED_PACKET);
    put32(p, f->interface);
    put32(p, (uint32_t)(f->time_ns >> 32));
    put32(p, (uint32_t)f->time_ns);
    put32(p, held);
    put32(p, f->length);
    put(p, f->octets, held);
    put_option(p, EPB_FLAGS, &flags, sizeof flags);
    if (f->comment)
        put_text(p, OPT_COMMENT, f->comment);
    return end(p);
}

uint64_t pcapng_bytes(const struct pcapng *p)
{
    return p->bytes;
}

int pcapng_close(struct pcapng *p)
{
    int result = p->error;
    if (close(p->fd) != 0 && !result)
        result = -errno;
    free(p);
    return result;
}
