import Kernels
import Tensors

/// How fast the convolutions of one shape are, measured inside the steps of a network.
///
/// GFLOP/s count two operations for each multiply-accumulate of the direct sum, whatever the kernel does:
/// Winograd's, which needs fewer products, can show more than the processor's peak.
public struct ConvolutionSpeed: Codable, Sendable, Equatable {
  /// Images of a batch.
  public var batch: Int

  /// Rows and columns of the input.
  public var height, width: Int

  /// Channels that come in and go out.
  public var inputChannels, outputChannels: Int

  /// Rows and columns of the window.
  public var kernelHeight, kernelWidth: Int

  /// Step of the window.
  public var stride: Int

  /// Zeros added on each side.
  public var padding: Int

  /// GFLOP/s of the forward pass; nil if it was not run.
  public var forward: Double?

  /// GFLOP/s of the gradient of the input; nil if it was not run.
  public var inputGradient: Double?

  /// GFLOP/s of the gradient of the weights; nil if it was not run.
  public var weightGradient: Double?

  /// Milliseconds a step that all convolutions of this shape take, gradients included.
  public var milliseconds: Double

  /// The shapes in a profile, longest first.
  static func speeds(in profile: OperationProfile) -> [ConvolutionSpeed] {
    var parts: [ConvolutionShape: [OperationProfile.Part: OperationProfile.Entry]] = [:]
    for (name, entry) in profile.entries {
      guard let shape = name.convolution, let part = name.part else { continue }
      parts[shape, default: [:]][part, default: .init()] += entry
    }
    return parts.map { ConvolutionSpeed($0, $1, steps: profile.stepCount) }
      .sorted { ($1.milliseconds, $0.extents) < ($0.milliseconds, $1.extents) }
  }

  private init(
    _ shape: ConvolutionShape, _ parts: [OperationProfile.Part: OperationProfile.Entry], steps: Int
  ) {
    (batch, height, width) = (shape.batch, shape.height, shape.width)
    (inputChannels, outputChannels) = (shape.inputChannels, shape.outputChannels)
    (kernelHeight, kernelWidth) = (shape.kernelHeight, shape.kernelWidth)
    (stride, padding) = (shape.stride, shape.padding)
    forward = parts[.forward]?.gigaflopsPerSecond
    inputGradient = parts[.inputGradient]?.gigaflopsPerSecond
    weightGradient = parts[.weightGradient]?.gigaflopsPerSecond
    let time = parts.values.reduce(Duration.zero) { $0 + $1.time }
    milliseconds = time / .milliseconds(1) / Double(max(steps, 1))
  }

  /// "64→128 3×3/2 at 32×32": channels, window, stride where it is not 1, input.
  public var extents: String {
    "\(inputChannels)→\(outputChannels) \(kernelHeight)×\(kernelWidth)\(stride > 1 ? "/\(stride)" : "") "
      + "at \(height)×\(width)"
  }
}
