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
  public let auxiliary: AuxiliaryRecipe?

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

  /// How many megabytes decoded pictures of folders, tars and lists may take.
  public let cache: Int

  /// Whether damaged pictures of folders, tars and lists are left out.
  public let skipsDamaged: Bool

  /// The name of the test images' table without learned masks.
  static let unmaskedName = "unmasked"

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
    unmaskedName: "the unmasked test pictures'",
  ]

  init(reading reader: SectionReader) {
    train = reader.section("train", shorthand: "set") { DataSetReference(reading: $0, split: "train") }
    test = reader.section("test", shorthand: "set") { DataSetReference(testing: $0) }
    validation = reader.optionalSection("validation", shorthand: "set", Validation.init(reading:))
    auxiliary = reader.optionalSection("auxiliary", shorthand: "set", AuxiliaryRecipe.init(reading:))
    // Each set has a feature table and figures under its name, so no two may share one.
    if let owner = Self.reservedNames[test.name], test.name != Self.validationName || validation != nil {
      reader.report("cannot be called '\(test.name)', which is \(owner) name", at: "test")
    }
    var names: Set<String> = []
    let testName = test.name
    func outliers(_ value: ValueReader) -> DataSetReference? {
      guard let set = value.dataSet(split: "test", mayShowKnownClasses: true) else { return nil }
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
    augmentations = AugmentationRecipe.list(reading: reader, key: "augment")
    size = reader.optionalSection("size", shorthand: "size", PictureSize.init(reading:))
    if size?.keepsTrainingWhole == true, augmentations.first?.makesOneSize != true {
      reader.report(
        "training: whole needs randomResizedCrop or augIDCrop as the first of data.augment, which brings the pictures to one size",
        at: "size")
    }
    cache = reader.integer("cache", default: 2_048, in: .between(0, and: 1 << 20))
    // Absent unless it is asked for, so that recipes from before keep their hash.
    skipsDamaged = reader.contains("skipDamaged") ? reader.bool("skipDamaged") : false
  }
}

extension DataSetReference {
  /// `{fraction: 0.2}`, or a data set.
  fileprivate init(testing reader: SectionReader) {
    guard reader.contains("fraction") else {
      self.init(reading: reader, split: "test")
      return
    }
    for key in ["set", "path", "list"] where reader.contains(key) {
      _ = reader.optionalString(key)
      reader.report("is a share of the training pictures, which excludes \(key)", at: "fraction")
    }
    self.init(source: .share(reader.number("fraction", in: .above(0, upTo: 0.9))))
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
