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

  @Test("Every picture has contrast: none is a single flat surface", arguments: SyntheticSet.Subject.allCases)
  func hasContrast(subject: SyntheticSet.Subject) throws {
    for pixels in try Self.pictures(SyntheticSet.make(subject, split: .test, count: 200, seed: 1)) {
      let values = pixels.map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(variance > 4)
    }
  }
}
