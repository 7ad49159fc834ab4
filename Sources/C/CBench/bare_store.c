// Two things SQLite would do by itself are done here: checkpoints, because they must not stand between a commit and its answers, and the
// count of fsyncs, which is taken where they happen, at the file, so that no assumption about SQLite enters the figure.
#include "bare_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static _Atomic uint64_t sync_count;
static sqlite3_vfs counting_vfs;

/// SQLite's Unix files share a few method tables (a locking one for the database, a plain one for its log); each has a copy that counts.
/// A copy is made under the lock and never changed.
enum { METHODS_MAX = 4 };
static pthread_mutex_t methods_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const sqlite3_io_methods *plain;
    sqlite3_io_methods counting;
} methods[METHODS_MAX];

static int counting_sync(sqlite3_file *file, int flags) {
    atomic_fetch_add_explicit(&sync_count, 1, memory_order_relaxed);
    for (int index = 0; index < METHODS_MAX; index++) {
        if (file->pMethods == &methods[index].counting) return methods[index].plain->xSync(file, flags);
    }
    return SQLITE_IOERR_FSYNC;
}

/// The copy that counts; NULL when there are more tables than are known of.
static const sqlite3_io_methods *counting_copy(const sqlite3_io_methods *plain) {
    const sqlite3_io_methods *copy = NULL;
    pthread_mutex_lock(&methods_lock);
    for (int index = 0; index < METHODS_MAX && copy == NULL; index++) {
        if (methods[index].plain == NULL) {
            methods[index].plain = plain;
            methods[index].counting = *plain;
            methods[index].counting.xSync = counting_sync;
        }
        if (methods[index].plain == plain) copy = &methods[index].counting;
    }
    pthread_mutex_unlock(&methods_lock);
    return copy;
}

/// Opens with the plain VFS, then swaps the file's methods for the copy.
static int counting_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out) {
    sqlite3_vfs *const plain = vfs->pAppData;
    const int status = plain->xOpen(plain, name, file, flags, flags_out);
    if (status != SQLITE_OK || file->pMethods == NULL) return status;
    const sqlite3_io_methods *const copy = counting_copy(file->pMethods);
    if (copy == NULL) {
        file->pMethods->xClose(file);
        return SQLITE_CANTOPEN;
    }
    file->pMethods = copy;
    return SQLITE_OK;
}

static int registered = SQLITE_ERROR;

static void register_once(void) {
    sqlite3_vfs *const plain = sqlite3_vfs_find("unix");
    if (plain == NULL) return;
    counting_vfs = *plain;
    counting_vfs.zName = "forge-bench";
    counting_vfs.pAppData = plain;
    counting_vfs.xOpen = counting_open;
    registered = sqlite3_vfs_register(&counting_vfs, 0);
}

/// Several servers may start at once.
static int register_counting_vfs(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_once);
    return registered;
}

uint64_t bare_store_syncs(void) {
    return atomic_load_explicit(&sync_count, memory_order_relaxed);
}

static int after_commit(void *context, sqlite3 *database, const char *name, int pages) {
    (void)database, (void)name;
    ((bare_store *)context)->log_pages = pages;
    return SQLITE_OK;
}

static int execute(bare_store *store, const char *sql) {
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL);
}

static int configure(bare_store *store, const forge_bench_bare_options *options) {
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "PRAGMA page_size=%u; PRAGMA locking_mode=%s; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-%u; PRAGMA temp_store=MEMORY;",
        options->page_bytes, options->checkpoint_between ? "EXCLUSIVE" : "NORMAL", options->cache_bytes / 1024);
    const int status = execute(store, sql);
    if (status != SQLITE_OK) return status;
    sqlite3_wal_hook(store->database, after_commit, store);
    return execute(
        store, options->body_apart
                   ? "CREATE TABLE IF NOT EXISTS delivery(id INTEGER PRIMARY KEY, transport_key TEXT NOT NULL UNIQUE, headers TEXT NOT NULL,"
                     " received INTEGER NOT NULL) STRICT;"
                     "CREATE TABLE IF NOT EXISTS body(id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"
                   : "CREATE TABLE IF NOT EXISTS delivery(id INTEGER PRIMARY KEY, transport_key TEXT NOT NULL UNIQUE, headers TEXT NOT NULL,"
                     " received INTEGER NOT NULL, body BLOB NOT NULL) STRICT;");
}

