// What commands make of a disk: how much of a file system is free, and how much lies in files that were made or changed since a moment.
// A walk here goes through folders that somebody writes to meanwhile: it is bounded in time, follows no link, and what vanishes is gone.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "tree.h"
#include "usage.h"

struct forge_space {
    int64_t free_bytes, total_bytes;
    /// Both 0 where the file system makes room for files as they come.
    int64_t free_files, total_files;
};

/// 0, or the error number. Free is what is left to users that are not root.
static inline int forge_space_of(int folder, struct forge_space *space) {
    struct statvfs facts;
    if (fstatvfs(folder, &facts) != 0) return errno;
    space->free_bytes = (int64_t)(facts.f_bavail * facts.f_frsize);
    space->total_bytes = (int64_t)(facts.f_blocks * facts.f_frsize);
    space->free_files = (int64_t)facts.f_favail;
    space->total_files = (int64_t)facts.f_files;
    return 0;
}

static inline uint64_t forge_device(int folder) {
    struct stat facts;
    return fstat(folder, &facts) == 0 ? (uint64_t)facts.st_dev : 0;
}

/// As files carry it.
static inline int64_t forge_file_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t forge_disk_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Files without a name that are told apart.
#define FORGE_NAMELESS_MAX 1024

struct forge_grown {
    double bytes, files;
    /// 0, or why not all of it could be seen.
    int error;
};

struct forge_growth {
    /// By `forge_file_clock`; no program can set the time of a file's last change.
    int64_t since;
    /// By `forge_disk_clock`.
    int64_t deadline;
    /// Of what is on one file system only.
    uint64_t device;
    struct forge_grown sum;
    unsigned looks;
    unsigned nameless_count;
    uint64_t nameless[FORGE_NAMELESS_MAX];
};

static inline int forge_growth_goes_on(struct forge_growth *growth) {
    if (growth->sum.error == 0 && (++growth->looks & 63) == 0 && forge_disk_clock() > growth->deadline) growth->sum.error = ETIME;
    return growth->sum.error == 0;
}

/// Gone, or something else since its name was read.
static inline int forge_has_vanished(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ESRCH; }

/// What is on the disk of it, which of a sparse file is little; each of several names has its share.
static inline void forge_count_growth(const struct stat *facts, struct forge_growth *growth) {
    if ((int64_t)facts->st_ctim.tv_sec * 1000000000 + facts->st_ctim.tv_nsec <= growth->since) return;
    const double names = S_ISDIR(facts->st_mode) || facts->st_nlink < 2 ? 1 : (double)facts->st_nlink;
    growth->sum.bytes += (double)facts->st_blocks * 512 / names;
    growth->sum.files += 1 / names;
}

/// Closes the folder.
static void forge_growth_beneath(int folder, int depth, struct forge_growth *growth) {
    DIR *entries = depth > FORGE_TREE_DEPTH_MAX ? NULL : fdopendir(folder);
    if (entries == NULL) {
        growth->sum.error = depth > FORGE_TREE_DEPTH_MAX ? ELOOP : errno;
        close(folder);
        return;
    }
    for (struct dirent *entry; forge_growth_goes_on(growth) && (entry = readdir(entries)) != NULL;) {
        struct stat facts;
        if (forge_is_dots(entry->d_name)) continue;
        if (fstatat(folder, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
            if (!forge_has_vanished(errno)) growth->sum.error = errno;
            continue;
        }
        if ((uint64_t)facts.st_dev != growth->device) continue;
        forge_count_growth(&facts, growth);
        if (!S_ISDIR(facts.st_mode)) continue;
        int below = forge_open_folder(folder, entry->d_name);
        if (below >= 0) forge_growth_beneath(below, depth + 1, growth);
        else if (!forge_has_vanished(errno)) growth->sum.error = errno;
    }
    closedir(entries);
}

static inline void forge_add_growth(int folder, struct forge_growth *growth) {
    if (forge_device(folder) != growth->device) return;
    int own = forge_open_folder(folder, ".");
    if (own < 0) growth->sum.error = errno;
    else forge_growth_beneath(own, 0, growth);
}

/// True for the first time that it is seen.
static inline int forge_is_new_nameless(uint64_t inode, struct forge_growth *growth) {
    for (unsigned index = 0; index < growth->nameless_count; index++) {
        if (growth->nameless[index] == inode) return 0;
    }
    if (growth->nameless_count == FORGE_NAMELESS_MAX) {
        growth->sum.error = E2BIG;
        return 0;
    }
    growth->nameless[growth->nameless_count++] = inode;
    return 1;
}

/// Ended or about to, if not yet waited for: without memory it keeps nothing open, and what was its own is root's until it is gone.
static inline int forge_has_ended(pid_t process) {
    char text[4096];
    return forge_read_process(process, "status", text, sizeof text) == 0 || strstr(text, "\nVmSize:") == NULL;
}

/// Files that a process holds open and that no folder has any more: as good a place for bytes as any.
static void forge_add_nameless_of(pid_t process, void *context) {
    struct forge_growth *growth = context;
    if (!forge_growth_goes_on(growth)) return;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", process);
    DIR *open = opendir(path);
    if (open == NULL) {
        const int failed = errno;
        if (!forge_has_vanished(failed) && !forge_has_ended(process)) growth->sum.error = failed;
        return;
    }
    for (struct dirent *entry; forge_growth_goes_on(growth) && (entry = readdir(open)) != NULL;) {
        struct stat facts;
        if (forge_is_dots(entry->d_name)) continue;
        if (fstatat(dirfd(open), entry->d_name, &facts, 0) != 0) {
            const int failed = errno;
            if (!forge_has_vanished(failed) && !forge_has_ended(process)) growth->sum.error = failed;
            continue;
        }
        if (facts.st_nlink != 0 || !S_ISREG(facts.st_mode) || (uint64_t)facts.st_dev != growth->device) continue;
        if (forge_is_new_nameless(facts.st_ino, growth)) forge_count_growth(&facts, growth);
    }
    closedir(open);
}

/// What was made or changed on one file system since `since`: beneath open folders, and by a process and everything beneath it in files
/// without a name; no process is 0.
static inline struct forge_grown forge_grown_since(
    int64_t since, uint64_t device, int64_t deadline, const int *folders, int folder_count, pid_t process) {
    struct forge_growth growth = {.since = since, .device = device, .deadline = deadline};
    if (process > 0) forge_each_process(process, forge_add_nameless_of, &growth);
    for (int index = 0; index < folder_count; index++) forge_add_growth(folders[index], &growth);
    return growth.sum;
}
