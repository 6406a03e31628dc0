import CKernels

/// Winograd's F(4×4, 3×3) for 3×3 correlations with stride 1 and padding 1: a quarter of the products.
///
/// Each image is cut into tiles of 4×4 outputs. A tile's 6×6 patch is transformed into 36 planes of one
/// value a channel; then every plane is an ordinary matrix product, [tiles × inputs]·[inputs × outputs], and
/// the products are transformed back.
///
/// Outputs are computed in float32 throughout, whatever the images are stored as. Gradients of bfloat16
/// networks are not: there the planes are rounded to bfloat16 before they are multiplied, which twice as fast
/// products are worth.
///
/// Error: below 1e-5 of the largest output with 512 channels, against 1e-6 for direct sums; in the gradients
/// of bfloat16 networks about 1 % of their standard deviation, like noise, where rounding the result alone
/// makes 0.2 %.
///
/// - Reference: Lavin & Gray, *Fast Algorithms for Convolutional Neural Networks*, CVPR 2016, arXiv 1509.09308.
struct Winograd {
  /// Values of a transformed tile, a channel.
  static let planes = 36
  /// Pixels of a tile's side.
  static let side = 4

  let batch, height, width: Int
  /// Channels that are summed over, and channels that come out.
  let inputs, outputs: Int
  /// How images are stored, and whether this is the input gradient's correlation.
  let elementType: ElementType
  let isTransposed: Bool

  /// The correlation of a forward pass; nil where direct sums are as fast or the shape is another.
  init?(_ shape: ConvolutionShape, _ elementType: ElementType) {
    guard shape.kernelHeight == 3, shape.kernelWidth == 3, shape.stride == 1, shape.padding == 1 else {
      return nil
    }
    self.init(shape, elementType, inputs: shape.inputChannels, outputs: shape.outputChannels)
    // A tile that hangs over the edge wastes products; so do channels that fill half a vector.
    let pixels = shape.height * shape.width
    guard 5 * Self.planes * tilesPerImage <= 3 * 9 * pixels, min(inputs, outputs) >= 8 else { return nil }
  }

  private init(_ shape: ConvolutionShape, _ elementType: ElementType, inputs: Int, outputs: Int) {
    batch = shape.batch
    height = shape.height
    width = shape.width
    self.inputs = inputs
    self.outputs = outputs
    self.elementType = elementType
    isTransposed = false
  }

  private init(transposing other: Winograd) {
    batch = other.batch
    height = other.height
    width = other.width
    inputs = other.outputs
    outputs = other.inputs
    elementType = other.elementType
    isTransposed = !other.isTransposed
  }

  /// Whether planes are rounded to bfloat16 and multiplied in pairs of channels.
  private var makesPairs: Bool { elementType == .bfloat16 && isTransposed }

  /// The correlation of the input gradient: the same with inputs and outputs exchanged.
  var transposed: Winograd { Winograd(transposing: self) }

  var tileRows: Int { (height + Self.side - 1) / Self.side }
  var tileColumns: Int { (width + Self.side - 1) / Self.side }
  var tilesPerImage: Int { tileRows * tileColumns }
  var tileCount: Int { batch * tilesPerImage }

  /// Units of 32 bits from plane to plane of that many tiles.
  ///
  /// Three spare cache lines keep the 36 planes that one tile writes to from falling on the same lines of
  /// the first-level cache, as powers of two would.
  static func planeStride(tiles: Int, channels: Int) -> Int { tiles * PackedWeights.padded(channels) + 48 }

  /// Input channels or pairs of them: what a product sums over.
  private var inputUnits: Int { makesPairs ? (inputs + 1) / 2 : inputs }

  /// Units from plane to plane of transformed weights, which have one of each input channel at most.
  var weightPlaneStride: Int { PackedWeights.padded(outputs) * inputs + 16 }

  /// Floats of transformed weights.
  var weightCount: Int { Self.planes * weightPlaneStride }

  // ── Running ───────────────────────────────────────────────────────────────────────────────────

  /// Whether weights outgrow a core's second-level cache, so that planes are multiplied one after the other
  /// for many tiles instead of tile block after tile block.
  private var isLarge: Bool { inputs * outputs > 16_384 }

  /// Tiles that go through all planes together, whole rows of them: their planes stay in the second-level cache.
  var tilesPerBlock: Int {
    let wanted = max(16, 2_048 / (PackedWeights.padded(inputs) + PackedWeights.padded(outputs)))
    return max(1, wanted / tileColumns) * tileColumns
  }

