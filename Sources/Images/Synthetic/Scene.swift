import Glibc
import Kernels

/// Everything that a picture of a form shows, drawn at random: what the painter needs to know.
///
/// Only `form` decides the class. Place, size, turn, stretch, surfaces, light, shadow, clutter and
/// noise are nuisance; their ranges make the set as hard as it is.
struct Scene {
  /// A piece of clutter: a short thick line.
  struct Fragment {
    let start: Point
    let end: Point
    let radius: Float
    let color: Color
  }

  let form: Form

  /// Where the form's origin lies.
  let center: Point

  /// Pixels to the form's unit, along its two axes; unequal ones stretch it.
  let radii: Point

  /// Cosine and sine of the form's turn.
  let direction: Point

  let figure: Texture
  let ground: Texture

  /// From where the light comes, in the picture's plane.
  let light: Point

  /// By how much the brightness changes from one border of the picture to the other.
  let slope: Float

  /// By how much the form's edges catch the light.
  let relief: Float

  /// How dark the form's shadow is.
  let shadow: Float

  let clutterBehind: [Fragment]
  let clutterInFront: [Fragment]

  /// Deviation of the noise on every channel.
  let noise: Float

  /// How much the light falls off; the pictures without a form have the same, so that it tells nothing.
  static let slopes: ClosedRange<Float> = 0...0.4

  /// How noisy pictures are; the pictures without a form have the same, so that it tells nothing.
  static let noises: ClosedRange<Float> = 0.005...0.045

  /// Draws a scene with `form` for a canvas of that side.
  init(_ form: Form, side: Int, using random: inout RandomStream) {
    let unit = Float(side) / 32
    self.form = form
    let size = random.uniform(8.2, 13.5) * unit
    let stretch = expf(random.uniform(-0.15, 0.15))
    radii = Point(size * stretch, size / stretch)
    direction = .polar(random.uniform(-0.5, 0.5))
    // A large form must stay near the middle, a small one may wander.
    let reach = max(Float(side) / 2 - size, 2)
    center =
      Point(repeating: Float(side) / 2) + Point(random.uniform(-reach, reach), random.uniform(-reach, reach))
    let groundColor = Palette.color(using: &random)
    let figureColor = Palette.color(apartFrom: groundColor, by: random.uniform(0.36, 0.9), using: &random)
    ground = Scene.texture(groundColor, spread: 0.24, using: &random)
    figure = Scene.texture(figureColor, spread: 0.15, using: &random)
    light = .polar(random.uniform(0, 2 * .pi))
    slope = random.uniform(Self.slopes.lowerBound, Self.slopes.upperBound)
    relief = random.uniform(0, 0.35)
    shadow = random.uniform(0, 0.5)
    let behind = random.below(4)
    clutterBehind = (0..<behind).map { _ in Fragment(side: side, using: &random) }
    let inFront = random.below(2)
    clutterInFront = (0..<inFront).map { _ in Fragment(side: side, using: &random) }
    noise = random.uniform(Self.noises.lowerBound, Self.noises.upperBound)
  }

  private static func texture(_ color: Color, spread: Float, using random: inout RandomStream) -> Texture {
    let pattern = Texture.Pattern.painted[random.below(Texture.Pattern.painted.count)]
    return Texture(
      pattern, color, Palette.color(near: color, within: spread, using: &random), using: &random)
  }

  /// The signed distance in pixels from a place of the canvas to the form's edge.
  func distance(at point: Point) -> Float {
    form.signedDistance((point - center).unrotated(by: direction) / radii) * radii.min()
  }
}

extension Scene.Fragment {
  /// A line of random place, length, thickness and color.
  init(side: Int, using random: inout RandomStream) {
    let unit = Float(side) / 32
    start = Point(random.uniform(0, Float(side)), random.uniform(0, Float(side)))
    end = start + Point.polar(random.uniform(0, 2 * .pi), random.uniform(1, 10) * unit)
    radius = random.uniform(0.5, 1.6) * unit
    color = Palette.color(using: &random)
  }

  /// The signed distance in pixels from a place of the canvas to the fragment's edge.
  func distance(at point: Point) -> Float {
    point.distance(toSegmentFrom: start, to: end) - radius
  }
}
