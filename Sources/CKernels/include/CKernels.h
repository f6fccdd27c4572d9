/// The loops that oneDNN lacks, and the team of threads that runs plans.
///
/// "Blocked" tensors are laid out [row][channel block of 16][pixel][16 channels]; a row is one example. Channels
/// beyond the last are zero. Kernels with the suffix _f32 or _bf16 take that storage type and compute in float.
/// Each kernel handles `rows` rows of `blocks` channel blocks with `pixels` pixels. Per-channel numbers have
/// 16 * blocks entries. Sums are added to the Double accumulators given.
#ifndef THALWEG_CKERNELS_H
#define THALWEG_CKERNELS_H

#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>

typedef uint16_t tw_bf16;

/// Most images that tw_linear adds up.
enum { TW_MOST_TERMS = 6 };

#define TW_DECLARE_BLOCKED(T, suffix)                                                                              \
  /* Folds rows into running (count, mean, sum of squared deviations) per channel; `count` is entries so far. */   \
  void tw_moments_##suffix(const T *x, int rows, int blocks, int pixels, int64_t count, double *mean, double *m2); \
  /* y = sum of factor[k] images[k] over `count` images, 1 to TW_MOST_TERMS, plus shift, per channel; a NULL factor */  \
  /* is 1, a NULL shift 0. Entries are set to zero where mask <= 0 (`mask` may be NULL), or where negative if */   \
  /* `relu`. y may be one of the operands. */                                                                      \
  void tw_linear_##suffix(const T *const *images, const float *const *factors, int count, const float *shift,      \
                          const T *mask, T *y, int rows, int blocks, int pixels, bool relu);                       \
  /* dz = sum of `count` addends, 1 to 3, where mask > 0, else 0; `mask` and `dz` may be NULL, `dz` an addend. If */ \
  /* `sums` is not NULL: sums[c] += dz (x - mean) inverse_deviation, sums[16 blocks + c] += dz, and if `g` is not */ \
  /* NULL sums[32 blocks + c] += g dx. */                                                                          \
  void tw_masked_sums_##suffix(const T *const *addends, int count, const T *mask, const T *x, const float *mean,   \
                               const float *inverse_deviation, const T *g, const T *dx, T *dz, double *sums,       \
                               int rows, int blocks, int pixels);                                                  \
  /* sums[c] += x over rows and pixels. */                                                                         \
  void tw_channel_sums_##suffix(const T *x, double *sums, int rows, int blocks, int pixels);                       \
  /* y[row, c] = factor * sum over pixels, plain [rows, channels]. */                                              \
  void tw_pixel_sums_##suffix(const T *x, float factor, float *y, int rows, int channels, int pixels);             \
  /* Copies plain [rows, channels] numbers over the pixels of a blocked tensor. */                                 \
  void tw_spread_##suffix(const float *x, T *y, int rows, int channels, int pixels);                               \
  /* Every stride-th row and column; result channel c is source channel c - before, zero outside. */               \
  void tw_subsample_##suffix(const T *x, T *y, int rows, int channels, int height, int width, int out_channels,    \
                             int out_height, int out_width, int stride, int before);                               \
  /* Adjoint of tw_subsample: x and y as there, y is read and x written. */                                        \
  void tw_subsample_adjoint_##suffix(const T *y, T *x, int rows, int channels, int height, int width,              \
                                     int out_channels, int out_height, int out_width, int stride, int before);     \
  /* Largest entry of each window and its position in the plane. */                                                \
  void tw_max_pool_##suffix(const T *x, T *y, int32_t *position, int rows, int blocks, int height, int width,      \
                            int out_height, int out_width, int size_v, int size_h, int stride_v, int stride_h,     \
                            int pad_v, int pad_h, int dilation_v, int dilation_h);                                 \
  /* Adds x into zero planes of `pixels` entries at the positions. */                                              \
  void tw_scatter_##suffix(const T *x, const int32_t *position, T *y, int rows, int blocks, int out_pixels,        \
                           int pixels);                                                                            \
  /* y = entries of x at the positions. */                                                                         \
  void tw_gather_##suffix(const T *x, const int32_t *position, T *y, int rows, int blocks, int out_pixels,         \
                          int pixels);                                                                             \
  /* Between plain [rows, channels, pixels] floats and blocked. */                                                 \
  void tw_block_##suffix(const float *x, T *y, int rows, int channels, int pixels);                                \
  void tw_unblock_##suffix(const T *x, float *y, int rows, int channels, int pixels);                              \
  /* Entry by entry over `count` numbers, any layout. y may be an operand. */                                      \
  void tw_add_##suffix(const T *a, const T *b, T *y, size_t count);                                                \
  void tw_subtract_##suffix(const T *a, const T *b, T *y, size_t count);                                           \
  void tw_multiply_##suffix(const T *a, const T *b, T *y, size_t count);                                           \
  void tw_scale_##suffix(const T *x, float factor, T *y, size_t count);                                            \
  void tw_relu_##suffix(const T *x, T *y, size_t count);                                                           \
  void tw_step_##suffix(const T *x, T *y, size_t count);                                                           \
  void tw_relu_gradient_##suffix(const T *dy, const T *y, T *dx, size_t count);

