import CKernels

/// Two-dimensional convolution over NHWC images in float32, with weights `[output, input, row, column]`.
///
/// Implicit matrix products straight on the images: each is copied once into a zero-bordered scratch
/// image that stays in the core's cache, and the values under one row of the window are one run of it.
/// Images are the unit of parallel work, so the bits do not depend on the number of threads.
public enum Convolution {
  /// y[n, i, j, o] = Σ x[n, i·stride + r − padding, j·stride + c − padding, k] · w[o, k, r, c].
  ///
  /// `workspace` holds `workspaceCount(shape)` floats.
  public static func forward(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) {
    let packing = PackedWeights(
      rows: shape.kernelHeight, columns: shape.kernelWidth, inputs: shape.inputChannels,
      outputs: shape.outputChannels)
    let window = shape.kernelHeight * shape.kernelWidth
    packing.fill(workspace) { o, k, r, c in
      weights[(o * shape.inputChannels + k) * window + r * shape.kernelWidth + c]
    }
    let correlation = Correlation(
      image: BorderedImage(
        height: shape.height, width: shape.width, channels: shape.inputChannels, top: shape.padding,
        left: shape.padding, borderedHeight: shape.height + 2 * shape.padding,
        borderedWidth: shape.width + 2 * shape.padding),
      packing: packing, stride: shape.stride, outputHeight: shape.outputHeight,
      outputWidth: shape.outputWidth,
      target: .dense(shape.outputHeight, shape.outputWidth, shape.outputChannels),
      firstRow: 0, firstColumn: 0, isPointwise: shape.isPointwise)
    correlation.run(batch: shape.batch, images: input, weights: workspace, output: output)
  }

  /// Floats of workspace that `forward` and `inputGradient` need.
  public static func workspaceCount(_ shape: ConvolutionShape) -> Int {
    let block = PackedWeights.block
    let window = shape.kernelHeight * shape.kernelWidth
    let forward = (shape.outputChannels + block - 1) / block * block * shape.inputChannels
    let backward = (shape.inputChannels + block - 1) / block * block * shape.outputChannels
    return window * max(forward, backward)
  }
}

/// The correlation of bordered images with packed weights: what forward and input gradient have in common.
struct Correlation {
  /// Where output pixels lie in memory.
  struct Target {
    let imageStride, rowStride, pixelStride: Int

    static func dense(_ height: Int, _ width: Int, _ channels: Int) -> Target {
      Target(imageStride: height * width * channels, rowStride: width * channels, pixelStride: channels)
    }
  }

  let image: BorderedImage
  let packing: PackedWeights
  let stride: Int
  let outputHeight, outputWidth: Int
  let target: Target
  /// Row and column of the bordered image under the first window.
  let firstRow, firstColumn: Int
  let isPointwise: Bool

  func run(
    batch: Int, images: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    let imageCount = image.height * image.width * image.channels
    Parallel.forEach(batch) { n in
      let source = images + n * imageCount
      let destination = output + n * target.imageStride
      if isPointwise {
        row(
          kernels, source, segments: [0], weights, destination, pixels: outputHeight * outputWidth)
        return
      }
      let bordered = Scratch.floats(image.count, .image)
      image.fill(bordered, from: source)
      let segments = (0..<packing.rows).map { $0 * image.rowStride }
      for y in 0..<outputHeight {
        let start = bordered + (firstRow + y * stride) * image.rowStride + firstColumn * image.channels
        row(
          kernels, start, segments: segments, weights, destination + y * target.rowStride, pixels: outputWidth
        )
      }
    }
  }

  private func row(
    _ kernels: KernelTable, _ input: UnsafePointer<Float>, segments: [Int], _ weights: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, pixels: Int
  ) {
    segments.withUnsafeBufferPointer { segments in
      var row = limen_convolution_row(
        input: input, pixel_stride: stride * image.channels, segments: segments.baseAddress,
        segment_count: Int32(segments.count), segment_length: Int32(packing.segment), weights: weights,
        output: output, output_stride: target.pixelStride, pixels: Int32(pixels),
        channels: Int32(packing.outputs))
      kernels.table.convolution_row(&row)
    }
  }
}
