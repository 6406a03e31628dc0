import Foundation
import Images
import TestSupport
import Testing

@Suite("Commands that look and tell")
struct InspectionTests {
  @Test("recipe list names what ships, with its first line")
  func recipeList() throws {
    let outcome = try LimenProcess.run("recipe", "list")
    #expect(outcome.status == 0)
    for name in ["quickstart", "baseline/cifar10-resnet18", "baseline/cifar10-resnet20"] {
      #expect(outcome.output.contains("Recipes/\(name).yaml\n    "), "\(name)")
    }
  }

  @Test("recipe show prints a complete recipe that shows as itself")
  func recipeShow() throws {
    try withTemporaryFolder { folder in
      let first = try LimenProcess.run("recipe", "show", "Recipes/quickstart.yaml", "--set", "seed=3")
      #expect(first.status == 0)
      #expect(first.output.contains("\nseed: 3\n"))
      #expect(first.output.contains("\nprecision: float32\n"))
      try first.output.write(toFile: "\(folder)/shown.yaml", atomically: true, encoding: .utf8)
      let second = try LimenProcess.run("recipe", "show", "\(folder)/shown.yaml")
      #expect(second.output == first.output)
    }
  }

  @Test("recipe check reports every file and exits with 1 if one is not sound")
  func recipeCheck() throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.write(toFile: "\(folder)/good.yaml", atomically: true, encoding: .utf8)
      try tinyRecipe.replacingOccurrences(of: "batchSize: 20", with: "batchSize: 0")
        .write(toFile: "\(folder)/bad.yaml", atomically: true, encoding: .utf8)
      let good = try LimenProcess.run("recipe", "check", "good.yaml", in: folder)
      #expect(good.status == 0)
      #expect(good.output.wholeMatch(of: #/good\.yaml: sound \([0-9a-f]{16}\)\n/#) != nil, "\(good.output)")
      let both = try LimenProcess.run("recipe", "check", "bad.yaml", "no.yaml", "good.yaml", in: folder)
      #expect(both.status == 1)
      #expect(
        both.output == """
          bad.yaml:10: stages.0.batchSize: must be between 1 and 1048576, got 0
          no.yaml: no such file, or it can't be read
          \(good.output)
          """)
      let set = try LimenProcess.run(
        "recipe", "check", "good.yaml", "--set", "data.far=[cifar11]", in: folder)
      #expect(set.status == 1)
      #expect(
        set.output.hasPrefix(
          "good.yaml: data.far.0: there is no data set called 'cifar11'; did you mean 'cifar10'?"))
    }
  }

  @Test("recipe diff tells what differs, or that nothing does")
  func recipeDifference() throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.write(toFile: "\(folder)/one.yaml", atomically: true, encoding: .utf8)
      try tinyRecipe.replacingOccurrences(of: "epochs: 1", with: "epochs: 2")
        .write(toFile: "\(folder)/two.yaml", atomically: true, encoding: .utf8)
      let same = try LimenProcess.run("recipe", "diff", "one.yaml", "one.yaml", in: folder)
      #expect(same.output == "the recipes say the same\n")
      let other = try LimenProcess.run("recipe", "diff", "one.yaml", "two.yaml", in: folder)
      #expect(other.output == "stages.0.epochs: 1 → 2\n")
      #expect(same.status == 0 && other.status == 0)
    }
  }

  @Test("network prints the published counts, for a name as for a recipe")
  func network() throws {
    let json = try LimenProcess.run("network", "resnet20", "--json").object()
    #expect(json["parameterCount"] as? Int == 272_474)
    #expect(json["multiplyAccumulates"] as? Int == 40_813_184)
    #expect(json["inputShape"] as? [Int] == [32, 32, 3])
    let wide = try LimenProcess.run("network", "resnet20", "--json", "--classes", "100").object()
    #expect(wide["parameterCount"] as? Int == 272_474 + 90 * 65)
    let text = try LimenProcess.run("network", "Recipes/baseline/cifar10-resnet20.yaml")
    #expect(text.status == 0)
    #expect(
      text.output.contains("\nresnet20 for 32×32 images: 272,474 parameters, 40,813,184 multiply-accumulates")
    )
  }

  @Test("network counts a logit more for each group of MOS, as training has it")
  func groups() throws {
    func logits(_ arguments: String...) throws -> Int? {
      let report = try LimenProcess(["network"] + arguments + ["--json"]).outcome().object()
      let rows = report["rows"] as? [[String: Any]]
      return (rows?.last?["outputShape"] as? [Int])?.last
    }
    #expect(try logits("Recipes/mos/mos-cifar10-small.yaml") == 10 + 2)
    #expect(try logits("Recipes/mos/mos-cifar100.yaml") == 100 + 20)
    #expect(try logits("Recipes/mos/mos-toy.yaml") == 16 + 4)
    // Twenty classes drawn at random have 13 of the 20 superclasses.
    #expect(try logits("Recipes/mos/mos-cifar100-classes.yaml") == 20 + 13)
    // What only opening tells is ten classes, or those that are given.
    #expect(try logits("Recipes/mos/mos-imagenet-head.yaml") == 10 + 8)
    #expect(try logits("Recipes/mos/mos-imagenet-head.yaml", "--classes", "1000") == 1_000 + 8)
    #expect(try logits("Recipes/baseline/cifar10-resnet20.yaml") == 10)
    #expect(try logits("Recipes/rna/rna-cifar100-lt.yaml") == 100)
  }

  @Test("data list shows every set, and how to get what is missing")
  func dataList() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(fileURLWithPath: "\(folder)/mnist-test.tar.gz"))
      let outcome = try LimenProcess.run("data", "list", "--data", folder)
      #expect(outcome.status == 0)
      #expect(outcome.output.hasPrefix("searched: \(folder), Data\n"))
      #expect(outcome.output.contains("\nsynthetic-strokes\n    drawn by the program\n"))
      #expect(
        outcome.output.contains(
          "\n    test, 2000 pictures: here: \(folder)/mnist-test.tar.gz (jpeg)\n"))
      #expect(
        outcome.output.contains(
          "\n    train, 30119 pictures: missing. There is no download: tinyimagenet32-aux"))
    }
  }

  @Test("data check calls a damaged archive damaged and exits with 1")
  func dataCheck() throws {
    try withTemporaryFolder { folder in
      let archive = "\(folder)/mnist-test.tar.gz"
      try FileManager.default.createDirectory(
        atPath: "\(folder)/zero", withIntermediateDirectories: true)
      // Random bytes, which do not compress: half the archive is half the picture.
      var generator = SystemRandomNumberGenerator()
      let pixels = (0..<32 * 32 * 3).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let picture = Picture(height: 32, width: 32, pixels: pixels)
      try Data(picture.pngData()).write(to: URL(fileURLWithPath: "\(folder)/zero/0.png"))
      let tar = Process()
      tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      tar.arguments = ["tar", "-czf", archive, "-C", folder, "zero"]
      try tar.run()
      tar.waitUntilExit()

      let wrong = try LimenProcess.run("data", "check", "mnist", "--data", folder)
      #expect(wrong.status == 1)
      #expect(wrong.output.hasPrefix("DAMAGED  mnist test: \(archive)\n"), "\(wrong.output)")
      #expect(wrong.output.contains("bytes, the catalogue says 756330\n"))
      #expect(wrong.output.contains("holds 1 pictures, the catalogue says 2000\n"))

      let whole = try Data(contentsOf: URL(fileURLWithPath: archive))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: archive))
      let truncated = try LimenProcess.run("data", "check", "mnist", "--data", folder)
      #expect(truncated.status == 1)
      // What was found before the damage stopped the reading is told as well.
      #expect(
        truncated.output.hasPrefix(
          "DAMAGED  mnist test: \(archive)\n         has \(whole.count / 2) bytes, the catalogue says 756330\n"
        ))
      #expect(truncated.output.contains("\(archive): "))

      let absent = try LimenProcess.run("data", "check", "dtd10", "--data", folder)
      #expect(absent.status == 0)
      #expect(absent.output == "missing  dtd10 test: dtd10-test.tar.gz\n")
      let unknown = try LimenProcess.run("data", "check", "minst", "--data", folder)
      #expect(unknown.status == 1)
      #expect(unknown.errors.contains("there is no data set called 'minst'; did you mean 'mnist'?"))
    }
  }

  @Test("data fetch downloads what the catalogue knows where to get, and says what to do about the rest")
  func dataFetch() throws {
    let server = try LoopbackServer { request, _ in .init(body: Array(request.path.utf8)) }
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/Data", withIntermediateDirectories: true)
      let entry = """
          about: A set.
          classes: 1
          splits:
            test:
              count: 1
              whereToGet: Ask a friend.
              sources:

        """
      let catalogue = """
        one:
        \(entry)        - {format: pictureArchive, path: one.tar, encoding: jpeg, bytes: 4, url: "\(server.url("/one"))"}
        two:
        \(entry)        - {format: pictureArchive, path: two.tar, encoding: jpeg}

        """
      try catalogue.write(toFile: "\(folder)/Data/catalogue.yaml", atomically: true, encoding: .utf8)
      func limen(_ arguments: String...) throws -> LimenOutcome {
        try LimenProcess(["data"] + arguments, in: folder, environment: ["no_proxy": "127.0.0.1"]).outcome()
      }
      let list = try limen("list")
      #expect(
        list.output.contains(
          "\n    test, 1 pictures: missing. Get it with: limen data fetch one (4 bytes)\n"),
        "\(list.output)\(list.errors)")
      let fetch = try limen("fetch", "one")
      #expect(fetch.status == 0, "\(fetch.errors)")
      #expect(fetch.output == "Data/one.tar\n")
      #expect(fetch.errors == "Data/one.tar is complete\n")
      #expect(try String(contentsOfFile: "\(folder)/Data/one.tar", encoding: .utf8) == "/one")
      let again = try limen("fetch", "one", "--json", "--quiet")
      #expect(again.output == "[\n  \"Data/one.tar\"\n]\n")
      #expect(again.errors == "")
      #expect(server.requests.count == 1)
      let refused = try limen("fetch", "two")
      #expect(refused.status == 1)
      #expect(
        refused.errors.contains("two: the test split cannot be fetched by a program. Ask a friend."),
        "\(refused.errors)")
    }
  }

  @Test("data preview sends pictures through a recipe's augmentations")
  func augmentedPreview() throws {
    try withTemporaryFolder { folder in
      let (file, recipe) = ("\(folder)/sheet.png", "\(folder)/recipe.yaml")
      try """
      name: erasing
      data: {train: synthetic, test: synthetic, augment: [{crop: {padding: 0}}, {randomErasing: {probability: 1}}]}
      network: resnet8
      stages: [{epochs: 1}]
      """.write(toFile: recipe, atomically: true, encoding: .utf8)
      let outcome = try LimenProcess.run(
        "data", "preview", "synthetic", "--split", "test", "--columns", "2", "--recipe", recipe, "--file",
        file)
      #expect(outcome.status == 0)
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      let pipeline = PicturePipeline(normalization: .cifar10, erasing: RandomErasing(probability: 1))
      let drawn = SyntheticSet.make(.forms, split: .test, count: 2_000, seed: 0)
      var cropping = pipeline
      cropping.geometry = [RandomCrop(padding: 0)]
      let expected = try ContactSheet(columns: 2)
        .sheetByClass(of: drawn.augmented(by: cropping, first: 2, seed: 0, epoch: 0))
      #expect(try Picture(decoding: bytes, name: file) == expected)
      #expect(expected != (try ContactSheet(columns: 2).sheetByClass(of: drawn)))
    }
  }

  @Test("data preview writes a sheet with one row a class")
  func dataPreview() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/sheet.png"
      let outcome = try LimenProcess.run(
        "data", "preview", "synthetic", "--split", "test", "--columns", "3", "--file", file)
      #expect(outcome.status == 0)
      #expect(outcome.output == "2000 pictures of 10 classes; \(file) shows 3 of each\n")
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      let sheet = try Picture(decoding: bytes, name: file)
      let drawn = SyntheticSet.make(.forms, split: .test, count: 2_000, seed: 0)
      #expect(sheet == (try ContactSheet(columns: 3).sheetByClass(of: drawn)))
    }
  }

  @Test("doctor tells machine and data, as text and as JSON")
  func doctor() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(fileURLWithPath: "\(folder)/dtd10-test.tar.gz"))
      let json = try LimenProcess.run("doctor", "--json", environment: ["LIMEN_DATA": folder]).object()
      #expect(
        json.keys.filter { $0 != "commit" }.sorted() == [
          "availableKernels", "dataFolders", "dataFound", "dataMissing", "kernels", "matrixLibrary",
          "processors", "version",
        ])
      #expect(json["dataFolders"] as? [String] == [folder, "Data"])
      let found = try #require(json["dataFound"] as? [String])
      let missing = try #require(json["dataMissing"] as? [String])
      #expect(found.contains("dtd10 test"))
      #expect((found + missing).sorted() == Set(found + missing).sorted())
      #expect(found.count + missing.count == 49)
      let isHere = FileManager.default.fileExists(atPath: "\(packageFolder)/Data/streetchars-test.tar.gz")
      #expect(missing.contains("streetchars test") == !isHere)
      #expect((json["availableKernels"] as? [String])?.contains("portable") == true)
      let text = try LimenProcess.run("doctor", environment: ["LIMEN_KERNELS": "portable"])
      #expect(text.status == 0)
      #expect(text.output.contains("\nkernels        portable of "))
    }
  }
}
