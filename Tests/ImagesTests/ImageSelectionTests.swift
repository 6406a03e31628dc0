import Archives
import Foundation
import Images
import TestSupport
import Testing

/// Twelve classes of twenty pictures each, in turns; a picture's first byte is its position.
private let twelve = ImageSet(
  name: "twelve", height: 1, width: 1, classNames: (0..<12).map { "class\($0 + 10)" },
  labels: (0..<240).map { $0 % 12 }, encoding: .lossless,
  pixels: (0..<240).flatMap { [UInt8($0), 0, 0] })

extension ImageSet {
  /// The positions that the pictures had in `twelve`.
  fileprivate var origins: [Int] { (0..<count).map { (try? picture($0)).map { Int($0.pixels[0]) } ?? -1 } }
}

@Suite("Choosing pictures of a set")
struct ImageSelectionTests {
  private func chosen(seed: UInt64 = 1, _ selection: ImageSelection) throws -> ImageSet {
    try selection.applied(to: twelve, seed: seed)
  }

  private func problem(_ selection: ImageSelection) -> String {
    do {
      _ = try chosen(selection)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("no rule leaves the set as it is")
  func nothing() throws {
    #expect(try chosen(ImageSelection()).identifiers == twelve.identifiers)
  }

  @Test("drawn classes keep their order and all their pictures, renumbered from 0")
  func drawn() throws {
    let set = try chosen(ImageSelection(classes: ClassSubset(.random(count: 5, seed: nil))))
    #expect(set.classNames.count == 5)
    #expect(set.classNames == set.classNames.sorted())
    #expect(set.classCounts == [20, 20, 20, 20, 20])
    for index in 0..<set.count {
      #expect(set.classNames[set.labels[index]] == twelve.classNames[twelve.labels[set.origins[index]]])
    }
    #expect(set.origins == set.origins.sorted())
  }

  @Test("few classes are among the many of the same seed; another seed draws others; a seed of its own wins")
  func draws() throws {
    func names(_ count: Int, own: UInt64? = nil, seed: UInt64 = 1) throws -> [String] {
      try chosen(seed: seed, ImageSelection(classes: ClassSubset(.random(count: count, seed: own))))
        .classNames
    }
    #expect(Set(try names(4)).isSubset(of: try names(8)))
    #expect(try names(6) != names(6, seed: 2))
    #expect(try names(6, own: 2) == names(6, seed: 2))
    #expect(try names(12) == twelve.classNames)
  }

  @Test("as many pictures of each class as are wanted are its first ones; a total is shared out")
  func amounts() throws {
    let classes = ClassSubset.Classes.named(["class12", "class10", "class15"])
    let some = try chosen(ImageSelection(classes: ClassSubset(classes, amount: .perClass(2))))
    #expect(some.classNames == ["class10", "class12", "class15"])
    #expect(some.origins == [0, 2, 5, 12, 14, 17])
    #expect(some.labels == [0, 1, 2, 0, 1, 2])
    let total = try chosen(ImageSelection(classes: ClassSubset(classes, amount: .total(8))))
    #expect(total.classCounts == [3, 3, 2])
  }

  @Test("the rules apply in the order list, classes, long tail, fraction, count")
  func order() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/list.txt"
      // The last two thirds, backwards.
      let list = (80..<240).reversed().map(String.init).joined(separator: "\n")
      try "# typical\n\n\(list)  # the last\n".write(toFile: path, atomically: true, encoding: .utf8)
      let listed = try chosen(ImageSelection(indices: path))
      #expect(listed.origins == Array((80..<240).reversed()))

      let two = ClassSubset(.named(["class10", "class11"]))
      let tail = try chosen(
        ImageSelection(indices: path, classes: two, longTail: LongTail(ratio: 4)))
      // 13 pictures each are listed; the first of them in the order of the list stay.
      #expect(tail.classCounts == [13, 3])
      #expect(tail.origins.filter { $0 % 12 == 1 } == [229, 217, 205])

      let half = try chosen(
        ImageSelection(classes: two, longTail: LongTail(ratio: 4), fraction: 0.5))
      #expect(half.classCounts == [10, 3])
      let counted = try chosen(ImageSelection(classes: two, longTail: LongTail(ratio: 4), count: 5))
      let longTail = try chosen(ImageSelection(classes: two, longTail: LongTail(ratio: 4)))
      #expect(counted.origins == [0, 5, 10, 15, 20].map { longTail.origins[$0] })
    }
  }

  @Test("a fraction follows the seed")
  func fraction() throws {
    let once = try chosen(ImageSelection(fraction: 0.25))
    #expect(once.classCounts == [Int](repeating: 5, count: 12))
    #expect(try chosen(ImageSelection(fraction: 0.25)).origins == once.origins)
    #expect(try chosen(seed: 2, ImageSelection(fraction: 0.25)).origins != once.origins)
  }

  @Test("what the set does not have is told")
  func mistakes() {
    #expect(
      problem(ImageSelection(classes: ClassSubset(.random(count: 13, seed: nil))))
        == "twelve: has 12 classes, but 13 are to be drawn")
    #expect(
      problem(ImageSelection(classes: ClassSubset(.named(["class1O"]))))
        == "twelve: has no class called 'class1O'; did you mean 'class10'?")
    #expect(
      problem(ImageSelection(classes: ClassSubset(.named(["class10"]), amount: .perClass(21))))
        == "twelve: has 20 pictures of class 'class10', but 21 are asked for")
    #expect(
      problem(ImageSelection(classes: ClassSubset(.named(["class10"])), count: 21))
        == "twelve: has 20 pictures, but the recipe asks for 21")
    #expect(
      problem(ImageSelection(fraction: 0.01))
        == "twelve: no picture is left: a fraction of 0.01 of each class is none")
  }

  @Test(
    "an index list that is no list is refused with its line",
    arguments: [
      ("1\nx\n", "line 2 must be a whole number from 0, got 'x'"),
      ("1\n-2\n", "line 2 must be a whole number from 0, got '-2'"),
      ("1\n2 # two\n\n1\n", "line 4 lists picture 1, which line 1 lists already"),
      ("# none\n", "lists no picture"),
      ("0\n240\n", "lists picture 240, but twelve has 240 pictures, counted from 0"),
    ])
  func lists(text: String, expected: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/list.txt"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(problem(ImageSelection(indices: path)) == "\(path): \(expected)")
    }
  }

  @Test("pictures are brought to another size one by one")
  func fitting() throws {
    let set = SyntheticSet.make(.forms, split: .test, count: 40, seed: 0)
    let fitted = try set.fitted(.stretch(height: 20, width: 24))
    #expect((fitted.height, fitted.width) == (20, 24))
    #expect(fitted.labels == set.labels)
    for index in [0, 17, 39] {
      #expect(
        try fitted.picture(index) == PictureFit.stretch(height: 20, width: 24).fitted(set.picture(index)))
    }
    #expect(try set.fitted(.exact).height == set.height)
  }
}
