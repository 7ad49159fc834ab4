// The bare loop's table: one SQLite database, one connection, one thread. It inserts and commits; it never reads.
#pragma once

#include "CBench.h"

#include <sqlite3.h>

typedef struct bare_row {
    const char *key;
    size_t key_length;
    const char *headers;
    size_t headers_length;
    const uint8_t *body;
    size_t body_length;
    int64_t received; // milliseconds since 1970
} bare_row;

typedef enum bare_outcome { BARE_STORED, BARE_REPEAT, BARE_FAILED } bare_outcome;

typedef struct bare_store {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *rollback, *insert, *insert_body;
    uint32_t checkpoint_pages;
    int log_pages; // in the log after the last commit
} bare_store;

/// Opens another connection to the same kind of file. Returns an SQLite status.
int bare_store_connect(sqlite3 **database, const char *path);

/// Returns an SQLite status; `sqlite3_errmsg(store->database)` then says more.
int bare_store_open(bare_store *store, const forge_bench_bare_options *options);
void bare_store_close(bare_store *store);

int bare_store_begin(bare_store *store);
bare_outcome bare_store_insert(bare_store *store, const bare_row *row);
/// True when everything since `begin` is on the disk; otherwise nothing of it is.
bool bare_store_commit(bare_store *store);
void bare_store_rollback(bare_store *store);

/// Whether the log is long enough to be moved into the database.
bool bare_store_is_checkpoint_due(const bare_store *store);

/// Moves what it can of the log into the database, on any connection; returns how many of the log's pages are there now, or -1.
int bare_store_checkpoint(sqlite3 *database);

/// How often SQLite asked for an fsync in this process.
uint64_t bare_store_syncs(void);
