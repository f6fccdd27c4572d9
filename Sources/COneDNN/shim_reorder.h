// Copies of a tensor from one layout and type to another.

#ifndef THALWEG_SHIM_REORDER_H
#define THALWEG_SHIM_REORDER_H

#include "shim_call.h"

// One copy of the library's, with its working memory.
typedef struct shim_copy {
  void *state;
  void *scratchpad;
} shim_copy;

SHIM_PRIVATE void shim_copy_destroy(shim_copy *it) {
  shim_call_state_destroy((shim_call_state *)it->state);
  free(it->scratchpad);
  memset(it, 0, sizeof *it);
}

SHIM_PRIVATE void *shim_zeros(size_t bytes) {
  size_t rounded = (bytes + 63) / 64 * 64;
  void *memory = aligned_alloc(64, rounded);
  if (memory != NULL) memset(memory, 0, rounded);
  return memory;
}

// Fills `out` from a compiled copy.
SHIM_PRIVATE int shim_copy_prepare(
  shim_engine engine, const shim_primitive *compiled, shim_descriptor_reference from,
  shim_descriptor_reference to, shim_copy *out
) {
  shim_call_state *state = shim_call_state_create(compiled);
  if (state == NULL) return SHIM_OUT_OF_MEMORY;
  out->state = state;
  int status = shim_call_state_append(state, engine, DNNL_ARG_FROM, 0, from);
  if (status == SHIM_SUCCESS) status = shim_call_state_append(state, engine, DNNL_ARG_TO, 1, to);
  if (status == SHIM_SUCCESS && compiled->scratchpad_bytes > 0) {
    // The library's own scratchpad belongs to a thread, not to the copy; this one may change threads.
    out->scratchpad = shim_zeros(compiled->scratchpad_bytes);
    if (out->scratchpad == NULL) return SHIM_OUT_OF_MEMORY;
    status = shim_call_state_append(
      state, engine, DNNL_ARG_SCRATCHPAD, 2, shim_primitive_query(compiled, dnnl_query_scratchpad_md, 0));
  }
  return status;
}

SHIM_PRIVATE int shim_copy_create(
  shim_engine engine, shim_descriptor_reference from, shim_descriptor_reference to, shim_copy *out
) {
  memset(out, 0, sizeof *out);
  dnnl_engine_t processor = (dnnl_engine_t)engine.engine;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t description = NULL;
  shim_primitive compiled;
  memset(&compiled, 0, sizeof compiled);
  int status = shim_attributes_create(false, false, &attributes);
  if (status == SHIM_SUCCESS) {
    status = dnnl_reorder_primitive_desc_create(&description, from, processor, to, processor, attributes);
  }
  if (status == SHIM_SUCCESS) {
    const shim_plain_weights none = {false, 0};
    status = shim_primitive_compile(description, SHIM_FORWARD_INFERENCE, none, &compiled);
  }
  if (status == SHIM_SUCCESS) status = shim_copy_prepare(engine, &compiled, from, to, out);
  if (status != SHIM_SUCCESS) shim_copy_destroy(out);
  shim_primitive_destroy(&compiled);
  if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
  return status;
}

SHIM_PRIVATE int shim_copy_run(const shim_copy *it, shim_stream stream, void *source, void *destination) {
  void *const pointers[3] = {source, destination, it->scratchpad};
  return shim_call_state_run((shim_call_state *)it->state, stream, pointers);
}

/// A copy between two layouts or types. Owns its working memory: one thread at a time.
typedef struct shim_reorder {
  shim_copy first;
  shim_copy second;
  /// What lies between the two copies; NULL where the first does all.
  void *staging;
  size_t source_bytes;
  size_t destination_bytes;
} shim_reorder;

/// Destroys a reorder.
static inline void shim_reorder_destroy(shim_reorder *it) {
  shim_copy_destroy(&it->first);
  shim_copy_destroy(&it->second);
  free(it->staging);
  memset(it, 0, sizeof *it);
}

// Copies through plain weights with channels added: the library cannot address a part of a block.
SHIM_PRIVATE int shim_weights_reorder_create_padded(
  shim_engine engine, shim_descriptor_reference own, shim_descriptor_reference plain, const int64_t *dims,
  const int64_t *padded_dims, bool from_plain, shim_reorder *out
) {
  int64_t area = dims[2] * dims[3];
  const int64_t strides[4] = {padded_dims[1] * area, area, dims[3], 1};
  shim_descriptor padded, part;
  memset(&padded, 0, sizeof padded);
  memset(&part, 0, sizeof part);
  int status = shim_descriptor_with_tag(4, padded_dims, SHIM_F32, dnnl_abcd, &padded);
  if (status == SHIM_SUCCESS) status = shim_descriptor_with_strides(4, dims, strides, SHIM_F32, &part);
  if (status == SHIM_SUCCESS) {
    // Added channels are never written: they stay zero.
    out->staging = shim_zeros(dnnl_memory_desc_get_size(SHIM_REFERENCE(padded)));
    if (out->staging == NULL) status = SHIM_OUT_OF_MEMORY;
  }
  if (status == SHIM_SUCCESS) {
    status = from_plain ? shim_copy_create(engine, plain, SHIM_REFERENCE(part), &out->first)
                        : shim_copy_create(engine, own, SHIM_REFERENCE(padded), &out->first);
  }
  if (status == SHIM_SUCCESS) {
    status = from_plain ? shim_copy_create(engine, SHIM_REFERENCE(padded), own, &out->second)
                        : shim_copy_create(engine, SHIM_REFERENCE(part), plain, &out->second);
  }
  shim_descriptor_release(&padded);
  shim_descriptor_release(&part);
  return status;
}

