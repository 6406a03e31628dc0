import CKernels

/// A normalisation, a rectifier and a 1×1 convolution in one pass over the first channels of wider pixels:
/// y = w·max(scale·x + shift, 0).
///
/// What a layer of a dense block begins with. The rectified values are never stored: some pixels at a time are
/// normalised into working memory that stays in the core's cache, and multiplied from there. The pullback
/// does the same again, so that forward reads x once, and backward reads x once and reads and writes its
/// gradient once.
public struct RectifiedPointwise {
  /// Pixels of the whole activation.
  public let pixels: Int

  /// Channels that are convolved, and elements from pixel to pixel of x.
  public let channels, pixelStride: Int

  /// Channels that come out.
  public let outputs: Int

  /// How x, y and their gradients are stored.
  public let elementType: ElementType

  /// The convolution of the first `channels` channels.
  public init(pixels: Int, channels: Int, pixelStride: Int, outputs: Int, elementType: ElementType) {
    self.pixels = pixels
    self.channels = channels
    self.pixelStride = pixelStride
    self.outputs = outputs
    self.elementType = elementType
  }

  /// One scale and one shift a channel.
  public struct Affine {
    let scale, shift: [Float]

    /// Parameters of as many channels as there are.
    public init(scale: [Float], shift: [Float]) {
      self.scale = PackedWeights.padded(scale)
      self.shift = PackedWeights.padded(shift)
    }
  }

  /// Pixels in working memory at a time: some 60 KiB with a few hundred channels.
  private static let chunk = 64

  /// Pixels of a task of the forward pass.
  private static let grain = 1_024

  /// Channels filled up to whole vectors.
  private var padded: Int { PackedWeights.padded(channels) }
  private var paddedOutputs: Int { PackedWeights.padded(outputs) }

  private var forwardWeights: PackedWeights {
    PackedWeights(rows: 1, columns: 1, inputs: channels, outputs: outputs, elementType: elementType)
  }

  private var backwardWeights: PackedWeights {
    PackedWeights(rows: 1, columns: 1, inputs: outputs, outputs: channels, elementType: elementType)
  }

  /// Partial sums of the weight gradient; their number depends on the shape alone.
  private var parts: Int { max(1, min(16, pixels / 256)) }

  /// Floats of one partial sum: `[output block][channel][16]`.
  private var sumCount: Int { paddedOutputs * channels }

  /// Floats of workspace that either pass needs.
  public var workspaceCount: Int {
    max(forwardWeights.count, backwardWeights.count + parts * sumCount)
  }

  // ── Forward ───────────────────────────────────────────────────────────────────────────────────

  /// What is done with outputs while they are in the cache.
  public enum Following {
    case nothing
    /// Their moments are found.
    case moments
    /// They are finished in place.
    case finish(ChannelFinish)
  }

  /// y = w·max(scale·x + shift, 0), with y dense and w `[outputs, channels]`; gives y's moments if they are to be
  /// found.
  public func forward(
    _ x: ActivationPointer, _ affine: Affine, weights: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, _ following: Following = .nothing, into y: ActivationPointer
  ) -> Normalization.Moments? {
    let kernels = x.kernels(with: y)
    var moments: PartialMoments?
    var finisher: ((Range<Int>) -> Void)?
    switch following {
    case .nothing: break
    case .moments:
      moments = PartialMoments(parts: (pixels + Self.grain - 1) / Self.grain, channels: outputs)
    case .finish(let finish): finisher = finish.finisher(of: y)
    }
    forwardWeights.fill(workspace) { o, k, _, _ in weights[o * channels + k] }
    Parallel.forEachRange(of: pixels, grain: Self.grain) { range in
      forEachChunk(of: range) { first, count in
        let z = rectified(kernels, x, affine, first, count)
        multiply(
          kernels, z, stride: elementType.units(padded), forwardWeights, workspace, y + first * outputs,
          outputStride: outputs, count: count, channels: outputs)
      }
      moments?.find(range.lowerBound / Self.grain, of: y, pixels: range)
      finisher?(range)
    }
    return moments?.moments
  }

