// What walls are made of and Swift cannot import: the filter of system calls, paths that are resolved beneath a folder, a start of a
// program that copies nothing of the starter's memory, trees of files whose owner is not trusted.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "copy.h"
#include "disk.h"
#include "egress.h"
#include "filter.h"
#include "start.h"
#include "tree.h"
#include "usage.h"

static inline int forge_sandbox_errno(void) { return errno; }

/// Waits until nobody else has it; the lock goes with the descriptor.
static inline void forge_lock_whole(int descriptor) {
    while (flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {}
}

/// Opens `path` beneath `folder`: no `..` above it, no symlink, no magic link, no other filesystem's way out.
static inline int forge_open_beneath(int folder, const char *path, uint64_t flags, uint64_t mode) {
    struct open_how how = {
        .flags = flags | O_CLOEXEC, .mode = mode, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}
