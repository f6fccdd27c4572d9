extension Dataset {
  /// The examples at `indices` as an array, for small sets and tests.
  ///
  /// - Parameters:
  ///   - indices: Each in `0..<count`.
  ///   - normalisation: Must fit the channels.
  ///   - augmentation: For shapes `[channels, height, width]` only; `nil` for none.
  ///   - draw: Which random changes the augmentation makes.
  /// - Returns: `indices.count × exampleSize` floats, one row per example.
  public func examples(
    _ indices: [Int], normalisation: Normalisation, augmentation: Augmentation? = nil,
    draw: Augmentation.Draw = Augmentation.Draw(seed: 0, epoch: 0)
  ) -> [Float] {
    let copier: ExampleCopier
    do {
      copier = try ExampleCopier(self, normalisation: normalisation)
    } catch {
      preconditionFailure(error.description)
    }
    return [Float](unsafeUninitializedCapacity: indices.count * exampleSize) { buffer, filled in
      if let target = buffer.baseAddress, !indices.isEmpty {
        indices.withUnsafeBufferPointer {
          copier.copy($0, augmentation: augmentation, draw: draw, into: target)
        }
      }
      filled = indices.count * exampleSize
    }
  }
}

/// Copies examples of one data set in one normalisation, as training and surveys do all the time.
///
/// Everything that does not depend on the examples is prepared once: copying allocates nothing. Two copies with
/// disjoint targets may run at the same time.
public struct ExampleCopier: Sendable {
  private let dataset: Dataset
  private let plane: ImagePlane
  private let means: [Double]
  private let deviations: [Double]
  /// What each byte becomes in each channel; empty for floats.
  private let table: [Float]

  /// A copier of `dataset`.
  ///
  /// - Throws: ``DatasetError/mismatch(what:found:expected:)`` when `normalisation` is for another number of channels.
  public init(_ dataset: Dataset, normalisation: Normalisation) throws(DatasetError) {
    self.dataset = dataset
    plane = ImagePlane(shape: dataset.exampleShape)
    let (means, deviations) = try normalisation.constants(channelCount: dataset.channelCount)
    self.means = means
    self.deviations = deviations
    if case .bytes = dataset.storage.values {
      table = (0..<256 * dataset.channelCount).map { entry in
        let (channel, byte) = entry.quotientAndRemainder(dividingBy: 256)
        let value: Double = (Double(byte) / 255 - means[channel]) / deviations[channel]
        return Float(value)
      }
    } else {
      table = []
    }
  }

  /// Fills `target` with the examples at `indices`, one row of floats each: plain NCHW.
  ///
  /// - Parameters:
  ///   - indices: Each in `0..<count` of the data set.
  ///   - augmentation: For shapes `[channels, height, width]` only; `nil` for none.
  ///   - draw: Which random changes the augmentation makes.
  ///   - target: Room for `indices.count` examples.
  public func copy(
    _ indices: UnsafeBufferPointer<Int>, augmentation: Augmentation?, draw: Augmentation.Draw,
    into target: UnsafeMutablePointer<Float>
  ) {
    precondition(augmentation == nil || dataset.exampleShape.count == 3, "only images can be augmented")
    for index in indices {
      precondition(index >= 0 && index < dataset.count, "index \(index) is not in 0..<\(dataset.count)")
    }
    switch dataset.storage.values {
    case .bytes(let values):
      values.withUnsafeBufferPointer { values in
        table.withUnsafeBufferPointer { table in
          copy(indices, values, augmentation, draw, target, blank: 0) { byte, channel in
            table[256 * channel + Int(byte)]
          }
        }
      }
    case .floats(let values):
      values.withUnsafeBufferPointer { values in
        means.withUnsafeBufferPointer { means in
          deviations.withUnsafeBufferPointer { deviations in
            copy(indices, values, augmentation, draw, target, blank: 0) { value, channel in
              Float((Double(value) - means[channel]) / deviations[channel])
            }
          }
        }
      }
    }
  }

  /// The loop over examples, for one type of stored value; specialised for each `convert`.
  @inline(__always)
  private func copy<Value>(
    _ indices: UnsafeBufferPointer<Int>, _ values: UnsafeBufferPointer<Value>, _ augmentation: Augmentation?,
    _ draw: Augmentation.Draw, _ target: UnsafeMutablePointer<Float>, blank: Value,
    convert: (Value, Int) -> Float
  ) {
    guard let base = values.baseAddress else { return }
    let size = plane.channels * plane.area
    for (row, index) in indices.enumerated() {
      let place = dataset.place(of: index)
      let source = base + place * size
      let output = target + row * size
      let change = augmentation?.change(of: place, draw) ?? Augmentation.Change()
      for channel in 0..<plane.channels {
        let offset = channel * plane.area
        if change == Augmentation.Change() {
          for i in 0..<plane.area { output[offset + i] = convert(source[offset + i], channel) }
        } else {
          plane.copy(source + offset, to: output + offset, change, blank: convert(blank, channel)) {
            convert($0, channel)
          }
        }
      }
    }
  }
}

/// The extents of an image, and the copy of one of its channels under a change.
private struct ImagePlane {
  let channels: Int
  let height: Int
  let width: Int

  var area: Int { height * width }

  init(shape: [Int]) {
    channels = shape[0]
    height = shape.count == 3 ? shape[1] : 1
    width = shape.count == 3 ? shape[2] : 1
  }

  /// Copies a channel moved by the change's shifts; what comes from outside is `blank`.
  @inline(__always)
  func copy<Value>(
    _ source: UnsafePointer<Value>, to output: UnsafeMutablePointer<Float>, _ change: Augmentation.Change,
    blank: Float, convert: (Value) -> Float
  ) {
    // Columns of the window that lie inside the image.
    let firstColumn = min(max(0, -change.columnShift), width)
    let lastColumn = max(firstColumn, min(width, width - change.columnShift))
    for y in 0..<height {
      let row = output + y * width
      let sourceRow = y + change.rowShift
      guard sourceRow >= 0 && sourceRow < height else {
        for x in 0..<width { row[x] = blank }
        continue
      }
      let pixels = source + sourceRow * width
      if change.isFlipped {
        for x in 0..<firstColumn { row[width - 1 - x] = blank }
        for x in firstColumn..<lastColumn { row[width - 1 - x] = convert(pixels[x + change.columnShift]) }
        for x in lastColumn..<width { row[width - 1 - x] = blank }
      } else {
        for x in 0..<firstColumn { row[x] = blank }
        for x in firstColumn..<lastColumn { row[x] = convert(pixels[x + change.columnShift]) }
        for x in lastColumn..<width { row[x] = blank }
      }
    }
  }
}
