import CKernels

extension Convolution {
  /// dw[o, k, r, c] = Σ x[n, i·stride + r − padding, j·stride + c − padding, k] · dy[n, i, j, o].
  ///
  /// The batch is cut into a number of parts that depends on the shape alone; each part sums into a
  /// gradient of its own, and these are added in order, so the bits do not depend on the threads.
  ///
  /// `workspace` holds `weightGradientWorkspaceCount` floats.
  public static func weightGradient(
    _ shape: ConvolutionShape, input: ActivationPointer, outputGradient: ActivationPointer,
    workspace: UnsafeMutablePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    if let winograd = winograd(shape, input.elementType) {
      winograd.weightGradient(
        input.assumingFloats, outputGradient: outputGradient.assumingFloats, workspace: workspace,
        into: weightGradient)
      return
    }
    let plan = WeightGradientPlan(shape)
    let (kernels, activations) = (KernelTable.current, input.kernels(with: outputGradient))
    Parallel.forEach(plan.parts) { part in
      let sums = workspace + part * plan.packing.count
      sums.update(repeating: 0, count: plan.packing.count)
      var image = plan.first(part)
      let end = plan.first(part + 1)
      while image < end {
        let count = min(plan.group, end - image)
        let images = image..<image + count
        plan.add(
          images, kernels, input: plan.borderedImages(images, input, activations),
          outputGradient: plan.wholeBlocks(images, outputGradient, activations), to: sums)
        image += count
      }
    }
    plan.combine(workspace, into: weightGradient)
  }

  /// Floats of workspace that `weightGradient` needs.
  public static func weightGradientWorkspaceCount(
    _ shape: ConvolutionShape, elementType: ElementType = .float32
  ) -> Int {
    if let winograd = winograd(shape, elementType) { return winograd.weightGradientWorkspaceCount }
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

  /// Some images as floats with their borders; as they are if that is what they are.
  func borderedImages(
    _ images: Range<Int>, _ input: ActivationPointer, _ kernels: limen_activation_kernels
  ) -> UnsafePointer<Float> {
    let first = input + images.lowerBound * image.imageCount
    if shape.padding == 0, input.elementType == .float32 { return UnsafePointer(first.assumingFloats) }
    let bordered = Scratch.floats(images.count * image.count, .image)
    for n in 0..<images.count {
      image.fill(bordered + n * image.count, from: first + n * image.imageCount, kernels)
    }
    return UnsafePointer(bordered)
  }

  /// The output gradients of some images as floats, their channels filled up to whole blocks of 16.
  func wholeBlocks(
    _ images: Range<Int>, _ gradient: ActivationPointer, _ kernels: limen_activation_kernels
  ) -> UnsafePointer<Float> {
    let pixels = images.count * outputPixels
    let first = gradient + images.lowerBound * outputPixels * shape.outputChannels
    guard filledChannels != shape.outputChannels else {
      return first.floats(pixels * filledChannels, .gradient)
    }
    let filled = Scratch.floats(pixels * filledChannels, .gradient)
    for pixel in 0..<pixels {
      let target = filled + pixel * filledChannels
      kernels.widen((first + pixel * shape.outputChannels).base, shape.outputChannels, target)
      (target + shape.outputChannels).update(
        repeating: 0, count: filledChannels - shape.outputChannels)
    }
    return UnsafePointer(filled)
  }

  private var outputPixels: Int { shape.outputHeight * shape.outputWidth }

  /// Output channels, filled up to whole blocks of 16.
  private var filledChannels: Int { packing.blocks * PackedWeights.block }

  /// Adds the gradient of some images to `sums`, which is packed as the weights are.
  func add(
    _ images: Range<Int>, _ kernels: KernelTable, input: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>
  ) {
    for r in 0..<shape.kernelHeight {
      var row = limen_weight_gradient_row(
        input: input + r * image.rowStride, pixel_stride: shape.stride * shape.inputChannels,
        row_stride: shape.stride * image.rowStride, image_stride: image.count,
        output_gradient: outputGradient,
        gradient_pixel_stride: filledChannels, gradient_row_stride: shape.outputWidth * filledChannels,
        gradient_image_stride: outputPixels * filledChannels, images: Int32(images.count),
        rows: Int32(shape.outputHeight), pixels: Int32(shape.outputWidth), length: Int32(packing.segment),
        channel_blocks: Int32(packing.blocks),
        weight_gradient: sums + r * packing.segment * PackedWeights.block, block_stride: packing.blockCount)
      kernels.table.weight_gradient_row(&row)
    }
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
