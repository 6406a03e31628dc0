import Experiments
import Foundation
import Images
import TestSupport
import Testing

@Suite("A stratified split")
struct StratifiedSplitTests {
  /// 100 pictures of the class 0, 50 of 1, 7 of 2.
  private let set: ImageSet = {
    let labels = (0..<150).map { $0 % 3 == 0 ? 1 : 0 } + [2, 2, 2, 2, 2, 2, 2]
    return ImageSet(
      name: "mixed", height: 1, width: 1, classNames: ["a", "b", "c"], labels: labels, encoding: .lossless,
      pixels: [UInt8](repeating: 0, count: labels.count * 3))
  }()

  private func counts(_ indices: [Int]) -> [Int] {
    indices.reduce(into: [0, 0, 0]) { $0[set.labels[$1]] += 1 }
  }

  @Test("every class gives the same share, rounded to whole pictures")
  func share() {
    #expect(counts(StratifiedSplit(set, fraction: 0.2, seed: 1).chosen) == [20, 10, 1])
    #expect(counts(StratifiedSplit(set, fraction: 0.25, seed: 1).chosen) == [25, 13, 2])
  }

  @Test("the share and the rest are ascending and make up the set")
  func disjoint() {
    let split = StratifiedSplit(set, fraction: 0.3, seed: 5)
    #expect(split.chosen == split.chosen.sorted())
    #expect(split.rest == split.rest.sorted())
    #expect((split.chosen + split.rest).sorted() == Array(0..<set.count))
  }

  @Test("a seed gives one split, another seed another; the first pictures are not favoured")
  func seeds() {
    let split = StratifiedSplit(set, fraction: 0.2, seed: 1)
    #expect(StratifiedSplit(set, fraction: 0.2, seed: 1).chosen == split.chosen)
    #expect(StratifiedSplit(set, fraction: 0.2, seed: 2).chosen != split.chosen)
    #expect((split.chosen.last ?? 0) > 100)
  }

  @Test("the fraction 0 takes nothing")
  func zero() {
    let split = StratifiedSplit(set, fraction: 0, seed: 1)
    #expect(split.chosen.isEmpty)
    #expect(split.rest == Array(0..<set.count))
  }
}

@Suite("The data of an experiment")
struct ExperimentDataTests {
  private func open(_ data: String, seed: UInt64 = 0) throws -> ExperimentData {
    try ExperimentData(dataRecipe(data), store: drawnOnly, seed: seed)
  }

