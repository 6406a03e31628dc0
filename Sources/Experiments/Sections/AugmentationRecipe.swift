import Images

/// One random change made to every training picture.
public enum AugmentationRecipe: Sendable, Equatable {
  /// Surrounds the picture with black and cuts the original size from it at a random place.
  case crop(padding: Int)

  /// Mirrors the picture left to right.
  case flip(probability: Double)

  /// The augmentations by name.
  static let choices: [Choice<AugmentationRecipe>] = [
    Choice("crop") { .crop(padding: $0.integer("padding", default: 4, in: .between(0, and: 1_024))) },
    Choice("flip") { .flip(probability: $0.number("probability", default: 0.5, in: .between(0, and: 1))) },
  ]

  /// The augmentation of this section.
  var augmentation: any Augmentation {
    switch self {
    case .crop(let padding): RandomCrop(padding: padding)
    case .flip(let probability): HorizontalFlip(probability: Float(probability))
    }
  }
}

extension DataRecipe {
  /// What is done to every training picture.
  func pipeline(normalization: Normalization) -> PicturePipeline {
    PicturePipeline(augmentations: augmentations.map(\.augmentation), normalization: normalization)
  }
}
