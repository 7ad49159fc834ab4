// What a process and everything that it has started use together, read from /proc: for machines where no control group counts it.
#pragma once
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct forge_usage {
    int64_t memory_bytes;
    int64_t microseconds;
    int processes;
};

static inline int64_t forge_field(const char *text, const char *name) {
    const char *found = strstr(text, name);
    return found == NULL ? 0 : strtoll(found + strlen(name), NULL, 10);
}

static inline size_t forge_read_process(pid_t process, const char *file, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, file);
    FILE *stream = fopen(path, "re");
    if (stream == NULL) return text[0] = 0;
    size_t count = fread(text, 1, size - 1, stream);
    fclose(stream);
    text[count] = 0;
    return count;
}

/// `shares` divides what several processes have together among them, which takes the kernel longer to say.
static inline void forge_add_process(pid_t process, int shares, struct forge_usage *sum) {
    char text[4096];
    sum->processes += 1;
    if (shares && forge_read_process(process, "smaps_rollup", text, sizeof text) > 0) {
        sum->memory_bytes += forge_field(text, "\nPss:") << 10;
    } else if (forge_read_process(process, "status", text, sizeof text) > 0) {
        sum->memory_bytes += (forge_field(text, "\nRssAnon:") + forge_field(text, "\nRssShmem:")) << 10;
    }
    if (forge_read_process(process, "stat", text, sizeof text) == 0) return;
    // The name may hold spaces and parentheses: fields count from behind the last one.
    char *after = strrchr(text, ')');
    unsigned long user = 0, system = 0;
    long long user_below = 0, system_below = 0;
    if (after == NULL) return;
    sscanf(
        after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lld %lld", &user, &system, &user_below, &system_below);
    sum->microseconds += ((int64_t)user + (int64_t)system + user_below + system_below) * (1000000 / sysconf(_SC_CLK_TCK));
}

typedef void (*forge_process_taker)(pid_t process, void *context);

#define FORGE_PROCESSES_MAX 100000

struct forge_processes {
    pid_t *all;
    size_t count, room;
};

static inline void forge_add_children(pid_t process, const char *thread, struct forge_processes *found) {
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", process, thread);
    FILE *stream = fopen(path, "re");
    if (stream == NULL) return;
    for (int child; found->count < FORGE_PROCESSES_MAX && fscanf(stream, "%d", &child) == 1;) {
        if (found->count == found->room) {
            pid_t *more = realloc(found->all, 2 * found->room * sizeof *more);
            if (more == NULL) break;
            found->all = more;
            found->room *= 2;
        }
        found->all[found->count++] = child;
    }
    fclose(stream);
}

/// Tells a process and everything that descends from it, however deep and however many: a chain of children is no place to hide.
static inline void forge_each_process(pid_t first, forge_process_taker take, void *context) {
    struct forge_processes found = {malloc(64 * sizeof(pid_t)), 1, 64};
    if (found.all == NULL) return;
    found.all[0] = first;
    for (size_t next = 0; next < found.count; next++) {
        take(found.all[next], context);
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/task", found.all[next]);
        DIR *threads = opendir(path);
        if (threads == NULL) continue;
        for (struct dirent *thread; (thread = readdir(threads)) != NULL;) {
            if (thread->d_name[0] != '.') forge_add_children(found.all[next], thread->d_name, &found);
        }
        closedir(threads);
    }
    free(found.all);
}

struct forge_usage_sum {
    struct forge_usage usage;
    int shares;
};

static void forge_add_to_sum(pid_t process, void *context) {
    struct forge_usage_sum *sum = context;
    forge_add_process(process, sum->shares, &sum->usage);
}

static inline struct forge_usage forge_tree_usage(pid_t process, int shares) {
    struct forge_usage_sum sum = {{0, 0, 0}, shares};
    forge_each_process(process, forge_add_to_sum, &sum);
    return sum.usage;
}
