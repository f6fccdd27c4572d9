extension TensorValues {
  /// Decodes little-endian elements that lie one after another.
  ///
  /// - Parameters:
  ///   - bytes: The elements' bytes, a multiple of the element's width.
  ///   - type: The element type in the file.
  init(decoding bytes: ArraySlice<UInt8>, as type: ElementType) {
    precondition(bytes.count % type.byteCount == 0, "\(bytes.count) bytes are no whole number of elements")
    let count = bytes.count / type.byteCount
    self = bytes.withUnsafeBytes { raw in
      TensorValues(count: count, of: type) {
        UnsafeRawBufferPointer(raw)
      } place: {
        $0
      }
    }
  }

  /// Decodes a strided view of little-endian elements into row-major order.
  ///
  /// - Parameters:
  ///   - bytes: The storage's bytes. Every element addressed must lie inside.
  ///   - type: The element type in the file.
  ///   - shape: Extents of the view, outermost first.
  ///   - strides: Distances in elements, one per extent.
  ///   - offset: Place of the view's first element, in elements.
  init(decoding bytes: ArraySlice<UInt8>, as type: ElementType, shape: [Int], strides: [Int], offset: Int) {
    let count = shape.reduce(1, *)
    let places = StridedPlaces(shape: shape, strides: strides, offset: offset).all(count: count)
    self = bytes.withUnsafeBytes { raw in
      TensorValues(count: count, of: type) {
        UnsafeRawBufferPointer(raw)
      } place: {
        places[$0]
      }
    }
  }

  /// Element `i` is read at `place(i)`, in elements, of the storage.
  private init(
    count: Int, of type: ElementType, storage: () -> UnsafeRawBufferPointer, place: (Int) -> Int
  ) {
    let raw = storage()
    func load<Raw: FixedWidthInteger, Value>(_: Raw.Type, _ convert: (Raw) -> Value) -> [Value] {
      [Value](unsafeUninitializedCapacity: count) { target, filled in
        for i in 0..<count {
          let bits = raw.loadUnaligned(fromByteOffset: place(i) * MemoryLayout<Raw>.size, as: Raw.self)
          target.initializeElement(at: i, to: convert(Raw(littleEndian: bits)))
        }
        filled = count
      }
    }
    switch type {
    case .bool: self = .bool(load(UInt8.self) { $0 != 0 })
    case .uint8: self = .uint8(load(UInt8.self) { $0 })
    case .int8: self = .int8(load(Int8.self) { $0 })
    case .uint16: self = .uint16(load(UInt16.self) { $0 })
    case .int16: self = .int16(load(Int16.self) { $0 })
    case .float16: self = .float32(load(UInt16.self) { Float(Float16(bitPattern: $0)) })
    case .bfloat16: self = .float32(load(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .uint32: self = .uint32(load(UInt32.self) { $0 })
    case .int32: self = .int32(load(Int32.self) { $0 })
    case .float32: self = .float32(load(UInt32.self) { Float(bitPattern: $0) })
    case .uint64: self = .uint64(load(UInt64.self) { $0 })
    case .int64: self = .int64(load(Int64.self) { $0 })
    case .float64: self = .float64(load(UInt64.self) { Double(bitPattern: $0) })
    }
  }
}

/// The places of a strided view's elements, in row-major order.
struct StridedPlaces {
  let shape: [Int]
  let strides: [Int]
  let offset: Int

  /// All `count` places, `count` being the product of the extents.
  func all(count: Int) -> [Int] {
    var places: [Int] = []
    places.reserveCapacity(count)
    var index = [Int](repeating: 0, count: shape.count)
    var place = offset
    for _ in 0..<count {
      places.append(place)
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < shape[axis] { break }
        place -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return places
  }

  /// Whether the elements lie one after another in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  /// The places of the first and last element in the storage, or `nil` where a number overflows.
  ///
  /// The view must have at least one element.
  var bounds: ClosedRange<Int>? {
    var lowest = offset
    var highest = offset
    for (extent, stride) in zip(shape, strides) {
      let (span, spanOverflow) = stride.multipliedReportingOverflow(by: extent - 1)
      guard !spanOverflow else { return nil }
      let (low, lowOverflow) = lowest.addingReportingOverflow(min(span, 0))
      let (high, highOverflow) = highest.addingReportingOverflow(max(span, 0))
      guard !lowOverflow && !highOverflow else { return nil }
      (lowest, highest) = (low, high)
    }
    return lowest...highest
  }
}
