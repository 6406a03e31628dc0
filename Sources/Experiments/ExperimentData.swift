import Archives
import Images
import Training

/// The pictures of an experiment, opened and checked against each other.
public struct ExperimentData: Sendable {
  /// The pictures to learn, at the size that the network sees.
  public let training: ImageSet

  /// The same pictures whole and of their own sizes, where augmentations take them so; nil where they take `training`.
  public let wholeTraining: ImageSet?

  /// The pictures that choose the best checkpoint and the threshold.
  public let validation: ImageSet?

  /// The outliers to train with, where a stage's method uses them.
  public let auxiliary: AuxiliaryMaterial?

  /// The inliers that are tested on.
  public let test: ImageSet

  /// The outlier sets under their names in results, near ones first.
  public let outliers: [(name: String, set: ImageSet)]

  /// The outliers that choose settings of scores.
  public let outlierValidation: ImageSet?

  /// The classes of outliers that show one the network knows, −1 for all others, by the name of the set.
  public let knownClasses: [String: [Int]]

  /// How bytes become floats.
  public let normalization: Images.Normalization

  /// How each set's pixels were stored.
  public let encodings: Encodings

  /// What a reader of the results must know, in sentences; usually nothing.
  public let notes: [String]

  /// Opens all sets of a recipe; throws a `FileError` for the first that is missing, damaged or does not fit.
  ///
  /// A `normalization` that an earlier opening arrived at is taken over and not measured again.
  public init(
    _ recipe: DataRecipe, store: DataStore, seed: UInt64, normalization known: Images.Normalization? = nil
  ) throws {
    let store = store.reading(as: recipe)
    func open(_ reference: DataSetReference) throws -> ImageSet {
      try store.open(reference, size: recipe.size, seed: seed)
    }
    var whole: ImageSet?
    var training: ImageSet
    if let size = recipe.size, size.keepsTrainingWhole {
      let pictures = try store.openWhole(recipe.train, seed: seed)
      training = try pictures.viewed(through: size.pictureFit)
      whole = pictures
    } else {
      training = try open(recipe.train)
    }
    try Self.requireClasses(training)
    let test: ImageSet
    if case .share(let fraction) = recipe.test.source {
      let split = try NamedSplit(training, fraction: fraction)
      test = training.subset(split.chosen)
      training = training.subset(split.rest)
      whole = whole?.subset(split.rest)
    } else {
      test = try open(recipe.test)
      try Self.checkAlike(training, test)
    }
    switch recipe.validation {
    case nil: validation = nil
    case .set(let reference):
      let set = try open(reference)
      try Self.checkAlike(training, set)
      validation = set
    case .fraction(let fraction):
      let split = StratifiedSplit(training, fraction: fraction, seed: seed)
      validation = split.chosen.isEmpty ? nil : training.subset(split.chosen)
      training = training.subset(split.rest)
      whole = whole?.subset(split.rest)
    }
    let outliers = try (recipe.near + recipe.far).map { ($0.name, try open($0)) }
    for (name, set) in outliers { try Self.checkSize(training, set, name) }
    knownClasses = try Self.knownClasses(recipe.near + recipe.far, outliers, training.classNames.count)
    outlierValidation = try recipe.outlierValidation.map { try open($0) }
    if let outlierValidation { try Self.checkSize(training, outlierValidation, outlierValidation.name) }
    let auxiliaryImages: ImageSet? =
      switch recipe.auxiliary?.source {
      case nil: nil
      case .training: training
      case .set(let reference): try open(reference)
      }
    self.training = training
    wholeTraining = whole
    self.test = test
    self.outliers = outliers
    normalization = try known ?? Self.normalization(recipe, store, training)
    let normalization = normalization
    auxiliary = try auxiliaryImages.flatMap { images in
      try recipe.auxiliary.map { outliers in
        let material = outliers.material(
          images, beside: recipe.augmentations, height: training.height, width: training.width, normalization)
        // A crop may bring larger outliers to the size of the training pictures.
        let size = material.pipeline.outputSize(height: images.height, width: images.width)
        try Self.checkSize(training, size, images.name)
        return material
      }
    }
    let others = [
      ("training", training), ("validation", validation), ("auxiliary", auxiliaryImages), ("test", test),
    ]
    let named = others.compactMap { name, set in set.map { (name, $0) } } + outliers
    notes = Self.encodingNotes(named) + Self.damageNotes(named)
    encodings = Encodings(
      training: training.encoding, validation: validation?.encoding,
      auxiliary: auxiliaryImages?.encoding, test: test.encoding,
      outliers: Dictionary(outliers.map { ($0.0, $0.1.encoding) }) { first, _ in first })
  }

