import Glibc

/// A place on the canvas in pixels: x to the right, y downwards, pixel centres at one half.
typealias Point = SIMD2<Float>

extension SIMD2<Float> {
  /// The point at that angle and distance from the origin.
  static func polar(_ angle: Float, _ radius: Float = 1) -> Point {
    Point(cosf(angle), sinf(angle)) * radius
  }

  /// The distance from the origin.
  var length: Float { (self * self).sum().squareRoot() }

  /// The scalar product.
  func dot(_ other: Point) -> Float { (self * other).sum() }

  /// Both coordinates without their signs.
  var magnitudes: Point { Point(abs(x), abs(y)) }

  /// The point turned by the angle whose cosine and sine are `direction`.
  func rotated(by direction: Point) -> Point {
    Point(x * direction.x - y * direction.y, x * direction.y + y * direction.x)
  }

  /// The point turned back by the angle whose cosine and sine are `direction`.
  func unrotated(by direction: Point) -> Point {
    Point(x * direction.x + y * direction.y, y * direction.x - x * direction.y)
  }

  /// The distance to the segment from `start` to `end`.
  func distance(toSegmentFrom start: Point, to end: Point) -> Float {
    let along = end - start
    let offset = self - start
    let share = Swift.min(Swift.max(offset.dot(along) / Swift.max(along.dot(along), 1e-12), 0), 1)
    return (offset - along * share).length
  }

  /// The signed distance to an axis-parallel box around the origin, negative inside.
  func distance(toBox half: Point) -> Float {
    let beyond = magnitudes - half
    let outside = Point(Swift.max(beyond.x, 0), Swift.max(beyond.y, 0)).length
    return outside + Swift.min(Swift.max(beyond.x, beyond.y), 0)
  }

  /// The signed distance to a closed polygon without self-crossings, negative inside.
  ///
  /// The size is the distance to the nearest edge, the sign the parity of edges that a ray to the right crosses.
  func distance(toPolygon corners: [Point]) -> Float {
    var nearest = Float.infinity
    var isInside = false
    var start = corners[corners.count - 1]
    for end in corners {
      nearest = Swift.min(nearest, distance(toSegmentFrom: start, to: end))
      if (start.y > y) != (end.y > y),
        x < start.x + (y - start.y) / (end.y - start.y) * (end.x - start.x)
      {
        isInside.toggle()
      }
      start = end
    }
    return isInside ? -nearest : nearest
  }
}
