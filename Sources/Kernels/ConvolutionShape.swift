/// The extents of a two-dimensional convolution over NHWC images; zero padding, no bias.
public struct ConvolutionShape: Hashable, Sendable {
  /// Images.
  public let batch: Int
  /// Input rows, columns and channels.
  public let height, width, inputChannels: Int
  /// Output channels.
  public let outputChannels: Int
  /// Rows and columns of the kernel window.
  public let kernelHeight, kernelWidth: Int
  /// Step of the window in both directions.
  public let stride: Int
  /// Zeros added on each of the four sides.
  public let padding: Int

  /// - Precondition: every extent is positive, the padding is not negative and the padded image is at
  ///   least as large as the window.
  public init(
    batch: Int, height: Int, width: Int, inputChannels: Int, outputChannels: Int, kernelHeight: Int,
    kernelWidth: Int, stride: Int, padding: Int
  ) {
    precondition(
      min(batch, height, width, inputChannels, outputChannels, kernelHeight, kernelWidth, stride) > 0
        && padding >= 0,
      "convolution: extents must be positive, got \(batch)×\(height)×\(width)×\(inputChannels) to "
        + "\(outputChannels) channels, kernel \(kernelHeight)×\(kernelWidth), stride \(stride), padding \(padding)"
    )
    precondition(
      height + 2 * padding >= kernelHeight && width + 2 * padding >= kernelWidth,
      "convolution: a \(kernelHeight)×\(kernelWidth) window does not fit a \(height)×\(width) image padded by \(padding)"
    )
    self.batch = batch
    self.height = height
    self.width = width
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
  }

  /// Output rows.
  public var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }

  /// Output columns.
  public var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }

  /// Elements of the input.
  public var inputCount: Int { batch * height * width * inputChannels }

  /// Elements of the output.
  public var outputCount: Int { batch * outputHeight * outputWidth * outputChannels }

  /// Elements of the weights, `[output, input, kernelHeight, kernelWidth]`.
  public var weightCount: Int { outputChannels * inputChannels * kernelHeight * kernelWidth }

  /// Multiply-accumulates of the forward pass over the whole batch.
  public var multiplyAccumulates: Int {
    batch * outputHeight * outputWidth * weightCount
  }

  /// Whether the window is one pixel that visits every pixel: then images need no border, and a
  /// whole image can be treated as one row.
  var isPointwise: Bool { kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0 }

  /// The same pointwise convolution over images of one row.
  var asOneRow: ConvolutionShape {
    ConvolutionShape(
      batch: batch, height: 1, width: height * width, inputChannels: inputChannels,
      outputChannels: outputChannels, kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 0)
  }
}
