// SPDX-License-Identifier: Apache-2.0
#ifndef THALWEG_CCRYPTO_SHIM_H
#define THALWEG_CCRYPTO_SHIM_H

#include <openssl/evp.h>
#include <stddef.h>

/// Starts a SHA-256 digest. Returns NULL when the library has no memory or no such digest.
static inline EVP_MD_CTX *shim_sha256_begin(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
    EVP_MD_CTX_free(context);
    return NULL;
  }
  return context;
}

/// Appends `count` bytes. Returns 1 on success.
static inline int shim_sha256_update(EVP_MD_CTX *context, const void *bytes, size_t count) {
  return EVP_DigestUpdate(context, bytes, count);
}

/// Writes the 32 bytes of the digest. Returns 1 on success.
static inline int shim_sha256_finish(EVP_MD_CTX *context, unsigned char *digest) {
  unsigned int count = 0;
  return EVP_DigestFinal_ex(context, digest, &count) == 1 && count == 32;
}

/// Frees what `shim_sha256_begin` made.
static inline void shim_sha256_end(EVP_MD_CTX *context) { EVP_MD_CTX_free(context); }

#endif
