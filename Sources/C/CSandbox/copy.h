// Copies trees that strangers made, from one open folder to another: by names in folders held open, so that no link is followed on either side
// and nothing that is there already is written to. What is no file, folder or link is left out, and so are the bits that lend an owner's
// rights. It must never make a second name of a file: whoever has one copy would change the other.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disk.h"

// The kernel's numbers, which C libraries hide from programs that do not ask for all of GNU.
#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

/// The kernel's FICLONE; its header does not go together with that of mounts.
#define FORGE_CLONE _IOW(0x94, 9, int)
/// Each level holds two descriptors open.
#define FORGE_COPY_DEPTH_MAX 100
/// So much is written between two looks at what the disk has left.
#define FORGE_COPY_STRETCH 4194304u
/// What a name, a folder or a link takes of the disk, about.
#define FORGE_COPY_ENTRY_BYTES 4096u

struct forge_copy {
    /// More ends it with E2BIG. Bytes are those that are there: holes have none.
    uint64_t bytes_max, entries_max;
    /// With less of the disk left it ends with ENOSPC, as when the disk is full. At most a tenth of the disk.
    uint64_t reserve_bytes;
    /// Written since the last look at the disk.
    uint64_t unlooked;
    /// Readable when it is to end with ECANCELED; 0 is nobody's.
    int stop;
    uint64_t bytes, entries;
    /// Pipes, sockets, devices, what may not be read, what lies too deep.
    uint64_t left_out;
    /// Something of that name was there, and stays.
    uint64_t passed;
    /// The disk cannot share blocks between files.
    int copies_bytes;
};

static inline void forge_copy_times(int file, const struct stat *facts) {
    struct timespec times[2] = {facts->st_mtim, facts->st_mtim};
    futimens(file, times);
}

static inline int forge_copy_is_stopped(const struct forge_copy *copy) {
    struct pollfd stop = {.fd = copy->stop, .events = POLLIN};
    return copy->stop > 0 && poll(&stop, 1, 0) > 0;
}

/// Whether so much more may be written to the disk of `to`; 0, or the error number.
static inline int forge_copy_goes_on(int to, struct forge_copy *copy, uint64_t more) {
    if (forge_copy_is_stopped(copy)) return ECANCELED;
    copy->unlooked += more;
    if (copy->reserve_bytes == 0 || copy->unlooked < FORGE_COPY_STRETCH) return 0;
    copy->unlooked = 0;
    struct forge_space space = {0};
    int failed = forge_space_of(to, &space);
    if (failed != 0) return failed;
    const int64_t tenth = space.total_bytes / 10;
    const int64_t reserve = copy->reserve_bytes < (uint64_t)tenth ? (int64_t)copy->reserve_bytes : tenth;
    return space.free_bytes - (int64_t)more < reserve ? ENOSPC : 0;
}

/// Bytes that were taken, from and to the same place in both files; the error number, negative.
static inline int64_t forge_copy_some(int from, int to, int64_t at, size_t count) {
    int64_t source = at, target = at;
    int64_t moved = syscall(SYS_copy_file_range, from, &source, to, &target, count, 0u);
    if (moved >= 0) return moved;
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EPERM) return -errno;
    char buffer[64 << 10];
    ssize_t taken = pread(from, buffer, count < sizeof buffer ? count : sizeof buffer, at);
    if (taken < 0) return -errno;
    for (ssize_t written = 0; written < taken;) {
        ssize_t some = pwrite(to, buffer + written, (size_t)(taken - written), at + written);
        if (some < 0 && errno != EINTR) return -errno;
        if (some > 0) written += some;
    }
    return taken;
}

/// What is between two places of a file; 0, or the error number.
static inline int forge_copy_stretch(int from, int to, struct forge_copy *copy, int64_t at, int64_t end) {
    while (at < end) {
        const uint64_t left = (uint64_t)(end - at), count = left < FORGE_COPY_STRETCH ? left : FORGE_COPY_STRETCH;
        if (count > copy->bytes_max - copy->bytes) return E2BIG;
        int failed = forge_copy_goes_on(to, copy, count);
        if (failed != 0) return failed;
        int64_t moved = forge_copy_some(from, to, at, (size_t)count);
        if (moved == -EINTR) continue;
        if (moved < 0) return (int)-moved;
        // It is shorter by now.
        if (moved == 0) return 0;
        copy->bytes += (uint64_t)moved;
        at += moved;
    }
    return 0;
}

