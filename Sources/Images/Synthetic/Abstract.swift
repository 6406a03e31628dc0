import Glibc
import Kernels

/// Pictures without any form: the far out-of-distribution sets.
enum Abstract {
  /// One texture of two well separated colors over the whole picture, sometimes with a second texture beside it.
  static func paintTexture(on canvas: inout Canvas, using random: inout RandomStream) {
    let texture = randomTexture(using: &random)
    canvas.fill { texture.color(at: $0) }
    if random.uniform() < 0.3 {
      let other = randomTexture(using: &random)
      let normal = Point.polar(random.uniform(0, 2 * .pi))
      let place = canvas.center + normal * random.uniform(-8, 8)
      canvas.paint(inside: { ($0 - place).dot(normal) }, { other.color(at: $0) })
    }
    finish(&canvas, using: &random)
  }

  /// Three colors that flow into one another along a line, around a point or outwards from it.
  static func paintGradient(on canvas: inout Canvas, using random: inout RandomStream) {
    let colors = (0..<3).map { _ in Palette.color(using: &random) }
    let side = Float(canvas.side)
    let center = Point(random.uniform(0, side), random.uniform(0, side))
    let direction = Point.polar(random.uniform(0, 2 * .pi))
    let kind = random.below(3)
    let steepness = random.uniform(0.8, 2.4)
    let middle = canvas.center
    canvas.fill { point in
      let place: Float
      switch kind {
      case 0: place = 0.5 + (point - middle).dot(direction) / (side * 1.3)
      case 1: place = (point - center).length / side * steepness
      default:
        let offset = (point - center).unrotated(by: direction)
        place = abs(atan2f(offset.y, offset.x)) / .pi
      }
      return blend(colors, min(max(place, 0), 1))
    }
    finish(&canvas, using: &random)
  }

  /// Independent random values, one for every pixel or for every block of a few pixels, smooth or hard.
  static func paintNoise(on canvas: inout Canvas, using random: inout RandomStream) {
    let base = Palette.color(using: &random)
    let spread = random.uniform(0.15, 0.9)
    let grain = [0.9, 1.7, 2.6, 4.2][random.below(4)] as Float
    let isGrey = random.uniform() < 0.25
    let isHard = random.uniform() < 0.4
    let salt = random.nextWord()
    canvas.fill { point in
      let place = point / grain
      let sample = isHard ? place.rounded(.down) : place
      let red = ValueNoise.at(sample, salt)
      guard !isGrey else { return base + spread * 1.4 * (red - 0.5) }
      let others = (ValueNoise.at(sample, salt &+ 1), ValueNoise.at(sample, salt &+ 2))
      return base + spread * 1.4 * (Color(red, others.0, others.1) - 0.5)
    }
    finish(&canvas, using: &random)
  }

  /// A few connected strokes of one color, like a glyph of an unknown script.
  static func paintStrokes(on canvas: inout Canvas, using random: inout RandomStream) {
    let side = Float(canvas.side)
    let ground = Palette.color(using: &random)
    let ink = Palette.color(apartFrom: ground, by: 0.5, using: &random)
    let paper = Texture(
      .clouds, ground, Palette.color(near: ground, within: 0.15, using: &random), using: &random)
    canvas.fill { paper.color(at: $0) }
    let radius = random.uniform(0.7, 1.7) * side / 32
    var pen = anchor(side, using: &random)
    for _ in 0..<(2 + random.below(4)) {
      if random.uniform() < 0.25 { pen = anchor(side, using: &random) }
      let control = anchor(side, using: &random)
      let end = anchor(side, using: &random)
      let curve = (0...8).map { bezier(pen, control, end, Float($0) / 8) }
      canvas.paint(inside: { distance($0, to: curve) - radius }, { _ in ink })
      pen = end
    }
    finish(&canvas, using: &random)
  }

  private static func randomTexture(using random: inout RandomStream) -> Texture {
    // Plain is no texture.
    let patterns = Texture.Pattern.allCases.dropFirst()
    let pattern = patterns[patterns.startIndex + random.below(patterns.count)]
    let first = Palette.color(using: &random)
    let second = Palette.color(apartFrom: first, by: 0.3, using: &random)
    return Texture(pattern, first, second, periods: 2.5...8, using: &random)
  }

  /// Light from one side and noise, as on the painter's pictures.
  private static func finish(_ canvas: inout Canvas, using random: inout RandomStream) {
    let slope = random.uniform(Scene.slopes.lowerBound, Scene.slopes.upperBound)
    let light = Point.polar(random.uniform(0, 2 * .pi), slope / Float(canvas.side))
    let center = canvas.center
    canvas.shade { 1 + ($0 - center).dot(light) }
    let noise = random.uniform(Scene.noises.lowerBound, Scene.noises.upperBound)
    canvas.addNoise(deviation: noise, using: &random)
  }

  private static func blend(_ colors: [Color], _ place: Float) -> Color {
    let scaled = place * Float(colors.count - 1)
    let left = min(Int(scaled), colors.count - 2)
    return colors[left] + (scaled - Float(left)) * (colors[left + 1] - colors[left])
  }

  /// A point of a coarse grid with a little jitter: strokes that meet there look written, not scattered.
  private static func anchor(_ side: Float, using random: inout RandomStream) -> Point {
    let cell = Point(Float(random.below(4)), Float(random.below(4)))
    let jitter = Point(random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2))
    return (cell + jitter + 0.75) * (side / 4.5)
  }

  private static func bezier(_ start: Point, _ control: Point, _ end: Point, _ share: Float) -> Point {
    let rest = 1 - share
    return rest * rest * start + 2 * rest * share * control + share * share * end
  }

  private static func distance(_ point: Point, to curve: [Point]) -> Float {
    var nearest = Float.infinity
    for index in 1..<curve.count {
      nearest = min(nearest, point.distance(toSegmentFrom: curve[index - 1], to: curve[index]))
    }
    return nearest
  }
}
