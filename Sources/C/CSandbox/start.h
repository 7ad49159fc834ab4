// Starts a program without a copy of this one's memory or page tables, however large it is: the child runs in the parent's memory until it
// becomes the program, and the parent waits for that. Between the two it must call nothing that takes a lock, allocates, or knows of
// threads: only system calls.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

#define FORGE_DESCRIPTORS_MAX 24
/// Where an ordinary user finds what root has put there for him, in a mount namespace of the child's own.
#define FORGE_STAGE "/mnt"

struct forge_limit {
    int resource;
    uint64_t most;
};

struct forge_start {
    const char *program;
    char *const *arguments;
    char *const *environment;
    /// What the child has as 0, 1, 2, …; everything else is closed.
    const int *descriptors;
    int descriptor_count;
    /// Open `cgroup.procs` files.
    const int *groups;
    int group_count;
    const struct forge_limit *limits;
    int limit_count;
    /// Where it begins; null is the root.
    const char *folder;
    /// Whom it becomes; 0 is whoever we are.
    uid_t user;
    /// Bound to FORGE_STAGE/0, /1, … before it becomes another user, who might not get there.
    char *const *stages;
    int stage_count;
    /// An open Landlock ruleset; -1 is none.
    int ruleset;
    /// The kernel kills it when the thread that starts it ends.
    int dies_with_thread;

    int pidfd;
    int failed_errno;
    const char *failed_step;
    char stage_path[32];
};

static inline int forge_start_failed(struct forge_start *start, const char *step) {
    start->failed_errno = errno;
    start->failed_step = step;
    return 127;
}

static inline void forge_forget_signals(void) {
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < 65; number++) sigaction(number, &standard, NULL);
}

static inline int forge_stage_one(struct forge_start *start, const char *source, int index) {
    struct stat facts;
    if (stat(source, &facts) != 0) return -1;
    // FORGE_STAGE, a slash and at most two digits.
    char *path = start->stage_path;
    memcpy(path, FORGE_STAGE "/", sizeof FORGE_STAGE);
    size_t length = sizeof FORGE_STAGE;
    if (index >= 10) path[length++] = (char)('0' + index / 10);
    path[length++] = (char)('0' + index % 10);
    path[length] = 0;
    if (S_ISDIR(facts.st_mode)) {
        if (mkdir(path, 0755) != 0) return -1;
    } else {
        int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (file < 0) return -1;
        close(file);
    }
    return mount(source, path, NULL, MS_BIND | MS_REC, NULL);
}

static inline const char *forge_stage_all(struct forge_start *start) {
    if (unshare(CLONE_NEWNS) != 0) return "make a mount namespace";
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return "keep mounts to itself";
    if (mount("forge", FORGE_STAGE, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=0755") != 0) return "mount a folder on " FORGE_STAGE;
    for (int index = 0; index < start->stage_count; index++) {
        if (forge_stage_one(start, start->stages[index], index) != 0) return "put a folder on " FORGE_STAGE;
    }
    return NULL;
}

/// glibc's own functions would change all threads, those of the parent too.
static inline int forge_become(uid_t user) {
    if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, user, user, user) != 0) return -1;
    return (int)syscall(SYS_setresuid, user, user, user);
}

static inline int forge_place_descriptors(const struct forge_start *start) {
    int high[FORGE_DESCRIPTORS_MAX];
    for (int index = 0; index < start->descriptor_count; index++) {
        high[index] = fcntl(start->descriptors[index], F_DUPFD_CLOEXEC, FORGE_DESCRIPTORS_MAX);
        if (high[index] < 0) return -1;
    }
    for (int index = 0; index < start->descriptor_count; index++) {
        if (dup2(high[index], index) < 0) return -1;
    }
    return (int)syscall(SYS_close_range, start->descriptor_count, ~0U, 0);
}

/// Never above what we may have ourselves, which not everybody could raise.
static inline int forge_lower_limit(const struct forge_limit *wanted) {
    struct rlimit limit;
    if (syscall(SYS_prlimit64, 0, wanted->resource, NULL, &limit) != 0) return -1;
    if (limit.rlim_max > wanted->most) limit.rlim_max = wanted->most;
    limit.rlim_cur = limit.rlim_max;
    return (int)syscall(SYS_prlimit64, 0, wanted->resource, &limit, NULL);
}

