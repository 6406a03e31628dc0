/// The numbers that a key accepts.
public struct Bounds<Number: Comparable & Sendable>: Sendable {
  private let contains: @Sendable (Number) -> Bool

  /// "at least 1", for the sentence "must be at least 1"; nil when every number is accepted.
  let inWords: String?

  /// A number of this range, to go on with where the file has none.
  let example: Number

  private init(_ inWords: String?, example: Number, contains: @escaping @Sendable (Number) -> Bool) {
    self.inWords = inWords
    self.example = example
    self.contains = contains
  }

  /// Whether `number` is accepted.
  public func accepts(_ number: Number) -> Bool { contains(number) }

  /// `lower` or more.
  public static func atLeast(_ lower: Number) -> Bounds {
    Bounds("at least \(text(lower))", example: lower) { $0 >= lower }
  }

  /// More than `lower`.
  public static func above(_ lower: Number) -> Bounds {
    Bounds("more than \(text(lower))", example: lower) { $0 > lower }
  }

  /// More than `lower`, up to `upper`, which is accepted.
  public static func above(_ lower: Number, upTo upper: Number) -> Bounds {
    Bounds("more than \(text(lower)) and at most \(text(upper))", example: upper) {
      $0 > lower && $0 <= upper
    }
  }

  /// From `lower` to `upper`, both accepted.
  public static func between(_ lower: Number, and upper: Number) -> Bounds {
    Bounds("between \(text(lower)) and \(text(upper))", example: lower) { $0 >= lower && $0 <= upper }
  }

  /// From `lower`, accepted, to `upper`, not accepted.
  public static func from(_ lower: Number, below upper: Number) -> Bounds {
    Bounds("at least \(text(lower)) and less than \(text(upper))", example: lower) {
      $0 >= lower && $0 < upper
    }
  }

  /// The number as a recipe would write it: 1, not 1.0.
  private static func text(_ number: Number) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Bounds where Number: AdditiveArithmetic {
  /// Every number.
  public static var any: Bounds { Bounds(nil, example: .zero) { _ in true } }
}
