// Sockets for the way out of a sandbox: a listening one at a path or at a port of the own loopback, names to addresses, and connections to
// one address that was judged before. Addresses are sixteen bytes, an IPv4 one as IPv6 maps it.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FORGE_ADDRESSES_MAX 16

static inline int forge_socket_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) return errno = ENAMETOOLONG, -1;
    strcpy(address->sun_path, path);
    return 0;
}

static inline int forge_close_failed(int descriptor) {
    int failed = errno;
    close(descriptor);
    return errno = failed, -1;
}

/// Listens at `name` in the open folder, which no name is too long for. A socket that is there is replaced, any other file is not.
static inline int forge_listen_at(int folder, const char *name, unsigned mode, int backlog) {
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode)) unlinkat(folder, name, 0);
    char path[108];
    if (snprintf(path, sizeof path, "/proc/self/fd/%d/%s", folder, name) >= (int)sizeof path) return errno = ENAMETOOLONG, -1;
    struct sockaddr_un address;
    if (forge_socket_address(path, &address) != 0) return -1;
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    if (bind(made, (struct sockaddr *)&address, sizeof address) != 0) return forge_close_failed(made);
    if (fchmodat(folder, name, mode, 0) != 0 || listen(made, backlog) != 0) return forge_close_failed(made);
    return made;
}

/// Listens at a port of this network's loopback; the port is written back.
static inline int forge_listen_at_loopback(uint16_t *port, int backlog) {
    int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int yes = 1;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(made, (struct sockaddr *)&address, size) != 0 || listen(made, backlog) != 0) return forge_close_failed(made);
    if (getsockname(made, (struct sockaddr *)&address, &size) != 0) return forge_close_failed(made);
    *port = ntohs(address.sin_port);
    return made;
}

static inline int forge_accept(int listening) { return accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

static inline int forge_connect_path(const char *path) {
    struct sockaddr_un address;
    if (forge_socket_address(path, &address) != 0) return -1;
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    if (connect(made, (struct sockaddr *)&address, sizeof address) != 0) return forge_close_failed(made);
    return made;
}

/// Begins to connect to this address and no other; it is done when the socket can be written to and `forge_socket_failure` says 0.
static inline int forge_begin_connect(const uint8_t bytes[16], uint16_t port) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    socklen_t size;
    if (memcmp(bytes, mapped, 12) == 0) {
        struct sockaddr_in *address = (struct sockaddr_in *)&storage;
        address->sin_family = AF_INET;
        address->sin_port = htons(port);
        memcpy(&address->sin_addr, bytes + 12, 4);
        size = sizeof *address;
    } else {
        struct sockaddr_in6 *address = (struct sockaddr_in6 *)&storage;
        address->sin6_family = AF_INET6;
        address->sin6_port = htons(port);
        memcpy(&address->sin6_addr, bytes, 16);
        size = sizeof *address;
    }
    int made = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    int yes = 1;
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(made, (struct sockaddr *)&storage, size) != 0 && errno != EINPROGRESS) return forge_close_failed(made);
    return made;
}

/// What became of a connection that was begun; 0 is well.
static inline int forge_socket_failure(int descriptor) {
    int failure = 0;
    socklen_t size = sizeof failure;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 ? failure : errno;
}

/// The addresses of a name, sixteen bytes each; how many, or -1.
static inline int forge_resolve(const char *name, uint8_t *addresses) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(name, NULL, &hints, &found) != 0) return -1;
    int count = 0;
    for (struct addrinfo *each = found; each != NULL && count < FORGE_ADDRESSES_MAX; each = each->ai_next) {
        uint8_t *place = addresses + 16 * count;
        if (each->ai_family == AF_INET) {
            memset(place, 0, 10);
            memset(place + 10, 0xFF, 2);
            memcpy(place + 12, &((struct sockaddr_in *)each->ai_addr)->sin_addr, 4);
            count++;
        } else if (each->ai_family == AF_INET6) {
            memcpy(place, &((struct sockaddr_in6 *)each->ai_addr)->sin6_addr, 16);
            count++;
        }
    }
    freeaddrinfo(found);
    return count;
}

static inline long forge_receive(int descriptor, void *bytes, size_t count) { return recv(descriptor, bytes, count, 0); }
static inline long forge_send(int descriptor, const void *bytes, size_t count) { return send(descriptor, bytes, count, MSG_NOSIGNAL); }
static inline int forge_end_sending(int descriptor) { return shutdown(descriptor, SHUT_WR); }

/// Milliseconds that never go back.
static inline int64_t forge_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/// Starts a program that is looked up on the path, with our own input and output; its number, or -1.
static inline int forge_start_beside(char *const *arguments, char *const *environment) {
    pid_t started = 0;
    // Nothing of what this process does about signals is handed on.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setsigmask(&how, &none);
    int failed = posix_spawnp(&started, arguments[0], NULL, &how, arguments, environment);
    posix_spawnattr_destroy(&how);
    return failed == 0 ? started : (errno = failed, -1);
}

/// Waits for its end; its exit code, or 128 and the signal.
static inline int forge_wait_for(int process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
