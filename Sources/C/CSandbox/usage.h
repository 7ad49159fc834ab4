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

static void forge_add_tree(pid_t process, int shares, int depth, struct forge_usage *sum) {
    if (depth > 64 || sum->processes > 100000) return;
    forge_add_process(process, shares, sum);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    if (threads == NULL) return;
    for (struct dirent *thread; (thread = readdir(threads)) != NULL;) {
        if (thread->d_name[0] == '.') continue;
        char file[64], children[8192];
        snprintf(file, sizeof file, "task/%.20s/children", thread->d_name);
        forge_read_process(process, file, children, sizeof children);
        for (char *rest = children, *end; *rest != 0; rest = end) {
            pid_t child = (pid_t)strtol(rest, &end, 10);
            if (end == rest) break;
            if (child > 0) forge_add_tree(child, shares, depth + 1, sum);
        }
    }
    closedir(threads);
}

static inline struct forge_usage forge_tree_usage(pid_t process, int shares) {
    struct forge_usage sum = {0, 0, 0};
    forge_add_tree(process, shares, 0, &sum);
    return sum;
}
