/// One random change made to every training picture.
public enum AugmentationRecipe: Sendable, Equatable {
  /// Surrounds the picture with black and cuts the original size from it at a random place.
  case crop(padding: Int)

  /// Mirrors the picture left to right.
  case flip(probability: Double)

  /// The augmentations by name.
  static let choices: [Choice<AugmentationRecipe>] = [
    Choice("crop") { .crop(padding: $0.integer("padding", default: 4, in: .atLeast(0))) },
    Choice("flip") { .flip(probability: $0.number("probability", default: 0.5, in: .between(0, and: 1))) },
  ]
}
