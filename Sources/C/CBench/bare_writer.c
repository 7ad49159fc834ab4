// The writer thread. It must never hold the lock while SQLite works: the threads that take requests in would wait for the disk.
#include "bare_writer.h"

#include "clock.h"

#include <string.h>

/// Waits for requests and takes them all; NULL when closed and empty.
static bare_request *take_group(bare_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    writer->waiting = true;
    while (writer->first == NULL && !writer->closed) pthread_cond_wait(&writer->arrived, &writer->lock);
    writer->waiting = false;
    bare_request *const group = writer->first;
    writer->first = NULL;
    writer->last = &writer->first;
    pthread_mutex_unlock(&writer->lock);
    return group;
}

/// Inserts the group and commits. One row that cannot be stored takes the whole group with it: SQLite may have rolled back already.
static bool store_group(bare_store *store, bare_request *group) {
    if (bare_store_begin(store) != SQLITE_OK) return false;
    for (bare_request *request = group; request != NULL; request = request->next) {
        request->outcome = bare_store_insert(store, &request->row);
        if (request->outcome != BARE_FAILED) continue;
        bare_store_rollback(store);
        return false;
    }
    return bare_store_commit(store);
}

static void decide_group(bare_writer *writer, bare_request *group, bool stored) {
    forge_bench_bare_report *const report = &writer->report;
    uint64_t size = 0;
    for (bare_request *request = group, *next; request != NULL; request = next) {
        next = request->next;
        if (!stored) request->outcome = BARE_FAILED;
        size++;
        report->rows += request->outcome == BARE_STORED;
        report->repeats += request->outcome == BARE_REPEAT;
        report->failed += request->outcome == BARE_FAILED;
        writer->decided(request);
    }
    if (size > report->group_max) report->group_max = size;
}

/// True when a checkpoint was finished here, so the writer waited for it.
static bool advance_checkpoint(bare_writer *writer) {
    if (writer->checkpoint != NULL) return bare_checkpoint_advance(writer->checkpoint);
    if (!bare_store_is_checkpoint_due(writer->store)) return false;
    bare_store_checkpoint(writer->store->database);
    return true;
}

static void checkpoint(bare_writer *writer, uint64_t begun) {
    if (!advance_checkpoint(writer)) return;
    forge_bench_bare_report *const report = &writer->report;
    const uint64_t taken = clock_now() - begun;
    report->checkpoints++;
    report->checkpoint_nanoseconds += taken;
    if (taken > report->checkpoint_nanoseconds_max) report->checkpoint_nanoseconds_max = taken;
}

static void *write_groups(void *context) {
    bare_writer *const writer = context;
    for (bare_request *group; (group = take_group(writer)) != NULL;) {
        const uint64_t begun = clock_now();
        const bool stored = store_group(writer->store, group);
        const uint64_t ended = clock_now();
        writer->report.commits += stored;
        writer->report.commit_nanoseconds += ended - begun;
        decide_group(writer, group, stored);
        checkpoint(writer, ended);
    }
    return NULL;
}

int bare_writer_start(bare_writer *writer, bare_store *store, bare_checkpoint *checkpoint, void (*decided)(bare_request *)) {
    memset(writer, 0, sizeof *writer);
    writer->store = store;
    writer->checkpoint = checkpoint;
    writer->decided = decided;
    writer->last = &writer->first;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->arrived, NULL);
    return pthread_create(&writer->thread, NULL, write_groups, writer);
}

bool bare_writer_join(bare_writer *writer, bare_request *request, void (*before)(bare_request *)) {
    request->next = NULL;
    pthread_mutex_lock(&writer->lock);
    const bool open = !writer->closed;
    if (open) {
        before(request);
        *writer->last = request;
        writer->last = &request->next;
    }
    const bool wake = open && writer->waiting;
    writer->waiting = writer->waiting && !wake;
    pthread_mutex_unlock(&writer->lock);
    if (wake) pthread_cond_signal(&writer->arrived);
    return open;
}

void bare_writer_close(bare_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    writer->closed = true;
    pthread_mutex_unlock(&writer->lock);
    pthread_cond_signal(&writer->arrived);
    pthread_join(writer->thread, NULL);
    pthread_cond_destroy(&writer->arrived);
    pthread_mutex_destroy(&writer->lock);
}
