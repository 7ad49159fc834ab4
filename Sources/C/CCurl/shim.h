// What ForgeHTTP uses of libcurl. curl_easy_setopt and curl_easy_getinfo are variadic, which Swift does not import: each kind of value has
// its one-liner here.
#pragma once
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static inline CURLcode forge_curl_set_long(CURL *easy, CURLoption option, long value) { return curl_easy_setopt(easy, option, value); }

static inline CURLcode forge_curl_set_large(CURL *easy, CURLoption option, curl_off_t value) { return curl_easy_setopt(easy, option, value); }

static inline CURLcode forge_curl_set_text(CURL *easy, CURLoption option, const char *value) { return curl_easy_setopt(easy, option, value); }

static inline CURLcode forge_curl_set_pointer(CURL *easy, CURLoption option, void *value) { return curl_easy_setopt(easy, option, value); }

typedef size_t (*forge_curl_data)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode forge_curl_set_data_function(CURL *easy, CURLoption option, forge_curl_data function) {
    return curl_easy_setopt(easy, option, function);
}

static inline CURLcode forge_curl_set_open_socket(CURL *easy, curl_opensocket_callback function) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}

static inline CURLcode forge_curl_set_before_request(CURL *easy, curl_prereq_callback function) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}

static inline long forge_curl_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline curl_off_t forge_curl_large(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline const char *forge_curl_text(CURL *easy, CURLINFO info) {
    const char *value = NULL;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline void *forge_curl_private(CURL *easy) {
    char *value = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
    return value;
}

static inline CURLcode forge_curlmsg_result(const CURLMsg *message) { return message->data.result; }

// Sixteen bytes of an address, an IPv4 one as IPv6 maps it. 0 when it is of neither family.
static inline int forge_address_bytes(const struct curl_sockaddr *address, unsigned char out[16]) {
    if (address->family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)&address->addr;
        memset(out, 0, 10);
        memset(out + 10, 0xFF, 2);
        memcpy(out + 12, &four->sin_addr, 4);
        return 1;
    }
    if (address->family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)&address->addr)->sin6_addr, 16);
        return 1;
    }
    return 0;
}

static inline curl_socket_t forge_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype, address->protocol);
}

static inline CURLMcode forge_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
