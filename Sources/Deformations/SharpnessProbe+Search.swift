import ThalwegSurfaces

extension SharpnessProbe {
  /// The largest S that the searches find.
  func measure() throws -> BNSharpnessResult {
    var best = try climb(from: gradientDirection)
    for index in 0..<settings.search.restartCount {
      let other = try climb(from: randomDirection(index: index))
      if other.value > best.value { best = other }
    }
    return best
  }

  /// Riemannian ascent on the product of spheres. Each step is as long as the last two slopes suggest
  /// (Barzilai and Borwein) and halved until S rises enough (Armijo's rule).
  ///
  /// All is done for the unit vectors `uᵢ = vᵢ/rᵢ`, so that one step size serves blocks of all norms.
  private func climb(from start: ModelVector) throws -> BNSharpnessResult {
    var direction = start
    var value = try self.value(along: direction)
    var last: (direction: ModelVector, tangent: ModelVector)?
    var relativeSlope = 0.0
    var steps = 0
    while steps < settings.search.stepCount {
      let gradients = try self.gradients(along: direction)
      let tangent = tangent(of: gradients.byDirection, at: direction)
      let length = tangent.norm()
      guard gradients.value > 0, length.isFinite else { break }
      relativeSlope = length / gradients.value
      guard relativeSlope > settings.search.tolerance else { break }
      // The first step turns by about 0.1 radians; later ones by at most half a radian.
      var step = 0.1 / length
      if let last, let suggestion = suggestedStep(from: last, to: direction, tangent) {
        step = min(suggestion, 0.5 / length)
      }
      guard let next = try advance(direction, value, along: tangent, length: length, step: step) else {
        break
      }
      last = (direction, tangent)
      (direction, value) = next
      steps += 1
    }
    return BNSharpnessResult(
      value: value, direction: direction, stepCount: steps, relativeSlope: relativeSlope)
  }

  /// `‖Δu‖²/|Δuᵀ Δξ|` with ξ the slopes at both ends of the last step.
  private func suggestedStep(
    from last: (direction: ModelVector, tangent: ModelVector), to direction: ModelVector,
    _ tangent: ModelVector
  ) -> Double? {
    var (squares, products) = (0.0, 0.0)
    for block in blocks {
      for i in block.ranges.joined() {
        let change = (direction[i] - last.direction[i]) / block.radius
        squares += change * change
        products += change * (tangent[i] - last.tangent[i])
      }
    }
    return products == 0 ? nil : squares / abs(products)
  }

  /// A step that raises S enough; `nil` if none does above rounding.
  private func advance(
    _ direction: ModelVector, _ value: Double, along tangent: ModelVector, length: Double,
    step firstStep: Double
  ) throws -> (ModelVector, Double)? {
    var step = firstStep
    while step * length > 1e-12 {
      let candidate = retract(direction, along: tangent, step: step)
      let candidateValue = try self.value(along: candidate)
      if candidateValue >= value + 1e-4 * step * length * length { return (candidate, candidateValue) }
      step *= 0.5
    }
    return nil
  }

  /// The gradient by the unit vectors, projected to the spheres: `(I − u uᵀ) r ∇_v S` in each block.
  func tangent(of gradient: ModelVector, at direction: ModelVector) -> ModelVector {
    var result = ModelVector(zeros: gradient.count, precision: gradient.precision)
    for block in blocks {
      let radius = block.radius
      let radial = direction.dot(gradient, over: block.ranges) / radius
      for range in block.ranges {
        result.combine(gradient, over: range) { _, g in radius * g }
        result.combine(direction, over: range) { $0 - radial * $1 }
      }
    }
    return result
  }

  /// `r (u + step ξ)/‖u + step ξ‖` in each block, for the tangent ξ by unit vectors.
  func retract(_ direction: ModelVector, along tangent: ModelVector, step: Double) -> ModelVector {
    var result = direction
    for block in blocks {
      let factor = step * block.radius
      for range in block.ranges { result.combine(tangent, over: range) { $0 + factor * $1 } }
    }
    return onSpheres(result)
  }
}
