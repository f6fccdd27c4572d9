// Convolutions, forward and backward.

#ifndef THALWEG_SHIM_CONVOLUTION_H
#define THALWEG_SHIM_CONVOLUTION_H

#include "shim_primitive.h"

/// A convolution (a correlation, as everywhere in this field) of images, with its bias and what follows it.
///
/// The output extents are stated, not derived: `out_height = (in_height + pad_top + pad_bottom -
/// dilation_h * (kernel_height - 1) - 1) / stride_h + 1`, likewise for the width; others are refused.
typedef struct shim_convolution {
  int64_t batch;
  int64_t in_channels;
  int64_t out_channels;
  /// Divides both channel counts. Weights are `[out, in, height, width]` with one group, otherwise
  /// `[groups, out / groups, in / groups, height, width]`.
  int64_t groups;
  int64_t in_height;
  int64_t in_width;
  int64_t out_height;
  int64_t out_width;
  int64_t kernel_height;
  int64_t kernel_width;
  int64_t stride_h;
  int64_t stride_w;
  int64_t pad_top;
  int64_t pad_left;
  int64_t pad_bottom;
  int64_t pad_right;
  /// Distance of neighbouring kernel elements; 1 is dense.
  int64_t dilation_h;
  int64_t dilation_w;
  /// Type of all that is read, except the bias, which is f32 always.
  shim_type type;
  /// Type of what is made: destination, derivative of the source or of the weights. The derivative of the
  /// bias is f32 always. Must be f32 where `type` is.
  shim_type result_type;
  shim_layout source_layout;
  shim_layout destination_layout;
  /// Forward: adds a bias. Backward weights: makes the bias's derivative too. Backward data: has no meaning.
  bool with_bias;
  /// Forward only: adds the result to what the destination holds.
  bool sum_into_destination;
  /// Forward only: takes the positive part, last of all.
  bool relu;
} shim_convolution;

// The kernels for blocked layouts want a whole block of input channels; with fewer the library falls back to
// its reference loops. What the block holds beyond the tensor's channels are zeros, so they may take part,
// and meet weights of zero.
SHIM_PRIVATE int64_t shim_convolution_padded_channels(const shim_convolution *c) {
  bool pads = c->groups == 1 && c->source_layout == SHIM_NCHW16C && c->in_channels < 16;
  return pads ? 16 : c->in_channels;
}

typedef struct shim_convolution_operands {
  shim_descriptor source;
  shim_descriptor weights;
  shim_descriptor bias;
  shim_descriptor destination;
} shim_convolution_operands;

SHIM_PRIVATE void shim_convolution_operands_release(shim_convolution_operands *it) {
  shim_descriptor_release(&it->source);
  shim_descriptor_release(&it->weights);
  shim_descriptor_release(&it->bias);
  shim_descriptor_release(&it->destination);
}

SHIM_PRIVATE int shim_convolution_operands_create(
  const shim_convolution *c, shim_direction direction, shim_type result_type, shim_convolution_operands *out
) {
  memset(out, 0, sizeof *out);
  shim_type source_type = direction == SHIM_BACKWARD_DATA ? result_type : c->type;
  shim_type weights_type = direction == SHIM_BACKWARD_WEIGHTS ? result_type : c->type;
  bool is_forward = direction == SHIM_FORWARD_INFERENCE || direction == SHIM_FORWARD_TRAINING;
  shim_type destination_type = is_forward ? result_type : c->type;

  int64_t in_channels = shim_convolution_padded_channels(c);
  const int64_t source[4] = {c->batch, in_channels, c->in_height, c->in_width};
  const int64_t destination[4] = {c->batch, c->out_channels, c->out_height, c->out_width};
  const int64_t bias[1] = {c->out_channels};
  const int64_t weights[5] = {
    c->groups, c->out_channels / c->groups, in_channels / c->groups, c->kernel_height, c->kernel_width,
  };
  int status = shim_descriptor_of_activations(source, source_type, c->source_layout, &out->source);
  if (status == SHIM_SUCCESS) {
    status = shim_descriptor_of_activations(
      destination, destination_type, c->destination_layout, &out->destination);
  }
  if (status == SHIM_SUCCESS) {
    bool grouped = c->groups > 1;
    status = shim_descriptor_with_tag(
      grouped ? 5 : 4, grouped ? weights : weights + 1, weights_type, dnnl_format_tag_any, &out->weights);
  }
  if (status == SHIM_SUCCESS && c->with_bias && direction != SHIM_BACKWARD_DATA) {
    status = shim_descriptor_with_tag(1, bias, SHIM_F32, dnnl_a, &out->bias);
  }
  if (status != SHIM_SUCCESS) shim_convolution_operands_release(out);
  return status;
}

