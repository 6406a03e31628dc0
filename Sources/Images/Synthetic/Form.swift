import Glibc

/// A drawn figure: ten that make the classes of the embedded data set, ten that no training picture shows.
///
/// Every form of the first ten is its own mirror image, so a horizontal flip never changes the class.
enum Form: String, CaseIterable {
  case disc, ring, square, triangle, cross, star, crescent, arrow, heart, hourglass
  case bars, teardrop, frame, trefoil, tee, chevron, bolt, pie, fork, ladder

  /// The classes, in the order of their labels.
  static let known = Array(allCases.prefix(10))

  /// The forms of the near out-of-distribution set.
  static let unseen = Array(allCases.dropFirst(10))

  /// The signed distance from a point to the form's edge, negative inside.
  ///
  /// The form lies around the origin and reaches about 1 away from it. Where parts are joined the
  /// distance is a bound rather than exact; near the edge, where drawing needs it, it is right.
  func signedDistance(_ p: Point) -> Float {
    switch self {
    case .disc: p.length - 0.85
    case .ring: abs(p.length - 0.68) - 0.24
    case .square: p.distance(toBox: Point(0.74, 0.74))
    case .triangle: p.distance(toPolygon: Outline.triangle)
    case .cross: min(p.distance(toBox: Point(0.95, 0.3)), p.distance(toBox: Point(0.3, 0.95)))
    case .star: p.distance(toPolygon: Outline.star)
    case .crescent: max((p - Point(0.1, 0)).length - 0.92, 0.74 - (p - Point(0.48, 0)).length)
    case .arrow: p.distance(toPolygon: Outline.arrow)
    case .heart: heart(p)
    case .hourglass: p.distance(toPolygon: Outline.hourglass)
    case .bars: bars(p)
    case .teardrop: min((p - Point(0, 0.3)).length - 0.62, p.distance(toPolygon: Outline.dropTip))
    case .frame: abs(p.distance(toBox: Point(0.6, 0.6))) - 0.17
    case .trefoil: trefoil(p)
    case .tee: p.distance(toPolygon: Outline.tee)
    case .chevron: p.distance(toPolygon: Outline.chevron)
    case .bolt: p.distance(toPolygon: Outline.bolt)
    case .pie: max(p.length - 0.88, pieCut(p))
    case .fork: fork(p)
    case .ladder: ladder(p)
    }
  }

  /// A square that stands on a corner, with a half disc on each of its two upper sides.
  private func heart(_ point: Point) -> Float {
    let half: Float = 0.55
    let p = (point - Point(0, 0.28)).rotated(by: .polar(3 * .pi / 4))
    return min(
      p.distance(toBox: Point(half, half)),
      min((p - Point(half, 0)).length - half, (p - Point(0, half)).length - half))
  }

  /// Three bars one above the other.
  private func bars(_ p: Point) -> Float {
    let nearest = Point(p.x, abs(p.y) < 0.31 ? p.y : abs(p.y) - 0.62)
    return nearest.distance(toBox: Point(0.82, 0.17))
  }

  private func trefoil(_ p: Point) -> Float {
    var nearest = Float.infinity
    for leaf in Outline.leaves { nearest = min(nearest, (p - leaf).length - 0.46) }
    return nearest
  }

  /// The inside of a wedge of 80 degrees that opens to the right, negated: what is left of a cut pie.
  private func pieCut(_ p: Point) -> Float {
    Point(p.x, abs(p.y)).dot(Point(sinf(0.7), -cosf(0.7)))
  }

  /// A handle that parts into two tines.
  private func fork(_ p: Point) -> Float {
    let side = Point(abs(p.x), p.y)
    let knee = Point(0, 0.1)
    return min(
      side.distance(toSegmentFrom: knee, to: Point(0.62, -0.72)),
      p.distance(toSegmentFrom: knee, to: Point(0, 0.78)))
      - 0.22
  }

  /// Two posts and a rung.
  private func ladder(_ p: Point) -> Float {
    let post = (p.magnitudes - Point(0.55, 0)).distance(toBox: Point(0.2, 0.85))
    return min(post, p.distance(toBox: Point(0.5, 0.18)))
  }
}

/// Corners of the forms that are polygons, and centres of the trefoil's leaves.
private enum Outline {
  /// The angle that points upwards on a canvas whose y grows downwards.
  static let up = -Float.pi / 2
  static let triangle = (0..<3).map { Point.polar(up + Float($0) * 2 * .pi / 3, 1) }
  static let star = (0..<10).map { Point.polar(up + Float($0) * .pi / 5, $0 % 2 == 0 ? 1.02 : 0.42) }
  static let leaves = (0..<3).map { Point.polar(up + Float($0) * 2 * .pi / 3, 0.5) }
  static let arrow = corners(
    (0, -1), (0.78, -0.2), (0.28, -0.2), (0.28, 0.95), (-0.28, 0.95), (-0.28, -0.2), (-0.78, -0.2))
  static let hourglass = corners(
    (-0.75, -0.9), (0.75, -0.9), (0.14, 0), (0.75, 0.9), (-0.75, 0.9), (-0.14, 0))
  static let dropTip = corners((0, -1), (0.56, 0.05), (-0.56, 0.05))
  static let tee = corners(
    (-0.85, -0.85), (0.85, -0.85), (0.85, -0.3), (0.27, -0.3), (0.27, 0.9), (-0.27, 0.9), (-0.27, -0.3),
    (-0.85, -0.3))
  static let chevron = corners((-0.6, -0.85), (-0.05, -0.85), (0.7, 0), (-0.05, 0.85), (-0.6, 0.85), (0.1, 0))
  static let bolt = corners((0.25, -1), (-0.6, 0.12), (-0.08, 0.12), (-0.3, 1), (0.6, -0.2), (0.08, -0.2))

  private static func corners(_ coordinates: (Float, Float)...) -> [Point] {
    coordinates.map { Point($0.0, $0.1) }
  }
}
