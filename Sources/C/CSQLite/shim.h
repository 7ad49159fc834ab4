// What Swift cannot import from this library directly is wrapped here, one line a function.
#pragma once
#include <sqlite3.h>
#include <stdint.h>
#include <unistd.h>

// The destructor constants are casts of integers, which Swift does not import.
static inline int forge_sqlite_bind_text_copied(sqlite3_stmt *statement, int index, const char *text, int count) {
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}
static inline int forge_sqlite_bind_bytes_copied(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}
// The caller keeps the bytes where they are until the statement is reset.
static inline int forge_sqlite_bind_bytes_borrowed(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_STATIC);
}

// `sqlite3_db_config` takes variable arguments.
static inline int forge_sqlite_keep_wal_on_close(sqlite3 *db) {
    return sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
static inline int forge_sqlite_be_defensive(sqlite3 *db) { return sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0); }

// Writes down after each commit how many pages the log has, in place of the library's own checkpoints.
static inline int forge_sqlite_note_log_pages(void *pages, sqlite3 *db, const char *name, int count) {
    (void)db, (void)name;
    *(int *)pages = count;
    return SQLITE_OK;
}
static inline void forge_sqlite_watch_log(sqlite3 *db, int *pages) { sqlite3_wal_hook(db, forge_sqlite_note_log_pages, pages); }

// Makes sure of all that was written to the database file. `sqlite3_file` has its methods behind a pointer, which Swift cannot call.
static inline int forge_sqlite_sync(sqlite3 *db) {
    sqlite3_file *file = (sqlite3_file *)0;
    int status = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (status != SQLITE_OK || !file || !file->pMethods) return status;
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

// Waits for a lock in steps of one millisecond, so many times. The library's own timeout waits up to 100 ms between two looks, and would
// miss the short gaps that a busy writer leaves.
static inline int forge_sqlite_wait_for_lock(void *steps, int step) {
    return step < (int)(intptr_t)steps && usleep(1000) == 0;
}
static inline int forge_sqlite_set_lock_wait(sqlite3 *db, int milliseconds) {
    return sqlite3_busy_handler(db, forge_sqlite_wait_for_lock, (void *)(intptr_t)milliseconds);
}
