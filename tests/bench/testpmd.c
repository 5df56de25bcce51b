/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See testpmd.h. Debian's package dpdk has the program.
 */
#include "testpmd.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PRINTS 5 /* the first and the last make the figure */

/* Processor time in ns of the thread that forwards; 0: not found. */
static unsigned long long worker_ns(pid_t pid)
{
    char path[128], name[64];
    unsigned long long ns = 0;
    struct dirent *entry;
    DIR *tasks;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    while (tasks && (entry = readdir(tasks)) != NULL) {
        FILE *file;
        snprintf(path, sizeof(path), "/proc/%d/task/%.16s/comm", (int)pid, entry->d_name);
        file = fopen(path, "r");
        if (!file)
            continue;
        name[0] = 0;
        if (!fgets(name, sizeof(name), file))
            name[0] = 0;
        fclose(file);
        if (strncmp(name, "lcore-worker", 12) != 0 && strncmp(name, "rte-worker", 10) != 0)
            continue;
        snprintf(path, sizeof(path), "/proc/%d/task/%.16s/schedstat", (int)pid, entry->d_name);
        file = fopen(path, "r");
        if (file && fscanf(file, "%llu", &ns) != 1)
            ns = 0;
        if (file)
            fclose(file);
    }
    if (tasks)
        closedir(tasks);
    return ns;
}

static pid_t start(unsigned burst, unsigned frame_bytes, int *output)
{
    char burst_text[32], bytes_text[32];
    int in[2], out[2];
    pid_t pid;

    snprintf(burst_text, sizeof(burst_text), "--burst=%u", burst);
    snprintf(bytes_text, sizeof(bytes_text), "--txpkts=%u", frame_bytes);
    if (pipe(in) != 0 || pipe(out) != 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execlp("stdbuf", "stdbuf", "-oL", "dpdk-testpmd", "--no-huge", "--no-pci", "-m", "256",
               "-l", "0,1", "--vdev", "net_null0", "--no-telemetry", "--log-level=error", "--",
               "--forward-mode=txonly", burst_text, bytes_text, "--total-num-mbufs=8192",
               "--auto-start", "--stats-period=1", (char *)NULL);
        perror("dpdk-testpmd (package dpdk)");
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *output = out[0];
    return pid;
}

/* Every second testpmd prints its counters; at each print the thread's processor time is read too.
 */
double testpmd_ns(unsigned burst, unsigned frame_bytes)
{
    unsigned long long ns[PRINTS] = {0}, packets[PRINTS] = {0};
    unsigned prints = 0;
    char line[512], *count;
    int output, status;
    FILE *text;
    pid_t pid = start(burst, frame_bytes, &output);

    if (pid < 0)
        return -1;
    text = fdopen(output, "r");
    while (text && prints < PRINTS && fgets(line, sizeof(line), text)) {
        if ((count = strstr(line, "TX-packets:")) == NULL)
            continue;
        packets[prints] = strtoull(count + 11, NULL, 10);
        ns[prints] = worker_ns(pid);
        prints += packets[prints] > 0 && ns[prints] > 0;
    }
    kill(pid, SIGINT);
    while (text && fgets(line, sizeof(line), text))
        ;
    if (text)
        fclose(text);
    waitpid(pid, &status, 0);
    if (prints < PRINTS || packets[PRINTS - 1] == packets[0]) {
        fprintf(stderr, "testpmd gave no figure (burst %u)\n", burst);
        return -1;
    }
    return (double)(ns[PRINTS - 1] - ns[0]) / (double)(packets[PRINTS - 1] - packets[0]);
}
