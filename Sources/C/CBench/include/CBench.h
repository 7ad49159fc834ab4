// What `forge bench intake` measures with: the bare loop (the machine's limit for "accept, verify, fsync, answer"), the load
// generator that drives both it and `forge serve`, and the histogram they report from.
//
// The bare loop must stay bare: whatever it does beyond accept, HMAC and insert makes Forge look better than it is.
// Nothing here is part of the service, and nothing here may be called from it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Identifiers -------------------------------------------------------------------------------------------------------------

enum { FORGE_BENCH_IDENTIFIER_LENGTH = 36 };

/// Writes the GUID of request `sequence` (36 bytes, no terminator). Distinct for every sequence of one seed, and in no order, as the
/// senders' are: a unique index over ascending keys would be cheaper than the one the service really keeps.
void forge_bench_identifier(uint64_t seed, uint64_t sequence, char *identifier);

// ---- Histogram ---------------------------------------------------------------------------------------------------------------

/// Counts of durations in buckets whose width grows with their value: every figure read back is at most 1.6 % too high.
typedef struct forge_bench_histogram forge_bench_histogram;

forge_bench_histogram *forge_bench_histogram_create(void);
void forge_bench_histogram_destroy(forge_bench_histogram *histogram);
void forge_bench_histogram_record(forge_bench_histogram *histogram, uint64_t nanoseconds);

/// The smallest bucket bound that at least `share` (0...1) of the recorded values do not exceed; 0 when nothing was recorded.
uint64_t forge_bench_histogram_quantile(const forge_bench_histogram *histogram, double share);
uint64_t forge_bench_histogram_max(const forge_bench_histogram *histogram);
uint64_t forge_bench_histogram_count(const forge_bench_histogram *histogram);

// ---- Load generator ----------------------------------------------------------------------------------------------------------

/// One body, with the header lines that belong to it ("Name: value\r\n" each), its signature above all. Borrowed for the run.
typedef struct forge_bench_body {
    const uint8_t *bytes;
    size_t length;
    const char *header_lines;
} forge_bench_body;

typedef struct forge_bench_load_options {
    const char *address;            // IPv4, dotted
    uint16_t port;
    const char *path;
    const char *header_lines;       // sent with every request, "Name: value\r\n" each
    const char *identifier_header;  // the header that carries the GUID; NULL sends none
    const forge_bench_body *bodies; // taken in turn
    size_t body_count;
    uint32_t connections;
    double warmup_seconds;          // answered, but not measured
    double seconds;                 // measured
    uint64_t requests_max;          // ends the run too; 0 is no limit
    double drain_seconds;           // how long answers still in flight at the end are waited for
    double gone_seconds;            // no connection could be kept for so long: the server is gone, end with what there is
    double limit_seconds;           // the whole call returns by then, whatever happens
    uint64_t seed;
    uint64_t first_sequence;
    uint64_t *acknowledged;         // sequences answered 2xx, in the order of the answers; NULL records none
    uint64_t acknowledged_capacity;
    uint64_t *status_counts;        // FORGE_BENCH_STATUS_COUNT counters, indexed by status
} forge_bench_load_options;

enum { FORGE_BENCH_STATUS_COUNT = 600 };

typedef enum forge_bench_load_end {
    FORGE_BENCH_ENDED_BY_TIME,
    FORGE_BENCH_ENDED_BY_REQUESTS,
    FORGE_BENCH_ENDED_BY_SERVER_GONE,
    FORGE_BENCH_ENDED_BY_LIMIT,
} forge_bench_load_end;

typedef struct forge_bench_load_report {
    forge_bench_load_end end;
    uint64_t sent;                  // requests begun, warm-up and drain included
    uint64_t answered;              // answers read, warm-up and drain included
    uint64_t acknowledged;          // of these 2xx
    uint64_t acknowledged_dropped;  // 2xx that no longer fitted the caller's buffer
    uint64_t broken;                // requests whose connection ended before the answer
    uint64_t refused;               // connections that could not be made
    uint64_t next_sequence;
    double measured_seconds;
    uint64_t measured;              // answers within the measured time; the figures below are over these
    uint64_t measured_bytes_sent;
    uint64_t measured_bytes_received;
    uint64_t p50, p90, p99, p999, max; // nanoseconds
    double idle_seconds;            // of the measured time, blocked in epoll_wait
    double processor_seconds;       // of the measured time, on a processor
} forge_bench_load_report;

/// Drives the server until time, requests, the server or the limit end. Returns 0, or the errno that kept it from starting.
int forge_bench_load(const forge_bench_load_options *options, forge_bench_load_report *report);

// ---- Bare loop ---------------------------------------------------------------------------------------------------------------

typedef struct forge_bench_bare_options {
    const char *folder;             // exists; bare.sqlite is made in it, or gone on with
    const uint8_t *secret;
    size_t secret_length;
    uint32_t pool_threads;
    uint32_t connections_max;
    uint32_t body_bytes_max;
    uint32_t page_bytes;
    uint32_t checkpoint_pages;      // a checkpoint follows the commit that leaves this many pages in the log
    uint32_t cache_bytes;
    bool body_apart;                // bodies in a table of their own, for comparison
    bool checkpoint_between;        // checkpoints between two transactions instead of beside them, for comparison
    int announce_file;              // gets the port as one decimal line once connections are taken
    int stop_file;                  // the loop ends when this becomes readable or is closed at the far end
    double limit_seconds;           // or by then, whatever happens
} forge_bench_bare_options;

typedef struct forge_bench_bare_report {
    uint64_t rows;
    uint64_t repeats;               // transport keys already there
    uint64_t refused;               // wrong or missing signature, key or length
    uint64_t failed;                // could not be stored
    uint64_t commits;
    uint64_t syncs;                 // every fsync SQLite asked for, those of checkpoints included
    uint64_t checkpoints;
    uint64_t checkpoint_nanoseconds; // that the writer spent on them, between two transactions
    uint64_t checkpoint_nanoseconds_max;
    uint64_t commit_nanoseconds;    // begin to commit, over all commits
    uint64_t group_max;             // most rows in one commit
} forge_bench_bare_report;

/// Serves until told to stop. Returns 0, or an errno; `problem` (of `problem_bytes`) then says what could not be done.
int forge_bench_bare(
    const forge_bench_bare_options *options, forge_bench_bare_report *report, char *problem, size_t problem_bytes);
