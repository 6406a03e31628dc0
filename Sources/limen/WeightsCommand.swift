import Archives
import ArgumentParser
import Experiments
import Foundation
import Networks
import Tensors

/// The subcommand `limen weights`.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights", abstract: "List, convert and export files of weights.",
    discussion: """
      Reads safetensors, PyTorch's .pt and .pth files and NumPy's .npz archives; nothing in a file is run. Examples:

        limen weights show resnet18.pth
        limen weights convert resnet18.pth resnet18.safetensors --for resnet18
        limen weights export resnet18.pth resnet18.onnx --for resnet18
      """,
    subcommands: [WeightsShowCommand.self, WeightsConvertCommand.self, WeightsExportCommand.self])
}

/// The subcommand `limen weights show`.
struct WeightsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "List the tensors of a file of weights.",
    discussion: """
      Prints names, kinds of numbers and shapes, what each is called here where that differs, and totals. Example:

        limen weights show checkpoint.pth.tar
      """)

  @Argument(help: "A .safetensors, .pt, .pth or .npz file.")
  var file: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let listing = try WeightsListing(NamedWeights(WeightsFile.open(file)))
    if output.json {
      try output.show(listing)
    } else {
      output.show(WeightsTable(listing).text)
    }
  }
}

/// The subcommand `limen weights convert`.
struct WeightsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write the weights of any file as safetensors.",
    discussion: """
      Names and layout become those of this program, which PyTorch's code for these networks has, too. Examples:

        limen weights convert checkpoint.pth.tar weights.safetensors
        limen weights convert BiT-S-R101x1.npz weights.safetensors --precision bfloat16
        limen weights convert resnet18.pth weights.safetensors --for Recipes/baseline/cifar10-resnet18.yaml
      """)

  @Argument(help: "A .safetensors, .pt, .pth or .npz file.")
  var input: String

  @Argument(help: "The .safetensors file to write.")
  var result: String

  @Option(help: "float32, float16 or bfloat16. Default: as stored.")
  var precision: WeightsConversion.Precision?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "Write nothing unless the weights fit this network, a name or a recipe file.", valueName: "network"))
  var network: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard result.hasSuffix(".safetensors") else {
      throw ValidationError("the file to write must end in .safetensors, got \(result)")
    }
  }

  func run() throws {
    let weights = try NamedWeights(WeightsFile.open(input))
    let listing = try WeightsListing(weights)
    if let network {
      let choice = try NetworkArgument(network).choice
      let fresh = choice.network(logitCount: listing.logitCount ?? 10, seed: 0, arena: Arena())
      try StateDict.check(weights, for: fresh)
    }
    try WeightsConversion.write(weights, precision: precision, to: result)
    let written = try WeightsListing(NamedWeights(WeightsFile.open(result)))
    if output.json {
      try output.show(written)
    } else if !output.quiet {
      StatusLine.say("\(result): \(written.tensors.count) tensors, \(written.byteCount) bytes")
    }
  }
}

extension WeightsConversion.Precision: ExpressibleByArgument {}

/// What a file of weights holds as text for a terminal.
private struct WeightsTable {
  let text: String

  init(_ listing: WeightsListing) {
    var table = TextTable(["tensor", "here", "type", "shape", "numbers"], leadingColumns: 4)
    for row in listing.tensors {
      table.append([
        row.name, row.meaning == row.name ? "" : row.meaning, row.type,
        row.shape.map(String.init).joined(separator: "×"), String(row.count),
      ])
    }
    var lines = [
      "\(listing.format.rawValue): \(listing.tensors.count) tensors, \(listing.count) numbers, "
        + "\(listing.byteCount) bytes",
      "largest: \(listing.largest.joined(separator: ", "))",
    ]
    if let network = listing.network {
      lines.append(
        "network: \(network)" + (listing.classCount.map { ", \($0) classes" } ?? "")
          + (listing.groupCount.map { " in \($0) groups" } ?? ""))
    }
    if !listing.extras.isEmpty { lines.append("not read: \(listing.extras.joined(separator: ", "))") }
    text = "\(table.text)\n\n\(lines.joined(separator: "\n"))"
  }
}
