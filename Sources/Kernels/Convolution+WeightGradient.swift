import CKernels

extension Convolution {
  /// dw[o, k, r, c] = Σ x[n, i·stride + r − padding, j·stride + c − padding, k] · dy[n, i, j, o].
  ///
  /// The batch is cut into a number of parts that depends on the shape alone; each part sums into a
  /// gradient of its own, and these are added in order, so the bits do not depend on the threads.
  ///
  /// `workspace` holds `weightGradientWorkspaceCount(shape)` floats.
  public static func weightGradient(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    if let winograd = Winograd(shape) {
      winograd.weightGradient(
        input, outputGradient: outputGradient, workspace: workspace, into: weightGradient)
      return
    }
    let plan = WeightGradientPlan(shape)
    let kernels = KernelTable.current
    Parallel.forEach(plan.parts) { part in
      let sums = workspace + part * plan.packing.count
      sums.update(repeating: 0, count: plan.packing.count)
      var image = plan.first(part)
      let end = plan.first(part + 1)
      while image < end {
        let count = min(plan.group, end - image)
        plan.add(image..<image + count, kernels, input: input, outputGradient: outputGradient, to: sums)
        image += count
      }
    }
    plan.combine(workspace, into: weightGradient)
  }

  /// Floats of workspace that `weightGradient` needs.
  public static func weightGradientWorkspaceCount(_ shape: ConvolutionShape) -> Int {
    if let winograd = Winograd(shape) { return winograd.weightGradientWorkspaceCount }
    let plan = WeightGradientPlan(shape)
    return plan.parts * plan.packing.count
  }
}

/// How the weight gradient of a shape is cut up.
private struct WeightGradientPlan {
  let shape: ConvolutionShape
  let packing: PackedWeights
  let image: BorderedImage
  /// Partial sums.
  let parts: Int
  /// Images whose bordered copies are in cache together, so that sums are loaded and stored less often.
  let group: Int

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    packing = PackedWeights(
      rows: shape.kernelHeight, columns: shape.kernelWidth, inputs: shape.inputChannels,
      outputs: shape.outputChannels)
    image = BorderedImage(
      height: shape.height, width: shape.width, channels: shape.inputChannels, top: shape.padding,
      left: shape.padding, borderedHeight: shape.height + 2 * shape.padding,
      borderedWidth: shape.width + 2 * shape.padding)
    // 16 parts keep many cores busy; large weights get fewer, so that partial sums stay below 32 MiB.
    let affordable = 8_388_608 / packing.count
    parts = min(shape.batch, max(2, min(16, affordable)))
    // Half a megabyte of bordered images beside their gradients fits a core's second-level cache.
    group = max(1, 131_072 / image.count)
  }

  /// The first image of a part.
  func first(_ part: Int) -> Int { part * shape.batch / parts }

  /// Adds the gradient of some images to `sums`, which is packed as the weights are.
  func add(
    _ images: Range<Int>, _ kernels: KernelTable, input: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>
  ) {
    let source = input + images.lowerBound * shape.height * shape.width * shape.inputChannels
    var start = UnsafePointer(source)
    if shape.padding > 0 {
      let bordered = Scratch.floats(images.count * image.count, .image)
      for n in 0..<images.count {
        image.fill(
          bordered + n * image.count, from: source + n * shape.height * shape.width * shape.inputChannels)
      }
      start = UnsafePointer(bordered)
    }
    let pixels = shape.outputHeight * shape.outputWidth
    let (gradient, channels) = wholeBlocks(
      outputGradient + images.lowerBound * pixels * shape.outputChannels, pixels: images.count * pixels)
    for r in 0..<shape.kernelHeight {
      var row = limen_weight_gradient_row(
        input: start + r * image.rowStride, pixel_stride: shape.stride * shape.inputChannels,
        row_stride: shape.stride * image.rowStride, image_stride: image.count, output_gradient: gradient,
        gradient_pixel_stride: channels, gradient_row_stride: shape.outputWidth * channels,
        gradient_image_stride: pixels * channels, images: Int32(images.count),
        rows: Int32(shape.outputHeight), pixels: Int32(shape.outputWidth), length: Int32(packing.segment),
        channel_blocks: Int32(packing.blocks),
        weight_gradient: sums + r * packing.segment * PackedWeights.block, block_stride: packing.blockCount)
      kernels.table.weight_gradient_row(&row)
    }
  }

  /// The gradient with channels filled up to whole blocks of 16, and how many channels that makes.
  private func wholeBlocks(_ gradient: UnsafePointer<Float>, pixels: Int) -> (UnsafePointer<Float>, Int) {
    let channels = packing.blocks * PackedWeights.block
    guard channels != shape.outputChannels else { return (gradient, channels) }
    let filled = Scratch.floats(pixels * channels, .gradient)
    for pixel in 0..<pixels {
      let target = filled + pixel * channels
      target.update(from: gradient + pixel * shape.outputChannels, count: shape.outputChannels)
      (target + shape.outputChannels).update(repeating: 0, count: channels - shape.outputChannels)
    }
    return (UnsafePointer(filled), channels)
  }

  /// Adds the parts in order and unpacks the sum.
  func combine(_ sums: UnsafePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>) {
    let window = shape.kernelHeight * shape.kernelWidth
    Parallel.forEach(shape.outputChannels) { o in
      let first = sums + o / PackedWeights.block * packing.blockCount + o % PackedWeights.block
      for r in 0..<shape.kernelHeight {
        for c in 0..<shape.kernelWidth {
          for k in 0..<shape.inputChannels {
            let offset = ((r * shape.kernelWidth + c) * shape.inputChannels + k) * PackedWeights.block
            var total: Float = 0
            for part in 0..<parts { total += first[part * packing.count + offset] }
            weightGradient[(o * shape.inputChannels + k) * window + r * shape.kernelWidth + c] = total
          }
        }
      }
    }
  }
}
