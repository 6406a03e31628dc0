/// The extents of a tensor, outermost first; no extents describe a scalar.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// One extent a dimension.
  public let extents: [Int]

  /// A shape of given extents.
  ///
  /// - Precondition: no extent is negative.
  public init(_ extents: [Int]) {
    precondition(extents.allSatisfy { $0 >= 0 }, "an extent cannot be negative: \(extents)")
    self.extents = extents
  }

  /// A shape written as `[128, 32, 32, 3]`.
  public init(arrayLiteral extents: Int...) {
    self.init(extents)
  }

  /// How many elements a tensor of this shape has.
  public var count: Int { extents.reduce(1, *) }

  /// How many dimensions there are.
  public var rank: Int { extents.count }

  /// The extent of one dimension.
  public subscript(dimension: Int) -> Int { extents[dimension] }

  /// "128×32×32×3", or "scalar".
  public var description: String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "×")
  }
}
