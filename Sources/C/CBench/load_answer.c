// Just enough of HTTP/1.1 to count answers. It must read any server's answer, not only ours: a length in any case and spacing, a body in
// several pieces, 1xx before the answer. What it cannot measure by length (chunks, until close) it counts and then closes the connection.
#include "load.h"

#include <stdlib.h>
#include <string.h>

void answer_begin(answer *answer) {
    answer->status = 0;
    answer->head_read = false;
    answer->closes = false;
    answer->body_left = 0;
    answer->held = 0;
}

char *answer_space(answer *answer, size_t *length) {
    const size_t from = answer->head_read ? 0 : answer->held;
    *length = ANSWER_BYTES_MAX - from;
    return answer->bytes + from;
}

/// The value of a header line when it has this name (lower case, with its colon).
static const char *value_of(const char *line, const char *name) {
    const size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0) return NULL;
    return line + length + strspn(line + length, " \t");
}

/// Reads a head that ends in an empty line; `bytes` is terminated.
static bool read_head(answer *answer, const char *head) {
    if (strncmp(head, "HTTP/1.", 7) != 0 || head[7] == '\0' || head[8] != ' ') return false;
    answer->status = (unsigned)strtoul(head + 9, NULL, 10);
    if (answer->status < 100 || answer->status >= FORGE_BENCH_STATUS_COUNT) return false;
    const bool has_no_body = answer->status == 204 || answer->status == 304;
    answer->closes = head[7] == '0';
    bool measured = has_no_body;
    for (const char *line = strstr(head, "\r\n"); line != NULL && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
        const char *value;
        if ((value = value_of(line + 2, "content-length:")) != NULL && !has_no_body) {
            answer->body_left = strtoull(value, NULL, 10);
            measured = true;
        } else if ((value = value_of(line + 2, "connection:")) != NULL) {
            answer->closes = strncasecmp(value, "close", 5) == 0;
        }
    }
    answer->head_read = true;
    if (!measured) answer->closes = true;
    return true;
}

/// The bytes after the first empty line of what is held, or NULL while there is none.
static char *head_end(answer *answer) {
    answer->bytes[answer->held] = '\0';
    char *const end = strstr(answer->bytes, "\r\n\r\n");
    return end == NULL ? NULL : end + 4;
}

answer_progress answer_take(answer *answer, size_t length) {
    if (!answer->head_read) {
        answer->held += length;
        char *const end = head_end(answer);
        if (end == NULL) return answer->held < ANSWER_BYTES_MAX ? ANSWER_INCOMPLETE : ANSWER_MALFORMED;
        length = answer->held - (size_t)(end - answer->bytes);
        const char kept = *end;
        *end = '\0';
        if (!read_head(answer, answer->bytes)) return ANSWER_MALFORMED;
        *end = kept;
        if (answer->status < 200) { // an interim answer: the one meant follows
            memmove(answer->bytes, end, length);
            answer_begin(answer);
            return answer_take(answer, length);
        }
    }
    if (length > answer->body_left) {
        if (!answer->closes) return ANSWER_MALFORMED; // more than one request asked for
        length = answer->body_left;
    }
    answer->body_left -= length;
    return answer->body_left == 0 ? ANSWER_COMPLETE : ANSWER_INCOMPLETE;
}
