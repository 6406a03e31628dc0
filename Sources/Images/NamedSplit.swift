import Archives

/// A share of a set taken out class by class that depends on the names of the pictures alone.
///
/// A picture's turn follows from the SHA-256 digest of its identifier, so the split is the same everywhere, and a
/// picture that is added or taken away makes at most one other of its class change sides.
public struct NamedSplit: Sendable {
  /// Indices of the share, ascending.
  public let chosen: [Int]

  /// All other indices, ascending.
  public let rest: [Int]

  /// Takes `fraction` of each class, rounded to the nearest count, but at least one picture and never all.
  ///
  /// Throws a `FileError` that names a class with a single picture.
  public init(_ set: ImageSet, fraction: Double) throws {
    var byClass = [[(turn: String, index: Int)]](repeating: [], count: set.classNames.count)
    for (index, label) in set.labels.enumerated() {
      var digest = SHA256()
      digest.update(Array(set.identifiers[index].utf8))
      byClass[label].append((digest.hexDigest(), index))
    }
    var chosen: [Int] = []
    for (label, pictures) in byClass.enumerated() where !pictures.isEmpty {
      guard pictures.count >= 2 else {
        throw FileError(
          set.name,
          "the class '\(set.classNames[label])' has a single picture, which cannot be learned and tested on")
      }
      let share = Int((Double(pictures.count) * fraction).rounded())
      let count = min(max(1, share), pictures.count - 1)
      chosen += pictures.sorted { ($0.turn, $0.index) < ($1.turn, $1.index) }.prefix(count).map(\.index)
    }
    self.chosen = chosen.sorted()
    let taken = Set(chosen)
    rest = set.labels.indices.filter { !taken.contains($0) }
  }
}
