// What the operating system offers and Swift cannot import: variadic calls and macros, one line a function.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static inline int forge_open_for_reading(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }
static inline int forge_create(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode); }
/// What stands in it stays until something is written.
static inline int forge_open_for_writing(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode); }
/// Never one that is there, nor where a link leads.
static inline int forge_create_new(const char *path, mode_t mode) {
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}
/// Does not wait for the other end of a pipe that lies around.
static inline int forge_open_found(const char *path, int follows) {
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (follows ? 0 : O_NOFOLLOW));
}
/// What lies there: 0 a file, 1 a folder, 2 a symlink, 3 something else.
static inline int forge_kind(mode_t mode) { return S_ISREG(mode) ? 0 : S_ISDIR(mode) ? 1 : S_ISLNK(mode) ? 2 : 3; }
/// The same without a look at the entry itself; -1 when the folder does not know.
static inline int forge_entry_kind(const struct dirent *entry) {
    switch (entry->d_type) {
    case DT_REG: return 0;
    case DT_DIR: return 1;
    case DT_LNK: return 2;
    case DT_UNKNOWN: return -1;
    default: return 3;
    }
}
static inline const char *forge_entry_name(const struct dirent *entry) { return entry->d_name; }
/// A null pointer is the end of the folder when this is 0 afterwards.
static inline struct dirent *forge_next_entry(DIR *folder) {
    errno = 0;
    return readdir(folder);
}
/// Nobody but this user can have put it there or changed it.
static inline int forge_is_ours_alone(const struct stat *facts) {
    return facts->st_uid == geteuid() && (facts->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}
static inline int forge_errno(void) { return errno; }
/// No core file and no ptrace by other processes of this user: keys and tokens are in this memory.
static inline int forge_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) != 0 ? -1 : prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
static inline int forge_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }
static inline int forge_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
static inline void forge_ignore_signal(int number) { signal(number, SIG_IGN); }
static inline long long forge_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}
static inline long long forge_wall_nanoseconds(void) { return forge_clock(CLOCK_REALTIME); }
static inline long long forge_monotonic_nanoseconds(void) { return forge_clock(CLOCK_MONOTONIC); }
static inline long long forge_processor_nanoseconds(void) { return forge_clock(CLOCK_PROCESS_CPUTIME_ID); }
static inline int forge_others_may_read(mode_t mode) { return (mode & S_IROTH) != 0; }
/// Processor time of children that have ended and were waited for, in microseconds.
static inline long long forge_children_microseconds(void) {
    struct rusage use;
    if (getrusage(RUSAGE_CHILDREN, &use) != 0) return 0;
    return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
}
/// The most memory that any ended child of ours had resident, in KiB.
static inline long forge_children_peak_kibibytes(void) {
    struct rusage use;
    return getrusage(RUSAGE_CHILDREN, &use) != 0 ? 0 : use.ru_maxrss;
}
static inline char **forge_environment(void) { return environ; }

/// Opens a TCP socket to a numeric address, or listening on it; the error number, negative, when that fails.
static inline int forge_tcp(const char *host, int port, int listens) {
    char service[8];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(host, service, &hints, &found) != 0) return -EINVAL;
    int one = 1, descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), failed = descriptor < 0;
    if (!failed && listens) {
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        failed = bind(descriptor, found->ai_addr, found->ai_addrlen) != 0 || listen(descriptor, 1) != 0;
    } else if (!failed) {
        struct timeval limit = {10, 0};
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        failed = connect(descriptor, found->ai_addr, found->ai_addrlen) != 0;
    }
    int number = errno;
    freeaddrinfo(found);
    if (!failed) return descriptor;
    if (descriptor >= 0) close(descriptor);
    return -number;
}

/// Whether the kernel believes its clock to follow a good one.
static inline int forge_clock_is_synchronised(void) {
    struct timex state = {0};
    return adjtimex(&state) != TIME_ERROR;
}
