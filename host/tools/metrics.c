/* SPDX-License-Identifier: Apache-2.0 */
/* Counters over HTTP by libmicrohttpd, in Prometheus' text format 0.0.4, and their reader. See metrics.h. */
#include "metrics.h"

#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT_BYTES   32768
#define CLIENTS      8
#define TIMEOUT_S    5
#define PREFIX       "hilnic_"
#define SUFFIX       "_total"
#define CONTENT_TYPE "text/plain; version=0.0.4"

struct metrics {
    struct MHD_Daemon *daemon;
    pthread_mutex_t mutex; /* of the text */
    char text[TEXT_BYTES];
    char path[108]; /* of a UNIX socket, empty: TCP */
};

/* ---- where ---- */

union address {
    struct sockaddr any;
    struct sockaddr_in tcp;
    struct sockaddr_un local;
};

static bool parse(const char *where, union address *a, socklen_t *length)
{
    memset(a, 0, sizeof *a);
    if (!strncmp(where, "unix:", 5)) {
        a->local.sun_family = AF_UNIX;
        *length = sizeof a->local;
        return where[5] && strlen(where + 5) < sizeof a->local.sun_path &&
               strcpy(a->local.sun_path, where + 5);
    }
    *length = sizeof a->tcp;
    return tcp_address(where, &a->tcp) && ntohl(a->tcp.sin_addr.s_addr) >> 24 == 127;
}

static int wrong_place(const char *option, const char *where)
{
    return complain(EXIT_USAGE,
                    "--%s takes a loopback ADDRESS:PORT, as 127.0.0.1:9100, or unix:PATH, not %s",
                    option, where);
}

/* A socket file that nobody listens at is what a killed program left. */
static void remove_stale(const union address *a, socklen_t length)
{
    struct stat status;
    if (a->any.sa_family != AF_UNIX || stat(a->local.sun_path, &status) != 0 ||
        !S_ISSOCK(status.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, &a->any, length) != 0 && errno == ECONNREFUSED)
        unlink(a->local.sun_path);
    if (fd >= 0)
        close(fd);
}

static int listen_at(const union address *a, socklen_t length)
{
    int one = 1, fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    remove_stale(a, length);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd >= 0 && bind(fd, &a->any, length) == 0 && listen(fd, CLIENTS) == 0)
        return fd;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

/* ---- the server ---- */

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_bytes, void **state)
{
    struct metrics *m = context;
    bool found = !strcmp(url, "/metrics") && !strcmp(method, MHD_HTTP_METHOD_GET);
    static const char other[] = "GET /metrics\n";
    (void)version;
    (void)data;
    (void)state;
    *data_bytes = 0;
    pthread_mutex_lock(&m->mutex);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        found ? strlen(m->text) : strlen(other), found ? m->text : (char *)(uintptr_t)other,
        MHD_RESPMEM_MUST_COPY);
    pthread_mutex_unlock(&m->mutex);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, CONTENT_TYPE);
    enum MHD_Result result =
        MHD_queue_response(connection, found ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND, response);
    MHD_destroy_response(response);
    return result;
}

struct metrics *metrics_start(const char *where, int *code)
{
    union address address;
    socklen_t length;
    if (!parse(where, &address, &length)) {
        *code = wrong_place("metrics", where);
        return NULL;
    }
    struct metrics *m = calloc(1, sizeof *m);
    int fd = m ? listen_at(&address, length) : -1;
    if (fd >= 0) {
        pthread_mutex_init(&m->mutex, NULL);
        if (address.any.sa_family == AF_UNIX)
            strcpy(m->path, address.local.sun_path);
        m->daemon =
            MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, m,
                             MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CLIENTS,
                             MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S, MHD_OPTION_END);
        if (m->daemon)
            return m;
        close(fd);
    }
    *code = complain(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_FAILED,
                     "the counters cannot be offered at %s: %s", where, strerror(errno));
    free(m);
    return NULL;
}

void metrics_set(struct metrics *m, const struct counter *counters, unsigned count)
{
    size_t n = 0;
    pthread_mutex_lock(&m->mutex);
    for (unsigned i = 0; i < count && n < TEXT_BYTES - 512; i++) {
        const struct counter *c = &counters[i];
        n += (size_t)snprintf(m->text + n, TEXT_BYTES - n,
                              "# HELP " PREFIX "%s" SUFFIX " %.200s\n# TYPE " PREFIX "%s" SUFFIX
                              " counter\n" PREFIX "%s" SUFFIX " %llu\n",
                              c->name, c->help, c->name, c->name, (unsigned long long)c->value);
    }
    pthread_mutex_unlock(&m->mutex);
}

void metrics_stop(struct metrics *m)
{
    if (!m)
        return;
    MHD_stop_daemon(m->daemon);
    if (*m->path)
        unlink(m->path);
    pthread_mutex_destroy(&m->mutex);
    free(m);
}

/* ---- the reader ---- */

/* The whole answer, ended by zero; the octets, or -errno. */
static ssize_t request(const union address *a, socklen_t length, char *text)
{
    static const char get[] = "GET /metrics HTTP/1.0\r\n\r\n";
    struct timeval patience = {.tv_sec = TIMEOUT_S};
    size_t have = 0;
    ssize_t n = -1;
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, &a->any, length) == 0 && write(fd, get, strlen(get)) == (ssize_t)strlen(get))
        while ((n = read(fd, text + have, TEXT_BYTES - 1 - have)) > 0)
            have += (size_t)n;
    int error = n < 0 ? -errno : 0;
    close(fd);
    text[have] = '\0';
    return error ? error : (ssize_t)have;
}

/* "hilnic_NAME_total VALUE"; the line is cut into the name. */
static bool take_line(char *line, struct counter *c)
{
    size_t prefix = strlen(PREFIX);
    char *blank = strchr(line, ' '), *suffix = blank ? blank - strlen(SUFFIX) : NULL, *end;
    if (strncmp(line, PREFIX, prefix) != 0 || !suffix || suffix < line + prefix ||
        strncmp(suffix, SUFFIX, strlen(SUFFIX)) != 0)
        return false;
    *suffix = '\0';
    *c = (struct counter){line + prefix, "", strtoull(blank + 1, &end, 10)};
    return end > blank + 1 && !*end;
}

int metrics_fetch(const char *where, struct counter *counters, unsigned *count)
{
    static char text[TEXT_BYTES]; /* the names stay here until the next call */
    union address address;
    socklen_t length;
    char *at, *save = NULL;
    *count = 0;
    if (!parse(where, &address, &length))
        return wrong_place("from", where);
    ssize_t got = request(&address, length, text);
    if (got == -EAGAIN)
        return complain(EXIT_NO_DEVICE, "who listens at %s has not answered for %u s", where,
                        TIMEOUT_S);
    if (got < 0)
        return complain(got == -EACCES ? EXIT_NO_PERMISSION : EXIT_NO_DEVICE,
                        "nobody tells counters at %s: %s, start hilnic up --metrics %s", where,
                        strerror((int)-got), where);
    for (at = strtok_r(text, "\r\n", &save); at; at = strtok_r(NULL, "\r\n", &save))
        if (*count < COUNTERS_MOST && take_line(at, &counters[*count]))
            ++*count;
    return *count ? 0 : complain(EXIT_FAILED, "what answers at %s tells no counters", where);
}