  /// Parts that outputs are written in.
  var taskCount: Int {
    let tiles = isLarge ? tilesPerChunk : tilesPerBlock
    return (tileCount + tiles - 1) / tiles * (isLarge ? partsPerChunk : 1)
  }

  /// Parts of a chunk's outputs: enough for many threads.
  private var partsPerChunk: Int { min(16, tilesPerChunk / tilesPerImage) }

  /// Tiles that go through plane after plane when weights are large, a whole number of images.
  var tilesPerChunk: Int {
    let wanted = max(128, 65_536 / (PackedWeights.padded(inputs) + PackedWeights.padded(outputs)))
    return min(tileCount, max(1, wanted / tilesPerImage) * tilesPerImage)
  }

  /// Floats of workspace that `correlate` needs.
  var workspaceCount: Int {
    isLarge ? weightCount + chunkPlaneCount : weightCount
  }

  /// Floats of a chunk's planes before and after multiplication.
  var chunkPlaneCount: Int {
    let tiles = tilesPerChunk
    return Self.planes
      * (Self.planeStride(tiles: tiles, channels: inputs) + Self.planeStride(tiles: tiles, channels: outputs))
  }

  /// Transforms `weights`, `[output, input, 3, 3]` or, for the input gradient, `[input, output, 3, 3]`
  /// flipped, into the workspace, and correlates the images with them.
  func correlate(
    _ images: ActivationPointer, weights: UnsafePointer<Float>, workspace: UnsafeMutablePointer<Float>,
    whenWritten: Correlation.WhenWritten? = nil, into output: ActivationPointer
  ) {
    let kernels = KernelTable.current
    transformWeights(kernels, weights, into: workspace)
    if isLarge {
      let sources = workspace + weightCount
      var first = 0
      while first < tileCount {
        let range = first..<min(tileCount, first + tilesPerChunk)
        correlateChunk(range, kernels, images, weights: workspace, planes: sources, into: output)
        if let whenWritten { forEachPart(of: range, whenWritten) }
        first = range.upperBound
      }
    } else {
      Parallel.forEachRange(of: tileCount, grain: tilesPerBlock) { range in
        correlateBlock(range, kernels, images, weights: workspace, into: output)
        whenWritten?(range.lowerBound / tilesPerBlock, pixels(of: range))
      }
    }
  }

  /// Calls `body` for the outputs of a chunk of tiles, in parts of whole images and in parallel.
  private func forEachPart(of range: Range<Int>, _ body: Correlation.WhenWritten) {
    let parts = partsPerChunk
    let images = range.lowerBound / tilesPerImage..<range.upperBound / tilesPerImage
    Parallel.forEach(parts) { part in
      let first = images.lowerBound + part * images.count / parts
      let end = images.lowerBound + (part + 1) * images.count / parts
      body(range.lowerBound / tilesPerChunk * parts + part, first * height * width..<end * height * width)
    }
  }

  /// The pixels of whole rows of tiles.
  private func pixels(of tiles: Range<Int>) -> Range<Int> {
    func first(_ tile: Int) -> Int {
      let (image, row) = (tile / tileColumns).quotientAndRemainder(dividingBy: tileRows)
      return (image * height + row * Self.side) * width
    }
    return first(tiles.lowerBound)..<first(tiles.upperBound)
  }

  /// All three steps for a block of tiles, on this thread.
  private func correlateBlock(
    _ range: Range<Int>, _ kernels: KernelTable, _ images: ActivationPointer, weights: UnsafePointer<Float>,
    into output: ActivationPointer
  ) {
    let source = scratchPlanes(range.count, inputs, sourceLayout, .planes)
    let target = scratchPlanes(range.count, outputs, .float32, .products)
    forEachRun(of: range) { transformInput(kernels, $0, images, into: source) }
    for plane in 0..<Self.planes { multiply(kernels, plane, source, weights, into: target) }
    forEachRun(of: range) { transformOutput(kernels, $0, target, into: output) }
  }

  /// The three steps one after the other, each in parallel.
  private func correlateChunk(
    _ range: Range<Int>, _ kernels: KernelTable, _ images: ActivationPointer, weights: UnsafePointer<Float>,
    planes: UnsafeMutablePointer<Float>, into output: ActivationPointer
  ) {
    let source = Planes(tiles: range.count, channels: inputs, layout: sourceLayout, base: planes)
    let target = Planes(
      tiles: range.count, channels: outputs, layout: .float32, base: planes + Self.planes * source.planeStride
    )
    forEachRunInParallel(of: range) { transformInput(kernels, $0, images, into: source) }
    Parallel.forEach(Self.planes) { multiply(kernels, $0, source, weights, into: target) }
    forEachRunInParallel(of: range) { transformOutput(kernels, $0, target, into: output) }
  }