/// Holes stay holes: a file of little may seem to be larger than the disk. 0, or the error number.
static inline int forge_copy_bytes(int from, int to, struct forge_copy *copy, const struct stat *facts) {
    const int64_t size = facts->st_size;
    if (size == 0) return 0;
    if (!copy->copies_bytes && ioctl(to, FORGE_CLONE, from) == 0) {
        const uint64_t there = (uint64_t)facts->st_blocks * 512, bytes = there < (uint64_t)size ? there : (uint64_t)size;
        if (bytes > copy->bytes_max - copy->bytes) return E2BIG;
        copy->bytes += bytes;
        return 0;
    }
    copy->copies_bytes = 1;
    if (ftruncate(to, size) != 0) return errno;
    for (int64_t at = 0; at < size;) {
        int64_t data = lseek(from, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO) return 0;
        // Disks that know of no holes have none.
        if (data < at) data = at;
        if (data >= size) return 0;
        int64_t hole = lseek(from, data, SEEK_HOLE);
        if (hole <= data || hole > size) hole = size;
        int failed = forge_copy_stretch(from, to, copy, data, hole);
        if (failed != 0) return failed;
        at = hole;
    }
    return 0;
}

static inline int forge_copy_file(int from, int to, const char *name, struct forge_copy *copy) {
    int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat facts;
    // What was a file a moment ago may be another thing now.
    if (source < 0 || fstat(source, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        if (source >= 0) close(source);
        copy->left_out++;
        return 0;
    }
    int made = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int failed = 0;
    if (made < 0) {
        failed = errno == EEXIST ? 0 : errno;
        copy->passed += failed == 0;
    } else {
        failed = forge_copy_bytes(source, made, copy, &facts);
        if (failed == 0 && fchmod(made, facts.st_mode & 0777) != 0) failed = errno;
        if (failed == 0) forge_copy_times(made, &facts);
        close(made);
    }
    close(source);
    return failed;
}

static inline int forge_copy_link(int from, int to, const char *name, struct forge_copy *copy) {
    char target[4096];
    ssize_t count = readlinkat(from, name, target, sizeof target - 1);
    if (count <= 0 || (size_t)count >= sizeof target - 1) {
        copy->left_out++;
        return 0;
    }
    target[count] = 0;
    if (symlinkat(target, to, name) == 0) return 0;
    copy->passed += errno == EEXIST;
    return errno == EEXIST ? 0 : errno;
}

static int forge_copy_entries(int from, int to, struct forge_copy *copy, int depth);

/// A folder that is there already is gone into, and keeps its mode.
static inline int forge_copy_folder(int from, int to, const char *name, struct forge_copy *copy, int depth) {
    int source = depth >= FORGE_COPY_DEPTH_MAX ? -1 : openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat facts;
    if (source < 0 || fstat(source, &facts) != 0) {
        if (source >= 0) close(source);
        copy->left_out++;
        return 0;
    }
    int is_new = mkdirat(to, name, 0700) == 0;
    int failed = is_new || errno == EEXIST ? 0 : errno;
    int made = failed != 0 ? -1 : openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (made < 0) {
        close(source);
        copy->passed += failed == 0;
        return failed;
    }
    failed = forge_copy_entries(source, made, copy, depth + 1);
    if (failed == 0 && is_new) {
        if (fchmod(made, facts.st_mode & 0777) != 0) failed = errno;
        forge_copy_times(made, &facts);
    }
    close(made);
    return failed;
}

/// One name of a folder, and all beneath it; 0, or the error number.
static int forge_copy_name(int from, int to, const char *name, struct forge_copy *copy, int depth) {
    struct stat facts;
    if (fstatat(from, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT ? 0 : errno;
    if (++copy->entries > copy->entries_max) return E2BIG;
    int failed = forge_copy_goes_on(to, copy, FORGE_COPY_ENTRY_BYTES);
    if (failed != 0) return failed;
    switch (facts.st_mode & S_IFMT) {
    case S_IFREG: return forge_copy_file(from, to, name, copy);
    case S_IFLNK: return forge_copy_link(from, to, name, copy);
    case S_IFDIR: return forge_copy_folder(from, to, name, copy, depth);
    default: copy->left_out++; return 0;
    }
}

/// Everything in a folder. Closes `from`.
static int forge_copy_entries(int from, int to, struct forge_copy *copy, int depth) {
    DIR *entries = fdopendir(from);
    if (entries == NULL) { close(from); return errno; }
    int failed = 0;
    for (struct dirent *entry; failed == 0 && (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] == '.' && (entry->d_name[1] == 0 || (entry->d_name[1] == '.' && entry->d_name[2] == 0))) continue;
        failed = forge_copy_name(dirfd(entries), to, entry->d_name, copy, depth);
    }
    closedir(entries);
    return failed;
}

/// Everything that was written there is on the disk.
static inline int forge_sync_disk(int file) { return (int)syscall(SYS_syncfs, file); }
static inline int forge_lock_shared(int file) { return flock(file, LOCK_SH | LOCK_NB); }
static inline int forge_lock_alone(int file) { return flock(file, LOCK_EX | LOCK_NB); }
/// Whether a path still leads to what is open.
static inline int forge_is_at(const char *path, int file) {
    struct stat here, there;
    return fstat(file, &here) == 0 && lstat(path, &there) == 0 && here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}
static inline int forge_make_here(int folder, const char *name) { return mkdirat(folder, name, 0755); }
