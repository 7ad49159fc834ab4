// The load generator: one thread, one epoll, every connection with one request in flight, so that it costs the server's machine as little as
// it can. It measures its own idle time: a generator that is never idle would be measuring itself.
//
// It must end: by time, by count, when the server is gone, and in any case at the limit.
#include "load.h"

#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

// ---- Heads -------------------------------------------------------------------------------------------------------------------

static const char placeholder[] = "00000000-0000-0000-0000-000000000000";

static const char *text_or_empty(const char *text) {
    return text == NULL ? "" : text;
}

static int render_head(const load_run *run, const forge_bench_body *body, load_head *head) {
    const forge_bench_load_options *const options = run->options;
    char identifier[160] = "";
    if (options->identifier_header != NULL) {
        const int length = snprintf(identifier, sizeof identifier, "%s: %s\r\n", options->identifier_header, placeholder);
        if (length < 0 || (size_t)length >= sizeof identifier) return EINVAL;
    }
    const int length = asprintf(
        &head->bytes, "POST %s HTTP/1.1\r\nHost: %s:%u\r\n%s%s%sContent-Length: %zu\r\n\r\n", options->path, options->address,
        (unsigned)options->port, identifier, text_or_empty(options->header_lines), text_or_empty(body->header_lines), body->length);
    if (length < 0) {
        head->bytes = NULL;
        return ENOMEM;
    }
    head->length = (size_t)length;
    const char *const found = options->identifier_header == NULL ? NULL : strstr(head->bytes, placeholder);
    head->identifier_offset = found == NULL ? 0 : (size_t)(found - head->bytes);
    return 0;
}

int load_heads_create(load_run *run) {
    run->heads = calloc(run->options->body_count, sizeof *run->heads);
    if (run->heads == NULL) return ENOMEM;
    for (size_t index = 0; index < run->options->body_count; index++) {
        const int status = render_head(run, &run->options->bodies[index], &run->heads[index]);
        if (status != 0) return status;
        if (run->heads[index].length > run->head_length_max) run->head_length_max = run->heads[index].length;
    }
    return 0;
}

void load_heads_destroy(load_run *run) {
    for (size_t index = 0; run->heads != NULL && index < run->options->body_count; index++) free(run->heads[index].bytes);
    free(run->heads);
}

// ---- The loop ----------------------------------------------------------------------------------------------------------------

static void begin_measuring(load_run *run) {
    run->measuring = true;
    run->measure_from = run->now;
    run->measure_until = run->now + clock_nanoseconds(run->options->seconds);
    run->processor_from = clock_read(CLOCK_THREAD_CPUTIME_ID);
    run->idle = 0;
}

static void end_measuring(load_run *run) {
    if (!run->measuring) return;
    run->measuring = false;
    forge_bench_load_report *const report = run->report;
    report->measured_seconds = (double)(run->now - run->measure_from) / 1e9;
    report->idle_seconds = (double)run->idle / 1e9;
    report->processor_seconds = (double)(clock_read(CLOCK_THREAD_CPUTIME_ID) - run->processor_from) / 1e9;
}

static bool all_requests_answered(const load_run *run) {
    const uint64_t most = run->options->requests_max;
    return most != 0 && run->report->sent >= most && run->in_flight == 0;
}

static bool is_server_gone(const load_run *run) {
    return run->up == 0 && run->now - run->last_up > clock_nanoseconds(run->options->gone_seconds);
}

/// Begins and ends the phases. False when the run is over; `report->end` then says why.
static bool goes_on(load_run *run, uint64_t drain_until) {
    forge_bench_load_report *const report = run->report;
    if (run->up > 0) run->last_up = run->now;
    if (run->draining) return run->in_flight > 0 && run->now < drain_until && run->now < run->limit;
    if (run->now >= run->limit) {
        report->end = FORGE_BENCH_ENDED_BY_LIMIT;
    } else if (all_requests_answered(run)) {
        report->end = FORGE_BENCH_ENDED_BY_REQUESTS;
    } else if (is_server_gone(run)) {
        report->end = FORGE_BENCH_ENDED_BY_SERVER_GONE;
    } else {
        return true;
    }
    return false;
}

