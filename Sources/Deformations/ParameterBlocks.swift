public import ThalwegSurfaces

/// The blocks into which measures with a scale of their own cut a parameter vector.
///
/// Each output unit (filter, neuron) of a tensor that a normalisation makes scale-free is one block.
/// Everything else, scales, shifts and biases included, is one more block, the last.
///
/// Source: Yi, Zhang, Chen, Ma, Liu (2021), arXiv 2101.02944, section 3.
public struct ParameterBlocks: Sendable, Equatable {
  /// The ranges of the parameter vector that make each scale-free block.
  public let scaleFree: [[Range<Int>]]
  /// The ranges of the rest; empty if every parameter is scale-free.
  public let rest: [Range<Int>]

  /// The blocks of `space`, from the entries that name the normalisation they are scale-free through.
  public init(of space: StateSpace) {
    var scaleFree: [[Range<Int>]] = []
    var rest: [Range<Int>] = []
    for (entry, range) in space.parameters {
      if entry.scaleFreeThrough != nil, entry.unitAxis != nil {
        scaleFree += Self.units(of: entry, in: range)
      } else if let last = rest.last, last.upperBound == range.lowerBound {
        rest[rest.count - 1] = last.lowerBound..<range.upperBound
      } else if !range.isEmpty {
        rest.append(range)
      }
    }
    self.scaleFree = scaleFree
    self.rest = rest
  }

  /// The ranges of each output unit of `entry`, which occupies `range`; all of it for an entry without units.
  static func units(of entry: StateEntry, in range: Range<Int>) -> [[Range<Int>]] {
    guard let axis = entry.unitAxis, axis < entry.shape.count else { return [[range]] }
    let inner = entry.shape[(axis + 1)...].reduce(1, *)
    let outer = entry.shape[..<axis].reduce(1, *)
    let extent = entry.shape[axis]
    return (0..<extent).map { unit in
      (0..<outer).map { row in
        let start = range.lowerBound + (row * extent + unit) * inner
        return start..<start + inner
      }
    }
  }
}
