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
    if let winograd = Winograd(shape, input.elementType) {
      winograd.weightGradient(
        input, outputGradient: outputGradient, workspace: workspace, into: weightGradient)
      return
    }
    let plan = WeightGradientPlan(shape, input.elementType)
    let kernels = input.kernels(with: outputGradient)
    Parallel.forEach(plan.parts) { part in
      let sums = workspace + part * plan.sumCount
      sums.update(repeating: 0, count: plan.sumCount)
      var image = plan.first(part)
      let end = plan.first(part + 1)
      while image < end {
        let images = image..<min(end, image + plan.group)
        plan.add(
          images, kernels, plan.inputUnits(images, input), plan.gradientUnits(images, outputGradient),
          to: sums)
        image = images.upperBound
      }
    }
    plan.combine(workspace, into: weightGradient)
  }

  /// Floats of workspace that `weightGradient` needs.
  public static func weightGradientWorkspaceCount(
    _ shape: ConvolutionShape, elementType: ElementType = .float32
  ) -> Int {
    if let winograd = Winograd(shape, elementType) { return winograd.weightGradientWorkspaceCount }
    let plan = WeightGradientPlan(shape, elementType)
    return plan.parts * plan.sumCount
  }
}

/// How the weight gradient of a shape is cut up.
///
/// What is summed over are pixels. Floats are multiplied one pixel at a time, straight from the bordered
/// images; bfloat16 values two neighbouring output pixels at a time, in pairs made beforehand: a pair of input
/// values for every column that a window can begin in, a pair of gradients for every second output pixel.
private struct WeightGradientPlan {
  let shape: ConvolutionShape
  let elementType: ElementType
  let image: BorderedImage
  /// Partial sums.
  let parts: Int
  /// Images whose units are in cache together, so that sums are loaded and stored less often.
  let group: Int

  init(_ original: ConvolutionShape, _ elementType: ElementType) {
    shape = original.isPointwise ? original.asOneRow : original
    self.elementType = elementType
    // The second pixel of the last pair may lie beyond the border.
    let reach = elementType == .float32 ? 0 : shape.stride
    image = BorderedImage(
      height: shape.height, width: shape.width, channels: shape.inputChannels, top: shape.padding,
      left: shape.padding, borderedHeight: shape.height + 2 * shape.padding,
      borderedWidth: shape.width + 2 * shape.padding + (shape.isPointwise ? 0 : reach),
      elementType: elementType)
    let blocks = (shape.outputChannels + PackedWeights.block - 1) / PackedWeights.block
    let sums = blocks * PackedWeights.block * shape.inputChannels * shape.kernelHeight * shape.kernelWidth
    // 16 parts keep many cores busy; large weights get fewer, so that partial sums stay below 32 MiB.
    parts = min(shape.batch, max(2, min(16, 8_388_608 / sums)))
    // Half a megabyte of input units beside their gradients fits a core's second-level cache.
    group = max(1, 131_072 / (image.borderedHeight * image.borderedWidth * shape.inputChannels))
  }

  /// Values under one row of the window.
  private var segment: Int { shape.kernelWidth * shape.inputChannels }
  private var blocks: Int { (shape.outputChannels + PackedWeights.block - 1) / PackedWeights.block }
  /// Floats of the sums for one block of output channels, and for all.
  private var blockCount: Int { shape.kernelHeight * segment * PackedWeights.block }
  var sumCount: Int { blocks * blockCount }

  /// The first image of a part.
  func first(_ part: Int) -> Int { part * shape.batch / parts }

  /// Units from column to column that windows can begin in, from row to row and from image to image.
  private var columnStride: Int { shape.inputChannels }
  private var rowStride: Int { rowColumns * columnStride }
  private var imageStride: Int { image.borderedHeight * rowStride }
  private var rowColumns: Int {
    isPaired && shape.isPointwise ? (shape.width + 1) / 2 : image.borderedWidth
  }

  private var isPaired: Bool { elementType == .bfloat16 }

  /// Output pixels, or pairs of them, in a row.
  private var rowUnits: Int { isPaired ? (shape.outputWidth + 1) / 2 : shape.outputWidth }

  /// Output channels, filled up to whole blocks of 16.
  private var filledChannels: Int { blocks * PackedWeights.block }

  /// Input units of some images, in this thread's working memory; the images as they are if that will do.
  func inputUnits(_ images: Range<Int>, _ input: ActivationPointer) -> UnsafePointer<UInt32> {
    let first = input + images.lowerBound * image.imageCount
    guard isPaired else {
      guard image.isCopyNeeded else { return UnsafePointer(first.base.assumingMemoryBound(to: UInt32.self)) }
      let bordered = Scratch.units(images.count * image.count, .image)
      for n in 0..<images.count { image.fill(bordered + n * image.count, from: first + n * image.imageCount) }
      return UnsafePointer(bordered)
    }
    let units = Scratch.units(images.count * imageStride, .pairs)
    for n in 0..<images.count {
      let target = units + n * imageStride
      if shape.isPointwise {
        (first + n * image.imageCount).pairNeighbours(
          shape.width, channels: shape.inputChannels, into: target, stride: shape.inputChannels)
      } else {
        pairColumns(first + n * image.imageCount, target)
      }
    }
    return UnsafePointer(units)
  }

