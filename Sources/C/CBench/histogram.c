// A log-linear histogram, after HdrHistogram: 64 buckets for each power of two, so recording is a shift and an add and never allocates.
#include "CBench.h"

#include <stdlib.h>

enum { SUB_BITS = 6, SUB_COUNT = 1 << SUB_BITS, BUCKET_COUNT = (64 - SUB_BITS + 1) * SUB_COUNT };

struct forge_bench_histogram {
    uint64_t count;
    uint64_t max;
    uint64_t buckets[BUCKET_COUNT];
};

/// Values below 64 have a bucket each; above, the top seven bits choose it.
static size_t bucket_of(uint64_t value) {
    if (value < SUB_COUNT) return (size_t)value;
    const unsigned shift = 63u - (unsigned)__builtin_clzll(value) - SUB_BITS;
    return ((size_t)(shift + 1) << SUB_BITS) + (size_t)((value >> shift) - SUB_COUNT);
}

/// The largest value that `bucket_of` puts here.
static uint64_t bound_of(size_t bucket) {
    if (bucket < SUB_COUNT) return bucket;
    const unsigned shift = (unsigned)(bucket >> SUB_BITS) - 1;
    const uint64_t lowest = (uint64_t)(SUB_COUNT + (bucket & (SUB_COUNT - 1))) << shift;
    return lowest + ((UINT64_C(1) << shift) - 1);
}

forge_bench_histogram *forge_bench_histogram_create(void) {
    return calloc(1, sizeof(forge_bench_histogram));
}

void forge_bench_histogram_destroy(forge_bench_histogram *histogram) {
    free(histogram);
}

void forge_bench_histogram_record(forge_bench_histogram *histogram, uint64_t nanoseconds) {
    histogram->count++;
    if (nanoseconds > histogram->max) histogram->max = nanoseconds;
    histogram->buckets[bucket_of(nanoseconds)]++;
}

uint64_t forge_bench_histogram_quantile(const forge_bench_histogram *histogram, double share) {
    if (histogram->count == 0) return 0;
    const double wanted = share * (double)histogram->count;
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < BUCKET_COUNT; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen == 0 || (double)seen < wanted) continue;
        const uint64_t bound = bound_of(bucket);
        return bound < histogram->max ? bound : histogram->max;
    }
    return histogram->max;
}

uint64_t forge_bench_histogram_max(const forge_bench_histogram *histogram) {
    return histogram->max;
}

uint64_t forge_bench_histogram_count(const forge_bench_histogram *histogram) {
    return histogram->count;
}