  /// How planes lie before they are multiplied with weights.
  private var sourceLayout: Planes.Layout { makesPairs ? .channelPairs : .float32 }

  /// target = source·weights, for one plane.
  private func multiply(
    _ kernels: KernelTable, _ plane: Int, _ source: Planes, _ weights: UnsafePointer<Float>,
    into target: Planes
  ) {
    withUnsafePointer(to: 0) { segments in
      var work = limen_products(
        input: source.base + plane * source.planeStride, pixel_stride: source.tileStride,
        group_stride: 4 * source.tileStride, row_stride: 0, segments: segments, segment_count: 1,
        segment_length: Int32(inputUnits), weights: weights + plane * weightPlaneStride,
        output: target.base + plane * target.planeStride, output_stride: target.tileStride,
        output_group_stride: 4 * target.tileStride, output_row_stride: 0, pixels: Int32(source.tiles),
        rows: 1, channels: Int32(target.tileStride), output_is_bfloat16: 0)
      kernels.activations(makesPairs ? .bfloat16 : .float32).products(&work)
    }
  }

  // ── Transforms ────────────────────────────────────────────────────────────────────────────────

  private func transformWeights(
    _ kernels: KernelTable, _ weights: UnsafePointer<Float>, into planes: UnsafeMutablePointer<Float>
  ) {
    let (outputStride, inputStride) = isTransposed ? (9, outputs * 9) : (inputs * 9, 9)
    Parallel.forEachRange(of: outputs, grain: PackedWeights.block) { lanes in
      var work = limen_winograd_weights(
        output_stride: outputStride, input_stride: inputStride, plane_stride: weightPlaneStride,
        inputs: Int32(inputs), outputs: Int32(lanes.count), flipped: isTransposed ? 1 : 0,
        rounds: elementType == .bfloat16 ? 1 : 0, makes_pairs: makesPairs ? 1 : 0)
      kernels.table.winograd_weights(
        &work, weights + lanes.lowerBound * outputStride, planes + lanes.lowerBound * inputUnits)
    }
  }

  /// Transforms the patches of a run of tiles: straight from the image where all of them lie inside it, from
  /// copies with zeros around where they reach over its edges.
  func transformInput(
    _ kernels: KernelTable, _ run: TileRun, _ images: ActivationPointer, into planes: Planes
  ) {
    let image = images + run.image * height * width * inputs
    let inside = tilesInside(run)
    if inside.isEmpty {
      transformCopied(kernels, run, image, into: planes)
      return
    }
    // In order, because the second tile of a pair is added to what the first one wrote.
    if inside.lowerBound > 0 { transformCopied(kernels, run[0..<inside.lowerBound], image, into: planes) }
    let middle = run[inside]
    let pixel = (middle.row * Self.side - 1) * width + middle.column * Self.side - 1
    var work = planes.tiles(middle, rowStride: width * inputs, pixelStride: inputs)
    kernels.table.winograd_input(&work, (image + pixel * inputs).base, images.isBFloat16)
    if inside.upperBound < run.count {
      transformCopied(kernels, run[inside.upperBound..<run.count], image, into: planes)
    }
  }

  /// Which tiles of a run have patches that lie inside the image, and consist of whole vectors.
  private func tilesInside(_ run: TileRun) -> Range<Int> {
    let isInside = run.row > 0 && (run.row + 1) * Self.side < height && inputs % PackedWeights.block == 0
    let first = max(1, run.column)
    let end = min(run.column + run.count, (width - 1) / Self.side)
    return isInside && first < end ? first - run.column..<end - run.column : 0..<0
  }

  private func transformCopied(
    _ kernels: KernelTable, _ run: TileRun, _ image: ActivationPointer, into planes: Planes
  ) {
    let window = ImageWindow(
      height: height, width: width, channels: inputs, firstRow: run.row * Self.side - 1,
      firstColumn: run.column * Self.side - 1, rows: Self.side + 2, columns: run.count * Self.side + 2)
    let copy = window.copy(image, .image)
    var work = planes.tiles(run, rowStride: window.rowStride, pixelStride: inputs)
    kernels.table.winograd_input(&work, copy.base, image.isBFloat16)
  }

