import CKernels

extension Winograd {
  /// Whether the weight gradient's planes are small enough for each part of the batch to have its own.
  private var hasParts: Bool { inputs * outputs <= 4_096 }

  /// Partial sums; their number depends on the shape alone.
  private var parts: Int { hasParts ? min(batch, 16) : 1 }

  /// Floats of one sum over tiles: 36 planes of `[output block][input][16]`.
  private var sumCount: Int { weightCount }

  /// Tiles whose planes are in the second-level cache together.
  private var tilesPerPartBlock: Int {
    max(16, 2_048 / (Self.padded(inputs) + Self.padded(outputs)))
  }

  /// Tiles of one pass over the planes, a whole number of images.
  private var tilesPerPass: Int {
    let wanted = max(128, 65_536 / (Self.padded(inputs) + Self.padded(outputs)))
    return min(tileCount, max(1, wanted / tilesPerImage) * tilesPerImage)
  }

  /// Floats of workspace that `weightGradient` needs.
  var weightGradientWorkspaceCount: Int {
    guard !hasParts else { return parts * sumCount }
    let tiles = tilesPerPass
    return sumCount + Self.planes
      * (Self.planeStride(tiles: tiles, channels: inputs) + Self.planeStride(tiles: tiles, channels: outputs))
  }

  /// Σ over tiles of the products of transformed patches and transformed output gradients, transformed back.
  func weightGradient(
    _ images: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    workspace: UnsafeMutablePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    if hasParts {
      Parallel.forEach(parts) { part in
        addPart(part, images, outputGradient, to: workspace + part * sumCount)
      }
    } else {
      addInPasses(images, outputGradient, planes: workspace + sumCount, to: workspace)
    }
    transformBack(workspace, into: weightGradient)
  }

  /// The sum over one part of the batch, on this thread.
  private func addPart(
    _ part: Int, _ images: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    sums.update(repeating: 0, count: sumCount)
    var first = part * batch / parts * tilesPerImage
    let end = (part + 1) * batch / parts * tilesPerImage
    while first < end {
      let range = first..<min(end, first + tilesPerPartBlock)
      let source = Planes(
        tiles: range.count, channels: inputs,
        base: Scratch.floats(Self.planes * Self.planeStride(tiles: range.count, channels: inputs), .planes))
      let target = Planes(
        tiles: range.count, channels: outputs,
        base: Scratch.floats(Self.planes * Self.planeStride(tiles: range.count, channels: outputs), .products)
      )
      forEachRun(of: range) { run in
        transformInput(kernels, run, images, into: source)
        transformGradient(kernels, run, gradient, into: target)
      }
      for plane in 0..<Self.planes { accumulate(kernels, plane, source, target, to: sums) }
      first = range.upperBound
    }
  }

  /// The sum over the whole batch, plane by plane on all threads.
  private func addInPasses(
    _ images: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, planes: UnsafeMutablePointer<Float>,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    var first = 0
    while first < tileCount {
      let range = first..<min(tileCount, first + tilesPerPass)
      let source = Planes(tiles: range.count, channels: inputs, base: planes)
      let target = Planes(
        tiles: range.count, channels: outputs, base: planes + Self.planes * source.planeStride)
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
    var work = limen_weight_gradient_row(
      input: source.base + plane * source.planeStride, pixel_stride: source.tileStride, row_stride: 0,
      image_stride: 0, output_gradient: target.base + plane * target.planeStride,
      gradient_pixel_stride: target.tileStride, gradient_row_stride: 0, gradient_image_stride: 0, images: 1,
      rows: 1, pixels: Int32(source.tiles), length: Int32(inputs),
      channel_blocks: Int32(target.tileStride / PackedWeights.block),
      weight_gradient: sums + plane * weightPlaneStride, block_stride: inputs * PackedWeights.block)
    kernels.table.weight_gradient_row(&work)
  }

  private func transformGradient(
    _ kernels: KernelTable, _ run: TileRun, _ gradient: UnsafePointer<Float>, into planes: Planes
  ) {
    let first = gradient + run.image * height * width * outputs
    let (row, column) = (run.row * Self.side, run.column * Self.side)
    let isWhole =
      outputs % PackedWeights.block == 0 && row + Self.side <= height
      && column + run.count * Self.side <= width
    guard !isWhole else {
      var work = planes.tiles(run, rowStride: width * outputs, pixelStride: outputs)
      kernels.table.winograd_gradient(&work, first + (row * width + column) * outputs)
      return
    }
    let window = ImageWindow(
      height: height, width: width, channels: outputs, firstRow: row, firstColumn: column, rows: Self.side,
      columns: run.count * Self.side)
    let copy = Scratch.floats(window.count, .gradient)
    window.copy(first, to: copy)
    var work = planes.tiles(run, rowStride: window.rowStride, pixelStride: outputs)
    kernels.table.winograd_gradient(&work, copy)
  }

  private func transformBack(
    _ sums: UnsafePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    let kernels = KernelTable.current
    Parallel.forEachRange(of: outputs, grain: PackedWeights.block) { lanes in
      var work = limen_winograd_weights(
        output_stride: inputs * 9, input_stride: 9, plane_stride: weightPlaneStride, inputs: Int32(inputs),
        outputs: Int32(lanes.count), flipped: 0)
      kernels.table.winograd_weight_gradient(
        &work, sums + lanes.lowerBound * inputs, Int32(parts), sumCount,
        weightGradient + lanes.lowerBound * inputs * 9)
    }
  }
}