  @Test("a fraction for validation is taken out of the training set")
  func fraction() throws {
    let data = "{train: {set: synthetic, count: 60}, test: {set: synthetic, count: 10}"
    let whole = try open(data + "}")
    let split = try open(data + ", validation: {fraction: 0.1}}", seed: 4)
    let validation = try #require(split.validation)
    #expect(whole.validation == nil)
    #expect(whole.training.count == 60)
    #expect(split.training.count == 50)
    // Six pictures of each of ten classes: one of each is taken.
    #expect(validation.labels.sorted() == Array(0..<10))
    #expect(Set(validation.identifiers).isDisjoint(with: split.training.identifiers))
    #expect(
      try open(data + ", validation: {fraction: 0.1}}", seed: 4).validation?.identifiers
        == validation.identifiers)
    #expect(try open(data + ", validation: {fraction: 0}}").validation == nil)
  }

  @Test("a validation set of its own leaves the training set whole")
  func validationSet() throws {
    let data = try open(
      "{train: {set: synthetic, count: 20}, test: {set: synthetic, count: 10}, "
        + "validation: {set: synthetic, split: test, count: 30}}")
    #expect(data.training.count == 20)
    #expect(data.validation?.count == 30)
  }

  @Test("outliers keep their order, near ones first, under the names of results")
  func outliers() throws {
    let data = try open(
      "{train: {set: synthetic, count: 20}, test: {set: synthetic, count: 10}, "
        + "near: [{set: synthetic-unseen, count: 5}], "
        + "far: [{set: synthetic-strokes, count: 6}, {set: synthetic-noise, count: 7}]}")
    #expect(data.outliers.map(\.name) == ["synthetic-unseen", "synthetic-strokes", "synthetic-noise"])
    #expect(data.outliers.map(\.set.count) == [5, 6, 7])
    #expect(data.notes.isEmpty)
  }

  @Test("the classes of a test set must be those of the training set")
  func classes() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/learn", ["cat": 2, "dog": 2])
      try writePhotographs(to: "\(folder)/other", ["cat": 2, "emu": 2])
      try writePhotographs(to: "\(folder)/more", ["cat": 2, "dog": 2, "emu": 2])
      #expect(
        complaint { _ = try open("{train: {path: \(folder)/learn}, test: {path: \(folder)/other}}") }
          == "other: has 2 classes that are not the 2 of the training set learn: "
          + "'emu' where the training set has 'dog'")
      #expect(
        complaint { _ = try open("{train: {path: \(folder)/learn}, test: {path: \(folder)/more}}") }
          == "more: has 3 classes that are not the 2 of the training set learn")
      #expect(
        complaint {
          _ = try open(
            "{train: {path: \(folder)/learn}, test: {path: \(folder)/learn}, "
              + "validation: {path: \(folder)/other}}")
        }.hasPrefix("other: has 2 classes"))
    }
  }

  @Test("all pictures must have one size, and the error says how to come by it")
  func sizes() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/learn", ["cat": 2, "dog": 2])
      let sets = "train: {path: \(folder)/learn}, test: {path: \(folder)/learn}"
      #expect(
        complaint { _ = try open("{\(sets), far: [{set: synthetic-noise, count: 2}]}") }
          == "synthetic-noise: has 32×32 pictures, the training set learn has 8×8; "
          + "data.size brings folders and tars to one size")
      let data = try open("{\(sets), far: [{set: synthetic-noise, count: 2}], size: 32}")
      #expect((data.training.height, data.training.width) == (32, 32))
    }
  }

  @Test("sets of another encoding than the training set's are noted in one sentence")
  func encodings() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/things", ["thing": 3], height: 32, width: 32)
      let data = try open(
        "{train: {set: synthetic, count: 20}, test: {set: synthetic, count: 10}, "
          + "near: [{set: synthetic-unseen, count: 5}], far: [{path: \(folder)/things}]}")
      #expect(
        data.notes == [
          "the sets differ in encoding and can be told apart by their compression alone "
            + "(drawn: training, test, synthetic-unseen; lossless: things)"
        ])
    }
  }

  @Test("normalisation is what the recipe says, else the catalogue's, else measured")
  func normalization() throws {
    let sets = "train: {set: synthetic, count: 20}, test: {set: synthetic, count: 10}"
    let measured = try open("{\(sets)}")
    #expect(measured.normalization == (try Normalization(of: measured.training)))
    #expect(try open("{\(sets), normalize: none}").normalization == Normalization.none)
    #expect(try open("{\(sets), normalize: cifar10}").normalization == .cifar10)
    #expect(try open("{\(sets), normalize: cifar100}").normalization == .cifar100)
    #expect(
      try open("{\(sets), normalize: {mean: [0.1, 0.2, 0.3], std: [1, 2, 3]}}").normalization
        == Normalization(mean: [0.1, 0.2, 0.3], deviation: [1, 2, 3]))
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/things-test", ["cat": 3, "dog": 3])
      let store = DataStore(catalogue: try catalogue(), directories: [folder])
      let things = "{set: things, split: test}"
      let data = try ExperimentData(
        dataRecipe("{train: \(things), test: \(things)}"), store: store, seed: 0)
      #expect(data.normalization == Normalization(mean: [0.5, 0.5, 0.5], deviation: [0.2, 0.2, 0.2]))
    }
  }

  @Test("two sets that are measured never share a name")
  func names() {
    let sets = "train: synthetic, test: synthetic"
    #expect(
      complaint { _ = try open("{\(sets), near: [{set: synthetic, count: 5}]}") }
        == "data.yaml:2: data.near.0: 'synthetic' is the test set; "
        + "the names of the sets that are measured must differ")
    #expect(
      complaint { _ = try open("{\(sets), far: [{path: my/validation}]}") }
        == "data.yaml:2: data.far.0: 'validation' is the validation pictures' name; rename the folder or tar")
    #expect(
      complaint {
        _ = try open("{train: synthetic, test: {path: my/validation}, validation: {fraction: 0.1}}")
      }
        == "data.yaml:2: data.test: cannot be called 'validation', which is the validation pictures' name")
  }
}
