import Archives
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Commands for weights")
struct WeightsTests {
  /// Weights of a ResNet-8 of three classes as another program calls them, at `path`.
  private func write(to path: String) throws {
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 3, seed: 1, arena: Arena())
    let arrays = StateDict.arrays(of: network).map { array in
      NamedArray(
        "module." + array.name.replacing("shortcut", with: "downsample"), shape: array.shape, array.values)
    }
    try SafeTensors.write(arrays, to: path)
  }

  @Test("weights show lists names, shapes, totals and what network it is")
  func show() throws {
    let folder = try TemporaryFolder()
    try write(to: folder.path + "/a.safetensors")
    let text = try LimenProcess.run("weights", "show", "a.safetensors", in: folder.path)
    #expect(text.status == 0)
    #expect(text.output.contains("network: resnet8, 3 classes\n"), "\(text.output)")
    let rows = text.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(
      rows.contains([
        "module.layer2.0.downsample.0.weight", "layer2.0.shortcut.0.weight", "F32", "32×16×1×1", "512",
      ]))
    let json = try LimenProcess.run("weights", "show", "a.safetensors", "--json", in: folder.path).object()
    #expect(json["network"] as? String == "resnet8" && json["classCount"] as? Int == 3)
    #expect((json["largest"] as? [String])?.first == "module.layer3.0.conv2.weight")
  }

  @Test("weights convert renames, rounds, and writes nothing for a network that they do not fit")
  func convert() throws {
    let folder = try TemporaryFolder()
    try write(to: folder.path + "/a.safetensors")
    let misfit = try LimenProcess.run(
      "weights", "convert", "a.safetensors", "b.safetensors", "--for", "wrn16-2", in: folder.path)
    #expect(misfit.status == 1)
    #expect(
      misfit.errors.contains(
        "a.safetensors: holds the weights of resnet8, the network is wrn16-2; missing: block1"),
      "\(misfit.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/b.safetensors"))
    let outcome = try LimenProcess.run(
      "weights", "convert", "a.safetensors", "b.safetensors", "--for", "resnet8", "--precision", "bfloat16",
      in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let file = try SafeTensorsFile(folder.path + "/b.safetensors")
    #expect(file.contains("layer2.0.shortcut.0.weight") && file.metadata == ["format": "pt"])
    #expect(try file.elementType(of: "fc.weight") == .bfloat16)
  }

  @Test("weights export writes a graph, and asks for the network of a file")
  func export() throws {
    let folder = try TemporaryFolder()
    try write(to: folder.path + "/a.safetensors")
    let json = try LimenProcess.run(
      "weights", "export", "a.safetensors", "a.onnx", "--for", "resnet8", "--fold", "--json", in: folder.path
    ).object()
    #expect(
      json["classes"] as? Int == 3 && json["features"] as? Int == 64 && json["isFolded"] as? Bool == true)
    let bytes = try InputFile.bytes(of: folder.path + "/a.onnx")
    #expect(bytes.count > 300_000 && bytes.prefix(9) == [0x08, 8, 0x12, 5] + Array("limen".utf8))
    let unknown = try LimenProcess.run("weights", "export", "a.safetensors", "b.onnx", in: folder.path)
    #expect(unknown.status == 64 && unknown.errors.contains("a file of weights needs --for"))
    let raw = try LimenProcess.run(
      "weights", "export", "a.safetensors", "b.onnx", "--for", "resnet8", "--normalize", in: folder.path)
    #expect(raw.status == 1 && raw.errors.contains("the normalisation of the pictures is not known"))
  }
}