static void connect_due(load_run *run) {
    if (run->draining) return;
    for (uint32_t index = 0; index < run->options->connections; index++) {
        load_connection *const connection = &run->connections[index];
        if (connection->state == CONNECTION_DOWN && connection->retry_at <= run->now) load_connect(run, connection);
    }
}

/// Milliseconds until something is due besides the sockets: a phase's end, or the next try of a connection that is down.
static int patience(const load_run *run, uint64_t next_phase) {
    if (run->up < run->options->connections && !run->draining) return 5;
    const uint64_t until = next_phase < run->limit ? next_phase : run->limit;
    const uint64_t left = until > run->now ? (until - run->now) / 1000000 + 1 : 0;
    return left > 100 ? 100 : (int)left;
}

static int poll_once(load_run *run, uint64_t next_phase) {
    struct epoll_event events[256];
    run->now = clock_now();
    const uint64_t before = run->now;
    const int count = epoll_wait(run->poller, events, 256, patience(run, next_phase));
    run->now = clock_now();
    run->idle += run->now - before;
    if (count < 0 && errno != EINTR) return errno;
    for (int index = 0; index < count; index++) load_advance(run, events[index].data.ptr, events[index].events);
    return 0;
}

static int drive(load_run *run) {
    const uint64_t warm = run->now + clock_nanoseconds(run->options->warmup_seconds);
    uint64_t drain_until = UINT64_MAX;
    while (goes_on(run, drain_until)) {
        connect_due(run);
        if (!run->measuring && !run->draining && run->now >= warm) begin_measuring(run);
        if (run->measuring && run->now >= run->measure_until) {
            end_measuring(run);
            run->draining = true;
            run->report->end = FORGE_BENCH_ENDED_BY_TIME;
            drain_until = run->now + clock_nanoseconds(run->options->drain_seconds);
        }
        const uint64_t next_phase = run->draining ? drain_until : run->measuring ? run->measure_until : warm;
        const int status = poll_once(run, next_phase);
        if (status != 0) return status;
    }
    end_measuring(run);
    return 0;
}

// ---- Setting up and taking down ----------------------------------------------------------------------------------------------

static int create(load_run *run) {
    struct in_addr address;
    const forge_bench_load_options *const options = run->options;
    if (options->body_count == 0 || options->connections == 0 || inet_pton(AF_INET, options->address, &address) != 1) return EINVAL;
    const int status = load_heads_create(run);
    if (status != 0) return status;
    run->histogram = forge_bench_histogram_create();
    run->connections = calloc(options->connections, sizeof *run->connections);
    if (run->histogram == NULL || run->connections == NULL) return ENOMEM;
    for (uint32_t index = 0; index < options->connections; index++) {
        run->connections[index].socket = -1;
        run->connections[index].head = malloc(run->head_length_max);
        if (run->connections[index].head == NULL) return ENOMEM;
    }
    run->poller = epoll_create1(EPOLL_CLOEXEC);
    if (run->poller < 0) return errno;
    run->now = clock_now();
    run->last_up = run->now;
    run->limit = run->now + clock_nanoseconds(options->limit_seconds);
    run->sequence = options->first_sequence;
    return 0;
}

static void destroy(load_run *run) {
    for (uint32_t index = 0; run->connections != NULL && index < run->options->connections; index++) {
        if (run->connections[index].socket >= 0) close(run->connections[index].socket);
        free(run->connections[index].head);
    }
    free(run->connections);
    load_heads_destroy(run);
    forge_bench_histogram_destroy(run->histogram);
    if (run->poller >= 0) close(run->poller);
}

int forge_bench_load(const forge_bench_load_options *options, forge_bench_load_report *report) {
    memset(report, 0, sizeof *report);
    load_run run = {.options = options, .report = report, .poller = -1};
    int status = create(&run);
    if (status == 0) status = drive(&run);
    if (status == 0) {
        report->next_sequence = run.sequence;
        report->p50 = forge_bench_histogram_quantile(run.histogram, 0.5);
        report->p90 = forge_bench_histogram_quantile(run.histogram, 0.9);
        report->p99 = forge_bench_histogram_quantile(run.histogram, 0.99);
        report->p999 = forge_bench_histogram_quantile(run.histogram, 0.999);
        report->max = forge_bench_histogram_max(run.histogram);
    }
    destroy(&run);
    return status;
}
