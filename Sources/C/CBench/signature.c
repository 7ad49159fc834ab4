// The low-level SHA-256 calls are deprecated in OpenSSL 3, and used all the same: a prepared state is copied by assignment,
// where EVP_MAC allocates two contexts for each message. The result must equal EVP_MAC's; the tests hold it to published vectors.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signature.h"

#include <openssl/crypto.h>
#include <string.h>

enum { BLOCK_BYTES = 64, PREFIX_BYTES = 7, HEADER_BYTES = PREFIX_BYTES + 2 * SHA256_DIGEST_LENGTH };

static void prepare_block(SHA256_CTX *state, const uint8_t *key, uint8_t pad) {
    uint8_t block[BLOCK_BYTES];
    for (size_t index = 0; index < BLOCK_BYTES; index++) block[index] = key[index] ^ pad;
    SHA256_Init(state);
    SHA256_Update(state, block, sizeof block);
}

void signature_key_prepare(signature_key *key, const uint8_t *secret, size_t length) {
    uint8_t padded[BLOCK_BYTES] = {0};
    if (length > BLOCK_BYTES) {
        SHA256(secret, length, padded);
    } else {
        memcpy(padded, secret, length);
    }
    prepare_block(&key->inner, padded, 0x36);
    prepare_block(&key->outer, padded, 0x5c);
}

bool signature_holds(const signature_key *key, const uint8_t *body, size_t body_length, const char *header, size_t header_length) {
    static const char digits[] = "0123456789abcdef";
    if (header_length != HEADER_BYTES) return false;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX state = key->inner;
    SHA256_Update(&state, body, body_length);
    SHA256_Final(digest, &state);
    state = key->outer;
    SHA256_Update(&state, digest, sizeof digest);
    SHA256_Final(digest, &state);

    char expected[HEADER_BYTES];
    memcpy(expected, "sha256=", PREFIX_BYTES);
    for (size_t index = 0; index < sizeof digest; index++) {
        expected[PREFIX_BYTES + 2 * index] = digits[digest[index] >> 4];
        expected[PREFIX_BYTES + 2 * index + 1] = digits[digest[index] & 15];
    }
    return CRYPTO_memcmp(expected, header, HEADER_BYTES) == 0;
}
