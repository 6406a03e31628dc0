import Kernels

/// The layers of a dense block, which share one buffer: each finds a few new channels from all those before it.
///
///     new = w₂ ∗ ReLU(norm₂(w₁ · ReLU(norm₁(x, new, new, …))))
///
/// Equal to the normalisations, convolutions and concatenations one after the other, but nothing is
/// concatenated: every layer writes its channels into the block's output, of which the next one reads the
/// first channels. Three things keep the passes over the wide buffer few:
/// - the moments of a channel are found once, when it is written, however many layers normalise it;
/// - norm₁, the rectifier and the 1×1 convolution are one pass, and so is their pullback;
/// - the pullback of norm₁ is dx = a·g + b·x + c. Only a·g is added to the buffer's gradient layer by layer; b and
///   c are numbers a channel, added up over the layers and applied once, when the channel's gradient is complete.
///
/// - Shapes: inputs x `[batch, height, width, inputs]`, then for each layer γ₁, β₁, w₁ `[narrow, channels, 1, 1]`,
///   γ₂, β₂, w₂ `[growth, narrow, 3, 3]`, or w₁ and w₂ alone if the normalisations are affine-free; output
///   `[batch, height, width, inputs + layers·growth]`.
/// - Cost: forward reads the channels before a layer once; backward reads them once and reads and writes their
///   gradient once. Saves the output and two narrow activations a layer.
/// - Reference: Huang, Liu, van der Maaten & Weinberger, *Densely Connected Convolutional Networks*, CVPR 2017,
///   arXiv 1608.06993.
public struct DenseBottlenecks: Function {
  /// By what the two normalisations of a layer normalise.
  public struct LayerStatistics {
    let first, second: NormalizationStatistics

    /// The statistics of norm₁ and norm₂.
    public init(first: NormalizationStatistics, second: NormalizationStatistics) {
      self.first = first
      self.second = second
    }
  }

  /// What the pullback needs.
  public struct Saved {
    /// The block's output, whose first channels are the input of every layer.
    let block: Tensor
    let inputs: Int
    var layers: [Layer] = []

    struct Layer {
      let slices: Slices
      let first, second: ChannelNormalizer
      let weights1, weights2: Tensor
      /// The output of the 1×1 convolution, and the same normalised and rectified.
      let narrow, rectified: Tensor
    }
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "dense-bottlenecks"

  private let statistics: [LayerStatistics]
  private let isAffine: Bool
  private let isInference: Bool
  private let epsilon: Float

  /// As many layers as there are statistics.
  ///
  /// For inference, on a tape that records nothing, the narrow activations are normalised in the cache.
  public init(
    _ statistics: [LayerStatistics], isAffine: Bool, isInference: Bool = false, epsilon: Float = 1e-5
  ) {
    self.isInference = isInference
    self.statistics = statistics
    self.isAffine = isAffine
    self.epsilon = epsilon
  }

  /// Inputs of a layer: γ₁, β₁, w₁, γ₂, β₂, w₂, or the weights alone.
  private var inputsPerLayer: Int { isAffine ? 6 : 2 }

  /// Where the inputs of a layer are among the function's.
  private func indices(_ layer: Int) -> (
    affine1: Range<Int>, weights1: Int, affine2: Range<Int>, weights2: Int
  ) {
    let first = 1 + layer * inputsPerLayer
    let affine = isAffine ? 2 : 0
    return (
      first..<first + affine, first + affine, first + affine + 1..<first + 2 * affine + 1,
      first + 2 * affine + 1
    )
  }

  /// The multiply-accumulates of all layers.
  public func arithmetic(_ inputs: [Tensor]) -> Arithmetic? {
    let pixels = inputs[0].shape.extents.dropLast().reduce(1, *)
    let weights = statistics.indices.reduce(0) {
      $0 + inputs[indices($1).weights1].count + inputs[indices($1).weights2].count
    }
    return Arithmetic(multiplyAccumulates: pixels * weights)
  }

  /// The layout of one layer's work on the block.
  struct Slices {
    /// The layer's input, channels before it and new ones in the block.
    let pointwise: RectifiedPointwise
    let before, new: ChannelSlice
    let convolution: ConvolutionShape

    init(_ block: Tensor, channels: Int, narrow: Int, growth: Int) {
      let extents = block.shape.extents
      let pixels = extents[0] * extents[1] * extents[2]
      pointwise = RectifiedPointwise(
        pixels: pixels, channels: channels, pixelStride: extents[3], outputs: narrow,
        elementType: block.elementType)
      before = ChannelSlice(pixels: pixels, pixelStride: extents[3], channels: 0..<channels)
      new = ChannelSlice(pixels: pixels, pixelStride: extents[3], channels: channels..<channels + growth)
      convolution = ConvolutionShape(
        batch: extents[0], height: extents[1], width: extents[2], inputChannels: narrow,
        outputChannels: growth, kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1)
    }
  }

  // ── Forward ───────────────────────────────────────────────────────────────────────────────────

