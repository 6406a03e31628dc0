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
  /// `workspace` holds `workspaceCount` floats. With `findsMoments`, the output's are found on the way, image by
  /// image while it is in the cache, which spares a normalisation a pass over memory; else the result is nil.
  @discardableResult
  public static func forward(
    _ shape: ConvolutionShape, input: ActivationPointer, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, findsMoments: Bool = false, into output: ActivationPointer
  ) -> Normalization.Moments? {
    let elementType = input.elementType
    if let winograd = Winograd(shape, elementType) {
      let parts =
        findsMoments ? PartialMoments(parts: winograd.taskCount, channels: shape.outputChannels) : nil
      winograd.correlate(input, weights: weights, workspace: workspace, finding: parts, into: output)
      return parts?.moments
    }
    let packing = PackedWeights(
      rows: shape.kernelHeight, columns: shape.kernelWidth, inputs: shape.inputChannels,
      outputs: shape.outputChannels, elementType: elementType)
    let window = shape.kernelHeight * shape.kernelWidth
    packing.fill(workspace) { o, k, r, c in
      weights[(o * shape.inputChannels + k) * window + r * shape.kernelWidth + c]
    }
    let correlation = Correlation(
      image: BorderedImage(
        height: shape.height, width: shape.width, channels: shape.inputChannels, top: shape.padding,
        left: shape.padding, borderedHeight: shape.height + 2 * shape.padding,
        borderedWidth: shape.width + 2 * shape.padding, elementType: elementType),
      packing: packing, stride: shape.stride, outputHeight: shape.outputHeight,
      outputWidth: shape.outputWidth,
      target: .dense(shape.outputHeight, shape.outputWidth, shape.outputChannels),
      firstRow: 0, firstColumn: 0, isPointwise: shape.isPointwise)
    let parts =
      findsMoments
      ? PartialMoments(parts: correlation.taskCount(shape.batch), channels: shape.outputChannels) : nil
    correlation.run(batch: shape.batch, images: input, weights: workspace, finding: parts, output: output)
    return parts?.moments
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
