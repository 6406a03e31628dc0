import CKernels

/// Two-dimensional convolution over NHWC images, with weights `[output, input, row, column]`.
///
/// Products are summed in float32 whatever the activations are. Where these are bfloat16, so are the factors:
/// weights are rounded to it first, and sums are rounded when they are stored. The gradient of the weights
/// is float32 always.
///
/// Implicit matrix products straight on the images: each is copied once into a zero-bordered scratch
/// image that stays in the core's cache, and the values under one row of the window are one run of it.
/// Images are the unit of parallel work, so the bits do not depend on the number of threads.
public enum Convolution {
  /// y[n, i, j, o] = Σ x[n, i·stride + r − padding, j·stride + c − padding, k] · w[o, k, r, c].
  ///
  /// `workspace` holds `workspaceCount` floats. With `findsMoments`, the output's are found on the way, part by
  /// part while it is in the cache, which spares a normalisation a pass over memory; else the result is nil.
  @discardableResult
  public static func forward(
    _ shape: ConvolutionShape, input: ActivationPointer, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, findsMoments: Bool = false, into output: ActivationPointer
  ) -> Normalization.Moments? {
    let forward = Forward(shape, input.elementType)
    guard findsMoments else {
      forward.run(input, weights, workspace, output, nil)
      return nil
    }
    let moments = PartialMoments(parts: forward.parts, channels: shape.outputChannels)
    forward.run(input, weights, workspace, output) { part, pixels in
      moments.find(part, of: output, pixels: pixels)
    }
    return moments.moments
  }

  /// The same with its outputs finished in place, part by part while they are in the cache.
  ///
  /// - Precondition: `ChannelFinish` accepts the number of output channels.
  public static func forward(
    _ shape: ConvolutionShape, input: ActivationPointer, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, finishing finish: ChannelFinish, into output: ActivationPointer
  ) {
    let finisher = finish.finisher(of: output)
    Forward(shape, input.elementType).run(input, weights, workspace, output) { _, pixels in finisher(pixels) }
  }

  /// How a shape is convolved.
  private enum Forward {
    case winograd(Winograd)
    case direct(ConvolutionShape, Correlation)

    init(_ shape: ConvolutionShape, _ elementType: ElementType) {
      if let winograd = Winograd(shape, elementType) {
        self = .winograd(winograd)
        return
      }
      let packing = PackedWeights(
        rows: shape.kernelHeight, columns: shape.kernelWidth, inputs: shape.inputChannels,
        outputs: shape.outputChannels, elementType: elementType)
      self = .direct(
        shape,
        Correlation(
          image: BorderedImage(
            height: shape.height, width: shape.width, channels: shape.inputChannels, top: shape.padding,
            left: shape.padding, borderedHeight: shape.height + 2 * shape.padding,
            borderedWidth: shape.width + 2 * shape.padding, elementType: elementType),
          packing: packing, stride: shape.stride, outputHeight: shape.outputHeight,
          outputWidth: shape.outputWidth,
          target: .dense(shape.outputHeight, shape.outputWidth, shape.outputChannels), firstRow: 0,
          firstColumn: 0, isPointwise: shape.isPointwise))
    }

    /// Parts that the output is written in.
    var parts: Int {
      switch self {
      case .winograd(let winograd): winograd.taskCount
      case .direct(let shape, let correlation): correlation.taskCount(shape.batch)
      }
    }

    func run(
      _ input: ActivationPointer, _ weights: UnsafePointer<Float>, _ workspace: UnsafeMutablePointer<Float>,
      _ output: ActivationPointer, _ whenWritten: Correlation.WhenWritten?
    ) {
      switch self {
      case .winograd(let winograd):
        winograd.correlate(
          input, weights: weights, workspace: workspace, whenWritten: whenWritten, into: output)
      case .direct(let shape, let correlation):
        let window = shape.kernelHeight * shape.kernelWidth
        correlation.packing.fill(workspace) { o, k, r, c in
          weights[(o * shape.inputChannels + k) * window + r * shape.kernelWidth + c]
        }
        correlation.run(
          batch: shape.batch, images: input, weights: workspace, whenWritten: whenWritten, output: output)
      }
    }
  }

  /// Floats of workspace that `forward` and `inputGradient` need.
  public static func workspaceCount(
    _ shape: ConvolutionShape, elementType: ElementType = .float32
  ) -> Int {
    if let winograd = Winograd(shape, elementType) {
      return max(winograd.workspaceCount, winograd.transposed.workspaceCount)
    }
    let block = PackedWeights.block
    let window = shape.kernelHeight * shape.kernelWidth
    let forward = (shape.outputChannels + block - 1) / block * block * shape.inputChannels
    let backward = (shape.inputChannels + block - 1) / block * block * shape.outputChannels
    return window * max(forward, backward)
  }
}
