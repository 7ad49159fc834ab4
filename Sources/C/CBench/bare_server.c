// The bare loop: libmicrohttpd takes a POST, its signature is checked, its row is committed with all others that wait, and it is
// answered 202. Nothing else happens, and nothing else may be added: this is the limit that `forge serve` is measured against.
//
// While its row waits for the commit a connection is suspended, so a pool thread never waits for the disk. A body that arrived in
// one piece is verified and bound where libmicrohttpd read it, without a copy: it stays there as long as the connection is suspended.
#include "bare_writer.h"
#include "clock.h"
#include "signature.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY_BYTES = 40 * 1024, // half of it reads: 16 KiB of body and the headers come in one piece
    HEADERS_BYTES_MAX = 4096,
};

typedef struct bare_server {
    const forge_bench_bare_options *options;
    signature_key key;
    bare_store store;
    bare_checkpoint checkpoint;
    bare_writer writer;
    struct MHD_Daemon *daemon;
    struct MHD_Response *empty;
    _Atomic uint64_t refused;
    uint64_t syncs_before;
} bare_server;

typedef enum progress { READING, DECIDED } progress;

/// One connection's state, used again by each of its requests; `request` comes first, so that one pointer is both.
typedef struct bare_connection {
    bare_request request;
    bare_server *server;
    struct MHD_Connection *connection;
    progress progress;
    unsigned status;
    size_t expected, received, capacity;
    uint8_t *body;
    const char *signature;
    size_t signature_length;
    char headers[HEADERS_BYTES_MAX];
} bare_connection;

// ---- Reading a request -------------------------------------------------------------------------------------------------------

static bool is_named(const char *name, size_t length, const char *wanted, size_t wanted_length) {
    return length == wanted_length && strncasecmp(name, wanted, length) == 0;
}

static enum MHD_Result keep_header(
    void *context, enum MHD_ValueKind kind, const char *name, size_t name_length, const char *value, size_t value_length) {
    (void)kind;
    bare_connection *const state = context;
    bare_row *const row = &state->request.row;
    if (is_named(name, name_length, "X-Hub-Signature-256", 19)) {
        state->signature = value;
        state->signature_length = value_length;
        return MHD_YES;
    }
    if (is_named(name, name_length, "X-GitHub-Delivery", 17)) {
        row->key = value;
        row->key_length = value_length;
    } else if (is_named(name, name_length, "Content-Length", 14)) {
        state->expected = strtoull(value, NULL, 10);
    }
    if (row->headers_length + name_length + value_length + 3 > HEADERS_BYTES_MAX) return MHD_YES;
    char *const end = state->headers + row->headers_length;
    memcpy(end, name, name_length);
    memcpy(end + name_length, ": ", 2);
    memcpy(end + name_length + 2, value, value_length);
    end[name_length + 2 + value_length] = '\n';
    row->headers_length += name_length + value_length + 3;
    return MHD_YES;
}

static void decide(bare_connection *state, unsigned status) {
    state->status = status;
    state->progress = DECIDED;
}

static void begin(bare_connection *state, const char *method) {
    state->request.row = (bare_row){.headers = state->headers};
    state->progress = READING;
    state->expected = 0;
    state->received = 0;
    state->signature = NULL;
    state->signature_length = 0;
    MHD_get_connection_values_n(state->connection, MHD_HEADER_KIND, keep_header, state);
    const bool complete = strcmp(method, "POST") == 0 && state->request.row.key_length > 0 && state->expected > 0;
    if (!complete || state->expected > state->server->options->body_bytes_max) decide(state, MHD_HTTP_BAD_REQUEST);
}

/// Keeps a piece of a body that comes in several.
static bool append(bare_connection *state, const char *bytes, size_t length) {
    if (length > state->expected - state->received) return false;
    if (state->capacity < state->expected) {
        uint8_t *const larger = realloc(state->body, state->expected);
        if (larger == NULL) return false;
        state->body = larger;
        state->capacity = state->expected;
    }
    memcpy(state->body + state->received, bytes, length);
    state->received += length;
    return true;
}

// ---- Verifying, storing, answering -------------------------------------------------------------------------------------------

static void suspend(bare_request *request) {
    MHD_suspend_connection(((bare_connection *)request)->connection);
}

/// The writer's word on a request: the connection goes on, and its handler is called again.
static void resume(bare_request *request) {
    bare_connection *const state = (bare_connection *)request;
    static const unsigned statuses[] = {
        [BARE_STORED] = MHD_HTTP_ACCEPTED, [BARE_REPEAT] = MHD_HTTP_OK, [BARE_FAILED] = MHD_HTTP_SERVICE_UNAVAILABLE};
    decide(state, statuses[request->outcome]);
    MHD_resume_connection(state->connection);
}

