import CKernels

/// The correlation of bordered images with packed weights: what forward and input gradient have in common.
struct Correlation {
  /// What is done, part by part, with output pixels that have just been written and are in the cache.
  typealias WhenWritten = (_ part: Int, _ pixels: Range<Int>) -> Void

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

  /// Units of weights above which a part of the channels is taken through several images before the
  /// next: a megabyte no longer stays in a core's second-level cache beside the images.
  private static let largeWeights = 131_072

  private var isLarge: Bool { packing.count > Self.largeWeights }

  /// Images of a task: one, or half a megabyte of them beside a part of large weights.
  private var imagesPerTask: Int { isLarge ? max(1, 131_072 / image.count) : 1 }

  func taskCount(_ batch: Int) -> Int { (batch + imagesPerTask - 1) / imagesPerTask }

  /// Correlates; `whenWritten` is called with the number of a task and the pixels of a dense target that it has
  /// written, on its thread.
  func run(
    batch: Int, images: ActivationPointer, weights: UnsafePointer<Float>,
    whenWritten: WhenWritten? = nil,
    output: ActivationPointer
  ) {
    let kernels = images.kernels(with: output)
    let blocksPerPart = isLarge ? 2 : packing.blocks
    Parallel.forEachRange(of: batch, grain: imagesPerTask) { range in
      let bordered = borderedImages(range, images)
      for block in Swift.stride(from: 0, to: packing.blocks, by: blocksPerPart) {
        let channels = block * PackedWeights.block
        for n in range {
          pixels(
            kernels, bordered + (n - range.lowerBound) * image.count, weights + block * packing.blockCount,
            output + n * target.imageStride + channels,
            channels: min(blocksPerPart * PackedWeights.block, packing.outputs - channels))
        }
      }
      let perImage = outputHeight * outputWidth
      whenWritten?(
        range.lowerBound / imagesPerTask, range.lowerBound * perImage..<range.upperBound * perImage)
    }
  }

  /// The images of a range with their borders, in this thread's working memory; as they are if they need none.
  private func borderedImages(
    _ range: Range<Int>, _ images: ActivationPointer
  ) -> UnsafePointer<UInt32> {
    let first = images + range.lowerBound * image.imageCount
    guard image.isCopyNeeded else { return UnsafePointer(first.base.assumingMemoryBound(to: UInt32.self)) }
    let bordered = Scratch.units(range.count * image.count, .image)
    for n in 0..<range.count { image.fill(bordered + n * image.count, from: first + n * image.imageCount) }
    return UnsafePointer(bordered)
  }

  /// All pixels of one image, for some channels.
  private func pixels(
    _ kernels: limen_activation_kernels, _ bordered: UnsafePointer<UInt32>,
    _ weights: UnsafePointer<Float>, _ output: ActivationPointer, channels: Int
  ) {
    let segments = (0..<packing.rows).map { $0 * image.rowStride }
    let pixelStride = stride * image.pixelStride
    segments.withUnsafeBufferPointer { segments in
      var work = limen_products(
        input: bordered + firstRow * image.rowStride + firstColumn * image.pixelStride,
        pixel_stride: pixelStride, group_stride: 4 * pixelStride, row_stride: stride * image.rowStride,
        segments: segments.baseAddress,
        segment_count: Int32(segments.count), segment_length: Int32(packing.segment), weights: weights,
        output: output.base, output_stride: target.pixelStride, output_group_stride: 4 * target.pixelStride,
        output_row_stride: target.rowStride, pixels: Int32(outputWidth), rows: 1, channels: Int32(channels),
        output_is_bfloat16: output.isBFloat16)
      if isPointwise {
        work.pixels = Int32(outputHeight * outputWidth)
        kernels.products(&work)
      } else if outputWidth == 4 {
        // Four pixels a row leave registers empty; as groups of one long row, two rows fill them.
        work.group_stride = stride * image.rowStride
        work.output_group_stride = target.rowStride
        work.pixels = Int32(4 * outputHeight)
        kernels.products(&work)
      } else {
        work.rows = Int32(outputHeight)
        kernels.products(&work)
      }
    }
  }
}
