import Detection

/// Which pictures a run trains on, is tested on and is confronted with.
public struct DataRecipe: Sendable, Equatable {
  /// The pictures that choose the best checkpoint and the threshold.
  public enum Validation: Sendable, Equatable {
    /// This share of the training set, taken out of it class by class.
    case fraction(Double)

    /// A set of its own.
    case set(DataSetReference)
  }

  /// The inliers a network learns.
  public let train: DataSetReference

  /// The inliers its accuracy and its scores are measured on.
  public let test: DataSetReference

  /// The pictures that choose; nil: nothing is chosen.
  public let validation: Validation?

  /// Outliers for training, for the methods that use them.
  public let auxiliary: DataSetReference?

  /// Outliers that resemble the inliers.
  public let near: [DataSetReference]

  /// Outliers that don't.
  public let far: [DataSetReference]

  /// Outliers that choose the settings of scores; never those of `near` and `far`.
  public let outlierValidation: DataSetReference?

  /// What is done to every channel before a network sees it.
  public let normalization: NormalizationRecipe

  /// What is done at random to the training pictures, in this order.
  public let augmentations: [AugmentationRecipe]

  /// The size that folders and tars of photographs are brought to; nil: they must have one size already.
  public let size: PictureSize?

  /// What the table of the validation pictures is called.
  static let validationName = "validation"

  /// What the table of the training pictures is called.
  static let bankName = "train"

  /// What the table of the outliers is called that choose settings of scores.
  static let outlierValidationName = "oodValidation"

  /// The names of tables that no measured set may have, and whose they are.
  private static let reservedNames = [
    validationName: "the validation pictures'", bankName: "the training pictures'",
    outlierValidationName: "the validation outliers'",
  ]

  /// The rows of the tables.
  public var detectionProtocol: DetectionProtocol {
    get throws { try DetectionProtocol(near: near.map(\.name), far: far.map(\.name)) }
  }

  init(reading reader: SectionReader) {
    train = reader.section("train", shorthand: "set") { DataSetReference(reading: $0, split: "train") }
    test = reader.section("test", shorthand: "set") { DataSetReference(reading: $0, split: "test") }
    validation = reader.optionalSection("validation", shorthand: "set", Validation.init(reading:))
    auxiliary = reader.optionalSection("auxiliary", shorthand: "set") {
      DataSetReference(reading: $0, split: "train")
    }
    // Each set has a feature table and figures under its name, so no two may share one.
    if let owner = Self.reservedNames[test.name], test.name != Self.validationName || validation != nil {
      reader.report("cannot be called '\(test.name)', which is \(owner) name", at: "test")
    }
    var names: Set<String> = []
    let testName = test.name
    func outliers(_ value: ValueReader) -> DataSetReference? {
      guard let set = value.dataSet(split: "test") else { return nil }
      if set.name == testName {
        value.report("'\(set.name)' is the test set; the names of the sets that are measured must differ")
      } else if let owner = Self.reservedNames[set.name] {
        value.report("'\(set.name)' is \(owner) name; rename the folder or tar")
      } else if !names.insert(set.name).inserted {
        value.report("'\(set.name)' is listed before; the names in near and far must differ")
      }
      return set
    }
    near = reader.list("near", default: [], of: outliers)
    far = reader.list("far", default: [], of: outliers)
    outlierValidation = reader.optionalSection("oodValidation", shorthand: "set") {
      DataSetReference(reading: $0, split: "train")
    }
    normalization = NormalizationRecipe(reading: reader, key: "normalize")
    augmentations = reader.list("augment", default: []) { $0.choice(AugmentationRecipe.choices) }
    size = reader.optionalSection("size", shorthand: "size", PictureSize.init(reading:))
  }
}

extension DataRecipe.Validation {
  /// `{fraction: 0.02}`, or a data set.
  fileprivate init(reading reader: SectionReader) {
    let fraction = reader.optionalNumber("fraction", in: .from(0, below: 1))
    if reader.contains("fraction") {
      self = .fraction(fraction ?? 0)
    } else {
      self = .set(DataSetReference(reading: reader, split: "test"))
    }
  }
}
