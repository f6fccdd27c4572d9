import ThalwegFiles

extension PickleMachine {
  /// Most extents of a tensor.
  static let largestRank = 64

  /// The storage that a persistent reference `('storage', type, key, device, count[, view])` describes.
  func storage(persistent value: PickleValue, _ place: Int) throws(FileFormatError) -> PickleHeap.Storage {
    guard case .sequence(let index) = value else {
      throw failure(place, "a persistent reference that is \(value.kind)", "a tuple")
    }
    let fields = heap.sequences[index]
    guard fields.count == 5 || fields.count == 6, case .string("storage") = fields[0] else {
      throw failure(
        place, "a persistent reference to \(fields.first?.kind ?? "nothing")", "a reference to a storage")
    }
    guard case .global(.storage(let type)) = fields[1], case .string(let key) = fields[2],
      case .integer(let count) = fields[4], count >= 0
    else { throw failure(place, "a storage reference with other fields", "its type, key and length") }
    var view = 0..<count
    if fields.count == 6, case .sequence(let viewIndex) = fields[5] {
      let parts = heap.sequences[viewIndex]
      guard parts.count == 3, case .integer(let start) = parts[1], case .integer(let length) = parts[2],
        start >= 0, length >= 0, start <= count, length <= count - start
      else { throw failure(place, "a view of a storage of \(count)", "one that lies inside") }
      view = start..<(start + length)
    }
    return PickleHeap.Storage(key: key, type: type, count: count, view: view, place: place)
  }

  /// The tensor that `_rebuild_tensor(storage, offset, size, stride, …)` describes. Nothing is read yet.
  func tensor(
    _ arguments: [PickleValue], count: ClosedRange<Int>, _ place: Int
  ) throws(FileFormatError) -> PickleHeap.Tensor {
    let rank = PickleMachine.largestRank
    guard count.contains(arguments.count), case .storage(let index) = arguments[0],
      case .integer(let offset) = arguments[1],
      let shape = heap.integers(of: arguments[2], limit: rank),
      let strides = heap.integers(of: arguments[3], limit: rank)
    else {
      throw failure(
        place, "a tensor of \(arguments.count) other arguments",
        "a storage, an offset, and up to \(rank) extents and strides")
    }
    let tensor = PickleHeap.Tensor(
      storage: index, offset: offset, shape: shape, strides: strides, place: place)
    try check(tensor, in: heap.storages[index])
    return tensor
  }

  /// Checks that the view lies in its storage and that no element is seen more often than the storage is long.
  private func check(_ tensor: PickleHeap.Tensor, in storage: PickleHeap.Storage) throws(FileFormatError) {
    guard let count = checkedProduct(tensor.shape), tensor.shape.count == tensor.strides.count else {
      throw failure(
        tensor.place, "shape \(tensor.shape) with strides \(tensor.strides)",
        "extents at least 0, as many strides, and a product that Int can count")
    }
    guard count > 0 else { return }
    guard count <= storage.view.count else {
      // An expanded tensor repeats elements by a stride of 0: a few bytes could then ask for any amount of memory.
      throw failure(
        tensor.place, "shape \(tensor.shape) on a storage of \(storage.view.count) elements",
        "at most as many elements as the storage has")
    }
    let places = StridedPlaces(shape: tensor.shape, strides: tensor.strides, offset: tensor.offset)
    guard let bounds = places.bounds, bounds.lowerBound >= 0, bounds.upperBound < storage.view.count else {
      throw failure(
        tensor.place,
        "offset \(tensor.offset), shape \(tensor.shape), strides \(tensor.strides)",
        "a view inside its storage of \(storage.view.count) elements")
    }
  }

  /// The entries of `OrderedDict(...)`: none, or one list of pairs as Python 2 wrote them.
  func orderedPairs(
    _ arguments: [PickleValue], _ place: Int
  ) throws(FileFormatError) -> [(key: PickleValue, value: PickleValue)] {
    guard let first = arguments.first else { return [] }
    guard arguments.count == 1, case .sequence(let index) = first else {
      throw failure(place, "a dictionary made from \(first.kind)", "a list of pairs")
    }
    var entries: [(key: PickleValue, value: PickleValue)] = []
    for element in heap.sequences[index] {
      guard case .sequence(let pair) = element, heap.sequences[pair].count == 2 else {
        throw failure(place, "an entry that is \(element.kind)", "a pair of key and value")
      }
      entries.append((heap.sequences[pair][0], heap.sequences[pair][1]))
    }
    return entries
  }
}
