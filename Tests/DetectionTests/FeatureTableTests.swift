import Archives
import Detection
import Testing

struct FeatureTableTests {
  private let features = Matrix(rows: [[1, 2], [3, 4]])
  private let logits = Matrix(rows: [[1, 2, 3], [4, 5, 6]])
  private let head = ClassifierHead(weight: Matrix(rows: [[1, 2], [3, 4], [5, 6]]), bias: [1, 2, 3])

  @Test("A table is read back as it was written")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/table.safetensors"
      let tables = [
        try FeatureTable(name: "id", features: features, logits: logits, labels: [2, -1], head: head),
        try FeatureTable(name: "logits", logits: logits, labels: [0, 1], groups: [2]),
        try FeatureTable(
          name: "layers", features: features, labels: [-1, 7],
          layerFeatures: [
            LayerFeatures(layer: "layer2.0", features: logits),
            LayerFeatures(layer: "conv1", features: features),
          ]),
      ]
      for table in tables {
        try table.write(to: path)
        #expect(try FeatureTable(contentsOf: path, name: table.name) == table)
      }
      let file = try SafeTensorsFile(path)
      #expect(file.names == ["features", "labels", "features.layer2.0", "features.conv1"])
      #expect(try FeatureTable(contentsOf: path).name == path)
    }
  }

  @Test("Labels of other integer types and half-precision logits from other frameworks are read")
  func foreignTypes() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/table.safetensors"
      try SafeTensors.write(
        [
          NamedArray("labels", shape: [1], .uint8([1])),
          NamedArray("logits", shape: [1, 2], .float64([0.5, 1])),
          NamedArray("ids", shape: [1], .int64([5])),
        ], to: path)
      let table = try FeatureTable(contentsOf: path)
      #expect(table.labels == [1] && table.logits == Matrix(rows: [[0.5, 1]]) && table.features == nil)
      #expect(table.classCount == 2 && table.count == 1)
    }
  }

  @Test("Parts that do not fit each other are named in one sentence")
  func mismatches() throws {
    func expectProblem(
      _ problem: String, features: Matrix? = nil, logits: Matrix? = nil, labels: [Int] = [0, 0],
      head: ClassifierHead? = nil, groups: [Int]? = nil, layers: [LayerFeatures] = []
    ) {
      let error = #expect(throws: FeatureTableError.self) {
        try FeatureTable(
          name: "dtd10", features: features, logits: logits, labels: labels, head: head, groups: groups,
          layerFeatures: layers)
      }
      #expect(error?.description == "dtd10: \(problem)")
    }
    expectProblem("has neither features nor logits")
    expectProblem("features has 2 rows for 1 labels", features: features, labels: [0])
    expectProblem("logits has 2 rows for 3 labels", logits: logits, labels: [0, 0, 0])
    expectProblem(
      "features.conv1 has 2 rows for 1 labels", features: Matrix(rows: [[1]]), labels: [0],
      layers: [LayerFeatures(layer: "conv1", features: features)])
    expectProblem("logits has rows of width 0", logits: Matrix(rowCount: 2, columnCount: 0, values: []))
    expectProblem(
      "logits holds a value in row 1 that is not finite", logits: Matrix(rows: [[1, 2], [3, .nan]]))
    expectProblem(
      "features holds a value in row 0 that is not finite",
      features: Matrix(rows: [[1, .infinity], [3, 4]]))
    expectProblem("labels holds 3 in row 1, expected −1 or 0 to 2", logits: logits, labels: [2, 3])
    expectProblem("labels holds -2 in row 0, expected −1 or 0 to 2", logits: logits, labels: [-2, 3])
    expectProblem("labels holds -2 in row 0, expected −1 or a class", features: features, labels: [-2, 3])
    expectProblem(
      "labels holds 1 in row 1, expected −1 or 0 to 0", logits: Matrix(rows: [[1], [2]]), labels: [0, 1])
    expectProblem(
      "classifier.weight is [3, 2], but features has width 3", features: logits, head: head)
    expectProblem("classifier.weight is [3, 2], but logits has width 2", logits: features, head: head)
    expectProblem(
      "classifier.bias has 2 values, but classifier.weight is [3, 2]", logits: logits,
      head: ClassifierHead(weight: head.weight, bias: [1, 2]))
    expectProblem(
      "the classifier's weight or bias holds a value that is not finite", logits: logits,
      head: ClassifierHead(weight: head.weight, bias: [1, 2, .nan]))
    expectProblem(
      "logits has width 3, which is not the classes plus the number of groups [1, 1]", logits: logits,
      groups: [1, 1])
    expectProblem(
      "logits has width 3, which is not the classes plus the number of groups [9223372036854775807]",
      logits: logits,
      groups: [.max])
    expectProblem(
      "groups is [2, 0], expected a positive number of classes for each group", logits: logits,
      groups: [2, 0])
    expectProblem("has groups but no logits", features: features, groups: [1])
  }

  @Test("A file that is no feature table is named in one sentence")
  func fileErrors() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/table.safetensors"
      let labels = NamedArray("labels", shape: [1], .int64([0]))
      func expectProblem(_ problem: String, _ arrays: [NamedArray]) throws {
        try SafeTensors.write(arrays, to: path)
        #expect(throws: FileError(path, problem)) { try FeatureTable(contentsOf: path) }
      }
      try expectProblem("is no feature table: it has no tensor \"labels\", one class per image or -1", [])
      try expectProblem("has neither features nor logits", [labels])
      try expectProblem(
        "tensor \"logits\" has shape [1], expected two extents",
        [labels, NamedArray("logits", shape: [1], .float32([1]))])
      try expectProblem(
        "tensor \"labels\" has shape [1, 1], expected one extent",
        [
          NamedArray("labels", shape: [1, 1], .int64([0])),
          NamedArray("logits", shape: [1, 1], .float32([1])),
        ])
      try expectProblem(
        "tensor \"labels\" is F32, expected integers",
        [
          NamedArray("labels", shape: [1], .float32([0])),
          NamedArray("logits", shape: [1, 1], .float32([1])),
        ])
      try expectProblem(
        "has classifier.weight but no classifier.bias",
        [
          labels, NamedArray("logits", shape: [1, 1], .float32([1])),
          NamedArray("classifier.weight", shape: [1, 1], .float32([1])),
        ])
    }
  }
}
