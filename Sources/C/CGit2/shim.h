// What ForgeGit uses of libgit2, and of the system what stands around it: folders, locks, sockets; strlen for paths, which need not be UTF-8.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <git2/sys/stream.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

// Variadic, which Swift does not import: https://libgit2.org/libgit2/#HEAD/group/libgit2/git_libgit2_opts
static inline int forge_git_verify_objects(int enabled) { return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled); }
static inline int forge_git_trust_certificates(const char *file) { return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, (const char *)0); }
static inline int forge_git_limit_object_bytes(size_t bytes) { return git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, bytes); }

static inline int forge_git_errno(void) { return errno; }
/// A lock file: made when it is not there, never emptied.
static inline int forge_git_open_lock(const char *path) { return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); }
/// A file that is not there yet, and no link.
static inline int forge_git_create_new(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode); }
/// What git remembers of a file to see at a glance that it did not change.
static inline void forge_git_note_facts(git_index_entry *entry, const struct stat *facts) {
    entry->ctime.seconds = (int32_t)facts->st_ctim.tv_sec, entry->ctime.nanoseconds = (uint32_t)facts->st_ctim.tv_nsec;
    entry->mtime.seconds = (int32_t)facts->st_mtim.tv_sec, entry->mtime.nanoseconds = (uint32_t)facts->st_mtim.tv_nsec;
    entry->dev = (uint32_t)facts->st_dev, entry->ino = (uint32_t)facts->st_ino;
    entry->uid = facts->st_uid, entry->gid = facts->st_gid, entry->file_size = (uint32_t)facts->st_size;
}
static inline const char *forge_git_entry_name(const struct dirent *entry) { return entry->d_name; }
static inline int forge_git_is_folder(const struct stat *facts) { return S_ISDIR(facts->st_mode); }
static inline long long forge_git_nanoseconds(const struct stat *facts) {
    return (long long)facts->st_mtim.tv_sec * 1000000000 + facts->st_mtim.tv_nsec;
}

static inline int forge_git_kind_of_entry(const struct dirent *entry) { return entry->d_type; }

// Linux's own, which its headers show to GNU sources only.
#ifndef O_PATH
#define O_PATH 010000000
#endif

// By descriptors: what a stranger puts in the way of a path is met as what it is. A link is never followed.
static inline int forge_git_open_folder(int folder, const char *name) { return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }
/// To read; does not wait for whoever should write to a pipe.
static inline int forge_git_open_file(int folder, const char *name) { return openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); }
static inline int forge_git_create_file(int folder, const char *name, mode_t mode) { return openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode); }
/// A folder that its owner may not read, made so that he may; the name stands for no link's target.
static inline void forge_git_make_usable(int folder, const char *name) {
    char path[64];
    int found = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (found < 0) return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", found);
    chmod(path, 0700);
    close(found);
}
static inline int forge_git_is_file(const struct stat *facts) { return S_ISREG(facts->st_mode); }
static inline int forge_git_is_link(const struct stat *facts) { return S_ISLNK(facts->st_mode); }
static inline long long forge_git_changed(const struct stat *facts) {
    return (long long)facts->st_ctim.tv_sec * 1000000000 + facts->st_ctim.tv_nsec;
}
/// The clock that files are stamped with: no change from now on gets a stamp before this.
static inline long long forge_git_file_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// One connection of the library that is waited for with a limit; the first member is what the library knows.
typedef struct {
    git_stream parent;
    char *host, *port;
    int descriptor;
} forge_git_stream;
static inline int forge_git_resolve(const forge_git_stream *stream, struct addrinfo **found) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    return getaddrinfo(stream->host, stream->port, &hints, found);
}
static inline int forge_git_socket(const struct addrinfo *address) {
    return socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
}
/// 0 when the connection stands, else the number of the error.
static inline int forge_git_socket_error(int descriptor) {
    int number = 0, one = 1;
    socklen_t length = sizeof number;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length) != 0) return errno;
    if (number == 0) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return number;
}
static inline ssize_t forge_git_send(int descriptor, const char *bytes, size_t count) { return send(descriptor, bytes, count, MSG_NOSIGNAL); }
