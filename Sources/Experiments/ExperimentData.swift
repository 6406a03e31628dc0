import Archives
import Images

/// The pictures of an experiment, opened and checked against each other.
public struct ExperimentData: Sendable {
  /// The pictures to learn.
  public let training: ImageSet

  /// The pictures that choose the best checkpoint and the threshold.
  public let validation: ImageSet?

  /// The inliers that are tested on.
  public let test: ImageSet

  /// The outlier sets under their names in results, near ones first.
  public let outliers: [(name: String, set: ImageSet)]

  /// The outliers that choose settings of scores.
  public let outlierValidation: ImageSet?

  /// How bytes become floats.
  public let normalization: Images.Normalization

  /// How each set's pixels were stored.
  public let encodings: Encodings

  /// What a reader of the results must know, in sentences; usually nothing.
  public let notes: [String]

  /// Opens all sets of a recipe; throws a `FileError` for the first that is missing, damaged or does not fit.
  public init(_ recipe: DataRecipe, store: DataStore, seed: UInt64) throws {
    var training = try store.open(recipe.train, size: recipe.size)
    let test = try store.open(recipe.test, size: recipe.size)
    try Self.checkAlike(training, test)
    switch recipe.validation {
    case nil: validation = nil
    case .set(let reference):
      let set = try store.open(reference, size: recipe.size)
      try Self.checkAlike(training, set)
      validation = set
    case .fraction(let fraction):
      let split = StratifiedSplit(training, fraction: fraction, seed: seed)
      validation = split.chosen.isEmpty ? nil : training.subset(split.chosen)
      training = training.subset(split.rest)
    }
    let outliers = try (recipe.near + recipe.far).map { ($0.name, try store.open($0, size: recipe.size)) }
    for (name, set) in outliers { try Self.checkSize(training, set, name) }
    outlierValidation = try recipe.outlierValidation.map { try store.open($0, size: recipe.size) }
    if let outlierValidation { try Self.checkSize(training, outlierValidation, outlierValidation.name) }
    self.training = training
    self.test = test
    self.outliers = outliers
    normalization = Self.normalization(recipe, store, training)
    let inliers = [("training", training), ("validation", validation), ("test", test)]
    let named = inliers.compactMap { name, set in set.map { (name, $0) } } + outliers
    notes = Self.encodingNotes(named)
    encodings = Encodings(
      training: training.encoding, validation: validation?.encoding, test: test.encoding,
      outliers: Dictionary(outliers.map { ($0.0, $0.1.encoding) }) { first, _ in first })
  }

  private static func normalization(
    _ recipe: DataRecipe, _ store: DataStore, _ training: ImageSet
  ) -> Images.Normalization {
    switch recipe.normalization {
    case .none: .none
    case .set("cifar100"): .cifar100
    case .set: .cifar10
    case .constants(let mean, let deviation):
      Images.Normalization(mean: mean.map(Float.init), deviation: deviation.map(Float.init))
    case .catalogue: store.normalization(of: recipe.train) ?? Images.Normalization(of: training)
    }
  }

  /// A test or validation set must have the classes of the training set.
  private static func checkAlike(_ training: ImageSet, _ other: ImageSet) throws {
    guard training.classNames == other.classNames else {
      let difference = zip(training.classNames, other.classNames).first { $0 != $1 }
      let detail = difference.map { ": “\($1)” where the training set has “\($0)”" } ?? ""
      throw FileError(
        other.name,
        "has \(other.classNames.count) classes that are not the \(training.classNames.count) of the training set "
          + "\(training.name)\(detail)")
    }
    try checkSize(training, other, other.name)
  }

  private static func checkSize(_ training: ImageSet, _ other: ImageSet, _ name: String) throws {
    guard (other.height, other.width) == (training.height, training.width) else {
      throw FileError(
        name,
        "has \(other.height)×\(other.width) pictures, the training set \(training.name) has "
          + "\(training.height)×\(training.width); data.size brings folders and tars to one size")
    }
  }

  /// A detector can score on compression artefacts where sets differ in encoding: one sentence if they do.
  private static func encodingNotes(_ sets: [(name: String, set: ImageSet)]) -> [String] {
    var names: [ImageSet.Encoding: [String]] = [:]
    var order: [ImageSet.Encoding] = []
    for (name, set) in sets {
      if names[set.encoding] == nil { order.append(set.encoding) }
      names[set.encoding, default: []].append(name)
    }
    guard order.count > 1 else { return [] }
    let groups = order.map { "\($0.rawValue): \((names[$0] ?? []).joined(separator: ", "))" }
    return [
      "the sets differ in encoding and can be told apart by their compression alone ("
        + groups.joined(separator: "; ") + ")"
    ]
  }
}
