import Archives
import Detection
import TestSupport
import Testing

@Suite("Feature tables in NumPy archives")
struct NumPyTableTests {
  @Test("an archive gives the same table as a safetensors file of the same arrays")
  func sameTable() throws {
    try withTemporaryFolder { folder in
      let arrays = [
        NamedArray("features", shape: [2, 3], .float32([1, 2, 3, 4, 5, 6])),
        NamedArray("logits", shape: [2, 2], .float32([1, 0, 0, 1])),
        NamedArray("labels", shape: [2], .int64([1, -1])),
        NamedArray("classifier.weight", shape: [2, 3], .float32([1, 0, 0, 0, 1, 0])),
        NamedArray("classifier.bias", shape: [2], .float32([0.5, -0.5])),
        NamedArray("features.layer2", shape: [2, 1], .float32([7, 8])),
      ]
      try NumPyArchive.write(arrays, to: "\(folder)/t.npz")
      try SafeTensors.write(arrays, to: "\(folder)/t.safetensors")
      let table = try FeatureTable(contentsOf: "\(folder)/t.npz", name: "t")
      #expect(table == (try FeatureTable(contentsOf: "\(folder)/t.safetensors", name: "t")))
      try NumPyArchive.write(Array(arrays.prefix(2)), to: "\(folder)/n.npz")
      #expect(
        throws: FileError(
          "\(folder)/n.npz", "is no feature table: it has no tensor \"labels\", one class per image or -1")
      ) { try FeatureTable(contentsOf: "\(folder)/n.npz") }
    }
  }
}
