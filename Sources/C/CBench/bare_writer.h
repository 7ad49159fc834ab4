// Group commit for the bare loop: requests join a list while the transaction before theirs is being written; one thread takes all that
// wait as one transaction. A request is answered only after the commit that holds its row.
#pragma once

#include "bare_checkpoint.h"

#include <pthread.h>

typedef struct bare_request {
    struct bare_request *next;
    bare_row row;
    bare_outcome outcome;
} bare_request;

typedef struct bare_writer {
    bare_store *store;
    bare_checkpoint *checkpoint; // NULL: the writer does all of it between two transactions
    /// Told of each request of a group once `outcome` says what became of it; the request may be gone when this returns.
    void (*decided)(bare_request *request);
    forge_bench_bare_report report;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    bare_request *first, **last;
    bool waiting, closed;
} bare_writer;

/// Returns an errno.
int bare_writer_start(bare_writer *writer, bare_store *store, bare_checkpoint *checkpoint, void (*decided)(bare_request *));

/// Takes the request, having called `before` while nothing can be decided yet. False, and `before` not called, when the writer is closed.
bool bare_writer_join(bare_writer *writer, bare_request *request, void (*before)(bare_request *));

/// Takes nothing more, decides what waits, and ends the thread.
void bare_writer_close(bare_writer *writer);
