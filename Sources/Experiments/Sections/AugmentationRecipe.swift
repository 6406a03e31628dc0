import Images

/// One random change made to every training picture.
public enum AugmentationRecipe: Sendable, Equatable {
  /// Surrounds the picture with black and cuts the original size from it at a random place.
  case crop(padding: Int)

  /// Mirrors the picture left to right.
  case flip(probability: Double)

  /// Cuts out a rectangle of random size and resizes it to the size that the network sees.
  case randomResizedCrop(RandomRectangle, filter: ResizeFilter)

  /// The same with small rectangles, which stand in for auxiliary outliers.
  case augIDCrop(RandomRectangle, filter: ResizeFilter)

  /// One of fourteen operations at a random strength.
  case trivialAugment(Interpolation)

  /// Brightness, contrast, saturation and hue.
  case jitter(brightness: Double, contrast: Double, saturation: Double, hue: Double, probability: Double)

  /// Takes the colours out.
  case grey(probability: Double)

  /// Mixes the picture with chains of operations on it.
  case augMix(AugMix.Variant, severity: Int, allOperations: Bool)

  /// Sets a rectangle to the mean colour.
  case randomErasing(RandomRectangle, probability: Double)

  /// How TrivialAugment finds a colour between pixels.
  public enum Interpolation: String, Sendable, CaseIterable {
    /// That of the nearest pixel.
    case nearest
    /// Between those of the four nearest.
    case bilinear
  }

  /// Which part of the way into a batch a change belongs to; a recipe lists them in this order.
  enum Stage: Int, Comparable {
    case geometry, policy, augMix, erasing

    static func < (one: Stage, other: Stage) -> Bool { one.rawValue < other.rawValue }
  }

  /// The augmentations by name.
  static let choices: [Choice<AugmentationRecipe>] = [
    Choice("crop") { .crop(padding: $0.integer("padding", default: 4, in: .between(0, and: 1_024))) },
    Choice("flip") { .flip(probability: $0.probability(default: 0.5)) },
    Choice("randomResizedCrop") {
      .randomResizedCrop(
        RandomRectangle(reading: $0, scale: 0.08...1, ratio: 0.75...4 / 3),
        filter: $0.word("filter", default: .bilinear))
    },
    Choice("augIDCrop") {
      .augIDCrop(
        RandomRectangle(reading: $0, scale: 0.05...0.25, ratio: 0.75...4 / 3),
        filter: $0.word("filter", default: .bilinear))
    },
    Choice("trivialAugment") { .trivialAugment($0.word("interpolation", default: .nearest)) },
    Choice("jitter") {
      .jitter(
        brightness: $0.number("brightness", default: 0.4, in: .between(0, and: 10)),
        contrast: $0.number("contrast", default: 0.4, in: .between(0, and: 10)),
        saturation: $0.number("saturation", default: 0.4, in: .between(0, and: 10)),
        hue: $0.number("hue", default: 0.1, in: .between(0, and: 0.5)),
        probability: $0.probability(default: 0.8))
    },
    Choice("grey") { .grey(probability: $0.probability(default: 0.2)) },
    Choice("augMix") {
      .augMix(
        $0.word("variant", default: .authors),
        severity: $0.integer("severity", default: 3, in: .between(1, and: 10)),
        allOperations: $0.bool("allOperations", default: false))
    },
    Choice("randomErasing") {
      .randomErasing(
        RandomRectangle(reading: $0, scale: 0.02...0.33, ratio: 0.3...3.3),
        probability: $0.probability(default: 0.1))
    },
  ]

  /// Which part of the way into a batch it belongs to.
  var stage: Stage {
    switch self {
    case .crop, .flip, .randomResizedCrop, .augIDCrop: .geometry
    case .trivialAugment, .jitter, .grey: .policy
    case .augMix: .augMix
    case .randomErasing: .erasing
    }
  }

  /// Whether it makes pictures of one size of pictures of any.
  var makesOneSize: Bool {
    switch self {
    case .randomResizedCrop, .augIDCrop: true
    default: false
    }
  }

  /// Reads `data.augment`, and refuses an order in which the parts could not be applied.
  static func list(reading reader: SectionReader, key: String) -> [AugmentationRecipe] {
    let augmentations = reader.list(key, default: []) { $0.choice(choices) }
    let stages = augmentations.map(\.stage)
    for (earlier, later) in zip(stages, stages.dropFirst()) {
      if later < earlier {
        reader.report(
          "must list crops and flips first, then trivialAugment, jitter and grey, then augMix, then randomErasing",
          at: key)
        break
      }
      if later == earlier, later >= .augMix {
        reader.report("can have \(later == .augMix ? "augMix" : "randomErasing") once only", at: key)
        break
      }
    }
    return augmentations
  }
}

extension SectionReader {
  fileprivate func probability(default fallback: Double) -> Double {
    number("probability", default: fallback, in: .between(0, and: 1))
  }
}

extension PicturePipeline {
  /// The pipeline of those augmentations, for pictures that end with the given size.
  init(
    _ augmentations: [AugmentationRecipe], height: Int, width: Int, normalization: Normalization
  ) {
    self.init(normalization: normalization)
    for augmentation in augmentations {
      switch augmentation {
      case .crop(let padding): geometry.append(RandomCrop(padding: padding))
      case .flip(let probability): geometry.append(HorizontalFlip(probability: Float(probability)))
      case .randomResizedCrop(let rectangle, let filter), .augIDCrop(let rectangle, let filter):
        geometry.append(
          RandomResizedCrop(
            height: height, width: width, scale: rectangle.scale, ratio: rectangle.ratio, filter: filter))
      case .trivialAugment(let interpolation):
        policy.append(TrivialAugment(isBilinear: interpolation == .bilinear))
      case .jitter(let brightness, let contrast, let saturation, let hue, let probability):
        policy.append(
          ColourJitter(
            brightness: Float(brightness), contrast: Float(contrast), saturation: Float(saturation),
            hue: Float(hue), probability: Float(probability)))
      case .grey(let probability): policy.append(RandomGrey(probability: Float(probability)))
      case .augMix(let variant, let severity, let allOperations):
        augMix = AugMix(variant, severity: severity, usesAllOperations: allOperations)
      case .randomErasing(let rectangle, let probability):
        erasing = RandomErasing(
          probability: Float(probability), scale: rectangle.scale, ratio: rectangle.ratio)
      }
    }
  }
}

extension DataRecipe {
  /// What is done to every training picture on its way to a network that sees pictures of that size.
  public func pipeline(height: Int, width: Int, normalization: Normalization) -> PicturePipeline {
    PicturePipeline(augmentations, height: height, width: width, normalization: normalization)
  }
}