  /// Some pixels' rectified values, in this thread's working memory.
  private func rectified(
    _ kernels: limen_activation_kernels, _ x: ActivationPointer, _ affine: Affine, _ first: Int, _ count: Int
  ) -> ActivationPointer {
    let z = ActivationPointer(
      UnsafeMutableRawPointer(Scratch.units(Self.chunk * padded, .image)), elementType)
    kernels.rows_affine_relu(
      (x + first * pixelStride).base, pixelStride, count, channels, affine.scale, affine.shift, z.base, padded
    )
    return z
  }

  private func multiply(
    _ kernels: limen_activation_kernels, _ input: ActivationPointer, stride: Int, _ packing: PackedWeights,
    _ weights: UnsafePointer<Float>, _ output: ActivationPointer, outputStride: Int, count: Int, channels: Int
  ) {
    withUnsafePointer(to: 0) { segments in
      var work = limen_products(
        input: input.base, pixel_stride: stride, group_stride: 4 * stride, row_stride: 0, segments: segments,
        segment_count: 1, segment_length: Int32(packing.segment), weights: weights, output: output.base,
        output_stride: outputStride, output_group_stride: 4 * outputStride, output_row_stride: 0,
        pixels: Int32(count),
        rows: 1, channels: Int32(channels), output_is_bfloat16: output.isBFloat16)
      kernels.products(&work)
    }
  }

