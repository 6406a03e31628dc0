import Kernels

/// Where the colors of drawn pictures come from.
enum Palette {
  /// A color of any hue, from pale to strong and from dark to light.
  static func color(using random: inout RandomStream) -> Color {
    color(
      hue: random.uniform(), saturation: random.uniform(0.15, 0.9), brightness: random.uniform(0.2, 0.95))
  }

  /// A color that differs from `other` by at least `contrast` (distance in the unit cube).
  ///
  /// Random ones are tried; the twentieth failure settles for black or white, whichever is further away.
  static func color(
    apartFrom other: Color, by contrast: Float, using random: inout RandomStream
  ) -> Color {
    for _ in 0..<20 {
      let candidate = color(using: &random)
      if distance(candidate, other) >= contrast { return candidate }
    }
    return other.sum() > 1.5 ? .zero : .one
  }

  /// A color near `other`, for the second color of a texture.
  static func color(near other: Color, within spread: Float, using random: inout RandomStream) -> Color {
    let brightness = random.uniform(-spread, spread)
    let tint = Color(
      random.uniform(-spread, spread), random.uniform(-spread, spread), random.uniform(-spread, spread))
    return (other + brightness + 0.5 * tint).clamped(lowerBound: .zero, upperBound: .one)
  }

  private static func distance(_ a: Color, _ b: Color) -> Float {
    ((a - b) * (a - b)).sum().squareRoot()
  }

  /// Hue, saturation and brightness, 0 to 1 each, as red, green and blue.
  private static func color(hue: Float, saturation: Float, brightness: Float) -> Color {
    // Each primary is full within a sixth of the circle around its own hue and fades over the next sixth.
    let turns = hue * 6 + Color(0, 4, 2)
    let folded = turns - 6 * (turns / 6).rounded(.down) - 3
    let primaries = Color(abs(folded.x), abs(folded.y), abs(folded.z)) - 1
    let pure = primaries.clamped(lowerBound: .zero, upperBound: .one)
    return brightness * (1 - saturation * (1 - pure))
  }
}
