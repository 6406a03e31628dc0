import CKernels

extension Winograd {
  /// Whether the weight gradient's planes are small enough for each part of the batch to have its own.
  private var hasParts: Bool { inputs * outputs <= 4_096 }

  /// Partial sums; their number depends on the shape alone.
  private var parts: Int { hasParts ? min(batch, 16) : 1 }

  /// Floats of workspace that `weightGradient` needs.
  var weightGradientWorkspaceCount: Int {
    hasParts ? parts * weightCount : weightCount + chunkPlaneCount
  }

  /// How planes lie: in bfloat16 networks the values of two tiles are multiplied together.
  private var summedLayout: Planes.Layout { elementType == .bfloat16 ? .tilePairs : .float32 }

  /// Σ over tiles of the products of transformed patches and transformed output gradients, transformed back.
  func weightGradient(
    _ images: ActivationPointer, outputGradient: ActivationPointer,
    workspace: UnsafeMutablePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    if hasParts {
      Parallel.forEach(parts) { part in
        addPart(part, kernels, images, outputGradient, to: workspace + part * weightCount)
      }
    } else {
      addInChunks(kernels, images, outputGradient, planes: workspace + weightCount, to: workspace)
    }
    transformBack(kernels, workspace, into: weightGradient)
  }

  /// The sum over one part of the batch, on this thread.
  private func addPart(
    _ part: Int, _ kernels: KernelTable, _ images: ActivationPointer, _ gradient: ActivationPointer,
    to sums: UnsafeMutablePointer<Float>
  ) {
    sums.update(repeating: 0, count: weightCount)
    var first = part * batch / parts * tilesPerImage
    let end = (part + 1) * batch / parts * tilesPerImage
    while first < end {
      let range = first..<min(end, first + tilesPerBlock)
      let source = scratchPlanes(range.count, inputs, summedLayout, .planes)
      let target = scratchPlanes(range.count, outputs, summedLayout, .products)
      forEachRun(of: range) { run in
        transformInput(kernels, run, images, into: source)
        transformGradient(kernels, run, gradient, into: target)
      }
      for plane in 0..<Self.planes { accumulate(kernels, plane, source, target, to: sums) }
      first = range.upperBound
    }
  }

  /// The sum over the whole batch, plane by plane on all threads.
  private func addInChunks(
    _ kernels: KernelTable, _ images: ActivationPointer, _ gradient: ActivationPointer,
    planes: UnsafeMutablePointer<Float>, to sums: UnsafeMutablePointer<Float>
  ) {
    var first = 0
    while first < tileCount {
      let range = first..<min(tileCount, first + tilesPerChunk)
      let source = Planes(tiles: range.count, channels: inputs, layout: summedLayout, base: planes)
      let target = Planes(
        tiles: range.count, channels: outputs, layout: summedLayout,
        base: planes + Self.planes * source.planeStride)
      forEachRunInParallel(of: range) { run in
        transformInput(kernels, run, images, into: source)
        transformGradient(kernels, run, gradient, into: target)
      }
      let isFirst = first == 0
      Parallel.forEach(Self.planes) { plane in
        if isFirst { (sums + plane * weightPlaneStride).update(repeating: 0, count: weightPlaneStride) }
        accumulate(kernels, plane, source, target, to: sums)
      }
      first = range.upperBound
    }
  }

  /// sums += sourceᵀ·target, for one plane.
  private func accumulate(
    _ kernels: KernelTable, _ plane: Int, _ source: Planes, _ target: Planes,
    to sums: UnsafeMutablePointer<Float>
  ) {
    var work = limen_outer_products(
      input: source.base + plane * source.planeStride, pixel_stride: source.tileStride, row_stride: 0,
      image_stride: 0, gradient: target.base + plane * target.planeStride,
      gradient_pixel_stride: target.tileStride, gradient_row_stride: 0, gradient_image_stride: 0, images: 1,
      rows: 1, pixels: Int32(source.count), length: Int32(inputs),
      channel_blocks: Int32(target.tileStride / PackedWeights.block),
      sums: sums + plane * weightPlaneStride, block_stride: inputs * PackedWeights.block)
    kernels.activations(elementType).outer_products(&work)
  }

  private func transformGradient(
    _ kernels: KernelTable, _ run: TileRun, _ gradient: ActivationPointer, into planes: Planes
  ) {
    let first = gradient + run.image * height * width * outputs
    let (row, column) = (run.row * Self.side, run.column * Self.side)
    let isWhole =
      outputs % PackedWeights.block == 0 && row + Self.side <= height
      && column + run.count * Self.side <= width
    if isWhole {
      var work = planes.tiles(run, rowStride: width * outputs, pixelStride: outputs)
      kernels.table.winograd_gradient(
        &work, (first + (row * width + column) * outputs).base, gradient.isBFloat16)
      return
    }
    let window = ImageWindow(
      height: height, width: width, channels: outputs, firstRow: row, firstColumn: column, rows: Self.side,
      columns: run.count * Self.side)
    let copy = window.copy(first, .gradient)
    var work = planes.tiles(run, rowStride: window.rowStride, pixelStride: outputs)
    kernels.table.winograd_gradient(&work, copy.base, gradient.isBFloat16)
  }

  private func transformBack(
    _ kernels: KernelTable, _ sums: UnsafePointer<Float>,
    into weightGradient: UnsafeMutablePointer<Float>
  ) {
    Parallel.forEachRange(of: outputs, grain: PackedWeights.block) { lanes in
      var work = limen_winograd_weights(
        output_stride: inputs * 9, input_stride: 9, plane_stride: weightPlaneStride, inputs: Int32(inputs),
        outputs: Int32(lanes.count), flipped: 0, rounds: 0, makes_pairs: 0)
      kernels.table.winograd_weight_gradient(
        &work, sums + lanes.lowerBound * inputs, Int32(parts), weightCount,
        weightGradient + lanes.lowerBound * inputs * 9)
    }
  }
}
