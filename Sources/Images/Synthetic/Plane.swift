import Glibc
import Kernels

/// The plane of class-conditional Gaussians: flat pictures whose red and green are a point's coordinates.
///
/// Four groups lie on the corners of a square, and the classes of a group, each a Gaussian, on a sunflower's spiral inside it.
/// Groups and Gaussians are as large for many classes as for few. Outliers are points that are at least `clearance` away from the
/// centre of every group, five deviations from any class.
enum Plane {
  /// The names of the groups: the colors that their pictures have.
  static let groupNames = ["blue", "red", "green", "yellow"]

  /// How far the centres of classes reach from that of their group, 1 being the side of the plane.
  static let groupRadius: Float = 0.12

  /// The deviation of a class along each axis.
  static let deviation: Float = 0.01

  /// How far outliers stay away from the centre of every group.
  static let clearance: Float = 0.17

  /// Where an outlier lies.
  enum Region {
    /// Inside the square whose corners are the groups' centres.
    case between
    /// Outside that square.
    case around
  }

  /// Half the side of that square, around the middle of the plane.
  private static let reach: Float = 0.2

  /// The angle between neighbours on the spiral.
  private static let goldenAngle = Float.pi * (3 - Float(5).squareRoot())

  /// "red3" and so on, group by group.
  static func classNames(_ count: Int) -> [String] {
    groupNames.flatMap { group in (1...count / groupNames.count).map { "\(group)\($0)" } }
  }

  /// The classes by group.
  static func grouping(_ count: Int) -> ClassGrouping {
    let size = count / groupNames.count
    let names = classNames(count)
    return ClassGrouping(
      name: "colors",
      groups: groupNames.enumerated().map { index, name in
        ClassGrouping.Group(name: name, classNames: Array(names[index * size..<(index + 1) * size]))
      })
  }

  /// The centre of a group.
  static func groupCenter(_ group: Int) -> Point {
    Point(0.5 + (group % 2 == 0 ? -reach : reach), 0.5 + (group < 2 ? -reach : reach))
  }

  /// The mean of a class, of so many in all.
  static func center(of label: Int, among count: Int) -> Point {
    let size = count / groupNames.count
    let place = label % size
    let radius = groupRadius * ((Float(place) + 0.5) / Float(size)).squareRoot()
    return groupCenter(label / size) + Point.polar(goldenAngle * Float(place), radius)
  }

  /// A point of a class.
  static func point(of label: Int, among count: Int, using random: inout RandomStream) -> Point {
    center(of: label, among: count) + deviation * Point(random.normal(), random.normal())
  }

  /// A point of no class, evenly distributed over its region.
  static func outlier(_ region: Region, using random: inout RandomStream) -> Point {
    while true {
      let point = Point(random.uniform(), random.uniform())
      let isBetween = (point - 0.5).magnitudes.max() < reach
      let isClear = groupNames.indices.allSatisfy { (point - groupCenter($0)).length >= clearance }
      if isClear, isBetween == (region == .between) { return point }
    }
  }

  /// Paints a point: all pixels alike but for noise of half a step of a byte, so that their mean is finer than a byte.
  static func paint(_ point: Point, on canvas: inout Canvas, using random: inout RandomStream) {
    canvas.fill { _ in Color(point.x, point.y, 0.5) }
    canvas.addNoise(deviation: 0.5 / 255, using: &random)
  }
}