static inline int forge_run_child(void *context) {
    struct forge_start *start = context;
    forge_forget_signals();
    setpgid(0, 0);
    umask(022);
    for (int index = 0; index < start->group_count; index++) {
        if (write(start->groups[index], "0", 1) != 1) return forge_start_failed(start, "enter its control group");
    }
    // Before anything of the machine is ended for want of memory, this is. Not every service may say so.
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0 && write(score, "500", 3) < 0) errno = 0;
    if (start->stage_count > 0) {
        const char *step = forge_stage_all(start);
        if (step != NULL) return forge_start_failed(start, step);
    }
    if (chdir(start->folder == NULL ? "/" : start->folder) != 0) return forge_start_failed(start, "enter the folder");
    if (start->user != 0 && forge_become(start->user) != 0) return forge_start_failed(start, "become another user");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return forge_start_failed(start, "give up new privileges");
    if (start->dies_with_thread && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return forge_start_failed(start, "be tied to its starter");
    if (start->ruleset >= 0 && syscall(446, start->ruleset, 0) != 0) return forge_start_failed(start, "restrict itself");
    if (forge_place_descriptors(start) != 0) return forge_start_failed(start, "place its descriptors");
    // After the descriptors, which pass numbers above what they may have.
    for (int index = 0; index < start->limit_count; index++) {
        if (forge_lower_limit(&start->limits[index]) != 0) return forge_start_failed(start, "set a limit");
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(start->program, start->arguments, start->environment);
    return forge_start_failed(start, "run the program");
}

/// The process, or -1 with the step that failed. The thread that calls this must be there as long as the child shall live.
__attribute__((noinline)) static pid_t forge_start_program(struct forge_start *start) {
    char stack[32768] __attribute__((aligned(16)));
    sigset_t all, before;
    start->failed_errno = 0;
    start->failed_step = NULL;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = clone(forge_run_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, start, &start->pidfd);
    int number = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child < 0) {
        start->failed_errno = number;
        start->failed_step = "start a process";
        return -1;
    }
    if (start->failed_step == NULL) return child;
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    close(start->pidfd);
    return -1;
}

/// A ruleset under which abstract sockets and signals stay inside, and TCP too where it is wanted; -1 where the kernel has no such thing.
static inline int forge_make_ruleset(int refuses_tcp) {
    struct { uint64_t files, network, scoped; } rules = {0, refuses_tcp ? 3 : 0, 3};
    long version = syscall(444, NULL, 0, 1U);
    if (version < 6) return -1;
    return (int)syscall(444, &rules, sizeof rules, 0);
}

/// A file in memory with this content, from its beginning, which nobody can change or make longer.
static inline int forge_memory_file(const void *bytes, size_t count) {
    int descriptor = memfd_create("forge", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -1;
    for (size_t done = 0; done < count;) {
        ssize_t wrote = write(descriptor, (const char *)bytes + done, count - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) { close(descriptor); return -1; }
        done += (size_t)wrote;
    }
    lseek(descriptor, 0, SEEK_SET);
    fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return descriptor;
}

static inline int forge_sandbox_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
static inline int forge_never_wait(int descriptor) { return fcntl(descriptor, F_SETFL, O_NONBLOCK); }
/// A file in memory that stays writable, for what writes it itself.
static inline int forge_scratch_file(void) { return memfd_create("forge", MFD_CLOEXEC); }
static inline int forge_wait_always(int descriptor) { return fcntl(descriptor, F_SETFL, 0); }
static inline int forge_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline int forge_open_plain(const char *path, int flags) { return open(path, flags | O_CLOEXEC, 0600); }
static inline int forge_pidfd(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }
static inline int forge_pidfd_kill(int pidfd) { return (int)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0); }
struct forge_process_limit {
    pid_t process;
    uid_t user;
    uint64_t most;
    int error;
};

static inline int forge_limit_processes_there(void *context) {
    struct forge_process_limit *wanted = context;
    struct rlimit limit = {wanted->most, wanted->most};
    const int failed = (wanted->user != 0 && forge_become(wanted->user) != 0)
        || syscall(SYS_prlimit64, wanted->process, RLIMIT_NPROC, &limit, NULL) != 0;
    wanted->error = failed ? errno : 0;
    return 0;
}

/// Limits the processes of another process: as its own user where that is not us, since the kernel lets nobody else without a right that
/// containers do not have. 0, or the error number.
__attribute__((noinline)) static int forge_limit_processes(pid_t process, uid_t user, uint64_t most) {
    struct forge_process_limit wanted = {process, user, most, EPERM};
    if (user == 0) {
        forge_limit_processes_there(&wanted);
        return wanted.error;
    }
    char stack[16384] __attribute__((aligned(16)));
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = clone(forge_limit_processes_there, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &wanted);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    return wanted.error;
}
static inline int forge_limit_kind(int index) {
    const int kinds[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_DATA};
    return kinds[index];
}
static inline uint64_t forge_sandbox_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
/// Waits for a child that has ended; its raw status, and the processor time in microseconds of it and everything it waited for.
static inline int forge_reap(pid_t child, int64_t *microseconds) {
    struct rusage use;
    int status = 0;
    while (wait4(child, &status, 0, &use) < 0) {
        if (errno != EINTR) return -1;
    }
    *microseconds = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
    return status;
}
/// A code, or 128 and the signal.
static inline int forge_status_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }
/// 0 nothing, 1 a file, 2 a folder, 3 a symlink, 4 something else, -1 not to be known.
static inline int forge_kind_at(const char *path) {
    struct stat facts;
    if (lstat(path, &facts) != 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    return S_ISREG(facts.st_mode) ? 1 : S_ISDIR(facts.st_mode) ? 2 : S_ISLNK(facts.st_mode) ? 3 : 4;
}

/// A socket on 127.0.0.1 that accepts, and its port.
static inline int forge_listen_loopback(uint16_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) return -1;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 4) != 0
        || getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        close(listener);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return listener;
}

/// The same on a name that is no file.
static inline int forge_listen_abstract(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if (length + 1 > sizeof address.sun_path) return -1;
    memcpy(address.sun_path + 1, name, length);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    if (bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 4) == 0) return listener;
    close(listener);
    return -1;
}
