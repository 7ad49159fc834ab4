// The checkpoint thread. Under a steady load a checkpoint beside the writer never catches up with it, so the log would grow for ever:
// it must hand the rest over to the writer, the only one who can say that nothing is being written now.
#include "bare_checkpoint.h"

#include <string.h>

/// Passes beside the writer before it is handed the rest: each leaves what was written during it, a fraction of the one before, so they
/// go on while there is much to move, and no longer than this when the disk is slower than the writer.
enum { PASSES_MAX = 8, PASS_PAGES_MIN = 512 };

/// SQLite syncs the database only with a pass that reaches the end of the log, which here is always the writer's: without a sync of our own
/// all that the passes moved would be written out while the writer waits.
static void move_most_of_the_log(sqlite3 *database) {
    sqlite3_file *file = NULL;
    sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    for (int pass = 0, moved = 0; pass < PASSES_MAX; pass++) {
        const int before = moved;
        moved = bare_store_checkpoint(database);
        if (file != NULL && file->pMethods != NULL) file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
        if (moved - before < PASS_PAGES_MIN) return;
    }
}

static void *run_checkpoints(void *context) {
    bare_checkpoint *const checkpoint = context;
    pthread_mutex_lock(&checkpoint->lock);
    while (checkpoint->state != CHECKPOINT_CLOSED) {
        if (checkpoint->state != CHECKPOINT_RUNNING) {
            pthread_cond_wait(&checkpoint->asked, &checkpoint->lock);
            continue;
        }
        pthread_mutex_unlock(&checkpoint->lock);
        move_most_of_the_log(checkpoint->database);
        pthread_mutex_lock(&checkpoint->lock);
        if (checkpoint->state == CHECKPOINT_RUNNING) checkpoint->state = CHECKPOINT_NEARLY_DONE;
    }
    pthread_mutex_unlock(&checkpoint->lock);
    return NULL;
}

int bare_checkpoint_start(bare_checkpoint *checkpoint, bare_store *store) {
    memset(checkpoint, 0, sizeof *checkpoint);
    checkpoint->store = store;
    int status = bare_store_connect(&checkpoint->database, sqlite3_db_filename(store->database, "main"));
    // A connection that has read nothing yet does not know that there is a log, and its checkpoints do nothing.
    if (status == SQLITE_OK) {
        status = sqlite3_exec(checkpoint->database, "PRAGMA synchronous=FULL; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    if (status != SQLITE_OK) return status;
    pthread_mutex_init(&checkpoint->lock, NULL);
    pthread_cond_init(&checkpoint->asked, NULL);
    return pthread_create(&checkpoint->thread, NULL, run_checkpoints, checkpoint) == 0 ? SQLITE_OK : SQLITE_NOMEM;
}

bool bare_checkpoint_advance(bare_checkpoint *checkpoint) {
    bool finish = false;
    pthread_mutex_lock(&checkpoint->lock);
    if (checkpoint->state == CHECKPOINT_NEARLY_DONE) {
        checkpoint->state = CHECKPOINT_RESTING;
        finish = true;
    } else if (checkpoint->state == CHECKPOINT_RESTING && bare_store_is_checkpoint_due(checkpoint->store)) {
        checkpoint->state = CHECKPOINT_RUNNING;
        pthread_cond_signal(&checkpoint->asked);
    }
    pthread_mutex_unlock(&checkpoint->lock);
    if (finish) bare_store_checkpoint(checkpoint->store->database);
    return finish;
}

void bare_checkpoint_close(bare_checkpoint *checkpoint) {
    pthread_mutex_lock(&checkpoint->lock);
    checkpoint->state = CHECKPOINT_CLOSED;
    pthread_mutex_unlock(&checkpoint->lock);
    pthread_cond_signal(&checkpoint->asked);
    pthread_join(checkpoint->thread, NULL);
    pthread_cond_destroy(&checkpoint->asked);
    pthread_mutex_destroy(&checkpoint->lock);
    sqlite3_close(checkpoint->database);
}
