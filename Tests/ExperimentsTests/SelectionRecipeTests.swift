import Experiments
import Foundation
import Images
import TestSupport
import Testing
import Training

@Suite("Choosing pictures in a recipe")
struct SelectionRecipeTests {
  private func train(_ keys: String) throws -> DataSetReference {
    try dataRecipe("{train: {set: synthetic, \(keys)}, test: synthetic}").train
  }

  private func problem(_ keys: String) -> String {
    complaint { _ = try train(keys) }
  }

  @Test("every rule is read, in its short form too")
  func rules() throws {
    #expect(try train("longTail: {ratio: 100}").selection == ImageSelection(longTail: LongTail(ratio: 100)))
    #expect(try train("longTail: 50").selection == ImageSelection(longTail: LongTail(ratio: 50)))
    #expect(
      try train("classes: {count: 20, seed: 3, perClass: 400}").selection
        == ImageSelection(classes: ClassSubset(.random(count: 20, seed: 3), amount: .perClass(400))))
    #expect(
      try train("classes: 20").selection
        == ImageSelection(classes: ClassSubset(.random(count: 20, seed: nil))))
    #expect(
      try train("classes: {names: [disc, ring], total: 9}, fraction: 0.1").selection
        == ImageSelection(classes: ClassSubset(.named(["disc", "ring"]), amount: .total(9)), fraction: 0.1))
    #expect(
      try train("indices: typical.txt, count: 5").selection
        == ImageSelection(indices: "typical.txt", count: 5))
  }

  @Test(
    "rules that contradict each other are refused",
    arguments: [
      ("part: a, indices: b", "indices: counts positions in the whole split, so it excludes part"),
      ("fraction: 0.5, count: 3", "count: excludes fraction: both say how many pictures are left"),
      (
        "longTail: 10, classes: {count: 3, perClass: 4}",
        "longTail: sets the size of each class, so it excludes classes.perClass and total"
      ),
      (
        "classes: {perClass: 3}",
        "classes: must have either count, for classes drawn at random, or names, or except"
      ),
      (
        "classes: {count: 1, names: [a]}",
        "classes: must have either count, for classes drawn at random, or names, or except"
      ),
      ("classes: {names: [a], seed: 1}", "classes.seed: nothing is drawn where the classes have names"),
      (
        "classes: {count: 2, perClass: 3, total: 4}",
        "classes.total: excludes perClass: both say how many pictures are left"
      ),
      ("classes: {count: 9, total: 4}", "classes.total: must be at least one picture a class"),
      (
        "classes: {except: no-such-file.txt}",
        "classes.except: no-such-file.txt: no such file here or in the project's folder Data"
      ),
      (
        "classes: {except: tinyimagenet-cifar100-namesakes.txt, seed: 1}",
        "classes.seed: nothing is drawn where the classes have names"
      ),
      ("classes: {names: [a, a]}", "classes.names.1: 'a' is listed before"),
      ("longTail: 0.5", "longTail.ratio: must be between 1 and 1000000, got 0.5"),
      ("fraction: 0", "fraction: must be more than 0 and at most 1, got 0"),
    ])
  func contradictions(keys: String, expected: String) {
    #expect(problem(keys).hasSuffix("data.train.\(expected)"), "\(problem(keys))")
  }

  @Test("drawn classes follow the run's seed and are the same for training and test; a count draws first")
  func seeds() throws {
    let recipe = try dataRecipe(
      "{train: {set: synthetic, count: 200, classes: 4, longTail: 5}, test: {set: synthetic, count: 50, classes: 4}}"
    )
    let one = try ExperimentData(recipe, store: drawnOnly, seed: 1)
    let two = try ExperimentData(recipe, store: drawnOnly, seed: 2)
    #expect(one.training.classNames == one.test.classNames)
    #expect(one.training.classNames != two.training.classNames)
    #expect(one.training.classCounts == [20, 11, 6, 4])
    #expect(TaskFacts(of: one.training).classFrequencies == [20, 11, 6, 4])
    #expect(one.test.classCounts == [5, 5, 5, 5])
    let expected = try #require(try drawnOnly.expected(of: recipe, seed: 1))
    #expect(expected.facts.classNames == one.training.classNames)
    #expect((expected.pictureCount, expected.side) == (one.training.count, 32))
    let fixed = try dataRecipe(
      "{train: {set: synthetic, classes: {count: 4, seed: 1}}, test: {set: synthetic, classes: 4}}")
    #expect(
      complaint { _ = try ExperimentData(fixed, store: drawnOnly, seed: 2) }.contains(
        "classes that are not the 4 of the training set"))
  }

  @Test("pictures of the catalogue that differ in size need data.size and are brought to it")
  func varied() throws {
    try withTemporaryFolder { (folder) throws in
      try writePhotographs(to: "\(folder)/things-test", ["cat": 3, "dog": 2], height: 8, width: 8)
      try writePhotographs(to: "\(folder)/things-test", ["dog": 3], height: 9, width: 12)
      let text = sampleCatalogue.replacingOccurrences(of: "  size: {height: 8, width: 8}\n", with: "")
      let store = DataStore(catalogue: try catalogue(text), directories: [folder])
      let reference = DataSetReference(source: .catalogue(set: "things", split: "test", part: nil))
      #expect(
        complaint { _ = try store.open(reference, size: nil) }.hasSuffix(
          "the pictures of things differ in size; data.size brings them to one, such as data.size: 32"))
      let set = try store.open(reference, size: PictureSize(size: 6, fit: .stretch))
      #expect((set.count, set.height, set.width) == (6, 6, 6))
      #expect(try store.catalogue.check(in: [folder]).allSatisfy(\.isSound))
    }
  }
}

