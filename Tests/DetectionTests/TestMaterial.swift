import Detection
import Foundation
import TestSupport

extension FeatureTable {
  /// A table of nothing but logits and labels.
  static func ofLogits(_ rows: [[Float]], labels: [Int]? = nil, name: String = "set") throws -> FeatureTable {
    try FeatureTable(
      name: name, logits: Matrix(rows: rows), labels: labels ?? [Int](repeating: -1, count: rows.count))
  }
}

extension JSON {
  /// A list of lists of numbers.
  var rows: [[Float]] { array.map { $0.flat.map(Float.init) } }
}

/// A folder of its own for one test, removed afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

/// Numbers that are the same in every run, in 0 ..< 1.
struct NumberSequence {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// The next number.
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }

  /// Whole numbers in 0 ..< bound.
  mutating func integers(_ count: Int, below bound: Int) -> [Double] {
    (0..<count).map { _ in (next() * Double(bound)).rounded(.down) }
  }
}
