import Archives

/// Which pictures of a set are used, in one fixed order of rules.
///
/// Each rule sees what the one before left: an index list first, then classes, the long tail, the fraction, the
/// count. An index list counts positions in the whole split; everything else counts in what there is.
public struct ImageSelection: Sendable, Equatable {
  /// The path of a file that lists pictures by position; nil for all.
  public var indices: String?

  /// Some classes only, renumbered; nil for all.
  public var classes: ClassSubset?

  /// Exponentially falling class sizes; nil for those there are.
  public var longTail: LongTail?

  /// This share of each class, drawn at random from the run's seed; nil for all.
  public var fraction: Double?

  /// So many pictures, evenly spaced; nil for all.
  public var count: Int?

  /// A selection by the rules that are given.
  public init(
    indices: String? = nil, classes: ClassSubset? = nil, longTail: LongTail? = nil, fraction: Double? = nil,
    count: Int? = nil
  ) {
    self.indices = indices
    self.classes = classes
    self.longTail = longTail
    self.fraction = fraction
    self.count = count
  }

  /// The pictures of `set` that the rules leave; `seed` is the run's.
  ///
  /// Throws a `FileError` when a rule asks for what the set does not have, or leaves nothing.
  public func applied(to set: ImageSet, seed: UInt64) throws -> ImageSet {
    guard self != ImageSelection() else { return set }
    var chosen = Chosen(set)
    if let indices { try chosen.keep(IndexList(path: indices).checked(count: set.count, name: set.name)) }
    if let classes { try chosen.keep(classes, seed: seed) }
    if let longTail {
      try chosen.keep(
        longTail.indices(labels: chosen.labels, classNames: chosen.classNames, name: set.name))
    }
    if let fraction {
      chosen.keep(
        StratifiedSplit(
          labels: chosen.labels, classCount: chosen.classNames.count, fraction: fraction, seed: seed
        ).chosen)
    }
    if let count { try chosen.keepEvenly(count) }
    guard !chosen.positions.isEmpty else {
      throw FileError(set.name, "no picture is left: a fraction of \(fraction ?? 1) of each class is none")
    }
    return set.subset(chosen.positions, labels: chosen.labels, classNames: chosen.classNames)
  }

  /// What the rules have left so far.
  private struct Chosen {
    let name: String
    var classNames: [String]
    /// Positions in the set.
    var positions: [Int]
    /// One a position.
    var labels: [Int]

    init(_ set: ImageSet) {
      name = set.name
      classNames = set.classNames
      positions = Array(set.labels.indices)
      labels = set.labels
    }

    mutating func keep(_ kept: [Int]) {
      positions = kept.map { positions[$0] }
      labels = kept.map { labels[$0] }
    }

    mutating func keep(_ subset: ClassSubset, seed: UInt64) throws {
      let kept = try subset.labels(among: classNames, seed: seed, name: name)
      keep(try subset.indices(labels: labels, kept: kept, classNames: classNames, name: name))
      let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
      labels = labels.compactMap { places[$0] }
      classNames = kept.map { classNames[$0] }
    }

    /// Evenly spaced, because archives are sorted by class.
    mutating func keepEvenly(_ count: Int) throws {
      guard count <= positions.count else {
        throw FileError(name, "has \(positions.count) pictures, but the recipe asks for \(count)")
      }
      keep((0..<count).map { $0 * positions.count / count })
    }
  }
}
