import Archives
import Kernels

/// Some classes of a set, and as many pictures of each as are wanted.
///
/// How detection degrades with the number of classes is measured by drawing classes at random and keeping
/// either the pictures a class or the pictures altogether the same (MOS, section 2 and appendix B.1). Labels are
/// renumbered from 0 in the order of the set. With the same seed, ten classes are among the twenty.
///
/// - Reference: Huang & Li, *MOS: Towards Scaling Out-of-Distribution Detection for Large Semantic Space*,
///   CVPR 2021.
public struct ClassSubset: Sendable, Equatable {
  /// Which classes are kept.
  public enum Classes: Sendable, Equatable {
    /// So many at random; without a seed of their own they follow from the run's.
    case random(count: Int, seed: UInt64?)

    /// These.
    case named([String])

    /// All but these; names that the set does not have are passed over, so that one list does for several sets.
    case except([String])
  }

  /// How many pictures are kept, always the first ones of a class.
  public enum Amount: Sendable, Equatable {
    /// All of them.
    case all

    /// So many of each class.
    case perClass(Int)

    /// So many altogether, shared out equally; where that does not come out even, the first classes get one more.
    case total(Int)
  }

  /// Which classes are kept.
  public let classes: Classes

  /// How many pictures are kept.
  public let amount: Amount

  /// A choice of classes and pictures.
  public init(_ classes: Classes, amount: Amount = .all) {
    self.classes = classes
    self.amount = amount
  }

  /// How many classes are kept; nil where it depends on the set.
  public var count: Int? {
    switch classes {
    case .random(let count, _): count
    case .named(let names): names.count
    case .except: nil
    }
  }

  /// The labels that are kept, ascending; throws a `FileError` in the name of the set if it has no such classes.
  public func labels(among classNames: [String], seed: UInt64, name: String) throws -> [Int] {
    switch classes {
    case .random(let count, let own):
      guard count <= classNames.count else {
        throw FileError(name, "has \(classNames.count) classes, but \(count) are to be drawn")
      }
      var labels = Array(classNames.indices)
      // Epoch 1 keeps the stream apart from those of stratified splits.
      var stream = RandomStream(seed: own ?? seed, purpose: .split, epoch: 1)
      stream.shuffle(&labels)
      return labels.prefix(count).sorted()
    case .named(let names):
      return try names.map { wanted in
        guard let label = classNames.firstIndex(of: wanted) else {
          throw FileError(
            name, "has no class called '\(wanted)'\(Spelling.hint(for: wanted, in: classNames))")
        }
        return label
      }.sorted()
    case .except(let names):
      let unwanted = Set(names)
      let kept = classNames.indices.filter { !unwanted.contains(classNames[$0]) }
      guard !kept.isEmpty else {
        throw FileError(name, "has \(classNames.count) classes, and all of them are to be left out")
      }
      return kept
    }
  }

  /// The pictures of the classes `kept`, ascending, as many of each as are wanted.
  func indices(labels: [Int], kept: [Int], classNames: [String], name: String) throws -> [Int] {
    var wanted = [Int](repeating: 0, count: classNames.count)
    for (place, label) in kept.enumerated() {
      switch amount {
      case .all: wanted[label] = .max
      case .perClass(let count): wanted[label] = count
      case .total(let total): wanted[label] = total / kept.count + (place < total % kept.count ? 1 : 0)
      }
    }
    var taken = [Int](repeating: 0, count: classNames.count)
    let indices = labels.indices.filter { index in
      let label = labels[index]
      guard taken[label] < wanted[label] else { return false }
      taken[label] += 1
      return true
    }
    if amount != .all, let short = kept.first(where: { taken[$0] < wanted[$0] }) {
      throw FileError(
        name,
        "has \(taken[short]) pictures of class '\(classNames[short])', but \(wanted[short]) are asked for")
    }
    return indices
  }
}