  /// Pairs each column of the bordered image with the one that the next window begins in.
  private func pairColumns(_ source: ActivationPointer, _ target: UnsafeMutablePointer<UInt32>) {
    let channels = shape.inputChannels
    let pixels = image.borderedHeight * image.borderedWidth
    let bordered = ActivationPointer(
      UnsafeMutableRawPointer(Scratch.units((pixels + shape.stride) * channels, .image)), elementType)
    bordered.clear((pixels + shape.stride) * channels)
    for y in 0..<shape.height {
      let start = ((image.top + y) * image.borderedWidth + image.left) * channels
      (bordered + start).copy(source + y * shape.width * channels, shape.width * channels)
    }
    // Rows follow one another, and end in columns of zeros, so one call pairs them all.
    let values = bordered.base.assumingMemoryBound(to: UInt16.self)
    let count = pixels * channels
    KernelTable.current.table.pair(values, values + shape.stride * channels, 0, 1, count, target, count)
  }

  /// Units of the output gradients of some images, their channels filled up to whole blocks of 16.
  func gradientUnits(_ images: Range<Int>, _ gradient: ActivationPointer) -> UnsafePointer<UInt32> {
    let pixels = images.count * shape.outputHeight * shape.outputWidth
    let channels = shape.outputChannels
    let first = gradient + images.lowerBound * shape.outputHeight * shape.outputWidth * channels
    if isPaired {
      let rows = images.count * shape.outputHeight
      let units = Scratch.units(rows * rowUnits * filledChannels, .gradient)
      for row in 0..<rows {
        (first + row * shape.outputWidth * channels).pairNeighbours(
          shape.outputWidth, channels: channels, into: units + row * rowUnits * filledChannels,
          stride: filledChannels)
      }
      return UnsafePointer(units)
    }
    guard filledChannels != channels else {
      return UnsafePointer(first.base.assumingMemoryBound(to: UInt32.self))
    }
    let filled = Scratch.units(pixels * filledChannels, .gradient)
    filled.update(repeating: 0, count: pixels * filledChannels)
    for pixel in 0..<pixels {
      ActivationPointer(UnsafeMutableRawPointer(filled + pixel * filledChannels), elementType)
        .copy(first + pixel * channels, channels)
    }
    return UnsafePointer(filled)
  }

  /// Adds the gradient of some images to `sums`, which is packed as float32 weights are.
  func add(
    _ images: Range<Int>, _ kernels: limen_activation_kernels, _ input: UnsafePointer<UInt32>,
    _ gradient: UnsafePointer<UInt32>, to sums: UnsafeMutablePointer<Float>
  ) {
    // Two output pixels are two steps of the window, unless pairs were made for every second column only.
    let steps = isPaired && !shape.isPointwise ? 2 * shape.stride : shape.stride
    for r in 0..<shape.kernelHeight {
      var work = limen_outer_products(
        input: input + r * rowStride, pixel_stride: steps * columnStride,
        row_stride: shape.stride * rowStride, image_stride: imageStride, gradient: gradient,
        gradient_pixel_stride: filledChannels, gradient_row_stride: rowUnits * filledChannels,
        gradient_image_stride: shape.outputHeight * rowUnits * filledChannels, images: Int32(images.count),
        rows: Int32(shape.outputHeight), pixels: Int32(rowUnits), length: Int32(segment),
        channel_blocks: Int32(blocks), sums: sums + r * segment * PackedWeights.block,
        block_stride: blockCount)
      kernels.outer_products(&work)
    }
  }

  /// Adds the parts in order and unpacks the sum.
  func combine(_ sums: UnsafePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>) {
    let window = shape.kernelHeight * shape.kernelWidth
    Parallel.forEach(shape.outputChannels) { o in
      let first = sums + o / PackedWeights.block * blockCount + o % PackedWeights.block
      for r in 0..<shape.kernelHeight {
        for c in 0..<shape.kernelWidth {
          for k in 0..<shape.inputChannels {
            let offset = ((r * shape.kernelWidth + c) * shape.inputChannels + k) * PackedWeights.block
            var total: Float = 0
            for part in 0..<parts { total += first[part * sumCount + offset] }
            weightGradient[(o * shape.inputChannels + k) * window + r * shape.kernelWidth + c] = total
          }
        }
      }
    }
  }
}
