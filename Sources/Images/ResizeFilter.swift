/// How pixels between pixels are computed when a picture changes its size.
public enum ResizeFilter: String, Sendable, CaseIterable {
  /// A triangle over the two nearest pixels.
  case bilinear

  /// Keys' cubic over the four nearest pixels, with a = −½ as in Pillow.
  case bicubic

  /// How many pixels the filter reaches to each side when nothing shrinks.
  var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The filter's value at a distance of `x` pixels, in Pillow's order of arithmetic.
  func weight(_ x: Double) -> Double {
    let x = abs(x)
    switch self {
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}
