import CKernels

extension Convolution {
  /// dx[n, y, x, k] = Σ dy[n, i, j, o] · w[o, k, r, c] over all windows that cover (y, x).
  ///
  /// The gradient of stride s splits into s² parity classes of input pixels; each is an ordinary
  /// correlation of the output gradient with the flipped weights that can reach it, so no zeros are
  /// inserted and nothing is computed twice.
  ///
  /// `workspace` holds `workspaceCount` floats.
  public static func inputGradient(
    _ shape: ConvolutionShape, outputGradient: ActivationPointer, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, into inputGradient: ActivationPointer
  ) {
    if let winograd = Winograd(shape, outputGradient.elementType)?.transposed {
      winograd.correlate(
        outputGradient, weights: weights, workspace: workspace, into: inputGradient)
      return
    }
    for row in 0..<min(shape.stride, shape.height) {
      for column in 0..<min(shape.stride, shape.width) {
        parityClass(
          shape, row, column, outputGradient: outputGradient, weights: weights, workspace: workspace,
          into: inputGradient)
      }
    }
  }

  /// The input pixels (row + stride·i, column + stride·j).
  private static func parityClass(
    _ shape: ConvolutionShape, _ row: Int, _ column: Int, outputGradient: ActivationPointer,
    weights: UnsafePointer<Float>, workspace: UnsafeMutablePointer<Float>,
    into inputGradient: ActivationPointer
  ) {
    let (s, channels) = (shape.stride, shape.inputChannels)
    let vertical = Taps(first: row, extent: shape.height, kernel: shape.kernelHeight, shape)
    let horizontal = Taps(first: column, extent: shape.width, kernel: shape.kernelWidth, shape)
    let target = Correlation.Target(
      imageStride: shape.height * shape.width * channels, rowStride: s * shape.width * channels,
      pixelStride: s * channels)
    let first = inputGradient + (row * shape.width + column) * channels
    guard vertical.count > 0, horizontal.count > 0 else {
      zero(first, target, batch: shape.batch, vertical.pixels, horizontal.pixels, channels)
      return
    }
    let packing = PackedWeights(
      rows: vertical.count, columns: horizontal.count, inputs: shape.outputChannels, outputs: channels,
      elementType: outputGradient.elementType)
    packing.fill(workspace) { k, o, r, c in
      let (y, x) = (vertical.tap(r), horizontal.tap(c))
      return weights[((o * channels + k) * shape.kernelHeight + y) * shape.kernelWidth + x]
    }
    let (above, before) = (max(0, -vertical.start), max(0, -horizontal.start))
    let correlation = Correlation(
      image: BorderedImage(
        height: shape.outputHeight, width: shape.outputWidth, channels: shape.outputChannels, top: above,
        left: before,
        borderedHeight: max(above + shape.outputHeight, above + vertical.end),
        borderedWidth: max(before + shape.outputWidth, before + horizontal.end),
        elementType: outputGradient.elementType),
      packing: packing, stride: 1, outputHeight: vertical.pixels, outputWidth: horizontal.pixels,
      target: target, firstRow: above + vertical.start, firstColumn: before + horizontal.start,
      isPointwise: shape.isPointwise)
    correlation.run(batch: shape.batch, images: outputGradient, weights: workspace, output: first)
  }

  private static func zero(
    _ first: ActivationPointer, _ target: Correlation.Target, batch: Int, _ rows: Int, _ columns: Int,
    _ channels: Int
  ) {
    Parallel.forEach(batch) { n in
      for y in 0..<rows {
        for x in 0..<columns {
          let pixel = n * target.imageStride + y * target.rowStride + x * target.pixelStride
          (first + pixel).clear(channels)
        }
      }
    }
  }

  /// Which taps of the window reach the input pixels first, first + stride, … along one direction.
  ///
  /// Tap t of output o covers input o·stride + t − padding, so input p is reached from outputs
  /// (p + padding − t) / stride for every t that divides evenly.
  private struct Taps {
    /// Input pixels of the class.
    let pixels: Int
    /// Window taps that reach them.
    let count: Int
    /// Output under the last of these taps (the first of the flipped window) for the first input pixel.
    let start: Int
    private let stride, remainder: Int

    init(first: Int, extent: Int, kernel: Int, _ shape: ConvolutionShape) {
      stride = shape.stride
      remainder = (first + shape.padding) % stride
      pixels = (extent - first + stride - 1) / stride
      count = remainder < kernel ? (kernel - 1 - remainder) / stride + 1 : 0
      start = (first + shape.padding - remainder) / stride - (count - 1)
    }

    /// One past the last output reached.
    var end: Int { start + count - 1 + pixels }

    /// The window's tap at position `index` of the flipped window.
    func tap(_ index: Int) -> Int { remainder + (count - 1 - index) * stride }
  }
}
