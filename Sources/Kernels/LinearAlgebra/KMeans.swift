/// Division of points into groups around centres by squared Euclidean distance.
///
/// Lloyd's iterations from centres that k-means++ draws, several times; the best inertia wins. A point at equal
/// distance goes to the first centre. A centre that loses all its points moves to the point farthest from its own
/// centre. Sums in double precision; a pure function of points and seed.
///
/// - Reference: Arthur & Vassilvitskii, *k-means++: The Advantages of Careful Seeding*, SODA 2007.
public struct KMeans: Sendable, Equatable {
  /// The centre of each point, by number.
  public let assignment: [Int]

  /// The centres.
  public let centres: [[Double]]

  /// Σ of the squared distances of the points from their centres.
  public let inertia: Double

  /// The best of `restarts` divisions of `points` into `count` groups.
  ///
  /// - Precondition: there are at least `count` points, all of one width, and `count` and `restarts` are positive.
  public init(
    _ points: [[Double]], count: Int, restarts: Int = 10, maximumIterations: Int = 300, seed: UInt64
  ) {
    precondition(count > 0 && count <= points.count, "\(count) groups of \(points.count) points")
    precondition(restarts > 0, "k-means needs a start")
    var best: KMeans?
    for start in 0..<restarts {
      var random = RandomStream(seed: seed, purpose: .grouping, index: start)
      let seeds = Self.seeds(points, count: count, &random)
      let candidate = KMeans(points, from: seeds, maximumIterations: maximumIterations)
      if best.map({ candidate.inertia < $0.inertia }) ?? true { best = candidate }
    }
    guard let best else { preconditionFailure("k-means needs a start") }
    self = best
  }

  /// Lloyd's iterations from given centres until no centre moves.
  ///
  /// `observer` is called with every assignment and its inertia.
  ///
  /// - Precondition: points and centres have one width, and there is a centre.
  public init(
    _ points: [[Double]], from seeds: [[Double]], maximumIterations: Int = 300,
    observer: (_ assignment: [Int], _ inertia: Double) -> Void = { _, _ in }
  ) {
    var centres = seeds
    var assigned = Self.assign(points, to: centres)
    observer(assigned.places, assigned.distances.reduce(0, +))
    for _ in 0..<maximumIterations {
      let moved = Self.means(points, assigned, centreCount: centres.count)
      if moved == centres { break }
      centres = moved
      assigned = Self.assign(points, to: centres)
      observer(assigned.places, assigned.distances.reduce(0, +))
    }
    self.centres = centres
    assignment = assigned.places
    inertia = assigned.distances.reduce(0, +)
  }

  private typealias Assignment = (places: [Int], distances: [Double])

  private static func assign(_ points: [[Double]], to centres: [[Double]]) -> Assignment {
    var assignment: Assignment = ([], [])
    for point in points {
      let distances = centres.map { squaredDistance(point, $0) }
      var nearest = 0
      for index in distances.indices where distances[index] < distances[nearest] { nearest = index }
      assignment.places.append(nearest)
      assignment.distances.append(distances[nearest])
    }
    return assignment
  }

  private static func means(_ points: [[Double]], _ assigned: Assignment, centreCount: Int) -> [[Double]] {
    let width = points[0].count
    var sums = [[Double]](repeating: [Double](repeating: 0, count: width), count: centreCount)
    var counts = [Int](repeating: 0, count: centreCount)
    for (point, place) in zip(points, assigned.places) {
      counts[place] += 1
      for column in 0..<width { sums[place][column] += point[column] }
    }
    // The farthest points first; each serves one empty group only.
    var farthest = assigned.distances.indices.sorted {
      (assigned.distances[$0], $1) > (assigned.distances[$1], $0)
    }[...]
    return sums.indices.map { place in
      guard counts[place] == 0 else { return sums[place].map { $0 / Double(counts[place]) } }
      return farthest.popFirst().map { points[$0] } ?? sums[place]
    }
  }

  /// k-means++: each further centre is a point drawn with probability proportional to its squared distance from those
  /// there are.
  private static func seeds(_ points: [[Double]], count: Int, _ random: inout RandomStream) -> [[Double]] {
    var chosen = [points[random.below(points.count)]]
    var distances = points.map { squaredDistance($0, chosen[0]) }
    while chosen.count < count {
      let total = distances.reduce(0, +)
      var rest = Double(random.next() >> 11) * 0x1p-53 * total
      // Where all points coincide with centres, the next is any.
      var drawn = total > 0 ? points.count - 1 : random.below(points.count)
      for (index, distance) in distances.enumerated() where total > 0 {
        rest -= distance
        if rest < 0 {
          drawn = index
          break
        }
      }
      chosen.append(points[drawn])
      for (index, point) in points.enumerated() {
        distances[index] = min(distances[index], squaredDistance(point, points[drawn]))
      }
    }
    return chosen
  }

  private static func squaredDistance(_ first: [Double], _ second: [Double]) -> Double {
    var sum = 0.0
    for index in first.indices { sum += (first[index] - second[index]) * (first[index] - second[index]) }
    return sum
  }
}
