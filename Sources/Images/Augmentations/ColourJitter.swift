import Kernels

/// Changes brightness, contrast, saturation and hue by random amounts, in random order.
///
/// Factors are uniform in 1 ± the setting, not below 0; the hue turns by an angle uniform in ± `hue` of a full turn.
/// A setting of 0 leaves its property alone. Every byte is what Pillow makes of it.
public struct ColourJitter: Augmentation {
  /// How far the brightness factor may be from 1.
  public let brightness: Float

  /// How far the contrast factor may be from 1.
  public let contrast: Float

  /// How far the saturation factor may be from 1.
  public let saturation: Float

  /// How far the hue may turn, 0 to ½.
  public let hue: Float

  /// How often a picture is changed, 0 to 1.
  public let probability: Float

  /// A jitter of those ranges.
  ///
  /// - Precondition: no setting is negative, `hue` is at most ½ and `probability` at most 1.
  public init(
    brightness: Float = 0, contrast: Float = 0, saturation: Float = 0, hue: Float = 0, probability: Float = 1
  ) {
    precondition(
      brightness >= 0 && contrast >= 0 && saturation >= 0 && (0...0.5).contains(hue)
        && (0...1).contains(probability),
      "a jitter cannot be \(brightness), \(contrast), \(saturation), \(hue) with probability \(probability)")
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
    self.probability = probability
  }

  /// Changes `picture` or leaves it; draws one number, and eight more (as a rule) if it changes.
  public func apply(to picture: inout Picture, using random: inout RandomStream) {
    guard random.uniform() < probability else { return }
    var order = [0, 1, 2, 3]
    random.shuffle(&order)
    // Drawn in one order whatever the order of use, as torchvision does.
    let brightness = factor(self.brightness, &random)
    let contrast = factor(self.contrast, &random)
    let saturation = factor(self.saturation, &random)
    let turn = random.uniform(-hue, hue)
    for step in order {
      switch step {
      case 0: if self.brightness > 0 { Blending.brightness(&picture, factor: brightness) }
      case 1: if self.contrast > 0 { Blending.contrast(&picture, factor: contrast) }
      case 2: if self.saturation > 0 { Blending.colour(&picture, factor: saturation) }
      default: if hue > 0 { HueShift.apply(to: &picture, turn: turn) }
      }
    }
  }

  private func factor(_ reach: Float, _ random: inout RandomStream) -> Float {
    random.uniform(max(0, 1 - reach), 1 + reach)
  }
}
