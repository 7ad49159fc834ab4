// Checkpoints beside the writer: a second connection moves the log into the database while commits go on, and the writer itself moves
// the few pages that came meanwhile. Only then is the log begun again from its start, and no commit has waited for the bulk of it.
#pragma once

#include "bare_store.h"

#include <pthread.h>

typedef struct bare_checkpoint {
    bare_store *store;
    sqlite3 *database;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    enum { CHECKPOINT_RESTING, CHECKPOINT_RUNNING, CHECKPOINT_NEARLY_DONE, CHECKPOINT_CLOSED } state;
} bare_checkpoint;

/// Returns an SQLite status.
int bare_checkpoint_start(bare_checkpoint *checkpoint, bare_store *store);
void bare_checkpoint_close(bare_checkpoint *checkpoint);

/// Called by the writer between two transactions. True when it finished a checkpoint just now.
bool bare_checkpoint_advance(bare_checkpoint *checkpoint);
