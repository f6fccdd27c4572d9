// How a tensor lies in memory: types, layouts, and the two versions' descriptors behind one name.

#ifndef THALWEG_SHIM_DESCRIPTOR_H
#define THALWEG_SHIM_DESCRIPTOR_H

#include "shim_engine.h"

/// The type of a tensor's elements.
typedef enum shim_type {
  SHIM_F32 = 0,
  /// The upper half of an f32: 8 bits of exponent, 8 of significand.
  SHIM_BF16 = 1
} shim_type;

/// The order of a four-axis tensor's elements.
typedef enum shim_layout {
  /// Plain: batch, channels, height, width; the last runs fastest.
  SHIM_NCHW = 0,
  /// Blocked: batch, channels / 16, height, width, 16 channels. The channel count is rounded up to a multiple
  /// of 16; the elements added are zero.
  SHIM_NCHW16C = 1
} shim_layout;

// Version 2 has descriptors by value, version 3 by reference and to be destroyed. A `shim_descriptor` that is
// all zeros means "no tensor" in both.
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t shim_descriptor;
typedef const_dnnl_memory_desc_t shim_descriptor_reference;
#define SHIM_REFERENCE(descriptor) (descriptor)
#else
typedef dnnl_memory_desc_t shim_descriptor;
typedef const dnnl_memory_desc_t *shim_descriptor_reference;
#define SHIM_REFERENCE(descriptor) (&(descriptor))
#endif

SHIM_PRIVATE dnnl_data_type_t shim_data_type(shim_type type) {
  return type == SHIM_BF16 ? dnnl_bf16 : dnnl_f32;
}

SHIM_PRIVATE int shim_descriptor_with_tag(
  int axis_count, const int64_t *dims, shim_type type, dnnl_format_tag_t tag, shim_descriptor *out
) {
  // The library declares arrays of 12 extents: handing it shorter ones is for a compiler to complain about.
  dnnl_dims_t extents = {0};
  memcpy(extents, dims, sizeof(int64_t) * (size_t)axis_count);
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(out, axis_count, extents, shim_data_type(type), tag);
#else
  return dnnl_memory_desc_init_by_tag(out, axis_count, extents, shim_data_type(type), tag);
#endif
}

SHIM_PRIVATE int shim_descriptor_with_strides(
  int axis_count, const int64_t *dims, const int64_t *strides, shim_type type, shim_descriptor *out
) {
  dnnl_dims_t extents = {0}, steps = {0};
  memcpy(extents, dims, sizeof(int64_t) * (size_t)axis_count);
  memcpy(steps, strides, sizeof(int64_t) * (size_t)axis_count);
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(out, axis_count, extents, shim_data_type(type), steps);
#else
  return dnnl_memory_desc_init_by_strides(out, axis_count, extents, shim_data_type(type), steps);
#endif
}

SHIM_PRIVATE int shim_descriptor_of_activations(
  const int64_t dims[4], shim_type type, shim_layout layout, shim_descriptor *out
) {
  dnnl_format_tag_t tag = layout == SHIM_NCHW16C ? dnnl_nChw16c : dnnl_nchw;
  return shim_descriptor_with_tag(4, dims, type, tag, out);
}

// The extents of a tensor; 0 axes where they cannot be told.
SHIM_PRIVATE int shim_descriptor_extents(shim_descriptor_reference it, dnnl_dims_t out) {
#if DNNL_VERSION_MAJOR >= 3
  int axis_count = 0;
  const dnnl_dims_t *extents = NULL;
  if (dnnl_memory_desc_query(it, dnnl_query_ndims_s32, &axis_count) != dnnl_success) return 0;
  if (dnnl_memory_desc_query(it, dnnl_query_dims, (void *)&extents) != dnnl_success) return 0;
  memcpy(out, *extents, sizeof(dnnl_dims_t));
  return axis_count;
#else
  memcpy(out, it->dims, sizeof(dnnl_dims_t));
  return it->ndims;
#endif
}

SHIM_PRIVATE void shim_descriptor_release(shim_descriptor *it) {
#if DNNL_VERSION_MAJOR >= 3
  if (*it != NULL) dnnl_memory_desc_destroy(*it);
#endif
  memset(it, 0, sizeof *it);
}

#endif
