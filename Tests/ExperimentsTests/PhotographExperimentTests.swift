import Experiments
import Foundation
import Images
import TestSupport
import Testing

@Suite("Experiments on one's own photographs")
struct PhotographExperimentTests {
  private func open(_ data: String, normalization: Normalization? = nil) throws -> ExperimentData {
    try ExperimentData(dataRecipe(data), store: drawnOnly, seed: 0, normalization: normalization)
  }

  private func breakPicture(_ path: String) throws {
    let bytes = try #require(FileManager.default.contents(atPath: path))
    try bytes.dropLast(20).write(to: URL(fileURLWithPath: path))
  }

  @Test("A share of the training folder becomes the test set, the same for every seed")
  func share() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: folder, ["cat": 10, "dog": 20])
      let recipe = try dataRecipe("{train: {path: \(folder)}, test: {fraction: 0.2}}")
      let data = try ExperimentData(recipe, store: drawnOnly, seed: 0)
      #expect(recipe.test.name == "test")
      #expect(data.test.labels == [0, 0, 1, 1, 1, 1])
      #expect(data.training.count == 24)
      #expect(Set(data.test.identifiers).isDisjoint(with: data.training.identifiers))
      let other = try ExperimentData(recipe, store: drawnOnly, seed: 7)
      #expect(other.test.identifiers == data.test.identifiers)
      // Validation is taken out of what remains.
      let three = try open(
        "{train: {path: \(folder)}, test: {fraction: 0.2}, validation: {fraction: 0.25}}")
      #expect(three.test.identifiers == data.test.identifiers)
      #expect(three.training.count == 18 && three.validation?.count == 6)
      try writePhotographs(to: folder, ["emu": 1])
      #expect(
        complaint { _ = try ExperimentData(recipe, store: drawnOnly, seed: 0) }.hasSuffix(
          "the class 'emu' has a single picture, which cannot be learned and tested on"))
    }
  }

  @Test("A share is given alone, and is more than nothing")
  func shareMistakes() {
    #expect(
      complaint { _ = try dataRecipe("{train: {path: a}, test: {fraction: 0.2, path: b}}") }
        == "data.yaml:2: data.test.fraction: is a share of the training pictures, which excludes path")
    #expect(
      complaint { _ = try dataRecipe("{train: {path: a}, test: {fraction: 0}}") }
        == "data.yaml:2: data.test.fraction: must be more than 0 and at most 0.9, got 0")
    #expect(
      complaint { _ = try dataRecipe("{train: {path: a}, test: {fraction: 0.1}, far: [{path: b/test}]}") }
        == "data.yaml:2: data.far.0: 'test' is the test set; the names of the sets that are measured must differ"
    )
  }

  @Test("Training cuts its crops out of whole pictures of several sizes; what is evaluated is brought to one")
  func whole() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: folder, ["cat": 12], height: 20, width: 31)
      try writePhotographs(to: folder, ["dog": 9], height: 40, width: 26)
      func data(_ size: String) -> String {
        "{train: {path: \(folder)}, test: {fraction: 0.2}, validation: {fraction: 0.25}, size: \(size), "
          + "augment: [randomResizedCrop, flip], normalize: none}"
      }
      let recipe = try dataRecipe(data("{size: 8, training: whole}"))
      let data8 = try ExperimentData(recipe, store: drawnOnly, seed: 3)
      let fitted = try ExperimentData(dataRecipe(data("{size: 8}")), store: drawnOnly, seed: 3)
      // PNGs are decoded in full either way, so what is evaluated is the same, bit for bit.
      for (set, other) in [
        (data8.training, fitted.training), (data8.test, fitted.test),
        (try #require(data8.validation), try #require(fitted.validation)),
      ] {
        #expect(set.identifiers == other.identifiers && (set.height, set.width) == (8, 8))
        #expect(try pictures(set) == pictures(other))
      }
      let whole = try #require(data8.wholeTraining)
      #expect(whole.identifiers == data8.training.identifiers && whole.labels == data8.training.labels)
      #expect(try Set(pictures(whole).map { [$0.height, $0.width] }) == [[20, 31], [40, 26]])
      let pipeline = recipe.pipeline(height: 8, width: 8, normalization: .none)
      let epoch = Loader(whole, batchSize: 5, seed: 3, pipeline: pipeline, threadCount: 2).batches(epoch: 1)
      var count = 0
      while let batch = try epoch.next() {
        #expect((batch.height, batch.width) == (8, 8))
        for (row, index) in batch.indices.enumerated() {
          var picture = try Picture(
            decoding: Array(
              Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(whole.identifiers[index])"))),
            name: "picture")
          var expected = [Float](repeating: 0, count: 192)
          expected.withUnsafeMutableBufferPointer { target in
            pipeline.write(&picture, seed: 3, epoch: 1, index: index) { _ in target }
          }
          #expect(expected.elementsEqual(batch.pixels[row * 192..<(row + 1) * 192]))
          count += 1
        }
      }
      #expect(count == whole.count && count > 10)
    }
  }

  @Test("Whole pictures need a crop that makes them one size, and a size for what is evaluated")
  func wholeMistakes() {
    let start = "data.yaml:2: data.size"
    #expect(
      complaint {
        _ = try dataRecipe("{train: a, test: b, size: {training: whole}, augment: [flip, randomResizedCrop]}")
      }
        == "\(start): training: whole needs randomResizedCrop or augIDCrop as the first of data.augment, which brings the "
        + "pictures to one size")
    #expect(
      complaint {
        _ = try dataRecipe("{train: a, test: b, size: {fit: exact, training: whole}, augment: [augIDCrop]}")
      } == "\(start).training: whole pictures have many sizes, which fit: exact refuses")
  }

  @Test("Shards of one's own are one set")
  func shards() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: folder, ["cat": 4, "dog": 4])
      for (shard, range) in [0..<2, 2..<4].enumerated() {
        var writer = TarWriter()
        for name in ["cat", "dog"] {
          for index in range {
            let path = "\(name)/\(index).png"
            writer.add(path, Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))))
          }
        }
        try Data(writer.finished).write(to: URL(fileURLWithPath: "\(folder)/pets-\(shard).tar"))
      }
      let data = try open("{train: {path: '\(folder)/pets-{0..1}.tar'}, test: {fraction: 0.25}, cache: 0}")
      #expect(data.training.isStreamed && data.training.count == 6 && data.test.count == 2)
      #expect(data.training.classNames == ["cat", "dog"])
      let missing = "\(folder)/pets-{0..2}.tar"
      #expect(
        complaint { _ = try open("{train: {path: '\(missing)'}, test: {fraction: 0.25}}") }
          == "\(missing): pets-2.tar of the range is missing")
    }
  }

  @Test("One class is nothing to learn")
  func oneClass() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/pets", ["cat": 10])
      #expect(
        complaint { _ = try open("{train: {path: \(folder)/pets}, test: {fraction: 0.2}}") }
          == "pets: has one class only, 'cat'; a classifier needs at least two, each in a folder of its own")
    }
  }

  @Test("Damaged pictures are an error, or left out and counted in a note")
  func damaged() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/pets", ["cat": 10, "dog": 10])
      try writePhotographs(to: "\(folder)/other", ["thing": 4])
      try breakPicture("\(folder)/pets/cat/3.png")
      try breakPicture("\(folder)/other/thing/1.png")
      let sets = "train: {path: \(folder)/pets}, test: {fraction: 0.2}, far: [{path: \(folder)/other}]"
      let said = "\(folder)/pets/cat/3.png: damaged PNG picture: the data end too soon"
      #expect(complaint { _ = try open("{\(sets)}") } == said)
      let data = try open("{\(sets), skipDamaged: true}")
      #expect(data.training.count + data.test.count == 19 && data.outliers[0].set.count == 3)
      #expect(
        data.notes == [
          "a damaged picture of pets was left out (\(said))",
          "a damaged picture of other was left out (\(folder)/other/thing/1.png: damaged PNG picture: the data end "
            + "too soon)",
        ])
      try breakPicture("\(folder)/pets/dog/3.png")
      #expect(
        try open("{\(sets), skipDamaged: true}").notes[0]
          == "2 damaged pictures of pets were left out, the first being \(said)")
    }
  }

  @Test("The memory for pictures changes neither pictures nor the hash")
  func cache() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: folder, ["cat": 10, "dog": 10], height: 40, width: 50)
      let sets = "train: {path: \(folder)}, test: {fraction: 0.2}, size: 24"
      let (decoded, streamed) = (try open("{\(sets)}"), try open("{\(sets), cache: 0}"))
      #expect(!decoded.training.isStreamed && streamed.training.isStreamed && streamed.test.isStreamed)
      #expect(try pictures(streamed.training) == pictures(decoded.training))
      #expect(try pictures(streamed.test) == pictures(decoded.test))
      #expect(streamed.normalization == decoded.normalization)
      func hash(_ data: String) throws -> String {
        try Recipe(
          RecipeSource(
            file: "a.yaml", text: "name: a\ndata: \(data)\nnetwork: resnet8\nstages: [{epochs: 1}]\n")
        ).hash
      }
      #expect(try hash("{\(sets)}") == hash("{\(sets), cache: 7}"))
      #expect(try hash("{\(sets)}") != hash("{\(sets), skipDamaged: true}"))
      #expect(
        try hash("{\(sets)}") == hash("{train: {path: \(folder)}, test: {fraction: 0.2}, size: {size: 24}}"))
      #expect(
        try hash("{\(sets)}")
          != hash("{train: {path: \(folder)}, test: {fraction: 0.2}, size: {size: 24, fullDecode: true}}"))
    }
  }

  @Test("A list and its root are a data set")
  func list() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/pets", ["cat": 10, "dog": 10])
      func write(_ name: String, _ lines: [String]) throws {
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).txt"))
      }
      try write("learn", (0..<8).flatMap { ["cat/\($0).png 0", "dog/\($0).png 1"] })
      try write("check", (8..<10).flatMap { ["cat/\($0).png 0", "dog/\($0).png 1"] })
      try write("odd", ["cat/0.png -1"])
      func set(_ name: String) -> String { "{list: \(folder)/\(name).txt, root: \(folder)/pets}" }
      let data = try open("{train: \(set("learn")), test: \(set("check")), far: [\(set("odd"))]}")
      #expect(data.training.name == "learn" && data.training.classNames == ["cat", "dog"])
      #expect(data.training.count == 16 && data.test.labels == [0, 1, 0, 1])
      #expect(data.outliers[0].name == "odd" && data.outliers[0].set.count == 1)
    }
    #expect(
      complaint { _ = try dataRecipe("{train: {list: a.txt}, test: b}") }
        == "data.yaml:2: data.train: a list and the root of its pictures, a folder or tar, belong together: "
        + "{list: …, root: …}")
    #expect(
      complaint { _ = try dataRecipe("{train: {list: a.txt, root: c, path: d}, test: b}") }
        == "data.yaml:2: data.train: names both a list and another source; expected one of them")
  }

  @Test("The normalisation that was measured is kept bit for bit and used again")
  func normalization() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/normalization.json"
      #expect(try NormalizationFile.read(path) == nil)
      let kept = Normalization(mean: [0.1, 1 / 3, 0.7], deviation: [1e-7, 0.2, .pi])
      try NormalizationFile.write(kept, to: path)
      #expect(try NormalizationFile.read(path) == kept)
      #expect(
        try open(
          "{train: {set: synthetic, count: 20}, test: {set: synthetic, count: 10}}", normalization: kept
        )
        .normalization == kept)
      for text in ["", "{}", "{\"mean\":[1,2],\"std\":[1,1,1]}", "{\"mean\":[0,0,0],\"std\":[1,0,1]}"] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(
          complaint { _ = try NormalizationFile.read(path) }.hasPrefix(
            "\(path): expected three means and three positive deviations"))
      }
    }
  }

  @Test("A run keeps its normalisation, and evaluation does not measure it again")
  func evaluation() throws {
    try withTemporaryFolder { folder in
      let run = try TinyExperiment(out: folder).run()
      let trained = try run.complete().results
      let kept = try #require(try NormalizationFile.read(run.folder.normalization))
      let again = try Run(in: run.folder, store: drawnOnly)
      #expect(
        try again.evaluate(checkpoint: "last", logger: silentLogger).detection == trained.detection)
      // Other constants give other scores: they are read and not measured.
      try NormalizationFile.write(
        Normalization(mean: kept.mean.map { $0 + 0.2 }, deviation: kept.deviation),
        to: run.folder.normalization)
      #expect(
        try again.evaluate(checkpoint: "last", logger: silentLogger).detection != trained.detection)
    }
  }
}
