import ArgumentParser
import Detection
import Experiments
import Foundation
import Logging
import Tensors
import Training

/// The subcommand `limen train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Run all stages of a recipe, evaluate, and write the run folder.",
    discussion: """
      Examples:

        limen train Recipes/quickstart.yaml
        limen train Recipes/baseline/cifar10-resnet20.yaml --seeds 0-2 \\
          --set stages.0.epochs=20
        limen train Recipes/quickstart.yaml --resume
        limen train Recipes/quickstart.yaml --dry-run --profile
      """)

  @Argument(help: "The recipe file.")
  var recipe: String

  @OptionGroup var overrides: OverrideOptions

  @Option(parsing: .unconditional, help: "What all random numbers follow from.")
  var seed: Int?

  @Option(help: "Several runs, one a seed, such as 0-5.")
  var seeds: SeedRange?

  @Option(help: "The folder that run folders are made in.")
  var out = "runs"

  @Option(help: "After how many steps the log gets a line; 0 for after epochs only.")
  var logEvery: Int?

  @Flag(help: "Continue from the last checkpoint, bit for bit.")
  var resume = false

  @OptionGroup var threads: ThreadOptions

  @Option(help: "The number format of activations: float32 or bfloat16.")
  var precision: String?

  @Flag(help: "Check everything, train a few batches, estimate time and memory; write nothing.")
  var dryRun = false

  @Flag(help: "Run everything in a few steps on drawn pictures to see that it works; keep nothing.")
  var smoke = false

  @Flag(help: "Tell where the time of a step goes; without --dry-run also in profile.json of the run folder.")
  var profile = false

  @Option(
    help: ArgumentHelp("Write what the log tells into this folder too, for TensorBoard.", valueName: "dir"))
  var tensorboard: String?

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let seed, seed < 0 { throw ValidationError("--seed: must be at least 0, got \(seed)") }
    if seed != nil, seeds != nil { throw ValidationError("--seed and --seeds exclude each other") }
    if smoke, dryRun || resume || seeds != nil {
      throw ValidationError("--smoke excludes --dry-run, --resume and --seeds")
    }
  }

  func run() throws {
    guard !smoke else { return try test() }
    // A rehearsal is short and keeps nothing: there a signal may end the program as it likes.
    if !dryRun { Interruption.listen() }
    let store = try data.store()
    let chosen: [Int?] = seeds.map { $0.range.map { $0 } } ?? [seed]
    let all = try chosen.map { try read(seed: $0) }
    var results: [RunResults] = []
    var rehearsals: [Rehearsal] = []
    for recipe in all {
      try threads.run(recipe: recipe.threads) {
        let run = try Run(recipe, store: store, out: out)
        if dryRun {
          rehearsals.append(try rehearse(run))
        } else {
          results.append(try execute(run))
        }
      }
    }
    guard output.json else { return }
    // One document whatever was asked for: --seeds makes it a list, as long as the range.
    if seeds == nil {
      for rehearsal in rehearsals { try output.show(rehearsal) }
      for result in results { try output.show(result) }
    } else if dryRun {
      try output.show(rehearsals)
    } else {
      try output.show(results)
    }
  }

  private func read(seed: Int?) throws -> Recipe {
    var changes = overrides.overrides
    if let seed { changes.append("seed=\(seed)") }
    if let precision { changes.append("precision=\(precision)") }
    if let logEvery { changes.append("logEvery=\(logEvery)") }
    return try Recipe(path: recipe, overrides: changes)
  }

  private func execute(_ run: Run) throws -> RunResults {
    let logger = StatusLog.logger(isQuiet: output.quiet)
    // One run alone is evaluated once more, as its scores may have changed; of a sweep only what is missing is made.
    if resume, seeds != nil, run.folder.isFinished {
      logger.notice("\(run.recipe.name), seed \(run.recipe.seed): finished before, \(run.folder.path)")
      return try RunResults(contentsOf: run.folder.results)
    }
    logger.notice("\(run.recipe.name), seed \(run.recipe.seed): \(run.folder.path)")
    let profile = profile ? OperationProfile() : nil
    let outcome = try run.execute(
      resuming: resume, observer: observer(of: run, logger), logger: logger, profile: profile)
    switch outcome {
    case .completed(let results):
      if !output.json {
        let report = try ResultsReport(results, recipe: run.recipe)
        output.show(report.text)
        logger.notice("\(report.costs)")
        if let profile { show(ProfileReport(profile)) }
      }
      logger.notice("written to \(run.folder.path)")
      return results
    case .interrupted:
      logger.notice("interrupted after a checkpoint; the same command with --resume continues")
      throw ExitCode(130)
    }
  }

  private func observer(of run: Run, _ logger: Logger) -> any TrainingObserver {
    let progress = Progress(isQuiet: output.quiet)
    guard let tensorboard else { return progress }
    let folder = EventLog.folder(of: run.recipe, below: tensorboard)
    return EventLog(in: folder, beside: progress, logger: logger)
  }

  private func test() throws {
    let recipe = try read(seed: seed)
    let test = SmokeTest(recipe, store: try data.store())
    let outcome = try threads.run(recipe: recipe.threads) {
      try test.run(logger: StatusLog.logger(isQuiet: true))
    }
    if output.json {
      try output.show(outcome)
    } else {
      output.show(
        "\(outcome.recipe): works, \(outcome.steps) steps in \(String(format: "%.1f", outcome.seconds)) s")
    }
  }

  private func rehearse(_ run: Run) throws -> Rehearsal {
    let rehearsal = try run.rehearse(profiles: profile)
    guard !output.json else { return rehearsal }
    output.show(
      """
      \(run.recipe.name): everything fits; nothing was written
        run folder   \(run.folder.path)
        images       \(rehearsal.imageCount)
        speed        \(Int(rehearsal.imagesPerSecond)) images/s
        training     about \(FigureText.duration(rehearsal.trainingSeconds))
        memory       \(rehearsal.peakTensorBytes / 1_048_576) MiB for tensors
        loss         \(String(format: "%.4f", rehearsal.loss)) after a few steps
      """)
    if let profile = rehearsal.profile { show(profile) }
    return rehearsal
  }

  private func show(_ profile: ProfileReport) {
    output.show("\n" + ProfileTable.text(of: profile))
  }
}

/// Seeds written as "0-5" or "3".
struct SeedRange: ExpressibleByArgument {
  let range: ClosedRange<Int>

  init?(argument: String) {
    let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, 0 <= first,
      first <= last
    else { return nil }
    range = first...last
  }

  var defaultValueDescription: String { "\(range.lowerBound)-\(range.upperBound)" }
}