static int prepare(bare_store *store, const char *sql, sqlite3_stmt **statement) {
    return sqlite3_prepare_v3(store->database, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
}

static int prepare_all(bare_store *store, bool body_apart) {
    int status = prepare(store, "BEGIN IMMEDIATE", &store->begin);
    if (status == SQLITE_OK) status = prepare(store, "COMMIT", &store->commit);
    if (status == SQLITE_OK) status = prepare(store, "ROLLBACK", &store->rollback);
    if (status == SQLITE_OK && body_apart) status = prepare(store, "INSERT INTO body(id, body) VALUES(?1, ?2)", &store->insert_body);
    if (status != SQLITE_OK) return status;
    return prepare(
        store,
        body_apart ? "INSERT INTO delivery(transport_key, headers, received) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING"
                   : "INSERT INTO delivery(transport_key, headers, received, body) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        &store->insert);
}

int bare_store_connect(sqlite3 **database, const char *path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    return sqlite3_open_v2(path, database, flags, counting_vfs.zName);
}

int bare_store_open(bare_store *store, const forge_bench_bare_options *options) {
    memset(store, 0, sizeof *store);
    store->checkpoint_pages = options->checkpoint_pages;
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/bare.sqlite", options->folder);
    if (length < 0 || (size_t)length >= sizeof path) return SQLITE_CANTOPEN;
    int status = register_counting_vfs();
    if (status == SQLITE_OK) status = bare_store_connect(&store->database, path);
    if (status == SQLITE_OK) status = configure(store, options);
    if (status == SQLITE_OK) status = prepare_all(store, options->body_apart);
    return status;
}

void bare_store_close(bare_store *store) {
    sqlite3_finalize(store->begin);
    sqlite3_finalize(store->commit);
    sqlite3_finalize(store->rollback);
    sqlite3_finalize(store->insert);
    sqlite3_finalize(store->insert_body);
    sqlite3_close(store->database);
    memset(store, 0, sizeof *store);
}

/// Runs a statement that returns no row, and leaves it ready for the next time.
static int run(sqlite3_stmt *statement) {
    sqlite3_step(statement);
    return sqlite3_reset(statement);
}

int bare_store_begin(bare_store *store) {
    return run(store->begin);
}

bare_outcome bare_store_insert(bare_store *store, const bare_row *row) {
    sqlite3_stmt *const insert = store->insert;
    sqlite3_bind_text(insert, 1, row->key, (int)row->key_length, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, row->headers, (int)row->headers_length, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 3, row->received);
    if (store->insert_body == NULL) sqlite3_bind_blob(insert, 4, row->body, (int)row->body_length, SQLITE_STATIC);
    if (run(insert) != SQLITE_OK) return BARE_FAILED;
    if (sqlite3_changes(store->database) == 0) return BARE_REPEAT;
    if (store->insert_body == NULL) return BARE_STORED;
    sqlite3_bind_int64(store->insert_body, 1, sqlite3_last_insert_rowid(store->database));
    sqlite3_bind_blob(store->insert_body, 2, row->body, (int)row->body_length, SQLITE_STATIC);
    return run(store->insert_body) == SQLITE_OK ? BARE_STORED : BARE_FAILED;
}

bool bare_store_commit(bare_store *store) {
    if (run(store->commit) == SQLITE_OK) return true;
    bare_store_rollback(store);
    return false;
}

void bare_store_rollback(bare_store *store) {
    if (sqlite3_get_autocommit(store->database) == 0) run(store->rollback);
}

bool bare_store_is_checkpoint_due(const bare_store *store) {
    return store->log_pages >= (int)store->checkpoint_pages;
}

int bare_store_checkpoint(sqlite3 *database) {
    int moved = -1;
    sqlite3_wal_checkpoint_v2(database, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, &moved);
    return moved;
}
