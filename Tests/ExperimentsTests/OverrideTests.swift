import Detection
import Experiments
import Networks
import Testing
import Training

@Suite("Overrides")
struct OverrideTests {
  @Test("an override changes a value, an element and a default")
  func changes() throws {
    let recipe = try recipe(
      sample, "seed=3", "stages.0.epochs=5", "evaluate.scores=[energy: {T: 2}]", "stages.0.checkpoint.every=2"
    )
    #expect(recipe.seed == 3)
    #expect(recipe.stages[0].epochs == 5)
    #expect(recipe.stages[0].checkpointEvery == 2)
    #expect(recipe.evaluate.scores == [.energy(EnergyScore.Settings(temperature: 2))])
    #expect(recipe.evaluate.verdict == "energy")
  }

  @Test("the split is at the first =, so a value may hold one")
  func equalsSignInValue() throws {
    let recipe = try recipe(sample, "stages.0.from=runs/lr=0.1/last.safetensors")
    #expect(recipe.stages[0].start == .file("runs/lr=0.1/last.safetensors"))
  }

  @Test("!remove takes a key or an element out, and says so where there is none")
  func removal() throws {
    let whole = try recipe(sample)
    #expect(
      try recipe(
        sample, "stages.0.epochs=5", "stages.0.epochs=!remove", "stages.0.epochs=\(whole.stages[0].epochs)")
        == whole)
    #expect(
      try recipe(sample, "evaluate.scores=[msp, mls]", "evaluate.scores.0=!remove").evaluate.scores.count == 1
    )
    #expect(
      complaint(setting: "data.auxiliary=!remove")
        == "--set data.auxiliary=!remove: there is no data.auxiliary to remove")
  }

  @Test("the last of several overrides of a key holds")
  func last() throws {
    #expect(try recipe(sample, "seed=1", "seed=2").seed == 2)
  }

  @Test("a path goes through a choice that is given by its name alone")
  func throughBareName() throws {
    let recipe = try recipe(sample, "network.resnet8.shortcut=pad")
    #expect(recipe.network == .narrowResNet(depth: 8, shortcut: .pad))
  }

  @Test("the wide networks take either stem")
  func stem() throws {
    #expect(try recipe(sample, "network={resnet18: {stem: imagenet}}").network == .resnet18(stem: .imagenet))
    #expect(try recipe(sample, "network={resnet34: {stem: imagenet}}").network == .resnet34(stem: .imagenet))
    #expect(try recipe(sample, "network=resnet34").network == .resnet34(stem: .cifar))
    #expect(
      complaint(setting: "network={resnet18: {stem: imagenot}}")
        == "--set network={resnet18: {stem: imagenot}}: network.resnet18.stem: "
        + "unknown choice 'imagenot'; did you mean 'imagenet'? (known: cifar, imagenet)")
  }

  @Test("a mistake in an overridden value is located on the command line")
  func mistakeInValue() {
    #expect(
      complaint(setting: "stages.0.epochs=0")
        == "--set stages.0.epochs=0: stages.0.epochs: must be between 1 and 1000000, got 0")
    #expect(
      complaint(setting: "stages.0.epoch=5")
        == "--set stages.0.epoch=5: stages.0.epoch: unknown key; did you mean 'epochs'? (known: name, from, head, "
        + "method, optimizer, schedule, epochs, batchSize, dropLast, accumulate, clip, average, checkpoint, best)"
    )
  }

  @Test("a path that leads nowhere is an error that names where it ends")
  func badPaths() {
    #expect(complaint(setting: "seed") == "--set seed: expected path=value, as in stages.0.epochs=5")
    #expect(complaint(setting: "a..b=1") == "--set a..b=1: the path 'a..b' has an empty part")
    #expect(complaint(setting: "=1") == "--set =1: the path '' has an empty part")
    #expect(
      complaint(setting: "stages.1.epochs=5")
        == "--set stages.1.epochs=5: stages has 1 element, counted from 0; there is no stages.1")
    #expect(
      complaint(setting: "stages.first.epochs=5")
        == "--set stages.first.epochs=5: stages is a list, and 'first' is not an index into it")
    #expect(
      complaint(setting: "stages.0.epochs.x=5")
        == "--set stages.0.epochs.x=5: stages.0.epochs is 10, so there is no stages.0.epochs.x")
    #expect(
      complaint(setting: "seed=[1")
        == "--set seed=[1: not valid YAML: while parsing a flow sequence that starts in line 1, "
        + "did not find expected ',' or ']'")
  }

  @Test("all bad overrides come out at once")
  func several() {
    #expect(
      complaint(setting: "seed", "name.x=1") == """
        --set seed: expected path=value, as in stages.0.epochs=5
        --set name.x=1: name is 'sample', so there is no name.x
        """)
  }
}
