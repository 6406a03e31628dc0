import ArgumentParser
import Experiments
import Networks
import Tensors

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

  @Option(help: "How many classes the head has. Default: those of the recipe's training set, else 10.")
  var classes: Int?

  @Option(help: "Rows and columns of an image. Default: those of the recipe's training set, else 32.")
  var size: Int?

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let classes, classes < 1 { throw ValidationError("--classes: must be at least 1, got \(classes)") }
    if let size, size < 8 { throw ValidationError("--size: must be at least 8, got \(size)") }
  }

  func run() throws {
    let argument = try NetworkArgument(network)
    let (choice, recipe) = (argument.choice, argument.recipe)
    let expected = try recipe.flatMap { try data.store().expected(of: $0.data) }
    let size = size ?? expected?.side ?? 32
    let arena = Arena()
    let built = choice.network(logitCount: classes ?? expected?.classCount ?? 10, seed: 0, arena: arena)
    let summary = Summary(of: built, height: size, width: size, arena: arena)
    if output.json {
      try output.show(summary)
    } else {
      output.show(NetworkTree(summary, name: choice.name, size: size).text)
    }
  }
}

/// A network's summary as text for a terminal.
struct NetworkTree {
  private let summary: Summary
  private let name: String
  private let size: Int

  init(_ summary: Summary, name: String, size: Int) {
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
