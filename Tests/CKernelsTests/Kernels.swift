import CKernels

/// The kernels for one storage type, so that each test is written once.
struct Kernels<T: StoredNumber> {
  typealias In = UnsafePointer<T>?
  typealias Out = UnsafeMutablePointer<T>?
  typealias Floats = UnsafePointer<Float>?
  typealias Sums = UnsafeMutablePointer<Double>?
  typealias Extent = Int32

  let moments: (In, Extent, Extent, Extent, Int64, Sums, Sums) -> Void
  let linear:
    (UnsafePointer<In>?, UnsafePointer<Floats>?, Extent, Floats, In, Out, Extent, Extent, Extent, Bool) -> Void
  let maskedSums:
    (UnsafePointer<In>?, Extent, In, In, Floats, Floats, In, In, Out, Sums, Extent, Extent, Extent) -> Void
  let channelSums: (In, Sums, Extent, Extent, Extent) -> Void
  let pixelSums: (In, Float, UnsafeMutablePointer<Float>?, Extent, Extent, Extent) -> Void
  let spread: (Floats, Out, Extent, Extent, Extent) -> Void
  let subsample: (In, Out, Extent, Extent, Extent, Extent, Extent, Extent, Extent, Extent, Extent) -> Void
  let subsampleAdjoint: (In, Out, Extent, Extent, Extent, Extent, Extent, Extent, Extent, Extent, Extent) -> Void
  let maxPool:
    (
      In, Out, UnsafeMutablePointer<Int32>?, Extent, Extent, Extent, Extent, Extent, Extent, Extent, Extent, Extent,
      Extent, Extent, Extent, Extent, Extent
    ) -> Void
  let scatter: (In, UnsafePointer<Int32>?, Out, Extent, Extent, Extent, Extent) -> Void
  let gather: (In, UnsafePointer<Int32>?, Out, Extent, Extent, Extent, Extent) -> Void
  let block: (Floats, Out, Extent, Extent, Extent) -> Void
  let unblock: (In, UnsafeMutablePointer<Float>?, Extent, Extent, Extent) -> Void
  let add: (In, In, Out, Int) -> Void
  let subtract: (In, In, Out, Int) -> Void
  let multiply: (In, In, Out, Int) -> Void
  let scale: (In, Float, Out, Int) -> Void
  let relu: (In, Out, Int) -> Void
  let step: (In, Out, Int) -> Void
  let reluGradient: (In, In, Out, Int) -> Void
}

extension Kernels where T == Float {
  static var single: Kernels {
    Kernels(
      moments: tw_moments_f32, linear: tw_linear_f32, maskedSums: tw_masked_sums_f32,
      channelSums: tw_channel_sums_f32, pixelSums: tw_pixel_sums_f32, spread: tw_spread_f32,
      subsample: tw_subsample_f32, subsampleAdjoint: tw_subsample_adjoint_f32, maxPool: tw_max_pool_f32,
      scatter: tw_scatter_f32, gather: tw_gather_f32, block: tw_block_f32, unblock: tw_unblock_f32, add: tw_add_f32,
      subtract: tw_subtract_f32, multiply: tw_multiply_f32, scale: tw_scale_f32, relu: tw_relu_f32,
      step: tw_step_f32, reluGradient: tw_relu_gradient_f32)
  }
}

extension Kernels where T == tw_bf16 {
  static var half: Kernels {
    Kernels(
      moments: tw_moments_bf16, linear: tw_linear_bf16, maskedSums: tw_masked_sums_bf16,
      channelSums: tw_channel_sums_bf16, pixelSums: tw_pixel_sums_bf16,
      spread: tw_spread_bf16, subsample: tw_subsample_bf16, subsampleAdjoint: tw_subsample_adjoint_bf16,
      maxPool: tw_max_pool_bf16, scatter: tw_scatter_bf16, gather: tw_gather_bf16, block: tw_block_bf16,
      unblock: tw_unblock_bf16, add: tw_add_bf16, subtract: tw_subtract_bf16, multiply: tw_multiply_bf16,
      scale: tw_scale_bf16, relu: tw_relu_bf16, step: tw_step_bf16, reluGradient: tw_relu_gradient_bf16)
  }
}
