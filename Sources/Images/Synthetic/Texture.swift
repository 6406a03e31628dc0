import Glibc
import Kernels

/// A surface: a pattern of two colors, scaled, turned and shifted.
struct Texture {
  /// How the two colors are distributed.
  enum Pattern: CaseIterable {
    case plain, stripes, checks, dots, clouds
    case waves, cells, weave, marble

    /// Patterns of figures and grounds; the others appear in the set of textures only.
    static let painted: [Pattern] = [.plain, .stripes, .checks, .dots, .clouds]
  }

  let pattern: Pattern
  let first: Color
  let second: Color

  /// Repetitions a pixel.
  let frequency: Float

  /// Cosine and sine of the pattern's angle.
  let direction: Point

  let shift: Point
  let salt: UInt32

  /// A texture with random scale, angle and place.
  init(
    _ pattern: Pattern, _ first: Color, _ second: Color, periods: ClosedRange<Float> = 4...11,
    using random: inout RandomStream
  ) {
    self.pattern = pattern
    self.first = first
    self.second = second
    frequency = 1 / random.uniform(periods.lowerBound, periods.upperBound)
    direction = .polar(random.uniform(0, 2 * .pi))
    shift = Point(random.uniform(0, 64), random.uniform(0, 64))
    salt = random.nextWord()
  }

  /// The color at a place of the canvas.
  func color(at point: Point) -> Color {
    first + weight(at: point) * (second - first)
  }

  /// The share of the second color, 0 to 1.
  private func weight(at point: Point) -> Float {
    let p = (point + shift).rotated(by: direction) * frequency
    switch pattern {
    case .plain: return 0
    case .stripes: return edge(wave(p.x))
    case .checks: return edge(wave(p.x) * wave(p.y) * 1.5)
    case .dots: return min(max(0.5 - ((p - p.rounded(.down) - 0.5).length - 0.3) / frequency, 0), 1)
    case .clouds: return 0.7 * ValueNoise.at(p, salt) + 0.3 * ValueNoise.at(p * 2.3, salt &+ 1)
    case .waves: return edge(wave(p.x + 0.35 * wave(p.y * 0.6)))
    case .cells: return min(ValueNoise.distanceToSeed(p * 0.8, salt) * 1.1, 1)
    case .weave: return edge(wave(p.x + 0.5 * (p.y * 2).rounded(.down)) * 1.2)
    case .marble: return 0.5 + 0.5 * wave(p.x * 0.5 + 1.6 * ValueNoise.at(p * 0.7, salt))
    }
  }

  private func wave(_ turns: Float) -> Float { sinf(2 * .pi * turns) }

  /// Turns a wave into bands whose edges are about a pixel wide.
  private func edge(_ wave: Float) -> Float {
    min(max(0.5 + wave * 0.16 / frequency, 0), 1)
  }
}