// Describes one pass. Backward passes want the description of a forward pass as a hint.
SHIM_PRIVATE int shim_convolution_describe(
  shim_engine engine, const shim_convolution *c, shim_direction direction, shim_type result_type,
  dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *out
) {
  *out = NULL;
  shim_convolution_operands o;
  int status = shim_convolution_operands_create(c, direction, result_type, &o);
  if (status != SHIM_SUCCESS) return status;

  dnnl_engine_t processor = (dnnl_engine_t)engine.engine;
  const dnnl_alg_kind_t method = dnnl_convolution_direct;
  const dnnl_prop_kind_t kind =
    direction == SHIM_FORWARD_INFERENCE ? dnnl_forward_inference : dnnl_forward_training;
  const dnnl_dims_t strides = {c->stride_h, c->stride_w};
  const dnnl_dims_t skips = {c->dilation_h - 1, c->dilation_w - 1};  // The library's dense is 0.
  const dnnl_dims_t before = {c->pad_top, c->pad_left};
  const dnnl_dims_t after = {c->pad_bottom, c->pad_right};
  bool with_bias = c->with_bias && direction != SHIM_BACKWARD_DATA;
  shim_descriptor_reference bias = with_bias ? SHIM_REFERENCE(o.bias) : NULL;
  shim_descriptor_reference source = SHIM_REFERENCE(o.source);
  shim_descriptor_reference weights = SHIM_REFERENCE(o.weights);
  shim_descriptor_reference destination = SHIM_REFERENCE(o.destination);

#if DNNL_VERSION_MAJOR >= 3
  switch (direction) {
    case SHIM_BACKWARD_DATA:
      status = dnnl_convolution_backward_data_primitive_desc_create(
        out, processor, method, source, weights, destination, strides, skips, before, after, hint,
        attributes);
      break;
    case SHIM_BACKWARD_WEIGHTS:
      status = dnnl_convolution_backward_weights_primitive_desc_create(
        out, processor, method, source, weights, bias, destination, strides, skips, before, after, hint,
        attributes);
      break;
    default:
      status = dnnl_convolution_forward_primitive_desc_create(
        out, processor, kind, method, source, weights, bias, destination, strides, skips, before, after,
        attributes);
  }
#else
  dnnl_convolution_desc_t operation;
  switch (direction) {
    case SHIM_BACKWARD_DATA:
      status = dnnl_dilated_convolution_backward_data_desc_init(
        &operation, method, source, weights, destination, strides, skips, before, after);
      break;
    case SHIM_BACKWARD_WEIGHTS:
      status = dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, method, source, weights, bias, destination, strides, skips, before, after);
      break;
    default:
      status = dnnl_dilated_convolution_forward_desc_init(
        &operation, kind, method, source, weights, bias, destination, strides, skips, before, after);
  }
  if (status == SHIM_SUCCESS) {
    status = dnnl_primitive_desc_create(out, &operation, attributes, processor, hint);
  }
#endif
  shim_convolution_operands_release(&o);
  return status;
}

/// Compiles one pass of a convolution.
///
/// Activations have the layouts stated; the layout of the weights is the library's choice and differs from
/// pass to pass: fill and read them with `shim_weights_reorder_create`. Answers `SHIM_UNIMPLEMENTED` where
/// the library has no such convolution; where it has only slow reference loops these are taken, see
/// `shim_implementation`. Known to be slow: backward data to a plain source; backward weights from a plain
/// bf16 source; groups whose channels do not fill blocks, unless each group is a single channel.
static inline int shim_convolution_create(
  shim_engine engine, const shim_convolution *c, shim_direction direction, shim_primitive *out
) {
  memset(out, 0, sizeof *out);
  if (c->groups < 1 || c->in_channels < 1 || c->out_channels < 1) return SHIM_INVALID_ARGUMENTS;
  if (c->in_channels % c->groups != 0 || c->out_channels % c->groups != 0) return SHIM_INVALID_ARGUMENTS;

  bool is_forward = direction == SHIM_FORWARD_INFERENCE || direction == SHIM_FORWARD_TRAINING;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t hint = NULL;
  dnnl_primitive_desc_t description = NULL;
  int status = shim_attributes_create(
    is_forward && c->sum_into_destination, is_forward && c->relu, &attributes);
  if (status == SHIM_SUCCESS && !is_forward) {
    status = shim_convolution_describe(engine, c, SHIM_FORWARD_TRAINING, c->type, NULL, NULL, &hint);
  }
  if (status == SHIM_SUCCESS) {
    status = shim_convolution_describe(
      engine, c, direction, c->result_type, attributes, hint, &description);
  }
  if (status == SHIM_SUCCESS) {
    bool pads = shim_convolution_padded_channels(c) != c->in_channels;
    const shim_plain_weights plain_weights = {false, pads ? c->in_channels : 0};
    status = shim_primitive_compile(description, direction, plain_weights, out);
  }
  if (hint != NULL) dnnl_primitive_desc_destroy(hint);
  if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
  return status;
}

#endif
