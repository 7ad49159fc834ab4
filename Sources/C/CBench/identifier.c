// GUIDs for requests, made from a seed and a sequence number so that a crash test needs to keep only the numbers.
// They must never repeat within a seed: a repeat would be answered as one and counted as a loss.
#include "CBench.h"

/// The finalizer of splitmix64: a bijection, so distinct inputs stay distinct.
static uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

void forge_bench_identifier(uint64_t seed, uint64_t sequence, char *identifier) {
    static const char digits[] = "0123456789abcdef";
    const uint64_t low = mix(sequence + mix(seed));
    const uint64_t high = mix(low + 0x9e3779b97f4a7c15u);
    char *next = identifier;
    for (unsigned index = 0; index < 32; index++) {
        if (index == 8 || index == 12 || index == 16 || index == 20) *next++ = '-';
        const uint64_t half = index < 16 ? high : low;
        *next++ = digits[(half >> (60 - 4 * (index % 16))) & 15];
    }
}