  private func forEachChunk(of range: Range<Int>, _ body: (_ first: Int, _ count: Int) -> Void) {
    for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.chunk) {
      body(first, min(Self.chunk, range.upperBound - first))
    }
  }

  // ── Backward ──────────────────────────────────────────────────────────────────────────────────

  /// With g the gradient of the rectified values, 0 where the rectifier was closed: adds scale·g to `total`,
  /// whose pixels lie as those of x, finds the weights' gradient, and gives Σ g and Σ g·(x − mean).
  ///
  /// That is all of the normalisation's pullback but for a multiple of x and a constant in each channel, which
  /// follow from the sums. `weightGradient` is `[outputs, channels]`, overwritten; nil if it is not wanted.
  public func backward(
    _ x: ActivationPointer, _ affine: Affine, mean: [Float], weights: UnsafePointer<Float>,
    outputGradient: ActivationPointer, workspace: UnsafeMutablePointer<Float>,
    addingTo total: ActivationPointer,
    weightGradient: UnsafeMutablePointer<Float>?
  ) -> Normalization.ChannelSums {
    let kernels = x.kernels(with: outputGradient, total)
    let sums = workspace + backwardWeights.count
    backwardWeights.fill(workspace) { k, o, _, _ in weights[o * channels + k] }
    let centre = PackedWeights.padded(mean)
    var totals = [Double](repeating: 0, count: parts * 2 * channels)
    totals.withUnsafeMutableBufferPointer { totals in
      Parallel.forEach(parts) { part in
        guard let channelTotals = totals.baseAddress.map({ $0 + part * 2 * channels }) else { return }
        let weightSums = sums + part * sumCount
        weightSums.update(repeating: 0, count: sumCount)
        forEachChunk(of: part * pixels / parts..<(part + 1) * pixels / parts) { first, count in
          let gradient = outputGradient + first * outputs
          // First, because it reads x in order: what follows finds it in the cache.
          if weightGradient != nil {
            let z = rectified(kernels, x, affine, first, count)
            addWeightGradient(kernels, z, gradient, count, to: weightSums)
          }
          addInputGradient(
            kernels, x, affine, centre, gradient, workspace, total, first, count, to: channelTotals)
        }
      }
    }
    if let weightGradient { combine(sums, into: weightGradient) }
    return combined(totals)
  }

  private func addInputGradient(
    _ kernels: limen_activation_kernels, _ x: ActivationPointer, _ affine: Affine, _ mean: [Float],
    _ gradient: ActivationPointer, _ weights: UnsafePointer<Float>, _ total: ActivationPointer, _ first: Int,
    _ count: Int, to totals: UnsafeMutablePointer<Double>
  ) {
    let rectifiedGradient = Scratch.floats(Self.chunk * padded, .output)
    multiply(
      kernels, wholeUnits(gradient, count), stride: elementType.units(outputs), backwardWeights, weights,
      ActivationPointer(rectifiedGradient), outputStride: padded, count: count, channels: padded)
    let sums = Scratch.floats(2 * padded, .sums)
    kernels.rows_gradient(
      rectifiedGradient, padded, (x + first * pixelStride).base, pixelStride, count, channels, affine.scale,
      affine.shift, mean, (total + first * pixelStride).base, pixelStride, sums, sums + padded)
    for c in 0..<channels {
      totals[c] += Double(sums[c])
      totals[channels + c] += Double(sums[padded + c])
    }
  }

  /// The gradients of some pixels with a whole number of units each.
  private func wholeUnits(_ gradient: ActivationPointer, _ count: Int) -> ActivationPointer {
    guard outputs % elementType.valuesPerUnit != 0 else { return gradient }
    let units = Scratch.units(Self.chunk * elementType.units(outputs), .gradient)
    let copy = ActivationPointer(UnsafeMutableRawPointer(units), elementType)
    copy.clear(count * (outputs + 1))
    for pixel in 0..<count { (copy + pixel * (outputs + 1)).copy(gradient + pixel * outputs, outputs) }
    return copy
  }

  /// sums += zᵀ·gradient, over some pixels.
  private func addWeightGradient(
    _ kernels: limen_activation_kernels, _ z: ActivationPointer, _ gradient: ActivationPointer, _ count: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let isPaired = elementType == .bfloat16
    var work = limen_outer_products(
      input: z.base, pixel_stride: padded, row_stride: 0, image_stride: 0, gradient: gradient.base,
      gradient_pixel_stride: outputs, gradient_row_stride: 0, gradient_image_stride: 0, images: 1, rows: 1,
      pixels: Int32(isPaired ? (count + 1) / 2 : count), length: Int32(channels),
      channel_blocks: Int32(paddedOutputs / PackedWeights.block), sums: sums,
      block_stride: channels * PackedWeights.block)
    if isPaired {
      work.input = UnsafeRawPointer(pairs(z, channels: padded, count, stride: padded, .pairs))
    }
    if isPaired {
      work.gradient = UnsafeRawPointer(
        pairs(gradient, channels: outputs, count, stride: paddedOutputs, .gradient))
    } else if outputs != paddedOutputs {
      let filled = Scratch.floats(Self.chunk * paddedOutputs, .gradient)
      kernels.rows_copy(gradient.base, outputs, count, outputs, filled, paddedOutputs)
      work.gradient = UnsafeRawPointer(filled)
    }
    work.gradient_pixel_stride = paddedOutputs
    kernels.outer_products(&work)
  }

  /// Values of the first and second pixel in pairs, of the third and fourth, and so on.
  private func pairs(
    _ values: ActivationPointer, channels: Int, _ count: Int, stride: Int, _ slot: Scratch.Slot
  ) -> UnsafeMutablePointer<UInt32> {
    let pairs = Scratch.units((Self.chunk + 1) / 2 * stride, slot)
    values.pairNeighbours(count, channels: channels, into: pairs, stride: stride)
    return pairs
  }

  /// Adds the parts in order and unpacks the sum.
  private func combine(_ sums: UnsafePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>) {
    Parallel.forEach(outputs) { o in
      let first = sums + o / PackedWeights.block * channels * PackedWeights.block + o % PackedWeights.block
      for k in 0..<channels {
        var total: Float = 0
        for part in 0..<parts { total += first[part * sumCount + k * PackedWeights.block] }
        weightGradient[o * channels + k] = total
      }
    }
  }

  private func combined(_ totals: [Double]) -> Normalization.ChannelSums {
    var sum = [Double](repeating: 0, count: channels)
    var product = sum
    for part in 0..<parts {
      for c in 0..<channels {
        sum[c] += totals[part * 2 * channels + c]
        product[c] += totals[(part * 2 + 1) * channels + c]
      }
    }
    return (sum, product)
  }
}
