/// Seeds written as "0-5" or "3".
public struct Seeds: Sendable, Equatable {
  /// The seeds, ascending.
  public let all: [Int]

  /// The seeds of a text; nil if it is none of that form.
  public init?(_ text: String) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, 0 <= first,
      first <= last
    else { return nil }
    all = Array(first...last)
  }

  /// The seeds as a text: "0-5" where they follow one another, else "0, 2".
  public static func text(_ seeds: [Int]) -> String {
    guard let first = seeds.first, let last = seeds.last, seeds.count > 1,
      seeds == Array(first...max(first, last))
    else {
      return seeds.map(String.init).joined(separator: ", ")
    }
    return "\(first)-\(last)"
  }
}
