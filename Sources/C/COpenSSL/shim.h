// What Swift cannot import from this library directly is wrapped here, one line a function.
#pragma once
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
