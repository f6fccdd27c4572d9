import ThalwegSurfaces

/// The arithmetic of a rule for one element after another, fused into one pass over the vectors.
///
/// A kernel has up to three remembered vectors. Those that it doesn't name are empty.
protocol UpdateKernel {
  /// Names of the vectors that are remembered from step to step.
  var names: (first: String?, second: String?, third: String?) { get }

  /// Moves the elements of `range`.
  ///
  /// - Parameters:
  ///   - range: Within all vectors that have a name, which the caller has checked.
  ///   - decay: The factor of weight decay in this range.
  ///   - isFirst: Whether the remembered vectors are new, all zeros.
  ///   - parameters: The point that moves.
  ///   - gradient: The gradient there.
  ///   - first: The remembered vector with the first name.
  ///   - second: The remembered vector with the second name.
  ///   - third: The remembered vector with the third name.
  func apply<Number: BinaryFloatingPoint>(
    over range: Range<Int>, decay: Number, isFirst: Bool, parameters: inout MutableSpan<Number>,
    gradient: Span<Number>, first: inout MutableSpan<Number>, second: inout MutableSpan<Number>,
    third: inout MutableSpan<Number>)
}

extension UpdateKernel {
  /// Moves `state` along `gradient`, which has the state's precision. Nothing is allocated once the memory
  /// has the vectors.
  func move(
    _ state: inout ModelState, along gradient: ModelVector, decay: WeightDecay,
    memory: inout OptimiserMemory
  ) throws(OptimiserMemoryError) {
    // Kernels read without checks of their own: all vectors have the length that the space states.
    precondition(
      gradient.precision == state.parameters.precision && gradient.count == state.parameters.count
        && gradient.count == state.space.parameterCount,
      "a gradient of \(gradient.count) numbers doesn't fit \(state.parameters.count) parameters")
    let names = names
    var (first, isFirst) = try memory.takeIfNamed(names.first, like: state.parameters)
    defer { memory.giveBackIfNamed(first, as: names.first) }
    var (second, _) = try memory.takeIfNamed(names.second, like: state.parameters)
    defer { memory.giveBackIfNamed(second, as: names.second) }
    var (third, _) = try memory.takeIfNamed(names.third, like: state.parameters)
    defer { memory.giveBackIfNamed(third, as: names.third) }

    let space = state.space
    switch state.parameters.precision {
    case .single:
      state.parameters.withMutableFloats { parameters in
        first.withMutableFloats { first in
          second.withMutableFloats { second in
            third.withMutableFloats { third in
              gradient.withFloats { gradient in
                apply(
                  in: space, decay: decay, isFirst: isFirst, parameters: parameters, gradient: gradient,
                  first: first, second: second, third: third)
              }
            }
          }
        }
      }
    case .double:
      let gradient = gradient.doubles
      state.parameters.withMutableDoubles { parameters in
        first.withMutableDoubles { first in
          second.withMutableDoubles { second in
            third.withMutableDoubles { third in
              gradient.withUnsafeBufferPointer { gradient in
                apply(
                  in: space, decay: decay, isFirst: isFirst, parameters: parameters, gradient: gradient,
                  first: first, second: second, third: third)
              }
            }
          }
        }
      }
    }
  }

  /// One pass over all parameters, or one for each tensor where some are exempt from decay.
  private func apply<Number: BinaryFloatingPoint>(
    in space: StateSpace, decay: WeightDecay, isFirst: Bool, parameters: UnsafeMutableBufferPointer<Number>,
    gradient: UnsafeBufferPointer<Number>, first: UnsafeMutableBufferPointer<Number>,
    second: UnsafeMutableBufferPointer<Number>, third: UnsafeMutableBufferPointer<Number>
  ) {
    var parameters = parameters.mutableSpan
    let gradient = gradient.span
    var first = first.mutableSpan
    var second = second.mutableSpan
    var third = third.mutableSpan
    guard decay.factor > 0, !decay.exemptRoles.isEmpty else {
      apply(
        over: 0..<parameters.count, decay: Number(decay.factor), isFirst: isFirst, parameters: &parameters,
        gradient: gradient, first: &first, second: &second, third: &third)
      return
    }
    for index in space.entries.indices where space.entries[index].role.isTrainable {
      let isExempt = decay.exemptRoles.contains(space.entries[index].role)
      apply(
        over: space.range(of: index), decay: isExempt ? 0 : Number(decay.factor), isFirst: isFirst,
        parameters: &parameters, gradient: gradient, first: &first, second: &second, third: &third)
    }
  }
}

extension OptimiserMemory {
  /// Takes a vector that has a name; otherwise an empty one of the template's precision.
  fileprivate mutating func takeIfNamed(
    _ name: String?, like template: ModelVector
  ) throws(OptimiserMemoryError) -> (vector: ModelVector, isNew: Bool) {
    guard let name else { return (ModelVector(zeros: 0, precision: template.precision), true) }
    return try take(name, like: template)
  }

  /// Gives a vector back if it has a name.
  fileprivate mutating func giveBackIfNamed(_ vector: consuming ModelVector, as name: String?) {
    if let name { giveBack(vector, as: name) }
  }
}

extension ModelVector {
  /// Rounds or widens the vector to `precision`. A vector that has it already is left alone.
  mutating func convert(to precision: Precision) {
    guard self.precision != precision else { return }
    self = precision == .single ? ModelVector(floats) : ModelVector(doubles)
  }
}