  /// Computes the new channels beside the input's.
  ///
  /// - Precondition: there are as many inputs as the layers take, of the shapes above.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let x = inputs[0]
    precondition(
      x.shape.rank == 4 && inputs.count == 1 + statistics.count * inputsPerLayer,
      "\(Self.name): \(statistics.count) layers and \(inputs.count) inputs, the first of shape \(x.shape)")
    let growths = statistics.indices.map { inputs[indices($0).weights2].shape[0] }
    let extents = x.shape.extents
    let block = Tensor(
      [extents[0], extents[1], extents[2], extents[3] + growths.reduce(0, +)], elementType: x.elementType,
      in: arena)
    let pixels = extents[0] * extents[1] * extents[2]
    ChannelSlice(pixels: pixels, pixelStride: block.shape[3], channels: 0..<extents[3])
      .write(x.activations, to: block.activations)
    var saved = Saved(block: block, inputs: extents[3])
    var moments = needsMoments ? x.channelMoments : nil
    for layer in statistics.indices {
      let new = runLayer(layer, inputs, moments, &saved, arena)
      moments = moments.map { $0.followed(by: new.channelMoments) }
    }
    return (block, saved)
  }

  private var needsMoments: Bool {
    statistics.contains { if case .batch = $0.first { true } else { false } }
  }

  /// Finds the new channels of one layer and writes them into the block.
  private func runLayer(
    _ layer: Int, _ inputs: [Tensor], _ moments: Normalization.Moments?, _ saved: inout Saved, _ arena: Arena
  ) -> Tensor {
    let indices = indices(layer)
    let (weights1, weights2) = (inputs[indices.weights1], inputs[indices.weights2])
    let channels = weights1.shape[1]
    let slices = Slices(saved.block, channels: channels, narrow: weights1.shape[0], growth: weights2.shape[0])
    let first = ChannelNormalizer(
      pixels: slices.before.pixels, channels: channels, affine: Array(inputs[indices.affine1]),
      statistics[layer].first, epsilon: epsilon, name: Self.name
    ) { moments ?? Normalization.Moments(mean: [], variance: []) }

    let extents = saved.block.shape.extents
    var narrow = Tensor(
      [extents[0], extents[1], extents[2], weights1.shape[0]], elementType: saved.block.elementType, in: arena
    )
    let workspace1 = Tensor([slices.pointwise.workspaceCount], in: arena)
    let affine1 = RectifiedPointwise.Affine(scale: first.scale, shift: first.shift)
    func narrowed(_ following: RectifiedPointwise.Following) -> Normalization.Moments? {
      slices.pointwise.forward(
        saved.block.activations, affine1, weights: weights1.pointer, workspace: workspace1.pointer, following,
        into: narrow.activations)
    }
    let finishes = isInference && ChannelFinish.accepts(channels: weights1.shape[0])
    if !finishes { narrow.moments = narrowed(needsMoments ? .moments : .nothing) }
    let second = ChannelNormalizer(
      narrow, affine: Array(inputs[indices.affine2]), statistics[layer].second, epsilon: epsilon,
      name: Self.name)
    var rectified = narrow
    if finishes {
      _ = narrowed(.finish(ChannelFinish(scale: second.scale, shift: second.shift)))
    } else {
      rectified = Tensor(narrow.shape, elementType: narrow.elementType, in: arena)
      Normalization.affineReLU(
        narrow.activations, residual: nil, scale: second.scale, shift: second.shift, pixels: second.pixels,
        channels: second.channels, into: rectified.activations)
    }

    var new = Tensor(
      [extents[0], extents[1], extents[2], weights2.shape[0]], elementType: narrow.elementType, in: arena)
    new.moments = Kernels.Convolution.forward(
      slices.convolution, input: rectified.activations, weights: weights2.pointer,
      workspace: workspace(slices.convolution, narrow.elementType, arena).pointer,
      findsMoments: needsMoments, into: new.activations)
    slices.new.write(new.activations, to: saved.block.activations)
    saved.layers.append(
      Saved.Layer(
        slices: slices, first: first, second: second, weights1: weights1, weights2: weights2, narrow: narrow,
        rectified: rectified))
    return new
  }

  private func workspace(_ shape: ConvolutionShape, _ elementType: ElementType, _ arena: Arena) -> Tensor {
    Tensor([Kernels.Convolution.workspaceCount(shape, elementType: elementType)], in: arena)
  }

  // ── Backward ──────────────────────────────────────────────────────────────────────────────────

