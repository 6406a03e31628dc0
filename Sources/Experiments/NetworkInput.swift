import Archives
import Images

/// What a trained network expects: the size of pictures, how bytes become floats, and what its logits are called.
///
/// A part of results.json, so that a run can judge pictures where its training set is not at hand.
public struct NetworkInput: Codable, Sendable, Equatable {
  /// The class of each logit.
  public let classNames: [String]

  /// Rows of a picture.
  public let height: Int

  /// Columns of a picture.
  public let width: Int

  /// What is taken from red, green and blue in 0…1.
  public let mean: [Float]

  /// What the rest is divided by.
  public let deviation: [Float]

  /// What a network trained on this data expects.
  init(_ data: ExperimentData) {
    self.init(data.training, data.normalization)
  }

  private init(_ training: ImageSet, _ normalization: Normalization) {
    classNames = training.classNames
    height = training.height
    width = training.width
    mean = normalization.mean
    deviation = normalization.deviation
  }

  /// What a network trained by a recipe expects; opens the training set, and nothing else.
  ///
  /// Throws a `FileError` if the training set is not there.
  init(_ recipe: Recipe, store: DataStore) throws {
    let training = try store.open(recipe.data.train, size: recipe.data.size)
    self.init(training, try ExperimentData.normalization(recipe.data, store, training))
  }

  /// How bytes become floats.
  var normalization: Normalization { Normalization(mean: mean, deviation: deviation) }

  /// How a picture of another size is brought to this one: as the recipe says, else by its middle.
  func fit(_ size: PictureSize?) -> PictureFit {
    switch size?.fit {
    case .stretch: .stretch(height: height, width: width)
    case .exact: .exact
    case .crop, nil: .centreCrop(height: height, width: width)
    }
  }
}
