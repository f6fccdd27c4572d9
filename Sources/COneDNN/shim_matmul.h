// Products of matrices.

#ifndef THALWEG_SHIM_MATMUL_H
#define THALWEG_SHIM_MATMUL_H

#include "shim_primitive.h"

/// `C = op(A) op(B)` for row-major matrices: A is the source, B the weights, C the destination.
typedef struct shim_matmul {
  /// op(A) is m x k, op(B) k x n, C m x n.
  int64_t m;
  int64_t n;
  int64_t k;
  /// Type of A and B.
  shim_type type;
  /// Type of C. Must be f32 where `type` is.
  shim_type result_type;
  /// Whether A is stored as k x m.
  bool source_transposed;
  /// Whether B is stored as n x k, as the weights of a dense layer are.
  bool weights_transposed;
  /// Leaves the layout of B to the library: for a B that serves many products. Fill it with
  /// `shim_weights_reorder_create`, whose plain side is n x k if `weights_transposed`.
  bool weights_packed;
  /// Adds an f32 bias of n elements to every row.
  bool with_bias;
  /// Adds the result to what C holds.
  bool sum_into_destination;
  /// Takes the positive part, last of all.
  bool relu;
} shim_matmul;

/// Compiles a matrix product. It runs like a convolution's forward pass, through `shim_call_run`.
static inline int shim_matmul_create(shim_engine engine, const shim_matmul *p, shim_primitive *out) {
  memset(out, 0, sizeof *out);
  const int64_t source_dims[2] = {p->m, p->k};
  const int64_t weights_dims[2] = {p->k, p->n};
  const int64_t bias_dims[2] = {1, p->n};
  const int64_t destination_dims[2] = {p->m, p->n};
  dnnl_format_tag_t source_tag = p->source_transposed ? dnnl_ba : dnnl_ab;
  dnnl_format_tag_t weights_tag = p->weights_transposed ? dnnl_ba : dnnl_ab;
  if (p->weights_packed) weights_tag = dnnl_format_tag_any;

  const shim_plain_weights plain_weights = {p->weights_transposed, 0};

  shim_descriptor source, weights, bias, destination;
  memset(&source, 0, sizeof source);
  memset(&weights, 0, sizeof weights);
  memset(&bias, 0, sizeof bias);
  memset(&destination, 0, sizeof destination);
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t description = NULL;

  int status = shim_attributes_create(p->sum_into_destination, p->relu, &attributes);
  if (status == SHIM_SUCCESS)
    status = shim_descriptor_with_tag(2, source_dims, p->type, source_tag, &source);
  if (status == SHIM_SUCCESS)
    status = shim_descriptor_with_tag(2, weights_dims, p->type, weights_tag, &weights);
  if (status == SHIM_SUCCESS && p->with_bias)
    status = shim_descriptor_with_tag(2, bias_dims, SHIM_F32, dnnl_ab, &bias);
  if (status == SHIM_SUCCESS)
    status = shim_descriptor_with_tag(2, destination_dims, p->result_type, dnnl_ab, &destination);
  if (status == SHIM_SUCCESS) {
    shim_descriptor_reference added = p->with_bias ? SHIM_REFERENCE(bias) : NULL;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_matmul_primitive_desc_create(
      &description, (dnnl_engine_t)engine.engine, SHIM_REFERENCE(source), SHIM_REFERENCE(weights), added,
      SHIM_REFERENCE(destination), attributes);
#else
    dnnl_matmul_desc_t operation;
    status = dnnl_matmul_desc_init(
      &operation, SHIM_REFERENCE(source), SHIM_REFERENCE(weights), added, SHIM_REFERENCE(destination));
    if (status == SHIM_SUCCESS) {
      status = dnnl_primitive_desc_create(
        &description, &operation, attributes, (dnnl_engine_t)engine.engine, NULL);
    }
#endif
  }
  if (status == SHIM_SUCCESS)
    status = shim_primitive_compile(description, SHIM_FORWARD_INFERENCE, plain_weights, out);

  shim_descriptor_release(&source);
  shim_descriptor_release(&weights);
  shim_descriptor_release(&bias);
  shim_descriptor_release(&destination);
  if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
  return status;
}

/// `C = alpha op(A) op(B) + beta C` in f32 for row-major matrices, nothing prepared beforehand.
///
/// - Parameters:
///   - transpose_a: 'N' for A stored as m x k, 'T' for k x m; `transpose_b` likewise, k x n or n x k.
///   - lda, ldb, ldc: Elements from one stored row to the next.
static inline int shim_sgemm(
  char transpose_a, char transpose_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
  int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc
) {
  return dnnl_sgemm(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

#endif
