extension InferenceGraph {
  /// Folds each batch normalisation that alone follows a convolution into its weights, which gain a bias.
  ///
  ///     γ (Wx − μ) / √(σ² + ε) + β  =  (γ / √(σ² + ε)) W x + (β − γ μ / √(σ² + ε))
  ///
  /// Computed in double precision. Normalisations before a convolution stay.
  public func foldNormalizations() {
    var folded: [String: String] = [:]
    var kept: [Node] = []
    for node in nodes {
      guard node.kind == "BatchNormalization",
        let index = kept.firstIndex(where: { $0.output == node.inputs[0] && $0.kind == "Conv" }),
        kept[index].inputs.count == 2, isReadOnce(node.inputs[0]),
        let bias = fold(node, into: kept[index])
      else {
        kept.append(node)
        continue
      }
      kept[index].inputs.append(bias)
      folded[node.output] = kept[index].output
    }
    nodes = kept.map { node in
      var node = node
      node.inputs = node.inputs.map { folded[$0] ?? $0 }
      return node
    }
    // An output of the graph that a folded node made is now the convolution's.
    for (old, new) in folded where old == "features" {
      for index in nodes.indices where nodes[index].output == new { nodes[index].output = old }
    }
    let used = Set(nodes.flatMap(\.inputs))
    constantNames.removeAll { !used.contains($0) }
    constants = constants.filter { used.contains($0.key) }
  }

  private func isReadOnce(_ edge: String) -> Bool {
    nodes.reduce(0) { $0 + $1.inputs.count { $0 == edge } } == 1
  }

  /// Scales a convolution's weights by what follows them; the name of the bias that is to be added.
  private func fold(_ norm: Node, into convolution: Node) -> String? {
    let name = convolution.inputs[1]
    // Weights that two convolutions share cannot follow two normalisations.
    guard isReadOnce(name), let weight = constants[name], case .floats(var values) = weight.values,
      let gamma = floats(norm.inputs[1]), let beta = floats(norm.inputs[2]),
      let mean = floats(norm.inputs[3]),
      let variance = floats(norm.inputs[4]), case .float(_, let epsilon)? = norm.attributes.first,
      let channels = weight.shape.first, channels > 0
    else { return nil }
    var bias = [Float](repeating: 0, count: channels)
    let size = values.count / channels
    for channel in 0..<channels {
      let scale = Double(gamma[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot()
      for index in channel * size..<(channel + 1) * size {
        values[index] = Float(Double(values[index]) * scale)
      }
      bias[channel] = Float(Double(beta[channel]) - Double(mean[channel]) * scale)
    }
    constants[name] = Constant(shape: weight.shape, values: .floats(values))
    let biasName = name.hasSuffix(".weight") ? String(name.dropLast("weight".count)) + "bias" : name + ".bias"
    constants[biasName] = Constant(shape: [channels], values: .floats(bias))
    constantNames.append(biasName)
    return biasName
  }

  private func floats(_ name: String) -> [Float]? {
    if case .floats(let values)? = constants[name]?.values { values } else { nil }
  }
}