TW_DECLARE_BLOCKED(float, f32)
TW_DECLARE_BLOCKED(tw_bf16, bf16)

/// Cross entropy of rows of plain logits, and whether the largest logit is the label's (either result may be NULL).
void tw_cross_entropy(const float *logits, const int32_t *labels, float *loss, float *correct, int rows, int classes);
/// (softmax - one-hot) weight[row].
void tw_cross_entropy_gradient(const float *logits, const int32_t *labels, const float *weights, float *gradient,
                               int rows, int classes);
/// total += x.
void tw_accumulate(const float *x, float *total, size_t count);
/// x := x + b per column of a plain [rows, columns] matrix, negative entries set to zero if `relu`.
void tw_add_row(const float *x, const float *bias, float *y, int rows, int columns, bool relu);

/// y = x rounded to the nearest number that fits into bfloat16, ties to even. y may be x.
void tw_round_to_bf16(const float *x, float *y, size_t count);

/// A convolution of blocked floats by 3 × 3 taps with stride 1. The padding at the far sides is what the extents imply.
typedef struct {
  int rows, in_channels, out_channels, in_height, in_width, out_height, out_width, pad_top, pad_left;
} tw_winograd_shape;

/// Whether tw_winograd is faster than a direct convolution here: it lives on 32 wide registers.
bool tw_winograd_pays(void);
size_t tw_winograd_filter_bytes(int in_channels, int out_channels);
/// Scratch memory of a call; its contents need not survive.
size_t tw_winograd_scratch_bytes(int in_channels);
/// Plain filters [out, in, 3, 3] at the points of tw_winograd. If `adjoint`, the filters are those [in, out, 3, 3] of
/// the convolution from `out` to `in` channels whose adjoint in its images is meant: transposed, taps reversed.
void tw_winograd_pack(const float *filters, float *packed, int in_channels, int out_channels, bool adjoint);
/// y = the convolution of x by Winograd's F(2 × 2, 3 × 3): 16 products instead of 36 for each 2 × 2 results and pair of
/// channels, with sums and halves only in its transforms, so that it rounds about as a direct convolution does.
/// A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016.
/// An infinite entry makes NaN of the results whose tile it lies in.
void tw_winograd(const tw_winograd_shape *shape, const float *x, const float *packed, float *y, float *scratch);
size_t tw_winograd_gradient_scratch_bytes(int in_channels, int out_channels);
/// sums += the gradient of the convolution's filters at the points of tw_winograd, for the images x and the results'
/// gradient dy. The sums have tw_winograd_filter_bytes and begin as zeros; their order is their own.
void tw_winograd_gradient(const tw_winograd_shape *shape, const float *x, const float *dy, float *sums, float *scratch);
/// The gradient of the plain filters [out, in, 3, 3] from the sums.
void tw_winograd_gradient_finish(const float *sums, float *gradient, int in_channels, int out_channels);

/// A plain loop of dependent-free fused multiply-adds; returns the number of floating-point operations done.
double tw_fma_loop(int64_t iterations, float *sink);

/// Threads that run one function together. Worker 0 is the caller.
typedef struct tw_team tw_team;
typedef void (*tw_body)(void *context, int worker);
tw_team *tw_team_create(int workers);
void tw_team_destroy(tw_team *team);
/// Runs body(context, worker) on every worker and returns when all have finished.
void tw_team_run(tw_team *team, tw_body body, void *context);
/// Waits for all workers of the team; the last to arrive first runs `last` (may be NULL) alone.
void tw_team_barrier(tw_team *team, tw_body last, void *context, int worker);

/// A counter that hands out 0, 1, 2, … to workers.
typedef struct tw_counter tw_counter;
tw_counter *tw_counter_create(void);
void tw_counter_destroy(tw_counter *counter);
void tw_counter_reset(tw_counter *counter);
int64_t tw_counter_next(tw_counter *counter);

/// `bytes` of zeroed memory at a 64-byte boundary, in huge pages where the system grants them; NULL when there is none.
void *tw_memory_create(size_t bytes);
void tw_memory_destroy(void *memory, size_t bytes);

#endif