  private func transformOutput(
    _ kernels: KernelTable, _ run: TileRun, _ planes: Planes, into output: ActivationPointer
  ) {
    let (row, column) = (run.row * Self.side, run.column * Self.side)
    var work = planes.tiles(run, rowStride: width * outputs, pixelStride: outputs)
    kernels.table.winograd_output(
      &work, (output + ((run.image * height + row) * width + column) * outputs).base,
      output.isBFloat16, Int32(min(Self.side, height - row)),
      Int32(min(run.count * Self.side, width - column)))
  }

  // ── Tiles ─────────────────────────────────────────────────────────────────────────────────────

  /// Neighbouring tiles in one row of tiles of one image.
  struct TileRun {
    let image, row, column, count: Int
    /// Which tile of its block or chunk the first one is.
    let index: Int

    /// Some tiles of the run.
    subscript(tiles: Range<Int>) -> TileRun {
      TileRun(
        image: image, row: row, column: column + tiles.lowerBound, count: tiles.count,
        index: index + tiles.lowerBound)
    }
  }

  /// Transformed tiles: `[plane][tile][channel]`, channels filled up to whole vectors.
  struct Planes {
    /// How the values of a plane are stored.
    enum Layout {
      case float32
      /// As bfloat16, so that two channels of a tile make a pair.
      case channelPairs
      /// As bfloat16, two tiles' values of a channel in a pair.
      case tilePairs
    }

    let tiles, channels: Int
    let layout: Layout
    let base: UnsafeMutablePointer<Float>

    /// Units of 32 bits from tile to tile, or from one pair of tiles to the next.
    var tileStride: Int {
      layout == .channelPairs ? PackedWeights.padded(channels) / 2 : PackedWeights.padded(channels)
    }

    /// Units from plane to plane.
    var planeStride: Int { Winograd.planeStride(tiles: tiles, channels: channels) }

    /// Tiles or pairs of tiles.
    var count: Int { layout == .tilePairs ? (tiles + 1) / 2 : tiles }

    /// What the transforms need to know of a run of tiles.
    func tiles(_ run: TileRun, rowStride: Int, pixelStride: Int) -> limen_winograd_tiles {
      let layout =
        switch layout {
        case .float32: limen_planes_float32
        case .channelPairs: limen_planes_channel_pairs
        case .tilePairs: limen_planes_tile_pairs
        }
      return limen_winograd_tiles(
        row_stride: rowStride, pixel_stride: pixelStride, planes: base, plane_stride: planeStride,
        tile_stride: tileStride, first: Int32(run.index), count: Int32(run.count),
        channels: Int32(channels), layout: Int32(layout))
    }
  }

  /// Planes in this thread's working memory.
  func scratchPlanes(
    _ tiles: Int, _ channels: Int, _ layout: Planes.Layout, _ slot: Scratch.Slot
  ) -> Planes {
    Planes(
      tiles: tiles, channels: channels, layout: layout,
      base: Scratch.floats(Self.planes * Self.planeStride(tiles: tiles, channels: channels), slot))
  }

  /// Calls `body` with the runs that tiles `range`, counted through all images, consist of.
  func forEachRun(of range: Range<Int>, _ body: (TileRun) -> Void) {
    var tile = range.lowerBound
    while tile < range.upperBound {
      let (image, inside) = tile.quotientAndRemainder(dividingBy: tilesPerImage)
      let (row, column) = inside.quotientAndRemainder(dividingBy: tileColumns)
      let count = min(tileColumns - column, range.upperBound - tile)
      body(TileRun(image: image, row: row, column: column, count: count, index: tile - range.lowerBound))
      tile += count
    }
  }

  /// The same on all threads, for a range of whole images.
  func forEachRunInParallel(of range: Range<Int>, _ body: (TileRun) -> Void) {
    // A few microseconds of work a task, and an even number of tiles, so that no two tasks share a pair.
    let rows = range.count / tileColumns
    Parallel.forEachRange(of: rows, grain: 2 * max(1, 8 / tileColumns)) { rows in
      let start = range.lowerBound
      let tiles = start + rows.lowerBound * tileColumns..<start + rows.upperBound * tileColumns
      forEachRun(of: tiles) { run in
        body(
          TileRun(
            image: run.image, row: run.row, column: run.column, count: run.count,
            index: run.index + rows.lowerBound * tileColumns))
      }
    }
  }
}
