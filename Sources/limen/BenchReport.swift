import Experiments
import Foundation

/// What a benchmark has measured, as text for a terminal.
struct BenchReport {
  private let result: BenchmarkResult
  private let showsConvolutions: Bool

  init(_ result: BenchmarkResult, showsConvolutions: Bool) {
    self.result = result
    self.showsConvolutions = showsConvolutions
  }

  /// The machine, a table of speeds, then tables of operations and, if asked for, of convolution shapes.
  var text: String {
    if let loader = result.loader {
      let tables =
        (loader.pipelines.isEmpty ? [] : [pipelines(loader)])
        + (loader.training.isEmpty ? [] : [steps(loader)])
      return ([machine] + tables).joined(separator: "\n\n")
    }
    var parts = [machine, speeds]
    for network in result.networks {
      parts.append(operations(of: network))
      if showsConvolutions { parts.append(convolutions(of: network)) }
    }
    return parts.joined(separator: "\n\n")
  }

  private var machine: String {
    "\(result.processor ?? "unknown processor"), \(result.kernels) kernels; "
      + String(format: "an empty parallel loop takes %.2f µs", result.handoffMicroseconds)
  }

  private var speeds: String {
    var table = TextTable(
      ["network", "precision", "batch", "threads", "training", "inference", "tensors", "resident"],
      leadingColumns: 2)
    func speed(_ imagesPerSecond: Double?) -> String {
      imagesPerSecond.map { String(format: $0 < 100 ? "%.1f images/s" : "%.0f images/s", $0) } ?? ""
    }
    for network in result.networks {
      table.append([
        network.network, network.precision, "\(network.batch)", "\(network.threads)",
        speed(network.trainImagesPerSecond), speed(network.inferImagesPerSecond),
        "\(network.peakMemoryBytes / 1_048_576) MiB", "\(network.peakResidentBytes / 1_048_576) MiB",
      ])
    }
    return table.text
  }

  private func pipelines(_ loader: BenchmarkResult.Loader) -> String {
    var table = TextTable(["pipeline, one thread", "pictures", "speed"])
    for entry in loader.pipelines {
      table.append([
        entry.pipeline, "\(entry.height)×\(entry.width)",
        String(format: "%.0f images/s", entry.imagesPerSecond),
      ])
    }
    return table.text
  }

  private func steps(_ loader: BenchmarkResult.Loader) -> String {
    var table = TextTable(
      ["training step", "precision", "pipeline", "one batch", "with loader", "ratio", "95 %", "rounds"],
      leadingColumns: 3)
    for entry in loader.training {
      table.append([
        entry.network, entry.precision, entry.pipeline, String(format: "%.2f ms", entry.fixedMilliseconds),
        String(format: "%.2f ms", entry.loadedMilliseconds),
        String(format: "%.3f", entry.ratio), String(format: "%.3f–%.3f", entry.lowRatio, entry.highRatio),
        "\(entry.rounds)",
      ])
    }
    return table.text
  }

  private func operations(of network: BenchmarkResult.Network) -> String {
    let pass = network.trainImagesPerSecond == nil ? "inference" : "training"
    let shares =
      network.arithmeticShare.flatMap { arithmetic in
        network.memoryShare.map { ProfileTable.shares(arithmetic: arithmetic, memory: $0) }
      } ?? ""
    return """
      \(network.network) \(network.precision), a step of \(pass): \(shares)
      \(ProfileTable(network.operations).text)
      """
  }

  private func convolutions(of network: BenchmarkResult.Network) -> String {
    var table = TextTable([
      "convolution", "ms per step", "forward", "input gradient", "weight gradient",
    ])
    func speed(_ gigaflopsPerSecond: Double?) -> String {
      gigaflopsPerSecond.map { String(format: "%.1f", $0) } ?? ""
    }
    for convolution in result.convolutions
    where convolution.network == network.network && convolution.precision == network.precision {
      let measured = convolution.speed
      table.append([
        measured.extents, String(format: "%.3f", measured.milliseconds), speed(measured.forward),
        speed(measured.inputGradient), speed(measured.weightGradient),
      ])
    }
    return "\(network.network) \(network.precision), convolutions in GFLOP/s\n\(table.text)"
  }
}
