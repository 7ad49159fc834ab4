// HMAC-SHA256 of a webhook body against its `X-Hub-Signature-256`, with the key's two blocks hashed once and no allocation per message.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

typedef struct signature_key {
    SHA256_CTX inner; // after the key xor 0x36
    SHA256_CTX outer; // after the key xor 0x5c
} signature_key;

void signature_key_prepare(signature_key *key, const uint8_t *secret, size_t length);

/// Whether `header` is "sha256=" and the body's digest in hexadecimal, found out in constant time.
bool signature_holds(const signature_key *key, const uint8_t *body, size_t body_length, const char *header, size_t header_length);
