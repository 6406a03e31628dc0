import Archives

extension FeatureTable {
  /// The name of a layer's tensor is this and the layer's name.
  private static let layerPrefix = "features."

  /// Reads a feature table from a safetensors file; throws `FileError` naming the file.
  ///
  /// Tensors: `labels` and at least one of `features` and `logits`; `classifier.weight` with `classifier.bias`,
  /// `groups` and `features.LAYER` if they are there. Floating point of any width, integers of any width; other
  /// names are passed over. The table is called `name`, or by its path.
  public init(contentsOf path: String, name: String? = nil) throws {
    let file = try SafeTensorsFile(path)
    guard file.contains("labels") else {
      throw FileError(path, "is no feature table: it has no tensor \"labels\", one class per image or -1")
    }
    let layers = file.names.filter { $0.hasPrefix(Self.layerPrefix) }
    do {
      try self.init(
        name: name ?? path, features: Self.matrix("features", in: file),
        logits: Self.matrix("logits", in: file),
        labels: Self.integers("labels", in: file), head: Self.head(in: file),
        groups: file.contains("groups") ? Self.integers("groups", in: file) : nil,
        layerFeatures: layers.compactMap { tensor in
          try Self.matrix(tensor, in: file).map {
            LayerFeatures(layer: String(tensor.dropFirst(Self.layerPrefix.count)), features: $0)
          }
        })
    } catch let error as FeatureTableError {
      throw FileError(path, error.problem)
    }
  }

  /// Writes the table as a safetensors file, with free text; throws `FileError` if it cannot be written.
  public func write(to path: String, metadata: [String: String] = [:]) throws {
    var arrays: [NamedArray] = []
    if let features { arrays.append(Self.array("features", features)) }
    if let logits { arrays.append(Self.array("logits", logits)) }
    arrays.append(Self.array("labels", labels))
    if let head {
      arrays.append(Self.array("classifier.weight", head.weight))
      arrays.append(NamedArray("classifier.bias", shape: [head.bias.count], .float32(head.bias)))
    }
    if let groups { arrays.append(Self.array("groups", groups)) }
    for layer in layerFeatures { arrays.append(Self.array(Self.layerPrefix + layer.layer, layer.features)) }
    try SafeTensors.write(arrays, metadata: metadata, to: path)
  }

  private static func array(_ name: String, _ matrix: Matrix) -> NamedArray {
    NamedArray(name, shape: [matrix.rowCount, matrix.columnCount], .float32(matrix.values))
  }

  private static func array(_ name: String, _ integers: [Int]) -> NamedArray {
    NamedArray(name, shape: [integers.count], .int64(integers.map(Int64.init)))
  }

  /// The matrix of that name, nil if the file has none.
  private static func matrix(_ name: String, in file: SafeTensorsFile) throws -> Matrix? {
    guard file.contains(name) else { return nil }
    let shape = try file.shape(of: name)
    guard shape.count == 2 else {
      throw FileError(file.path, "tensor \"\(name)\" has shape \(shape), expected two extents")
    }
    return Matrix(rowCount: shape[0], columnCount: shape[1], values: try file.floats(of: name))
  }

  private static func integers(_ name: String, in file: SafeTensorsFile) throws -> [Int] {
    try checkIsList(name, in: file)
    return try file.integers(of: name).map(Int.init)
  }

  private static func head(in file: SafeTensorsFile) throws -> ClassifierHead? {
    let weight = try matrix("classifier.weight", in: file)
    guard let weight, file.contains("classifier.bias") else {
      if weight == nil, !file.contains("classifier.bias") { return nil }
      let (present, absent) = weight == nil ? ("bias", "weight") : ("weight", "bias")
      throw FileError(file.path, "has classifier.\(present) but no classifier.\(absent)")
    }
    try checkIsList("classifier.bias", in: file)
    return ClassifierHead(weight: weight, bias: try file.floats(of: "classifier.bias"))
  }

  private static func checkIsList(_ name: String, in file: SafeTensorsFile) throws {
    let shape = try file.shape(of: name)
    guard shape.count == 1 else {
      throw FileError(file.path, "tensor \"\(name)\" has shape \(shape), expected one extent")
    }
  }
}
