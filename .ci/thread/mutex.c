// Makes Swift's Mutex visible to ThreadSanitizer on Linux. Linked into the tests of `make test-thread`, and into nothing else.
// Must never change what the lock does, and must order no more than the lock orders: a race beside the lock is still found.
//
// Taking a free Mutex and releasing one that nobody waits for is inlined into our code, where the sanitizer sees the atomics. A
// thread that has to wait goes through these three functions of the Swift library, which is built without the sanitizer: it takes
// the lock, and gives it away, by a futex call. Each stands here under the library's own name, calls the real one, and says what
// happened on the same address as the inlined atomics. See docs/decisions/0013.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

// Swift passes `self` in a register of its own.
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *mutex

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void Lock(uint32_t thread, SELF);
typedef SWIFT bool TryLock(SELF);
typedef SWIFT void Unlock(SELF);

Lock lock_slow __asm__(LOCK_SLOW);
TryLock try_lock_slow __asm__(TRY_LOCK_SLOW);
Unlock unlock_slow __asm__(UNLOCK_SLOW);

static Lock *real_lock;
static TryLock *real_try_lock;
static Unlock *real_unlock;

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) {
        fprintf(stderr, "forge: this Swift library has no %s, so .ci/thread/mutex.c no longer fits it\n", name);
        abort();
    }
    return found;
}

// Before any Swift code runs, so that no two threads look at once.
__attribute__((constructor)) static void find_the_real_ones(void) {
    real_lock = (Lock *)real(LOCK_SLOW);
    real_try_lock = (TryLock *)real(TRY_LOCK_SLOW);
    real_unlock = (Unlock *)real(UNLOCK_SLOW);
}

SWIFT void lock_slow(uint32_t thread, SELF) {
    real_lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT bool try_lock_slow(SELF) {
    bool locked = real_try_lock(mutex);
    if (locked) __tsan_acquire(mutex);
    return locked;
}

SWIFT void unlock_slow(SELF) {
    __tsan_release(mutex);
    real_unlock(mutex);
}
