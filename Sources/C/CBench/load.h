// The load generator's parts: a run, its connections, and what passes between the event loop and the reading of answers.
#pragma once

#include "CBench.h"

enum {
    ANSWER_BYTES_MAX = 8192, // the head of an answer must fit
};

/// What became of the bytes of an answer so far.
typedef enum answer_progress { ANSWER_INCOMPLETE, ANSWER_COMPLETE, ANSWER_MALFORMED } answer_progress;

/// Reads one HTTP/1.1 answer, as far as a load generator must: status, length, and whether the connection stays.
typedef struct answer {
    unsigned status;
    bool head_read;
    bool closes;              // no further request may follow on this connection
    uint64_t body_left;
    size_t held;              // bytes of an unfinished head in `bytes`
    char bytes[ANSWER_BYTES_MAX + 1];
} answer;

void answer_begin(answer *answer);
/// Takes `length` bytes that stand at the end of what is held (see `answer_space`).
answer_progress answer_take(answer *answer, size_t length);
/// Where the next bytes are to be read to, and how many fit.
char *answer_space(answer *answer, size_t *length);

typedef enum connection_state { CONNECTION_DOWN, CONNECTION_CONNECTING, CONNECTION_IN_FLIGHT, CONNECTION_RESTING } connection_state;

typedef struct load_connection {
    int socket;
    connection_state state;
    uint64_t retry_at;        // when down: not before this time
    uint64_t sequence;
    uint64_t begun;
    const forge_bench_body *body;
    char *head;
    size_t head_length;
    size_t written;           // of head and body together
    answer answer;
} load_connection;

/// A request's head up to its body, ready but for the identifier at `identifier_offset`.
typedef struct load_head {
    char *bytes;
    size_t length;
    size_t identifier_offset; // 0 when none is sent
} load_head;

typedef struct load_run {
    const forge_bench_load_options *options;
    forge_bench_load_report *report;
    forge_bench_histogram *histogram;
    load_connection *connections;
    load_head *heads;         // one for each body
    size_t head_length_max;
    int poller;
    uint32_t up;              // connections that are not down
    uint32_t in_flight;
    uint64_t now;
    uint64_t sequence;
    uint64_t measure_from, measure_until, limit, last_up;
    uint64_t idle, processor_from;
    bool measuring, draining;
} load_run;

/// Renders the heads for all bodies. Returns an errno.
int load_heads_create(load_run *run);
void load_heads_destroy(load_run *run);

/// Opens the connection's socket, or notes when to try again.
void load_connect(load_run *run, load_connection *connection);
/// Does what the poller's `events` allow on this connection.
void load_advance(load_run *run, load_connection *connection, uint32_t events);