  /// What a training method may know of the data.
  var facts: TaskFacts { TaskFacts(of: training, auxiliary: auxiliary?.images) }

  /// What is done to every training picture of that recipe.
  func pipeline(for recipe: DataRecipe) -> PicturePipeline {
    recipe.pipeline(height: training.height, width: training.width, normalization: normalization)
  }

  private static func knownClasses(
    _ references: [DataSetReference], _ sets: [(name: String, set: ImageSet)], _ classCount: Int
  ) throws -> [String: [Int]] {
    var labels: [String: [Int]] = [:]
    for (reference, (name, set)) in zip(references, sets) {
      guard let path = reference.knownClasses else { continue }
      labels[name] = try KnownClassList(path: path).labels(
        of: set.identifiers, set: name, classCount: classCount)
    }
    return labels
  }

  /// How bytes become floats under a recipe whose training pictures are these.
  static func normalization(
    _ recipe: DataRecipe, _ store: DataStore, _ training: ImageSet
  ) throws -> Images.Normalization {
    switch recipe.normalization {
    case .none: .none
    case .set("cifar100"): .cifar100
    case .set: .cifar10
    case .constants(let mean, let deviation):
      Images.Normalization(mean: mean.map(Float.init), deviation: deviation.map(Float.init))
    case .catalogue: try store.normalization(of: recipe.train) ?? Images.Normalization(of: training)
    }
  }

  /// There must be something to tell apart.
  private static func requireClasses(_ training: ImageSet) throws {
    guard training.classNames.count == 1 else { return }
    throw FileError(
      training.name,
      "has one class only, '\(training.classNames[0])'; a classifier needs at least two, each in a folder of its own"
    )
  }

  /// Pictures that were left out because they are damaged: one sentence a set.
  private static func damageNotes(_ sets: [(name: String, set: ImageSet)]) -> [String] {
    // A share of a set carries what was wrong with the whole set.
    var said: Set<[String]> = []
    return sets.compactMap { name, set in
      guard let first = set.damaged.first, said.insert(set.damaged).inserted else { return nil }
      let count = set.damaged.count
      return count == 1
        ? "a damaged picture of \(set.name) was left out (\(first))"
        : "\(count) damaged pictures of \(set.name) were left out, the first being \(first)"
    }
  }

  /// A test or validation set must have the classes of the training set.
  private static func checkAlike(_ training: ImageSet, _ other: ImageSet) throws {
    guard training.classNames == other.classNames else {
      let difference = zip(training.classNames, other.classNames).first { $0 != $1 }
      let detail = difference.map { ": '\($1)' where the training set has '\($0)'" } ?? ""
      throw FileError(
        other.name,
        "has \(other.classNames.count) classes that are not the \(training.classNames.count) of the training set "
          + "\(training.name)\(detail)")
    }
    try checkSize(training, other, other.name)
  }

  private static func checkSize(_ training: ImageSet, _ other: ImageSet, _ name: String) throws {
    try checkSize(training, (other.height, other.width), name)
  }

  private static func checkSize(
    _ training: ImageSet, _ size: (height: Int, width: Int), _ name: String
  ) throws {
    guard size == (training.height, training.width) else {
      throw FileError(
        name,
        "has \(size.height)×\(size.width) pictures, the training set \(training.name) has "
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
