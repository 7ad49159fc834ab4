// What ForgeCrypto uses of libcrypto. Only the EVP interface of OpenSSL 3; the low-level calls are deprecated there.
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

// A macro over a function with variable arguments, which Swift does not import.
static inline EVP_PKEY *forge_rsa_generate(unsigned int bits) { return EVP_RSA_gen(bits); }
