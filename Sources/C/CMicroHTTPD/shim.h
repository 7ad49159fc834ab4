// What Swift cannot import from this library directly is wrapped here: variadic calls, and constants that are casts.
#pragma once
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/// Where the library's messages go, as text: a `va_list` does not come into Swift.
struct forge_messages {
    void *context;
    void (*take)(void *context, const char *text);
};

static inline void forge_message(void *messages, const char *format, va_list arguments) {
    const struct forge_messages *to = messages;
    char text[512];
    vsnprintf(text, sizeof text, format, arguments);
    to->take(to->context, text);
}

/// Everything a daemon of ours is started with. `key` and `certificate` are PEM text, or both NULL for plain TCP.
struct forge_daemon_settings {
    unsigned int flags;
    unsigned int threads;
    unsigned int connections;
    unsigned int idle_seconds;
    size_t memory;
    const char *key;
    const char *certificate;
    const char *priorities;
    void *context;
    MHD_AccessHandlerCallback handle;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    size_t (*unescape)(void *context, struct MHD_Connection *connection, char *text);
    /// Must outlive the daemon.
    struct forge_messages *messages;
};

/// The daemon has no listening socket: connections are handed to it with MHD_add_connection.
static inline struct MHD_Daemon *forge_start_daemon(const struct forge_daemon_settings *settings) {
    struct MHD_OptionItem options[8];
    unsigned int count = 0;
    // A pool of one thread is asked for by leaving the option out.
    if (settings->threads > 1) {
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)settings->threads, NULL};
    }
    if (settings->key != NULL) {
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->key};
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate};
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)settings->priorities};
    }
    options[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_start_daemon(
        settings->flags, 0, NULL, NULL, settings->handle, settings->context, MHD_OPTION_EXTERNAL_LOGGER, forge_message,
        settings->messages, MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->memory, MHD_OPTION_CONNECTION_LIMIT, settings->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds, MHD_OPTION_URI_LOG_CALLBACK, settings->target, settings->context,
        MHD_OPTION_NOTIFY_COMPLETED, settings->completed, settings->context, MHD_OPTION_NOTIFY_CONNECTION, settings->connection,
        settings->context, MHD_OPTION_UNESCAPE_CALLBACK, settings->unescape, settings->context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline int forge_connection_descriptor(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static inline void *forge_connection_context(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static inline size_t forge_header_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

/// The status of the response the connection has, which may be one the library made by itself; 0 if it has none.
static inline unsigned int forge_response_status(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
    return info == NULL ? 0 : info->http_status;
}

static const uint64_t forge_size_unknown = MHD_SIZE_UNKNOWN;
static const ssize_t forge_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t forge_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;

// These two are GNU extensions, which Swift's Glibc does not show.
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags);
static const short forge_peer_closed = 0x2000;  // POLLRDHUP
