// The filter of system calls, built with libseccomp. It refuses what an escape needs and no test suite does; it is the second wall behind
// the namespaces, never the only one.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel.h"

/// Everything that is refused with EPERM. Names that this machine's library does not know are calls that its kernel may not know either.
static const char *const forge_refused_calls[] = {
    // Other processes' memory and descriptors.
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise",
    // Parts of the kernel that escapes were made of.
    "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "lookup_dcookie", "vhangup", "uselib", "modify_ldt",
    // What is mounted where, and other namespaces.
    "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick",
    "mount_setattr", "unshare", "setns", "open_by_handle_at", "name_to_handle_at", "fanotify_init", "quotactl", "quotactl_fd",
    // The machine itself.
    "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "init_module", "finit_module", "delete_module", "acct", "syslog",
    "settimeofday", "clock_settime", "clock_adjtime", "sethostname", "setdomainname", "iopl", "ioperm", NULL};

/// Refused as if the kernel were too old: libraries then take the way they know from before.
static const char *const forge_absent_calls[] = {"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", NULL};

/// Memory that belongs to no process while nobody has it mapped: refused where no control group counts it.
static const char *const forge_uncounted_calls[] = {"memfd_create", "memfd_secret", "shmget", NULL};

static inline int forge_refuse_calls(scmp_filter_ctx filter, const char *const *names, int error) {
    for (; *names != NULL; names++) {
        int number = seccomp_syscall_resolve_name(*names);
        if (number == __NR_SCMP_ERROR) continue;
        int failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), number, 0);
        if (failed != 0) return failed;
    }
    return 0;
}

/// The kernel reads 32 bits of an argument that is an `int`; a comparison of 64 would let the same call through with one bit more.
static inline int forge_refuse_argument(scmp_filter_ctx filter, int error, int number, unsigned index, uint64_t mask, uint64_t value) {
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), number, 1, SCMP_CMP(index, SCMP_CMP_MASKED_EQ, mask, value));
}

static inline int forge_refuse_families(scmp_filter_ctx filter, int has_loopback) {
    int failed = 0;
    for (int family = 0; family < 16 && failed == 0; family++) {
        if (family == AF_UNIX || (has_loopback && (family == AF_INET || family == AF_INET6))) continue;
        failed = forge_refuse_argument(filter, EAFNOSUPPORT, SCMP_SYS(socket), 0, 0xFFFFFFFF, (uint64_t)family);
    }
    // All from 16 to 63, and nobody knows more: few rules make a filter that is sooner in place, for every command anew.
    for (uint64_t bit = 16; bit < 64 && failed == 0; bit <<= 1) {
        failed = forge_refuse_argument(filter, EAFNOSUPPORT, SCMP_SYS(socket), 0, bit, bit);
    }
    // What is not a stream or datagrams: SOCK_RAW, SOCK_PACKET, SOCK_RDM, SOCK_DCCP.
    const int types[] = {3, 4, 6, 10};
    for (int index = 0; index < 4 && failed == 0; index++) {
        failed = forge_refuse_argument(filter, EPERM, SCMP_SYS(socket), 1, 0xF, (uint64_t)types[index]);
    }
    return failed;
}

static inline int forge_refuse_namespaces(scmp_filter_ctx filter) {
    const uint64_t flags[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
    int failed = 0;
    for (int index = 0; index < 7 && failed == 0; index++) {
        failed = forge_refuse_argument(filter, EPERM, SCMP_SYS(clone), 0, flags[index], flags[index]);
    }
    return failed;
}

/// Space on a disk that nothing was written to: a terabyte of it is one call, sooner than anybody could look. As on a file system that
/// cannot: libraries then write it. Holes may be made.
static inline int forge_refuse_reserving(scmp_filter_ctx filter) {
    const uint64_t makes_hole = 2;
    // The same call by other names, which any file system knows: FS_IOC_RESVSP, FS_IOC_RESVSP64, FS_IOC_ZERO_RANGE.
    const uint64_t requests[] = {0x40305828, 0x4030582A, 0x40305839};
    int failed = forge_refuse_argument(filter, EOPNOTSUPP, SCMP_SYS(fallocate), 1, makes_hole, 0);
    for (int index = 0; index < 3 && failed == 0; index++) {
        failed = forge_refuse_argument(filter, EOPNOTSUPP, SCMP_SYS(ioctl), 1, 0xFFFFFFFF, requests[index]);
    }
    return failed;
}

/// Only the plain personality, the one without random addresses, which sanitizers start themselves in, and the question which it is.
/// Written by hand in front of the rest: libseccomp needs sixty rules to say "nothing but these", and the kernel as long for them as for all
/// others, with every command anew. 0, or the error number.
static inline int forge_write_personalities(int descriptor) {
    const uint32_t allow = SECCOMP_RET_ALLOW, refuse = SECCOMP_RET_ERRNO | EPERM, value = offsetof(struct seccomp_data, args);
    const struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native(), 0, 8),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)SCMP_SYS(personality), 0, 6),
        // The lower half: the kernel reads no other.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, value + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0040000, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xFFFFFFFF, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, refuse),
        BPF_STMT(BPF_RET | BPF_K, allow),
    };
    return write(descriptor, rules, sizeof rules) == (ssize_t)sizeof rules ? 0 : EIO;
}

/// Writes the filter as the kernel takes it; 0, or the error number.
static inline int forge_write_filter(int descriptor, int has_loopback, int counts_memory) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) return ENOMEM;
    // Calls of another architecture (32 bits, x32) have other numbers, which no rule here knows.
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (failed == 0) failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (failed == 0) failed = forge_refuse_calls(filter, forge_refused_calls, EPERM);
    if (failed == 0) failed = forge_refuse_calls(filter, forge_absent_calls, ENOSYS);
    if (failed == 0 && !counts_memory) failed = forge_refuse_calls(filter, forge_uncounted_calls, ENOSYS);
    if (failed == 0) failed = forge_refuse_argument(filter, EPERM, SCMP_SYS(ioctl), 1, 0xFFFFFFFF, TIOCSTI);
    if (failed == 0) failed = forge_refuse_argument(filter, EPERM, SCMP_SYS(ioctl), 1, 0xFFFFFFFF, TIOCLINUX);
    if (failed == 0) failed = forge_refuse_reserving(filter);
    if (failed == 0) failed = forge_refuse_families(filter, has_loopback);
    if (failed == 0) failed = forge_refuse_namespaces(filter);
    if (failed == 0) failed = forge_write_personalities(descriptor);
    if (failed == 0) failed = seccomp_export_bpf(filter, descriptor);
    seccomp_release(filter);
    return failed < 0 ? -failed : failed;
}
