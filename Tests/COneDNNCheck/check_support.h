// What the checks share: counting, memory with guards, numbers, layouts.

#ifndef CHECK_SUPPORT_H
#define CHECK_SUPPORT_H

#include <math.h>
#include <stdio.h>

#include "shim.h"

extern int check_count;
extern int failure_count;
extern bool is_verbose;
extern shim_engine engine;
extern shim_stream stream;

/// Counts one check; prints its sentence when it fails.
#define CHECK(condition, ...)                       \
  do {                                              \
    ++check_count;                                  \
    if (!(condition)) {                             \
      ++failure_count;                              \
      fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
      fprintf(stderr, __VA_ARGS__);                 \
      fprintf(stderr, "\n");                        \
    }                                               \
  } while (0)

/// Memory of `bytes` bytes, 64-byte aligned, filled with NaN in either type, and a guard behind it.
typedef struct buffer {
  unsigned char *data;
  size_t bytes;
} buffer;

buffer buffer_make(size_t bytes);
/// Frees the memory and checks that the guard is whole.
void buffer_free(buffer *it, const char *name);

/// Deterministic numbers in -1...1 with 7 significant bits, hence exact in bf16.
float next_number(void);
float *numbers_make(int64_t count);

float element(const buffer *it, shim_type type, int64_t index);
void set_element(buffer *it, shim_type type, int64_t index, float value);

/// A four-axis tensor.
typedef struct tensor_shape {
  int64_t n, c, h, w;
} tensor_shape;

int64_t plain_count(tensor_shape s);
int64_t stored_count(tensor_shape s, shim_layout layout);
int64_t plain_index(tensor_shape s, int64_t n, int64_t c, int64_t h, int64_t w);
int64_t stored_index(tensor_shape s, shim_layout layout, int64_t n, int64_t c, int64_t h, int64_t w);

/// Writes a plain tensor in a layout and type, zeros in the padding.
void store(const float *plain, tensor_shape s, shim_type type, shim_layout layout, buffer *out);
/// Reads a tensor into plain form; answers whether its padding is all zeros.
bool load(const buffer *from, tensor_shape s, shim_type type, shim_layout layout, float *plain);

/// Bound on |computed - exact| for a sum of `terms` products whose absolute values add up to `magnitude`,
/// formed in f32 in any order from exact factors: (terms + 2) u magnitude to first order, u = 2^-24; doubled
/// for the higher orders. A bf16 result is rounded once more, by 2^-9 of its value to nearest; 2^-8 also
/// allows for truncation and for the zero that an f32 error moves across a tie.
double bound(int64_t terms, double magnitude, double value, shim_type result_type);

/// Copies weights through the shim's reorder.
void copy_weights(const shim_primitive *primitive, bool from_plain, void *source, void *destination);

void check_convolutions(void);
void check_threads(void);
void check_activation_reorders(void);
void check_products(void);

#endif
