/// Smooth random fields over the plane, a pure function of place and salt.
enum ValueNoise {
  /// A value in [0, 1) that changes over about one unit of length.
  static func at(_ point: Point, _ salt: UInt32) -> Float {
    let corner = point.rounded(.down)
    let offset = point - corner
    let blend = offset * offset * (3 - 2 * offset)
    let (column, row) = (Int32(corner.x), Int32(corner.y))
    let top = mix(value(column, row, salt), value(column &+ 1, row, salt), blend.x)
    let bottom = mix(value(column, row &+ 1, salt), value(column &+ 1, row &+ 1, salt), blend.x)
    return mix(top, bottom, blend.y)
  }

  /// The distance to the nearest of scattered seeds, one in every unit square.
  static func distanceToSeed(_ point: Point, _ salt: UInt32) -> Float {
    let corner = point.rounded(.down)
    var nearest = Float.infinity
    for row in -1...1 {
      for column in -1...1 {
        let cell = corner + Point(Float(column), Float(row))
        let (x, y) = (Int32(cell.x), Int32(cell.y))
        let seed = cell + Point(value(x, y, salt), value(x, y, ~salt))
        nearest = min(nearest, (point - seed).length)
      }
    }
    return nearest
  }

  private static func mix(_ a: Float, _ b: Float, _ share: Float) -> Float { a + share * (b - a) }

  /// A value in [0, 1) for a lattice point: multiply and fold until every bit depends on every other.
  private static func value(_ column: Int32, _ row: Int32, _ salt: UInt32) -> Float {
    var bits = UInt32(bitPattern: column) &* 0x9E37_79B1
    bits = (bits ^ (bits >> 15)) &+ UInt32(bitPattern: row) &* 0x85EB_CA77
    bits = (bits ^ (bits >> 13) ^ salt) &* 0xC2B2_AE3D
    bits = (bits ^ (bits >> 16)) &* 0x27D4_EB2F
    return Float((bits ^ (bits >> 15)) >> 8) * 0x1p-24
  }
}
