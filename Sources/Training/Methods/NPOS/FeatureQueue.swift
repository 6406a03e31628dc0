/// The last features of a class, the oldest of which give way to new ones.
package struct FeatureQueue: Sendable, Equatable {
  /// How many there may be.
  package let capacity: Int

  /// Numbers a feature.
  package let width: Int

  /// Feature by feature, in the order of their places.
  package private(set) var values: [Float] = []

  /// Where the next feature goes once the queue is full.
  package private(set) var next = 0

  /// A queue without features.
  package init(capacity: Int, width: Int) {
    precondition(capacity > 0 && width > 0, "a queue of \(capacity) features of width \(width)")
    self.capacity = capacity
    self.width = width
  }

  /// A queue that goes on from where another stood; nil if the parts do not fit.
  package init?(capacity: Int, width: Int, values: [Float], next: Int) {
    guard values.count % width == 0, values.count <= capacity * width, (0..<capacity).contains(next) else {
      return nil
    }
    self.init(capacity: capacity, width: width)
    self.values = values
    self.next = next
  }

  /// How many features there are.
  package var count: Int { values.count / width }

  /// Whether new features replace old ones.
  package var isFull: Bool { count == capacity }

  /// Adds a feature.
  package mutating func append(_ feature: UnsafeBufferPointer<Float>) {
    precondition(feature.count == width, "a feature of width \(feature.count) in a queue of \(width)")
    guard isFull else {
      values += feature
      return
    }
    values.replaceSubrange(next * width..<(next + 1) * width, with: feature)
    next = (next + 1) % capacity
  }
}
