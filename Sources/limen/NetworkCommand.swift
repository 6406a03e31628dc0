import ArgumentParser
import Experiments
import Foundation
import Kernels
import Networks
import Tensors
import Training

/// The subcommand `limen network`.
struct NetworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Print a network's layers, shapes, parameters and cost.",
    discussion: """
      Examples:

        limen network resnet20
        limen network wrn28-10
        limen network Recipes/baseline/cifar10-resnet18.yaml
      """)

  @Argument(help: "A network's name, or a recipe file.")
  var network: String

  @Option(
    help:
      "How many classes the head has; groups of MOS have a logit more each. Default: those of the recipe's training set, else 10."
  )
  var classes: Int?

  @Option(help: "Rows and columns of an image. Default: those of the recipe's training set, else 32.")
  var size: Int?

  @Option(help: "How activations are stored: float32 or bfloat16. Default: the recipe's, else float32.")
  var precision: ElementType?

  @Option(help: "For which batch training memory is estimated. Default: the recipe's largest, else 128.")
  var batchSize: Int?

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let classes, classes < 1 { throw ValidationError("--classes: must be at least 1, got \(classes)") }
    if let batchSize, batchSize < 1 {
      throw ValidationError("--batch-size: must be at least 1, got \(batchSize)")
    }
    if let size, size < 8 { throw ValidationError("--size: must be at least 8, got \(size)") }
  }

  func run() throws {
    let argument = try NetworkArgument(network)
    let (choice, recipe) = (argument.choice, argument.recipe)
    let store = try recipe.map { _ in try data.store() }
    let expected = try recipe.flatMap { try store?.expected(of: $0.data, seed: UInt64($0.seed)) }
    let size = size ?? expected?.side ?? recipe?.data.size?.size ?? 32
    let logits = try recipe.flatMap { try store?.expectedLogitCount(of: $0, classCount: classes) }
    let arena = Arena()
    let built = choice.network(logitCount: logits ?? classes ?? 10, seed: 0, arena: arena)
    let summary = Summary(
      of: built, height: size, width: size, precision: precision ?? recipe?.precision ?? .float32,
      arena: arena)
    let batchSize = batchSize ?? recipe?.stages.map(\.batchSize).max() ?? 128
    if output.json {
      try output.show(
        NetworkReport(
          name: choice.name, summary: summary, batchSize: batchSize,
          trainingBytes: summary.trainingBytes(batchSize: batchSize)))
    } else {
      output.show(NetworkTree(summary, name: choice.name, size: size, batchSize: batchSize).text)
    }
  }
}

/// What `limen network --json` prints: the summary's members and the estimate for a batch.
private struct NetworkReport: Encodable {
  let name: String
  let summary: Summary
  let batchSize, trainingBytes: Int

  private enum CodingKeys: CodingKey {
    case name, batchSize, trainingBytes
  }

  func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(batchSize, forKey: .batchSize)
    try container.encode(trainingBytes, forKey: .trainingBytes)
  }
}

/// A network's summary as text for a terminal.
struct NetworkTree {
  private let summary: Summary
  private let name: String
  private let size: Int
  private let batchSize: Int

  init(_ summary: Summary, name: String, size: Int, batchSize: Int) {
    self.batchSize = batchSize
    self.summary = summary
    self.name = name
    self.size = size
  }

  /// One line a layer, indented by depth, then the totals.
  var text: String {
    var table = TextTable(
      ["layer", "kind", "output", "parameters", "multiply-accumulates"], leadingColumns: 2)
    for row in summary.rows {
      table.append([
        String(repeating: "  ", count: row.depth) + row.name, row.kind,
        row.outputShape.map(String.init).joined(separator: "×"), grouped(row.parameterCount),
        grouped(row.multiplyAccumulates),
      ])
    }
    let totals = """
      \(name) for \(size)×\(size) images: \(grouped(summary.parameterCount)) parameters, \
      \(grouped(summary.multiplyAccumulates)) multiply-accumulates and \
      \(grouped(summary.activationBytes)) bytes kept of an image for the backward pass
      training with \(summary.precision) activations and SGD, batch \(batchSize): about \
      \(grouped(summary.trainingBytes(batchSize: batchSize) >> 20)) MiB
      """
    return "\(table.text)\n\n\(totals)"
  }

  /// 11173962 as "11,173,962".
  private func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    for index in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: index) }
    return String(digits)
  }
}
