// Trees of files that a command has made, walked by open folders: no symlink is followed, and a name that changes meanwhile leads nowhere
// else.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Each level holds a descriptor open.
#define FORGE_TREE_DEPTH_MAX 512

static inline int forge_is_dots(const char *name) { return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0)); }

static inline int forge_open_folder(int folder, const char *name) {
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/// Another owner would take the bit from it for good.
static inline int forge_keeps_owner(const struct stat *facts, uid_t from) {
    return facts->st_uid != from || (S_ISREG(facts->st_mode) && (facts->st_mode & (S_ISUID | S_ISGID)) != 0);
}

/// A group that is not the giver's own stays as it is.
static inline gid_t forge_group(const struct stat *facts, uid_t from, uid_t to) { return facts->st_gid == from ? to : (gid_t)-1; }

/// Gives everything beneath an open folder that belongs to `from` to `to`, but what git keeps at its top; 0, or the error number. Closes
/// the folder.
static int forge_give_entries(int folder, uid_t from, uid_t to, int depth) {
    DIR *entries = fdopendir(folder);
    if (entries == NULL) { close(folder); return errno; }
    int failed = depth > FORGE_TREE_DEPTH_MAX ? ELOOP : 0;
    for (struct dirent *entry; failed == 0 && (entry = readdir(entries)) != NULL;) {
        struct stat facts;
        if (forge_is_dots(entry->d_name) || (depth == 0 && strcmp(entry->d_name, ".git") == 0)) continue;
        if (fstatat(folder, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) { failed = errno; break; }
        if (!forge_keeps_owner(&facts, from) && fchownat(folder, entry->d_name, to, forge_group(&facts, from, to), AT_SYMLINK_NOFOLLOW) != 0) failed = errno;
        if (failed != 0 || !S_ISDIR(facts.st_mode)) continue;
        int below = forge_open_folder(folder, entry->d_name);
        failed = below < 0 ? errno : forge_give_entries(below, from, to, depth + 1);
    }
    closedir(entries);
    return failed;
}

static inline int forge_give_tree(const char *path, uid_t from, uid_t to) {
    int folder = forge_open_folder(AT_FDCWD, path);
    if (folder < 0) return errno;
    struct stat facts;
    int failed = fstat(folder, &facts) == 0 && (facts.st_uid != from || fchown(folder, to, forge_group(&facts, from, to)) == 0) ? 0 : errno;
    if (failed == 0) return forge_give_entries(folder, from, to, 0);
    close(folder);
    return failed;
}

/// Others than its owner and group may go through it; a link is no way.
static inline int forge_opens_to_others(const char *path) {
    struct stat facts;
    return lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode) && (facts.st_mode & S_IXOTH) != 0;
}

/// The folder alone.
static inline int forge_give_folder(const char *path, uid_t from, uid_t to) {
    int folder = forge_open_folder(AT_FDCWD, path);
    if (folder < 0) return errno;
    struct stat facts;
    int failed = fstat(folder, &facts) == 0 && (facts.st_uid != from || fchown(folder, to, to) == 0) ? 0 : errno;
    close(folder);
    return failed;
}

/// Bytes on the disk of everything beneath an open folder; the error number, negative. Closes the folder.
static int64_t forge_entry_bytes(int folder, int depth) {
    DIR *entries = fdopendir(folder);
    if (entries == NULL) { close(folder); return -errno; }
    int64_t sum = depth > FORGE_TREE_DEPTH_MAX ? -ELOOP : 0;
    for (struct dirent *entry; sum >= 0 && (entry = readdir(entries)) != NULL;) {
        struct stat facts;
        if (forge_is_dots(entry->d_name)) continue;
        if (fstatat(folder, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) { sum = -errno; break; }
        sum += facts.st_blocks * 512LL;
        if (!S_ISDIR(facts.st_mode)) continue;
        int below = forge_open_folder(folder, entry->d_name);
        int64_t found = below < 0 ? -errno : forge_entry_bytes(below, depth + 1);
        sum = found < 0 ? found : sum + found;
    }
    closedir(entries);
    return sum;
}

static inline int64_t forge_tree_bytes(const char *path) {
    int folder = forge_open_folder(AT_FDCWD, path);
    return folder < 0 ? -errno : forge_entry_bytes(folder, 0);
}

/// What is deeper than it may be is moved up to `top`, for the next round; 0, or the error number. Closes the folder.
static int forge_remove_entries(int top, int folder, int depth, unsigned *moved) {
    DIR *entries = fdopendir(folder);
    if (entries == NULL) { close(folder); return errno; }
    int failed = 0;
    for (struct dirent *entry; failed == 0 && (entry = readdir(entries)) != NULL;) {
        if (forge_is_dots(entry->d_name) || unlinkat(folder, entry->d_name, 0) == 0) continue;
        if (errno != EISDIR && errno != EPERM) { failed = errno; break; }
        if (depth >= FORGE_TREE_DEPTH_MAX) {
            char name[32];
            snprintf(name, sizeof name, ".forge-deep-%u", ++*moved);
            failed = renameat(folder, entry->d_name, top, name) == 0 ? 0 : errno;
            continue;
        }
        // Whoever made it may have taken away the right to look inside.
        fchmodat(folder, entry->d_name, 0700, 0);
        int below = forge_open_folder(folder, entry->d_name);
        failed = below < 0 ? errno : forge_remove_entries(top, below, depth + 1, moved);
        if (failed == 0 && unlinkat(folder, entry->d_name, AT_REMOVEDIR) != 0 && errno != ENOTEMPTY && errno != EEXIST) failed = errno;
    }
    closedir(entries);
    return failed;
}

/// Whoever wrote to it may have taken away the right to look inside: then the owner has it again. Never where a link leads.
static inline int forge_reopen_folder(const char *path) {
    int folder = forge_open_folder(AT_FDCWD, path);
    struct stat facts;
    if (folder >= 0 || errno != EACCES) return folder;
    // A path of ours: nobody else writes to the folder that it is in, so that it is the same thing in both calls.
    if (lstat(path, &facts) != 0 || !S_ISDIR(facts.st_mode) || fchmodat(AT_FDCWD, path, 0700, 0) != 0) { errno = EACCES; return -1; }
    return forge_open_folder(AT_FDCWD, path);
}

/// A folder that commands could write to, with its owner's rights again; below zero it could not be opened.
static inline int forge_open_made(const char *path) {
    int folder = forge_reopen_folder(path);
    // Somebody else's stays as it is.
    if (folder >= 0) fchmod(folder, 0700);
    return folder;
}

/// The same of one that is open by its path alone; 0, or the error number.
static inline int forge_let_owner_in(int folder) {
    char own[40];
    snprintf(own, sizeof own, "/proc/self/fd/%d", folder);
    return chmod(own, 0700) == 0 ? 0 : errno;
}

/// The folder and all beneath it, however deep; 0, or the error number. What is not there is removed already.
static inline int forge_remove_tree(const char *path) {
    int top = forge_open_made(path);
    if (top < 0) return errno == ENOENT ? 0 : errno;
    int failed;
    unsigned moved = 0, before;
    do {
        before = moved;
        int folder = forge_open_folder(top, ".");
        failed = folder < 0 ? errno : forge_remove_entries(top, folder, 0, &moved);
    } while (failed == 0 && moved != before);
    close(top);
    return failed != 0 ? failed : rmdir(path) == 0 ? 0 : errno;
}

/// Seconds since 1970, of the last change to what is in it.
static inline int64_t forge_modified(const char *path) {
    struct stat facts;
    return stat(path, &facts) == 0 ? (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec : 0;
}
/// As if it had been changed now.
static inline int forge_touch(const char *path) { return utimensat(AT_FDCWD, path, NULL, 0); }

typedef void (*forge_name_taker)(void *context, const char *name);

/// Tells the names in a folder; 0, or the error number.
static inline int forge_each_name(const char *path, forge_name_taker take, void *context) {
    DIR *entries = opendir(path);
    if (entries == NULL) return errno;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (!forge_is_dots(entry->d_name)) take(context, entry->d_name);
    }
    closedir(entries);
    return 0;
}