/// Prepares the copy of weights between plain f32 and a primitive's own layout and type.
///
/// Plain is row-major: `[out, in, height, width]` for a convolution, with the groups in front if there are
/// several; see `shim_matmul` for products. In a backward-weights pass the weights are their derivative.
///
/// - Parameter from_plain: True for plain to primitive, false for primitive to plain.
static inline int shim_weights_reorder_create(
  shim_engine engine, const shim_primitive *primitive, bool from_plain, shim_reorder *out
) {
  memset(out, 0, sizeof *out);
  if (primitive->description == NULL) return SHIM_INVALID_ARGUMENTS;
  shim_descriptor_reference own = shim_primitive_operand(primitive, SHIM_WEIGHTS);
  if (own == NULL) return SHIM_INVALID_ARGUMENTS;
  dnnl_dims_t dims, padded_dims;
  int axis_count = shim_descriptor_extents(own, padded_dims);
  memcpy(dims, padded_dims, sizeof dims);
  int64_t in_channels = primitive->plain_weights.unpadded_in_channels;
  if (in_channels != 0) dims[1] = in_channels;

  dnnl_format_tag_t tag;
  switch (axis_count) {
    case 2: tag = primitive->plain_weights.is_transposed ? dnnl_ba : dnnl_ab; break;
    case 4: tag = dnnl_abcd; break;
    case 5: tag = dnnl_abcde; break;
    default: return SHIM_INVALID_ARGUMENTS;
  }
  shim_descriptor plain;
  memset(&plain, 0, sizeof plain);
  int status = shim_descriptor_with_tag(axis_count, dims, SHIM_F32, tag, &plain);
  if (status != SHIM_SUCCESS) return status;
  shim_descriptor_reference outer = SHIM_REFERENCE(plain);
  if (in_channels != 0) {
    status = shim_weights_reorder_create_padded(engine, own, outer, dims, padded_dims, from_plain, out);
  } else {
    status = from_plain ? shim_copy_create(engine, outer, own, &out->first)
                        : shim_copy_create(engine, own, outer, &out->first);
  }
  if (status == SHIM_SUCCESS) {
    out->source_bytes = dnnl_memory_desc_get_size(from_plain ? outer : own);
    out->destination_bytes = dnnl_memory_desc_get_size(from_plain ? own : outer);
  } else {
    shim_reorder_destroy(out);
  }
  shim_descriptor_release(&plain);
  return status;
}

/// Prepares the copy of a four-axis tensor between types and layouts. Added channels come out zero.
static inline int shim_activation_reorder_create(
  shim_engine engine, int64_t batch, int64_t channels, int64_t height, int64_t width, shim_type from_type,
  shim_layout from_layout, shim_type to_type, shim_layout to_layout, shim_reorder *out
) {
  memset(out, 0, sizeof *out);
  const int64_t dims[4] = {batch, channels, height, width};
  shim_descriptor from, to;
  memset(&from, 0, sizeof from);
  memset(&to, 0, sizeof to);
  int status = shim_descriptor_of_activations(dims, from_type, from_layout, &from);
  if (status == SHIM_SUCCESS) status = shim_descriptor_of_activations(dims, to_type, to_layout, &to);
  if (status == SHIM_SUCCESS) {
    status = shim_copy_create(engine, SHIM_REFERENCE(from), SHIM_REFERENCE(to), &out->first);
  }
  if (status == SHIM_SUCCESS) {
    out->source_bytes = dnnl_memory_desc_get_size(SHIM_REFERENCE(from));
    out->destination_bytes = dnnl_memory_desc_get_size(SHIM_REFERENCE(to));
  }
  shim_descriptor_release(&from);
  shim_descriptor_release(&to);
  return status;
}

/// Copies `source_bytes` at `source` to `destination_bytes` at `destination` and returns when done. With
/// version 2 of the library the source must be writable, as in `shim_call_run`.
static inline int shim_reorder_run(
  const shim_reorder *it, shim_stream stream, void *source, void *destination
) {
  if (it->first.state == NULL) return SHIM_INVALID_ARGUMENTS;
  if (it->staging == NULL) return shim_copy_run(&it->first, stream, source, destination);
  int status = shim_copy_run(&it->first, stream, source, it->staging);
  return status == SHIM_SUCCESS ? shim_copy_run(&it->second, stream, it->staging, destination) : status;
}

#endif
