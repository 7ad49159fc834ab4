// Copies trees that strangers made, from one open folder to another: by names in folders held open, so that no link is followed on either side
// and nothing that is there already is written to. What is no file, folder or link is left out, and so are the bits that lend an owner's
// rights. It must never make a second name of a file: whoever has one copy would change the other.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// The kernel's FICLONE; its header does not go together with that of mounts.
#define FORGE_CLONE _IOW(0x94, 9, int)
/// Each level holds two descriptors open.
#define FORGE_COPY_DEPTH_MAX 100

struct forge_copy {
    /// More ends it with E2BIG.
    uint64_t bytes_max, entries_max;
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

/// Bytes that were taken; the error number, negative.
static inline int64_t forge_copy_some(int from, int to, size_t count) {
    int64_t moved = syscall(SYS_copy_file_range, from, NULL, to, NULL, count, 0u);
    if (moved >= 0) return moved;
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EPERM) return -errno;
    char buffer[64 << 10];
    ssize_t taken = read(from, buffer, count < sizeof buffer ? count : sizeof buffer);
    if (taken < 0) return -errno;
    for (ssize_t written = 0; written < taken;) {
        ssize_t some = write(to, buffer + written, (size_t)(taken - written));
        if (some < 0 && errno != EINTR) return -errno;
        if (some > 0) written += some;
    }
    return taken;
}

/// 0, or the error number.
static inline int forge_copy_bytes(int from, int to, struct forge_copy *copy, const struct stat *facts) {
    // Holes count as what they seem to be: a copy may fill them.
    uint64_t room = copy->bytes_max - copy->bytes;
    if ((uint64_t)facts->st_size > room) return E2BIG;
    if (facts->st_size == 0) return 0;
    if (!copy->copies_bytes && ioctl(to, FORGE_CLONE, from) == 0) {
        copy->bytes += (uint64_t)facts->st_size;
        return 0;
    }
    copy->copies_bytes = 1;
    uint64_t begun = copy->bytes;
    while (copy->bytes - begun < (uint64_t)facts->st_size) {
        int64_t moved = forge_copy_some(from, to, (size_t)((uint64_t)facts->st_size - (copy->bytes - begun)));
        if (moved == -EINTR) continue;
        if (moved < 0) return (int)-moved;
        if (moved == 0) break;
        copy->bytes += (uint64_t)moved;
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
