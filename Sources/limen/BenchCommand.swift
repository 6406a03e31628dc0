import Archives
import ArgumentParser
import Experiments
import Foundation
import Kernels
import Networks

/// The subcommand `limen bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast networks train and infer on this machine.",
    discussion: """
      Random images, plain cross-entropy, SGD; medians after a warm-up. Examples:

        limen bench
        limen bench --network resnet18 --batch 64 --seconds 10 --convolutions
        limen bench --network resnet20 --train-only --json
        limen bench --data
      """)

  @Option(
    name: .customLong("network"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Networks to measure. Default: \(Benchmark.customary.map(\.name).joined(separator: ", ")).",
      valueName: "name"))
  var names: [String] = []

  @Option(
    parsing: .upToNextOption, help: "Number formats of activations: float32, bfloat16, or both.")
  var precision: [ElementType] = [.float32]

  @Option(help: "Images of a batch.")
  var batch = 128

  @Option(help: "Rows and columns of an image.")
  var size = 32

  @Option(help: "How many classes the head has.")
  var classes = 10

  @Option(help: "How long each measurement lasts; three steps at least.")
  var seconds = 5.0

  @Flag(help: "Measure training alone.")
  var trainOnly = false

  @Flag(help: "Measure inference alone.")
  var inferOnly = false

  @Flag(help: "Also print the speed of every convolution shape; --json always does.")
  var convolutions = false

  @Flag(
    help: ArgumentHelp(
      "Measure the loader instead: pictures a second of each pipeline, and what loading costs a training step.",
      discussion: "Networks by default: resnet20."))
  var data = false

  @Flag(help: "With --data: measure the pipelines alone, without training.")
  var pipelinesOnly = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    for (name, value, least) in [("batch", batch, 2), ("size", size, 8), ("classes", classes, 2)]
    where value < least {
      throw ValidationError("--\(name): must be at least \(least), got \(value)")
    }
    if !(seconds >= 0) { throw ValidationError("--seconds: must not be negative, got \(seconds)") }
    if trainOnly, inferOnly { throw ValidationError("--train-only and --infer-only exclude each other") }
    if pipelinesOnly, !data { throw ValidationError("--pipelines-only: goes with --data") }
    if pipelinesOnly, trainOnly {
      throw ValidationError("--train-only and --pipelines-only exclude each other")
    }
    if data, inferOnly || convolutions || size != 32 || classes != 10 {
      throw ValidationError(
        "--data: measures training on 32×32 pictures of 10 classes and takes no other choice")
    }
  }

  func run() throws {
    let result = try data ? loaderResult() : networkResult()
    if output.json {
      try output.show(result)
    } else {
      output.show(BenchReport(result, showsConvolutions: convolutions).text)
    }
  }

  private func networkResult() throws -> BenchmarkResult {
    var benchmark = Benchmark(of: try networks())
    benchmark.precisions = precision
    benchmark.passes = trainOnly ? [.training] : inferOnly ? [.inference] : Benchmark.Pass.allCases
    benchmark.batch = batch
    benchmark.size = size
    benchmark.classCount = classes
    benchmark.seconds = seconds
    return try threads.run { try benchmark.run { say($0) } }
  }

  private func loaderResult() throws -> BenchmarkResult {
    var benchmark = LoaderBenchmark()
    benchmark.seconds = seconds
    benchmark.batch = batch
    benchmark.measuresPipelines = !trainOnly
    let trained = pipelinesOnly ? [] : try networks()
    return try threads.run {
      var result = BenchmarkResult()
      result.loader = try benchmark.run(networks: trained, precisions: precision) { say($0) }
      return result
    }
  }

  private func say(_ subject: String) {
    if !output.quiet { StatusLine.say("measuring \(subject)") }
  }

  private func networks() throws -> [NetworkChoice] {
    guard !names.isEmpty else { return data ? Array(Benchmark.customary.prefix(1)) : Benchmark.customary }
    return try names.map { name in
      if let choice = NetworkChoice.named(name) { return choice }
      let known = NetworkChoice.all.map(\.name)
      throw FileError(
        name,
        "is no network\(Spelling.hint(for: name, in: known)) (networks: \(known.joined(separator: ", ")))")
    }
  }
}
