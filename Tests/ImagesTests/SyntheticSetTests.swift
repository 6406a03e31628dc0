import Images
import Kernels
import Testing

@Suite("SyntheticSet")
struct SyntheticSetTests {
  private static func pictures(_ set: ImageSet) throws -> [[UInt8]] {
    try (0..<set.count).map { try set.picture($0).pixels }
  }

  @Test(
    "A picture is a pure function of subject, split, seed and index", arguments: SyntheticSet.Subject.allCases
  )
  func isPure(subject: SyntheticSet.Subject) throws {
    let set = SyntheticSet.make(subject, split: .test, count: 40, seed: 7)
    let pictures = try Self.pictures(set)
    #expect(try pictures == Self.pictures(SyntheticSet.make(subject, split: .test, count: 40, seed: 7)))
    // A longer set begins with the shorter one, and threads change nothing.
    let longer = Parallel.withThreads(3) { SyntheticSet.make(subject, split: .test, count: 70, seed: 7) }
    #expect(try pictures == Array(Self.pictures(longer).prefix(40)))
    #expect(try pictures != Self.pictures(SyntheticSet.make(subject, split: .test, count: 40, seed: 8)))
  }

  @Test(
    "Train and test share no picture, nor do two pictures of a split",
    arguments: SyntheticSet.Subject.allCases)
  func isDisjoint(subject: SyntheticSet.Subject) throws {
    let train = try Self.pictures(SyntheticSet.make(subject, split: .train, count: 300, seed: 0))
    let test = try Self.pictures(SyntheticSet.make(subject, split: .test, count: 300, seed: 0))
    #expect(Set(train + test).count == 600)
  }

  @Test("The classes of the forms are balanced and named")
  func isBalanced() {
    let set = SyntheticSet.make(.forms, split: .train, count: 200, seed: 0)
    for label in 0..<10 { #expect(set.labels.count { $0 == label } == 20) }
    #expect(
      set.classNames == [
        "disc", "ring", "square", "triangle", "cross", "star", "crescent", "arrow", "heart", "hourglass",
      ])
    #expect(set.name == "synthetic")
    #expect(set.encoding == .drawn)
  }

  @Test("Unseen forms have names that no class has")
  func unseenFormsAreNew() {
    let known = Set(SyntheticSet.Subject.forms.classNames)
    let unseen = SyntheticSet.Subject.unseenForms.classNames
    #expect(Set(unseen).count == 10)
    #expect(known.isDisjoint(with: unseen))
  }

  @Test(
    "Every picture has contrast: none is a single flat surface, but for those of the plane",
    arguments: SyntheticSet.Subject.allCases.filter { $0.side == 32 })
  func hasContrast(subject: SyntheticSet.Subject) throws {
    for pixels in try Self.pictures(SyntheticSet.make(subject, split: .test, count: 200, seed: 1)) {
      let values = pixels.map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(variance > 4)
    }
  }
}

@Suite("The plane of Gaussians")
struct PlaneTests {
  private static let classes: [SyntheticSet.Subject] = [.plane8, .plane16, .plane32, .plane64]

  /// The point that each picture shows: the means of red and green.
  private static func points(_ subject: SyntheticSet.Subject, count: Int) throws -> [SIMD2<Double>] {
    let set = SyntheticSet.make(subject, split: .test, count: count, seed: 0)
    return try (0..<count).map { index in
      let pixels = try set.picture(index).pixels
      var sum = SIMD2<Double>()
      for pixel in stride(from: 0, to: pixels.count, by: 3) {
        sum += SIMD2(Double(pixels[pixel]), Double(pixels[pixel + 1]))
      }
      return sum / Double(pixels.count / 3) / 255
    }
  }

  private static func distance(_ one: SIMD2<Double>, _ other: SIMD2<Double>) -> Double {
    ((one - other) * (one - other)).sum().squareRoot()
  }

  private static let corners = [SIMD2(0.3, 0.3), SIMD2(0.7, 0.3), SIMD2(0.3, 0.7), SIMD2(0.7, 0.7)]

  @Test(
    "Classes are Gaussians of one width around means apart from each other, in groups", arguments: classes)
  func gaussians(subject: SyntheticSet.Subject) throws {
    let classCount = subject.classNames.count
    let points = try Self.points(subject, count: 200 * classCount)
    var means: [SIMD2<Double>] = []
    for label in 0..<classCount {
      let own = stride(from: label, to: points.count, by: classCount).map { points[$0] }
      let mean = own.reduce(SIMD2(), +) / 200
      means.append(mean)
      let squares = own.reduce(SIMD2<Double>()) { $0 + ($1 - mean) * ($1 - mean) } / 200
      // The deviation of 200 draws is within a sixth of 0.01 in all but one case in a thousand.
      for variance in [squares.x, squares.y] { #expect(abs(variance.squareRoot() - 0.01) < 0.0025) }
      let group = label / (classCount / 4)
      #expect(Self.distance(mean, Self.corners[group]) < 0.125)
    }
    for one in means.indices {
      for other in means.indices.dropFirst(one + 1) {
        #expect(Self.distance(means[one], means[other]) > 0.04)
      }
    }
    #expect(Set(subject.classNames).count == classCount)
    let groups = try #require(subject.groupings.first).groups(of: subject.classNames, in: subject.rawValue)
    #expect(groups.groupOfClass == (0..<classCount).map { $0 / (classCount / 4) })
  }

  @Test("Outliers keep away from all groups, between them or around them, and fill their region")
  func outliers() throws {
    for (subject, isBetween) in [(SyntheticSet.Subject.planeBetween, true), (.planeAround, false)] {
      let points = try Self.points(subject, count: 2_000)
      // Two steps of a byte for the noise of the pixels.
      let noise = 2.0 / 255
      let areClear = points.allSatisfy { point in
        Self.corners.allSatisfy { Self.distance(point, $0) > 0.17 - noise }
      }
      let areInside = points.allSatisfy {
        let reach = max(abs($0.x - 0.5), abs($0.y - 0.5))
        return isBetween ? reach < 0.2 + noise : reach > 0.2 - noise
      }
      #expect(areClear && areInside, "\(subject)")
      let quadrants = Set(points.map { [$0.x > 0.5, $0.y > 0.5] })
      #expect(quadrants.count == 4)
    }
  }

  @Test("Pictures are small and of one color, and their mean is finer than a byte")
  func pictures() throws {
    let set = SyntheticSet.make(.plane16, split: .train, count: 64, seed: 0)
    #expect((set.height, set.width) == (8, 8))
    #expect(set.groupings.map(\.name) == ["colors"])
    for index in 0..<64 {
      let pixels = try set.picture(index).pixels
      for channel in 0..<3 {
        let values = stride(from: channel, to: pixels.count, by: 3).map { Int(pixels[$0]) }
        #expect(try #require(values.max()) - #require(values.min()) <= 4)
      }
    }
    // Bytes alone would leave 200 points of a class on whole multiples of 1/255.
    let points = try Self.points(.plane16, count: 200)
    #expect(points.contains { ($0.x * 255).truncatingRemainder(dividingBy: 1) > 0.1 })
  }
}
