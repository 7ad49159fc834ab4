// What ForgeCrypto uses of libcrypto. Only the EVP interface of OpenSSL 3; the low-level calls are deprecated there.
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
