// SPDX-License-Identifier: Apache-2.0
#ifndef THALWEG_CZLIB_SHIM_H
#define THALWEG_CZLIB_SHIM_H

#include <string.h>
#include <zlib.h>

/// Window bits that accept a gzip wrapper only.
enum { shim_gzip_window = 15 + 16 };
/// Window bits for deflate data without a wrapper, as zip archives hold it.
enum { shim_raw_window = -15 };

/// Prepares `stream` for inflation; `inflateInit2` is a macro that Swift cannot call.
static inline int shim_inflate_init(z_stream *stream, int window_bits) {
  memset(stream, 0, sizeof *stream);
  return inflateInit2(stream, window_bits);
}

/// Prepares `stream` for deflation; `deflateInit2` is a macro that Swift cannot call.
static inline int shim_deflate_init(z_stream *stream, int level, int window_bits) {
  memset(stream, 0, sizeof *stream);
  return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

#endif
