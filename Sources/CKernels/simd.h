// Sixteen floats at a time, and loading and storing them in either storage type.
#ifndef THALWEG_SIMD_H
#define THALWEG_SIMD_H

#include "CKernels.h"
#include <math.h>
#include <string.h>

// One binary serves every x86-64: the loader picks the version for the machine.
#if defined(__x86_64__)
#define TW_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TW_KERNEL
#endif
#define TW_INLINE static inline __attribute__((always_inline))

#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16w __attribute__((vector_size(64)));
typedef uint16_t v16h __attribute__((vector_size(32)));
typedef uint16_t v16hu __attribute__((vector_size(32), aligned(2)));

// Macros, because functions that return such vectors would differ in calling convention between the versions.
#define load16_f32(p) (*(const v16u *)(p))
#define store16_f32(p, value) (*(v16u *)(p) = (value))

#define load16_bf16(p) ((v16)(__builtin_convertvector(*(const v16hu *)(p), v16w) << 16))
// Round to nearest, ties to even; a quiet bit keeps NaN a NaN.
#define store16_bf16(p, value)                                                            \
  do {                                                                                    \
    v16 tw_v = (value);                                                                   \
    v16w tw_bits = (v16w)tw_v;                                                            \
    v16w tw_rounded = (tw_bits + 0x7FFF + ((tw_bits >> 16) & 1)) >> 16;                   \
    v16w tw_nan = (v16w)(tw_v != tw_v);                                                   \
    v16w tw_chosen = (((tw_bits >> 16) | 0x40) & tw_nan) | (tw_rounded & ~tw_nan);        \
    *(v16hu *)(p) = __builtin_convertvector(tw_chosen, v16h);                             \
  } while (0)

TW_INLINE float load1_f32(const float *p) { return *p; }
TW_INLINE void store1_f32(float *p, float v) { *p = v; }
TW_INLINE float load1_bf16(const tw_bf16 *p) {
  uint32_t bits = (uint32_t)*p << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
TW_INLINE void store1_bf16(tw_bf16 *p, float v) {
  uint32_t bits;
  memcpy(&bits, &v, 4);
  *p = v != v ? (uint16_t)((bits >> 16) | 0x40) : (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

// Lanes where `condition` holds (all ones) keep the value, others become zero.
#define keep(condition, value) ((v16)((v16i)(value) & (v16i)(condition)))
// max(x, 0) that lets NaN through.
#define relu16(value)               \
  ({                                \
    v16 tw_x = (value);             \
    keep(~(tw_x < 0), tw_x);        \
  })

#endif
