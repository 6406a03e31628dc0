import Experiments
import Foundation
import Networks
import Testing
import Training

@Suite("Shipped recipes")
struct ShippedRecipeTests {
  @Test("every file in Recipes is read without a complaint, and is named after itself")
  func all() throws {
    let library = try RecipeLibrary(folder: recipesFolder)
    #expect(library.recipes.count >= 3)
    for entry in library.recipes {
      let recipe = try Recipe(path: entry.path)
      #expect(recipe.name == entry.name)
      #expect(entry.path.hasSuffix("/\(recipe.name).yaml"))
      #expect(!entry.summary.isEmpty, "\(entry.path) has no comment at its head")
      let text = try String(contentsOfFile: entry.path, encoding: .utf8)
      let relative = entry.path.dropFirst(recipesFolder.count + 1)
      #expect(text.contains("#   limen train Recipes/\(relative)"), "\(entry.path) doesn't say how to run it")
    }
  }

  @Test("the quickstart needs nothing but the drawn pictures")
  func quickstart() throws {
    let data = try Recipe(path: "\(recipesFolder)/quickstart.yaml").data
    for set in [data.train, data.test] + data.near + data.far { #expect(set.name.hasPrefix("synthetic")) }
  }

  @Test("the baseline of ResNet-18 is OpenOOD's")
  func openOOD() throws {
    let recipe = try Recipe(path: "\(recipesFolder)/baseline/cifar10-resnet18.yaml")
    let stage = try #require(recipe.stages.first)
    #expect(recipe.network == .resnet18(stem: .cifar))
    #expect(stage.epochs == 100)
    #expect(stage.batchSize == 128)
    #expect(!stage.dropsLast)
    #expect(
      stage.optimizer
        == .sgd(SGD.Settings(momentum: 0.9, weightDecay: 5e-4, nesterov: true), learningRate: 0.1))
    #expect(stage.schedule == Schedule(.cosine(per: .step, floor: 1e-6)))
    #expect(recipe.data.augmentations == [.flip(probability: 0.5), .crop(padding: 4)])
    #expect(recipe.data.normalization == .set("cifar10"))
  }

  @Test("the small recipes of AugRevise's study differ from the small baseline in their method alone")
  func study() throws {
    let baseline = try Recipe(
      path: "\(recipesFolder)/baseline/cifar10-resnet20.yaml", overrides: ["precision=bfloat16"]
    ).resolved
    for name in ["label-smoothing", "mixup", "label-smoothing-mixup", "regmixup", "augrevise"] {
      let recipe = try Recipe(path: "\(recipesFolder)/augrevise/\(name)-small.yaml").resolved
      func isMethod(_ path: String) -> Bool { path == "stages.0.method" }
      let (one, other) = (baseline.removing(where: isMethod), recipe.removing(where: isMethod))
      #expect(one["data"] == other["data"] && one["network"] == other["network"], "\(name)")
      #expect(one["stages.0"] == other["stages.0"] && one["evaluate"] == other["evaluate"], "\(name)")
      #expect(one["precision"] == other["precision"], "\(name)")
    }
  }

  @Test("the two baselines differ in network, length and little else")
  func difference() throws {
    let small = try Recipe(path: "\(recipesFolder)/baseline/cifar10-resnet20.yaml").resolved
    let large = try Recipe(path: "\(recipesFolder)/baseline/cifar10-resnet18.yaml").resolved
    #expect(
      RecipeDifference(small, large).description == """
        name: cifar10-resnet20 → cifar10-resnet18
        data.augment.0.crop: {padding: 4} → –
        data.augment.0.flip: – → {probability: 0.5}
        data.augment.1.flip: {probability: 0.5} → –
        data.augment.1.crop: – → {padding: 4}
        network.resnet20: {width: 16, shortcut: projection, normAffine: all} → –
        network.resnet18: – → {stem: cifar, width: 64, normAffine: all}
        stages.0.schedule.cosine.floor: 0.0 → 1e-06
        stages.0.epochs: 10 → 100
        stages.0.checkpoint.every: 0 → 10
        """)
    #expect(RecipeDifference(small, small).isEmpty)
  }
}

@Suite("The library of recipes")
struct RecipeLibraryTests {
  /// Runs `body` with a new folder that is gone afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("Recipes/deep"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("build/release"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try "# First line.\n# Second line.\nname: one\nbroken: [\n".write(
      toFile: folder.path + "/Recipes/one.yaml", atomically: true, encoding: .utf8)
    try "name: second\n".write(
      toFile: folder.path + "/Recipes/deep/two.yaml", atomically: true, encoding: .utf8)
    try "no recipe".write(toFile: folder.path + "/Recipes/notes.txt", atomically: true, encoding: .utf8)
    try body(folder.resolvingSymlinksInPath().path)
  }

  @Test("it is found in the working directory, else above the program, and lists what is there")
  func located() throws {
    try withFolder { folder in
      let here = try RecipeLibrary.located(workingDirectory: folder, executable: "/nowhere/limen")
      let above = try RecipeLibrary.located(
        workingDirectory: folder + "/build", executable: folder + "/build/release/limen")
      #expect(here.recipes == above.recipes)
      #expect(here.folder == folder + "/Recipes")
      #expect(here.recipes.map(\.path) == ["deep/two.yaml", "one.yaml"].map { "\(folder)/Recipes/\($0)" })
      #expect(here.recipes.map(\.name) == ["second", "one"])
      #expect(here.recipes.map(\.summary) == ["", "First line."])
    }
  }

  @Test("a missing library is an error that says where it was looked for")
  func nowhere() throws {
    let problem = complaint {
      _ = try RecipeLibrary.located(workingDirectory: "/no/such", executable: "/no/such/limen")
    }
    #expect(problem == "Recipes: no such folder in the working directory, beside the program or above it")
  }
}
