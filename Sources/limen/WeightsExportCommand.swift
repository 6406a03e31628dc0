import Archives
import ArgumentParser
import Experiments
import Foundation
import Networks

/// The subcommand `limen weights export`.
struct WeightsExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a trained network as an ONNX file for other programs.",
    discussion: """
      The graph takes "images", float32 [batch, 3, height, width], and gives "logits" and "features". Examples:

        limen weights export runs/quickstart/…/seed0 network.onnx --normalize --fold
        limen weights export resnet18.pth network.onnx --for resnet18
        limen weights export last.safetensors network.onnx --for Recipes/baseline/cifar10-resnet20.yaml
      """)

  @Argument(help: "The folder of a run, or a file of weights.")
  var source: String

  @Argument(help: "The .onnx file to write.")
  var result: String

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "With a file of weights: their network, a name or a recipe file.", valueName: "network"))
  var network: String?

  @Option(help: "With a run: last, best or a kept one such as epoch-0005; without it, as the recipe says.")
  var checkpoint: String?

  @Option(help: "With a network's name: rows and columns of an image.")
  var size = 32

  @Flag(help: "Take images in 0…1 and normalise them in the graph; else they must be normalised already.")
  var normalize = false

  @Flag(help: "Fold batch normalisations into the convolutions before them.")
  var fold = false

  @Option(help: "The version of ONNX's operators, 13 to 21.")
  var opset = InferenceGraph.usualOperatorVersion

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard result.hasSuffix(".onnx") else {
      throw ValidationError("the file to write must end in .onnx, got \(result)")
    }
    guard InferenceGraph.operatorVersions.contains(opset) else {
      throw ValidationError("--opset: must be from 13 to 21, got \(opset)")
    }
    if size < 8 { throw ValidationError("--size: must be at least 8, got \(size)") }
  }

  func run() throws {
    let export = try export()
    let graph = try export.graph(normalizes: normalize, folds: fold)
    try graph.writeONNX(
      to: result, name: export.name, producerVersion: RunEnvironment.version, operatorVersion: opset)
    let report = Report(
      file: result, network: export.name, nodes: graph.nodes.count, operators: opset,
      images: [3, export.height, export.width], classes: graph.logitCount, features: graph.featureWidth,
      normalizes: normalize, isFolded: fold)
    if output.json {
      try output.show(report)
    } else if !output.quiet {
      StatusLine.say(
        "\(result): \(export.name) for 3×\(export.height)×\(export.width) images, \(graph.nodes.count) nodes, "
          + "\(graph.logitCount) classes")
    }
  }

  private func export() throws -> NetworkExport {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: source, isDirectory: &isFolder), isFolder.boolValue {
      guard network == nil else {
        throw ValidationError("--for belongs to a file of weights; a run has a recipe")
      }
      return try NetworkExport(run: RunFolder(path: source), checkpoint: checkpoint, store: data.store())
    }
    guard FileManager.default.fileExists(atPath: source) else {
      throw FileError(source, "no such run folder or file of weights")
    }
    guard let network else {
      throw ValidationError("a file of weights needs --for and the name of its network or a recipe file")
    }
    let argument = try NetworkArgument(network)
    if let recipe = argument.recipe {
      return try NetworkExport(recipe: recipe, weights: source, store: data.store())
    }
    return try NetworkExport(argument.choice, weights: source, side: size)
  }

  /// What was written, for `--json`.
  private struct Report: Encodable {
    let file: String
    let network: String
    let nodes: Int
    let operators: Int
    let images: [Int]
    let classes: Int
    let features: Int
    let normalizes: Bool
    let isFolded: Bool
  }
}
