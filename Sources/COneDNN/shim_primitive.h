// A compiled operation, and what can be asked of it.

#ifndef THALWEG_SHIM_PRIMITIVE_H
#define THALWEG_SHIM_PRIMITIVE_H

#include "shim_descriptor.h"

/// What a primitive computes of its operation.
typedef enum shim_direction {
  SHIM_FORWARD_INFERENCE = 0,
  SHIM_FORWARD_TRAINING = 1,
  SHIM_BACKWARD_DATA = 2,
  SHIM_BACKWARD_WEIGHTS = 3
} shim_direction;

/// A tensor that takes part in an operation. In a backward pass the name stands for the derivative with
/// respect to that tensor wherever the pass reads or makes one:
///
/// | direction | reads | makes |
/// | --- | --- | --- |
/// | forward | source, weights, bias | destination |
/// | backward data | weights, derivative of the destination | derivative of the source |
/// | backward weights | source, derivative of the destination | derivatives of the weights and of the bias |
typedef enum shim_operand {
  SHIM_SOURCE = 0,
  SHIM_WEIGHTS = 1,
  SHIM_BIAS = 2,
  SHIM_DESTINATION = 3
} shim_operand;

/// How the caller's plain weights differ from the row-major form of what a primitive calls its weights.
typedef struct shim_plain_weights {
  /// The two axes of a matrix are stored in exchanged order.
  bool is_transposed;
  /// The input channels, where the primitive has zeros added to them; otherwise 0.
  int64_t unpadded_in_channels;
} shim_plain_weights;

/// An operation compiled for one shape. Immutable: any number of threads may run it, each through its own
/// `shim_call` and with its own scratchpad.
typedef struct shim_primitive {
  void *primitive;
  void *description;
  /// Bytes of working memory that each running call needs, 64-byte aligned; may be 0.
  size_t scratchpad_bytes;
  shim_direction direction;
  /// What plain weights look like.
  shim_plain_weights plain_weights;
} shim_primitive;

// The library's number of an operand in a pass.
SHIM_PRIVATE int shim_argument(shim_direction direction, shim_operand operand) {
  bool back_to_data = direction == SHIM_BACKWARD_DATA;
  bool back_to_weights = direction == SHIM_BACKWARD_WEIGHTS;
  switch (operand) {
    case SHIM_SOURCE: return back_to_data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC;
    case SHIM_WEIGHTS: return back_to_weights ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS;
    case SHIM_BIAS: return back_to_weights ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS;
    default: return back_to_data || back_to_weights ? DNNL_ARG_DIFF_DST : DNNL_ARG_DST;
  }
}

SHIM_PRIVATE shim_descriptor_reference shim_primitive_query(
  const shim_primitive *it, dnnl_query_t what, int index
) {
  return dnnl_primitive_desc_query_md((const_dnnl_primitive_desc_t)it->description, what, index);
}

SHIM_PRIVATE shim_descriptor_reference shim_primitive_operand(
  const shim_primitive *it, shim_operand operand
) {
  return shim_primitive_query(it, dnnl_query_exec_arg_md, shim_argument(it->direction, operand));
}

/// Bytes that an operand takes, padding included; 0 if the primitive has no such operand.
static inline size_t shim_operand_bytes(const shim_primitive *it, shim_operand operand) {
  shim_descriptor_reference descriptor = shim_primitive_operand(it, operand);
  return descriptor == NULL ? 0 : dnnl_memory_desc_get_size(descriptor);
}

/// Whether two operands of two primitives lie in memory alike, so that one buffer serves both.
static inline bool shim_operands_match(
  const shim_primitive *a, shim_operand operand_a, const shim_primitive *b, shim_operand operand_b
) {
  shim_descriptor_reference left = shim_primitive_operand(a, operand_a);
  shim_descriptor_reference right = shim_primitive_operand(b, operand_b);
  return left != NULL && right != NULL && dnnl_memory_desc_equal(left, right) != 0;
}

/// The library's name of the chosen kernel, such as "jit:avx512_core"; names that begin with "ref" are slow
/// reference loops. The string lives as long as the primitive.
static inline const char *shim_implementation(const shim_primitive *it) {
  const char *name = NULL;
  int status = dnnl_primitive_desc_query(
    (const_dnnl_primitive_desc_t)it->description, dnnl_query_impl_info_str, 0, &name);
  return status == SHIM_SUCCESS && name != NULL ? name : "";
}

/// Destroys a primitive. Calls made for it keep working.
static inline void shim_primitive_destroy(shim_primitive *it) {
  if (it->primitive != NULL) dnnl_primitive_destroy((dnnl_primitive_t)it->primitive);
  if (it->description != NULL) dnnl_primitive_desc_destroy((dnnl_primitive_desc_t)it->description);
  memset(it, 0, sizeof *it);
}

// Compiles a description, which then belongs to `out`; on failure it is destroyed.
SHIM_PRIVATE int shim_primitive_compile(
  dnnl_primitive_desc_t description, shim_direction direction, shim_plain_weights plain_weights,
  shim_primitive *out
) {
  memset(out, 0, sizeof *out);
  out->description = description;
  dnnl_primitive_t primitive = NULL;
  int status = dnnl_primitive_create(&primitive, description);
  if (status != SHIM_SUCCESS) {
    shim_primitive_destroy(out);
    return status;
  }
  out->primitive = primitive;
  out->direction = direction;
  out->plain_weights = plain_weights;
  shim_descriptor_reference scratchpad = shim_primitive_query(out, dnnl_query_scratchpad_md, 0);
  out->scratchpad_bytes = scratchpad == NULL ? 0 : dnnl_memory_desc_get_size(scratchpad);
  return SHIM_SUCCESS;
}

// Attributes common to all primitives: the caller's scratchpad, and after the operation d = relu(d + old d),
// either part on request.
SHIM_PRIVATE int shim_attributes_create(bool sum_into_destination, bool relu, dnnl_primitive_attr_t *out) {
  *out = NULL;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t steps = NULL;
  int status = dnnl_primitive_attr_create(&attributes);
  if (status != SHIM_SUCCESS) return status;
  status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (status == SHIM_SUCCESS) status = dnnl_post_ops_create(&steps);
#if DNNL_VERSION_MAJOR >= 3
  if (status == SHIM_SUCCESS && sum_into_destination)
    status = dnnl_post_ops_append_sum(steps, 1, 0, dnnl_data_type_undef);
  if (status == SHIM_SUCCESS && relu)
    status = dnnl_post_ops_append_eltwise(steps, dnnl_eltwise_relu, 0, 0);
#else
  if (status == SHIM_SUCCESS && sum_into_destination) status = dnnl_post_ops_append_sum(steps, 1);
  if (status == SHIM_SUCCESS && relu)
    status = dnnl_post_ops_append_eltwise(steps, 1, dnnl_eltwise_relu, 0, 0);
#endif
  if (status == SHIM_SUCCESS) status = dnnl_primitive_attr_set_post_ops(attributes, steps);
  if (steps != NULL) dnnl_post_ops_destroy(steps);
  if (status == SHIM_SUCCESS) {
    *out = attributes;
  } else {
    dnnl_primitive_attr_destroy(attributes);
  }
  return status;
}

#endif
