// Monotonic time in nanoseconds, and the processor time of the calling thread.
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_read(clockid_t which) {
    struct timespec time;
    clock_gettime(which, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static inline uint64_t clock_now(void) {
    return clock_read(CLOCK_MONOTONIC);
}

static inline uint64_t clock_nanoseconds(double seconds) {
    return seconds <= 0 ? 0 : (uint64_t)(seconds * 1e9);
}