@Suite("Outliers for training in a recipe")
struct AuxiliaryRecipeTests {
  private func recipe(_ auxiliary: String, train: String = "{set: synthetic, count: 40}") throws -> DataRecipe
  {
    try dataRecipe(
      "{train: \(train), test: {set: synthetic, count: 20}, auxiliary: \(auxiliary), augment: [flip]}")
  }

  private func problem(_ auxiliary: String) -> String {
    complaint { _ = try recipe(auxiliary) }
  }

  @Test("a name alone is a set, one outlier an inlier, round and round, augmented as the training pictures")
  func defaults() throws {
    let auxiliary = try #require(try recipe("synthetic-noise").auxiliary)
    #expect(
      auxiliary.source
        == .set(
          DataSetReference(source: .catalogue(set: "synthetic-noise", split: "train", part: nil))))
    #expect(auxiliary.batchSize == .ratio(1))
    #expect(auxiliary.pairing == .cycle)
    #expect(auxiliary.augmentations == nil)
  }

  @Test("everything about them can be said")
  func everything() throws {
    let auxiliary = try #require(
      try recipe("{set: synthetic-noise, count: 30, batchSize: 512, pairing: zip, augment: []}").auxiliary)
    #expect(auxiliary.batchSize == .images(512))
    #expect(auxiliary.pairing == .zip)
    #expect(auxiliary.augmentations == [])
    #expect(try recipe("{set: synthetic-noise, ratio: 0.25}").auxiliary?.batchSize == .ratio(0.25))
  }

  @Test(
    "what contradicts itself is refused",
    arguments: [
      (
        "{set: a, batchSize: 3, ratio: 2}", "ratio: excludes batchSize: both say how many outliers a step has"
      ),
      ("{fromTraining: false, set: a}", "fromTraining: can only be true; leave it out for a set of outliers"),
      (
        "{fromTraining: true}",
        "fromTraining: needs an augment of its own: whole training pictures are no outliers"
      ),
      ("{fromTraining: true, augment: [flip], set: a}", "set: unknown key"),
      ("{set: a, pairing: zap}", "pairing: unknown choice 'zap'; did you mean 'zip'? (known: zip, cycle)"),
      ("{set: a, ratio: 0}", "ratio: must be more than 0 and at most 1000, got 0"),
    ])
  func contradictions(auxiliary: String, expected: String) {
    #expect(problem(auxiliary).contains("data.auxiliary.\(expected)"), "\(problem(auxiliary))")
  }

  @Test(
    "the outliers are opened beside the rest; those from the training pictures are its pictures, long-tailed")
  func opening() throws {
    let data = try ExperimentData(
      recipe("{set: synthetic-noise, count: 30}"), store: drawnOnly, seed: 0)
    #expect(data.auxiliary?.images.count == 30)
    #expect(data.auxiliary?.pipeline.geometry.count == 1)
    #expect(data.encodings.auxiliary == .drawn)
    let own = try ExperimentData(
      recipe(
        "{fromTraining: true, augment: [{crop: {padding: 2}}, flip]}",
        train: "{set: synthetic, count: 100, longTail: 10}"), store: drawnOnly, seed: 0)
    #expect(own.auxiliary?.images.identifiers == own.training.identifiers)
    #expect(own.auxiliary?.images.classCounts == [10, 7, 5, 4, 3, 2, 2, 1, 1, 1])
    #expect(own.auxiliary?.pipeline.geometry.count == 2)
  }

  @Test("a run refuses outliers that no stage trains on, and names the methods")
  func unused() throws {
    let recipe = try TinyExperiment.recipe("data.auxiliary=synthetic-noise")
    #expect(throws: TrainingError("data.auxiliary: no stage trains on outliers (train: plain); leave it out"))
    {
      try Run(recipe, store: drawnOnly)
    }
  }
}
