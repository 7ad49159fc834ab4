// What glibc declares for GNU sources only, which modules are not: the kernel's own headers where there are some, else its numbers, which
// never change.
#pragma once
#include <linux/memfd.h>
#include <linux/sched.h>
#include <sys/types.h>

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_SEAL_SEAL 1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW 4
#define F_SEAL_WRITE 8
#endif

extern int clone(int (*body)(void *), void *stack, int flags, void *argument, ...);
extern int unshare(int flags);
extern int memfd_create(const char *name, unsigned flags);
extern int pipe2(int ends[2], int flags);
