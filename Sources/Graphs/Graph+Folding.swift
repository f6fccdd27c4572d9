extension Graph {
  /// The graph with per-channel affine maps after convolutions folded into the filters and a bias:
  /// `a (w ⋆ x) + b = (a w) ⋆ x + b`.
  ///
  /// Under running statistics a batch normalisation is such a map. Scaling the filters costs as much as one small
  /// tensor, while scaling the images costs a pass over all of them. Apply it before differentiating: the gradients of
  /// scale and shift then follow from those of the folded filters. Convolutions whose result is used elsewhere too stay.
  public func foldingAffineMaps() -> Graph {
    var uses = [Int](repeating: 0, count: types.count)
    var definitions: [Value: Node] = [:]
    for node in nodes {
      for operand in node.operands { uses[operand.id] += 1 }
      for value in node.results { definitions[value] = node }
    }
    for output in outputs { uses[output.value.id] += 1 }

    func foldable(_ node: Node) -> Node? {
      guard node.operation == .named(.channelAffine), uses[node.operands[0].id] == 1,
        let source = definitions[node.operands[0]], case .primitive(.convolution) = source.operation
      else { return nil }
      return source
    }

    let folded = Set(nodes.compactMap { foldable($0)?.results[0] })
    var result = Graph()
    var map: [Value: Value] = [:]
    for node in nodes where !node.results.contains(where: { folded.contains($0) }) {
      guard let source = foldable(node) else {
        result.copy(node, of: self, into: &map)
        continue
      }
      let (x, filters) = (map.translated(source.operands[0]), map.translated(source.operands[1]))
      let (scale, shift) = (map.translated(node.operands[1]), map.translated(node.operands[2]))
      let factors = result.broadcast(scale, to: result.shape(of: filters), newAxes: [1, 2, 3])
      let scaled = result.multiply(filters, factors)
      let y = result.append(source.operation, [x, scaled])[0]
      map[node.results[0]] = result.addBias(y, shift)
    }
    result.copyOutputs(of: self, through: map)
    return result
  }
}