/// True when the request waits for the writer: it decides at any moment from here on, so `state` is not to be read before the
/// handler is called again.
static bool verify_and_store(bare_connection *state, const uint8_t *body) {
    bare_server *const server = state->server;
    if (!signature_holds(&server->key, body, state->expected, state->signature, state->signature_length)) {
        decide(state, MHD_HTTP_UNAUTHORIZED);
        return false;
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    state->request.row.received = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    state->request.row.body = body;
    state->request.row.body_length = state->expected;
    if (bare_writer_join(&server->writer, &state->request, suspend)) return true;
    decide(state, MHD_HTTP_SERVICE_UNAVAILABLE);
    return false;
}

/// A piece of the body, or all of it. Leaving `length` as it is keeps the bytes where they are until the handler is called again.
static void receive(bare_connection *state, const char *bytes, size_t *length) {
    if (state->progress == READING && state->received == 0 && *length == state->expected) {
        if (verify_and_store(state, (const uint8_t *)bytes)) return;
    } else if (state->progress == READING && !append(state, bytes, *length)) {
        decide(state, MHD_HTTP_BAD_REQUEST);
    }
    *length = 0;
}

static enum MHD_Result handle(
    void *context, struct MHD_Connection *connection, const char *path, const char *method, const char *version, const char *bytes,
    size_t *length, void **request) {
    (void)path, (void)version;
    if (*request == NULL) {
        bare_connection *const state = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        if (state == NULL) return MHD_NO;
        begin(state, method);
        *request = state;
        return MHD_YES;
    }
    bare_connection *const state = *request;
    if (*length > 0) {
        receive(state, bytes, length);
        return MHD_YES;
    }
    if (state->progress == READING && state->received == state->expected && verify_and_store(state, state->body)) return MHD_YES;
    if (state->progress == READING) return MHD_NO;
    bare_server *const server = context;
    if (state->status == MHD_HTTP_UNAUTHORIZED || state->status == MHD_HTTP_BAD_REQUEST) server->refused++;
    return MHD_queue_response(connection, state->status, server->empty);
}

static void connection_changed(
    void *context, struct MHD_Connection *connection, void **socket_context, enum MHD_ConnectionNotificationCode change) {
    bare_connection *state = *socket_context;
    if (change == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (state != NULL) free(state->body);
        free(state);
        *socket_context = NULL;
        return;
    }
    state = calloc(1, sizeof *state);
    if (state == NULL) return;
    state->server = context;
    state->connection = connection;
    *socket_context = state;
}

// ---- Starting and stopping ---------------------------------------------------------------------------------------------------

static struct MHD_Daemon *start_daemon(bare_server *server) {
    const forge_bench_bare_options *const options = server->options;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK | MHD_USE_TURBO;
    const unsigned pool = options->pool_threads > 1 ? options->pool_threads : 0;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, server, //
        MHD_OPTION_SOCK_ADDR, &address,       //
        MHD_OPTION_THREAD_POOL_SIZE, pool,    //
        MHD_OPTION_CONNECTION_LIMIT, options->connections_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES, //
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server,            //
        MHD_OPTION_END);
}

static int announce(const bare_server *server) {
    const union MHD_DaemonInfo *const info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info == NULL) return EIO;
    return dprintf(server->options->announce_file, "%u\n", (unsigned)info->port) < 0 ? errno : 0;
}

static void wait_for_stop(const forge_bench_bare_options *options) {
    const uint64_t limit = clock_now() + clock_nanoseconds(options->limit_seconds);
    for (uint64_t now = clock_now(); now < limit; now = clock_now()) {
        struct pollfd stop = {.fd = options->stop_file, .events = POLLIN};
        const uint64_t milliseconds = (limit - now) / 1000000 + 1;
        const int status = poll(&stop, 1, milliseconds > 60000 ? 60000 : (int)milliseconds);
        if (status > 0 || (status < 0 && errno != EINTR)) return;
    }
}

/// The writer is closed before the daemon: a suspended connection must be resumed before libmicrohttpd may stop.
static int serve(bare_server *server) {
    server->daemon = start_daemon(server);
    int status = server->daemon == NULL ? (errno != 0 ? errno : EIO) : announce(server);
    if (status == 0) wait_for_stop(server->options);
    bare_writer_close(&server->writer);
    if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
    return status;
}

static int run(bare_server *server, char *problem, size_t problem_bytes) {
    if (bare_store_open(&server->store, server->options) != SQLITE_OK) {
        snprintf(problem, problem_bytes, "open the database: %s", sqlite3_errmsg(server->store.database));
        return EIO;
    }
    server->empty = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    if (server->empty == NULL) return ENOMEM;
    bare_checkpoint *const checkpoint = server->options->checkpoint_between ? NULL : &server->checkpoint;
    if (checkpoint != NULL && bare_checkpoint_start(checkpoint, &server->store) != SQLITE_OK) return ENOMEM;
    server->syncs_before = bare_store_syncs();
    int status = bare_writer_start(&server->writer, &server->store, checkpoint, resume);
    if (status == 0) status = serve(server);
    if (checkpoint != NULL) bare_checkpoint_close(checkpoint);
    if (status != 0) snprintf(problem, problem_bytes, "serve: %s", strerror(status));
    return status;
}

int forge_bench_bare(
    const forge_bench_bare_options *options, forge_bench_bare_report *report, char *problem, size_t problem_bytes) {
    bare_server *const server = calloc(1, sizeof *server);
    if (server == NULL) return ENOMEM;
    server->options = options;
    signature_key_prepare(&server->key, options->secret, options->secret_length);
    const int status = run(server, problem, problem_bytes);
    *report = server->writer.report;
    report->refused = server->refused;
    report->syncs = bare_store_syncs() - server->syncs_before;
    if (server->empty != NULL) MHD_destroy_response(server->empty);
    bare_store_close(&server->store);
    free(server);
    return status;
}
