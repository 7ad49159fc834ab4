// One keep-alive connection: it always has one request in flight, and makes a new connection when its own is closed.
// A request whose connection ends before the answer is never sent again: whether it was stored is exactly what a crash test asks.
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clock.h"

static const uint64_t retry_pause = 10 * 1000 * 1000;

static void take_down(load_run *run, load_connection *connection) {
    if (connection->state == CONNECTION_DOWN) return;
    if (connection->state == CONNECTION_CONNECTING) run->report->refused++;
    if (connection->state == CONNECTION_IN_FLIGHT) {
        run->report->broken++;
        run->in_flight--;
    }
    if (connection->state != CONNECTION_CONNECTING) run->up--;
    close(connection->socket);
    connection->socket = -1;
    connection->state = CONNECTION_DOWN;
    connection->retry_at = run->now + retry_pause;
}

void load_connect(load_run *run, load_connection *connection) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(run->options->port)};
    inet_pton(AF_INET, run->options->address, &address.sin_addr);
    connection->retry_at = run->now + retry_pause;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->socket < 0) {
        run->report->refused++;
        return;
    }
    connection->state = CONNECTION_CONNECTING;
    const int yes = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection};
    const int status = connect(connection->socket, (struct sockaddr *)&address, sizeof address);
    if ((status != 0 && errno != EINPROGRESS) || epoll_ctl(run->poller, EPOLL_CTL_ADD, connection->socket, &event) != 0) {
        take_down(run, connection);
    }
}

/// Whether another request may begin.
static bool may_begin(const load_run *run) {
    const uint64_t most = run->options->requests_max;
    return !run->draining && (most == 0 || run->report->sent < most);
}

/// Writes what the socket takes; the rest when it says that it takes more.
static void write_request(load_run *run, load_connection *connection) {
    const size_t total = connection->head_length + connection->body->length;
    while (connection->written < total) {
        struct iovec pieces[2];
        int count = 0;
        size_t skip = connection->written;
        if (skip < connection->head_length) {
            pieces[count++] = (struct iovec){connection->head + skip, connection->head_length - skip};
            skip = 0;
        } else {
            skip -= connection->head_length;
        }
        pieces[count++] = (struct iovec){(void *)(connection->body->bytes + skip), connection->body->length - skip};
        const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = (size_t)count};
        const ssize_t written = sendmsg(connection->socket, &message, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EAGAIN) return;
        if (written < 0) return take_down(run, connection);
        connection->written += (size_t)written;
        if (run->measuring) run->report->measured_bytes_sent += (uint64_t)written;
    }
}

static void begin_request(load_run *run, load_connection *connection) {
    connection->state = CONNECTION_RESTING;
    if (!may_begin(run)) return;
    const size_t choice = (size_t)(run->sequence % run->options->body_count);
    const load_head *const head = &run->heads[choice];
    connection->sequence = run->sequence++;
    connection->body = &run->options->bodies[choice];
    connection->head_length = head->length;
    connection->written = 0;
    connection->begun = run->now;
    connection->state = CONNECTION_IN_FLIGHT;
    memcpy(connection->head, head->bytes, head->length);
    if (head->identifier_offset != 0) {
        forge_bench_identifier(run->options->seed, connection->sequence, connection->head + head->identifier_offset);
    }
    answer_begin(&connection->answer);
    run->in_flight++;
    run->report->sent++;
    write_request(run, connection);
}

static void count_answer(load_run *run, const load_connection *connection) {
    forge_bench_load_report *const report = run->report;
    const unsigned status = connection->answer.status;
    report->answered++;
    run->options->status_counts[status]++;
    if (run->measuring) {
        report->measured++;
        forge_bench_histogram_record(run->histogram, run->now - connection->begun);
    }
    if (status / 100 != 2) return;
    const uint64_t index = report->acknowledged++;
    if (run->options->acknowledged == NULL) return;
    if (index < run->options->acknowledged_capacity) {
        run->options->acknowledged[index] = connection->sequence;
    } else {
        report->acknowledged_dropped++;
    }
}

/// The answer is whole: count it, and go on with the next request.
static void finish_request(load_run *run, load_connection *connection) {
    run->now = clock_now();
    count_answer(run, connection);
    run->in_flight--;
    connection->state = CONNECTION_RESTING;
    if (connection->answer.closes) {
        take_down(run, connection);
        connection->retry_at = run->now;
    } else {
        begin_request(run, connection);
    }
}

/// Reads until the socket is empty. A short read says so as well, and saves the call that would fail.
static void read_answer(load_run *run, load_connection *connection) {
    for (;;) {
        size_t space;
        char *const bytes = answer_space(&connection->answer, &space);
        const ssize_t length = recv(connection->socket, bytes, space, 0);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno == EAGAIN) return;
        if (length <= 0) return take_down(run, connection);
        if (run->measuring) run->report->measured_bytes_received += (uint64_t)length;
        if (connection->state != CONNECTION_IN_FLIGHT) return take_down(run, connection);
        const answer_progress progress = answer_take(&connection->answer, (size_t)length);
        if (progress == ANSWER_MALFORMED) return take_down(run, connection);
        if (progress == ANSWER_COMPLETE) finish_request(run, connection);
        if ((size_t)length < space || connection->state == CONNECTION_DOWN) return;
    }
}

static void finish_connecting(load_run *run, load_connection *connection, uint32_t events) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0) return take_down(run, connection);
    if ((events & EPOLLOUT) == 0) return;
    run->up++;
    run->now = clock_now();
    begin_request(run, connection);
}

void load_advance(load_run *run, load_connection *connection, uint32_t events) {
    if (connection->state == CONNECTION_DOWN) return;
    if (connection->state == CONNECTION_CONNECTING) return finish_connecting(run, connection, events);
    if ((events & EPOLLOUT) != 0 && connection->state == CONNECTION_IN_FLIGHT) write_request(run, connection);
    if ((events & EPOLLIN) != 0 && connection->state != CONNECTION_DOWN) read_answer(run, connection);
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) take_down(run, connection);
}
