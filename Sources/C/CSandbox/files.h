// What the files of a worktree need of the system and Swift cannot import: variadic calls, macros, and sixteen bytes looked at in one step.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// The kernel's numbers, which C libraries hide from programs that do not ask for all of GNU.
#ifndef O_PATH
#define O_PATH 010000000
#endif
#ifndef O_TMPFILE
#define O_TMPFILE (020000000 | O_DIRECTORY)
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

/// One name in a folder that is open: never where a symlink leads.
static inline int forge_open_here(int folder, const char *name, uint64_t flags) {
    return openat(folder, name, (int)flags | O_NOFOLLOW | O_CLOEXEC);
}
static inline int forge_open_top(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

static const uint64_t forge_for_reading = O_RDONLY | O_NONBLOCK | O_NOCTTY;
static const uint64_t forge_for_names = O_RDONLY | O_DIRECTORY;
static const uint64_t forge_for_paths = O_PATH | O_DIRECTORY;

/// A file that nobody sees before it has a name, and of which nothing is left when this process ends before that.
static inline int forge_create_unnamed(int folder, mode_t mode) { return openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode); }
/// Never one that is there, nor where a symlink leads.
static inline int forge_create_here(int folder, const char *name, mode_t mode) {
    return openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}
/// Fails when there is something of that name.
static inline int forge_name_unnamed(int file, int folder, const char *name) {
    char own[40];
    snprintf(own, sizeof own, "/proc/self/fd/%d", file);
    return linkat(AT_FDCWD, own, folder, name, AT_SYMLINK_FOLLOW);
}
/// RENAME_NOREPLACE.
static inline int forge_rename_new(int from, const char *name, int to, const char *other) {
    return (int)syscall(SYS_renameat2, from, name, to, other, 1u);
}
/// RENAME_EXCHANGE.
static inline int forge_exchange(int folder, const char *name, const char *other) {
    return (int)syscall(SYS_renameat2, folder, name, folder, other, 2u);
}
static inline int forge_rename_over(int folder, const char *name, const char *other) { return renameat(folder, name, folder, other); }
static inline int forge_link_new(int from, const char *name, int to, const char *other) { return linkat(from, name, to, other, 0); }
/// Of a file or folder that is open, whatever it was opened for; as far as this process may.
static inline int forge_give_to(int file, uid_t user, gid_t group) { return fchownat(file, "", user, group, AT_EMPTY_PATH); }
static inline int forge_remove_here(int folder, const char *name) { return unlinkat(folder, name, 0); }

/// What lies there: 0 a file, 1 a folder, 2 a symlink, 3 something else.
static inline int forge_file_kind(mode_t mode) { return S_ISREG(mode) ? 0 : S_ISDIR(mode) ? 1 : S_ISLNK(mode) ? 2 : 3; }
/// The same out of a folder; -1 when the folder does not know.
static inline int forge_name_kind(const struct dirent *entry) {
    switch (entry->d_type) {
    case DT_REG: return 0;
    case DT_DIR: return 1;
    case DT_LNK: return 2;
    case DT_UNKNOWN: return -1;
    default: return 3;
    }
}
static inline const char *forge_name_text(const struct dirent *entry) { return entry->d_name; }
/// A null pointer is the end of the folder when this is 0 afterwards.
static inline struct dirent *forge_next_name(DIR *folder) {
    errno = 0;
    return readdir(folder);
}
static inline int forge_facts_here(int folder, const char *name, struct stat *facts) {
    return fstatat(folder, name, facts, AT_SYMLINK_NOFOLLOW);
}
/// When the file or what is known of it last changed: unlike the time of the last write, nobody can set it.
static inline int64_t forge_changed(const struct stat *facts) {
    return (int64_t)facts->st_ctim.tv_sec * 1000000000 + facts->st_ctim.tv_nsec;
}
static inline uint64_t forge_files_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
static inline int forge_files_errno(void) { return errno; }

/// Two bytes of a text that is looked for, and how far apart they are; `fold` is 0x20 where both letter cases count.
typedef struct {
    uint8_t first, first_fold, second, second_fold;
    size_t distance;
} forge_byte_pair;

/// Where the pair first is, with the second byte before the end; `count` when nowhere.
static inline size_t forge_find_pair(const uint8_t *text, size_t count, forge_byte_pair pair) {
    if (count <= pair.distance) return count;
    size_t at = 0, end = count - pair.distance;
#if defined(__SSE2__)
    const __m128i first = _mm_set1_epi8((char)pair.first), second = _mm_set1_epi8((char)pair.second);
    const __m128i first_fold = _mm_set1_epi8((char)pair.first_fold), second_fold = _mm_set1_epi8((char)pair.second_fold);
#define FORGE_PAIRS(offset) \
    _mm_and_si128( \
        _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128((const __m128i *)(text + (offset))), first_fold), first), \
        _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128((const __m128i *)(text + (offset) + pair.distance)), second_fold), second))
    for (; at + 32 <= end; at += 32) {
        const __m128i low = FORGE_PAIRS(at), high = FORGE_PAIRS(at + 16);
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) == 0) continue;
        const unsigned found = (unsigned)_mm_movemask_epi8(low) | (unsigned)_mm_movemask_epi8(high) << 16;
        return at + (size_t)__builtin_ctz(found);
    }
#undef FORGE_PAIRS
#endif
    for (; at < end; at++) {
        if ((text[at] | pair.first_fold) == pair.first && (text[at + pair.distance] | pair.second_fold) == pair.second) return at;
    }
    return count;
}

/// The last line feed before `count`, as the place behind it; 0 when there is none.
static inline size_t forge_line_start(const uint8_t *text, size_t count) {
    while (count > 0 && text[count - 1] != '\n') count--;
    return count;
}

/// How many line feeds.
static inline size_t forge_count_lines(const uint8_t *text, size_t count) {
    size_t lines = 0, at = 0;
#if defined(__SSE2__)
    const __m128i feed = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    while (at + 16 <= count) {
        // A byte of the sum holds 255 at most.
        __m128i sum = zero;
        for (int round = 0; round < 255 && at + 16 <= count; round++, at += 16)
            sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(text + at)), feed));
        const __m128i halves = _mm_sad_epu8(sum, zero);
        lines += (size_t)_mm_cvtsi128_si64(halves) + (size_t)_mm_cvtsi128_si64(_mm_srli_si128(halves, 8));
    }
#endif
    for (; at < count; at++) lines += text[at] == '\n';
    return lines;
}
