import Detection
import Images
import Kernels
import Networks
import Tensors

/// Features of a set and its labels, computed once and used many times.
public struct CachedFeatures: Sendable {
  /// One row an image, in the order of the set.
  public let rows: Matrix

  /// One class a row.
  public let labels: [Int]

  /// Features of given rows.
  ///
  /// - Precondition: one label a row.
  public init(rows: Matrix, labels: [Int]) {
    precondition(
      rows.rowCount == labels.count, "\(labels.count) labels for \(rows.rowCount) rows of features")
    self.rows = rows
    self.labels = labels
  }

  /// How many rows there are.
  public var count: Int { labels.count }

  /// The rows at `indices`, `[indices, 1, 1, width]`: as if each were a picture of one pixel.
  func tensor(of indices: some Collection<Int>, in arena: Arena) -> Tensor {
    let width = rows.columnCount
    let tensor = Tensor([indices.count, 1, 1, width], in: arena)
    rows.values.withUnsafeBufferPointer { all in
      guard let first = all.baseAddress else { return }
      var target = tensor.pointer
      for index in indices {
        target.update(from: first + index * width, count: width)
        target += width
      }
    }
    return tensor
  }

  /// Share of the rows that the network's classifier takes for what they are.
  func accuracy(of network: Network, in arena: Arena, batchSize: Int = 1_024) -> Double {
    var correct = 0
    for first in stride(from: 0, to: count, by: batchSize) {
      let part = first..<min(first + batchSize, count)
      let context = Context(.evaluation, tape: Tape(arena: arena, records: false))
      let output = network.classified(tensor(of: part, in: arena), context)
      correct += network.correctCount(output.logits, labels[part])
    }
    return Double(correct) / Double(max(count, 1))
  }
}

extension Evaluator {
  /// The features of a set, without augmentation, and its labels.
  ///
  /// Throws a `FeatureTableError` if one is not finite, and if an image cannot be read. Cost: one pass of the network;
  /// memory: 4 · images · width bytes.
  public func features(of set: ImageSet) throws -> CachedFeatures {
    let width = network.featureWidth
    var values: [Float] = []
    values.reserveCapacity(set.count * width)
    try forEachBatch(of: set) { output, _ in values += output.features.values }
    if let first = values.firstIndex(where: { !$0.isFinite }) {
      throw FeatureTableError(
        table: set.name, problem: "the features of image \(first / max(width, 1)) are not finite")
    }
    return CachedFeatures(
      rows: Matrix(rowCount: set.count, columnCount: width, values: values), labels: set.labels)
  }
}