  /// The gradients of x and of every layer's parameters, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    let block = saved.block
    // The output's gradient may belong to others, so what is added goes into a copy.
    let total = Tensor(block.shape, elementType: block.elementType, in: arena)
    Parallel.forEachRange(of: block.count, grain: 65_536) { range in
      (total.activations + range.lowerBound).copy(
        outputGradient.activations + range.lowerBound, range.count)
    }
    var pending = Pending(channels: block.shape[3])
    for layer in saved.layers.indices.reversed() {
      pullBack(layer, saved, total, &pending, gradients, arena)
    }
    guard gradients.wants(0) else { return }
    let shape = block.shape
    let gradient = Tensor(
      [shape[0], shape[1], shape[2], saved.inputs], elementType: block.elementType, in: arena)
    let slice = ChannelSlice(
      pixels: shape[0] * shape[1] * shape[2], pixelStride: shape[3], channels: 0..<saved.inputs)
    pending.complete(slice, total, block, into: gradient)
    gradients.add(gradient, to: 0)
  }

  /// b·x + c of every channel's gradient, still to be added.
  private struct Pending {
    private var b, c: [Float]

    init(channels: Int) {
      b = Array(repeating: 0, count: channels)
      c = b
    }

    mutating func add(_ b: [Float], _ c: [Float]) {
      for channel in b.indices {
        self.b[channel] += b[channel]
        self.c[channel] += c[channel]
      }
    }

    /// Writes the complete gradient of a slice.
    func complete(_ slice: ChannelSlice, _ total: Tensor, _ block: Tensor, into gradient: Tensor) {
      slice.affine(
        total.activations, block.activations, b: Array(b[slice.channels]), c: Array(c[slice.channels]),
        into: gradient.activations)
    }
  }

  private func pullBack(
    _ layer: Int, _ saved: Saved, _ total: Tensor, _ pending: inout Pending, _ gradients: InputGradients,
    _ arena: Arena
  ) {
    let (indices, parts, block) = (indices(layer), saved.layers[layer], saved.block)
    let shape = parts.slices.convolution
    let elementType = block.elementType
    let new = Tensor(
      [shape.batch, shape.height, shape.width, shape.outputChannels], elementType: elementType, in: arena)
    pending.complete(parts.slices.new, total, block, into: new)
    if gradients.wants(indices.weights2) {
      let gradient = Tensor(parts.weights2.shape, in: arena)
      let count = Kernels.Convolution.weightGradientWorkspaceCount(shape, elementType: elementType)
      gradients.measure(.weightGradient, Arithmetic(shape)) {
        Kernels.Convolution.weightGradient(
          shape, input: parts.rectified.activations, outputGradient: new.activations,
          workspace: Tensor([count], in: arena).pointer, into: gradient.pointer)
      }
      gradients.add(gradient, to: indices.weights2)
    }
    let rectified = Tensor(parts.narrow.shape, elementType: elementType, in: arena)
    gradients.measure(.inputGradient, Arithmetic(shape)) {
      Kernels.Convolution.inputGradient(
        shape, outputGradient: new.activations, weights: parts.weights2.pointer,
        workspace: workspace(shape, elementType, arena).pointer, into: rectified.activations)
    }
    let narrow = pullBackSecond(parts, rectified, indices.affine2, gradients, arena)

    let weights1 = gradients.wants(indices.weights1) ? Tensor(parts.weights1.shape, in: arena) : nil
    // Both gradients of the 1×1 convolution, in one pass with the normalisation's.
    let arithmetic = Arithmetic(
      multiplyAccumulates: (weights1 == nil ? 1 : 2) * parts.slices.before.pixels * parts.weights1.count)
    let sums = gradients.measure(.backward, arithmetic) {
      parts.slices.pointwise.backward(
        block.activations, .init(scale: parts.first.scale, shift: parts.first.shift), mean: parts.first.mean,
        weights: parts.weights1.pointer, outputGradient: narrow.activations,
        workspace: Tensor([parts.slices.pointwise.workspaceCount], in: arena).pointer,
        addingTo: total.activations, weightGradient: weights1?.pointer)
    }
    if let weights1 { gradients.add(weights1, to: indices.weights1) }
    if isAffine { parts.first.addAffineGradients(sums, gradients, arena, first: indices.affine1.lowerBound) }
    let (_, b, c) = parts.first.inputGradientCoefficients(sums)
    pending.add(b, c)
  }

  /// The gradient of the narrow activation from that of its rectified normalisation.
  private func pullBackSecond(
    _ parts: Saved.Layer, _ rectified: Tensor, _ affine: Range<Int>, _ gradients: InputGradients,
    _ arena: Arena
  ) -> Tensor {
    let normalizer = parts.second
    let (pixels, channels) = (normalizer.pixels, normalizer.channels)
    let sums = Normalization.rectifiedProducts(
      rectified.activations, parts.narrow.activations, scale: normalizer.scale, shift: normalizer.shift,
      mean: normalizer.mean, pixels: pixels, channels: channels)
    if isAffine { normalizer.addAffineGradients(sums, gradients, arena, first: affine.lowerBound) }
    let (a, b, c) = normalizer.inputGradientCoefficients(sums)
    let gradient = Tensor(parts.narrow.shape, elementType: parts.narrow.elementType, in: arena)
    Normalization.rectifiedAffine(
      rectified.activations, parts.narrow.activations, scale: normalizer.scale, shift: normalizer.shift, a: a,
      b: b, c: c, pixels: pixels, channels: channels, into: gradient.activations)
    return gradient
  }
}

extension Tensor {
  /// Mean and variance of every channel, as they were found or found now.
  fileprivate var channelMoments: Normalization.Moments {
    let channels = shape[shape.rank - 1]
    return moments ?? Normalization.moments(activations, pixels: count / channels, channels: channels)
  }
}
