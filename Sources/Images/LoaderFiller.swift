import Kernels

/// Fills one batch at a time: copies each picture out of the set and sends it through the pipeline.
///
/// Every thread may use the same one.
struct LoaderFiller: Sendable {
  let set: ImageSet
  let batchSize: Int
  let seed: UInt64
  let pipeline: PicturePipeline

  /// Rows of a picture in the batch.
  let height: Int

  /// Columns of a picture in the batch.
  let width: Int

  init(set: ImageSet, batchSize: Int, seed: UInt64, pipeline: PicturePipeline) {
    self.set = set
    self.batchSize = batchSize
    self.seed = seed
    self.pipeline = pipeline
    (height, width) = pipeline.outputSize(height: set.height, width: set.width)
  }

  /// Floats of one picture in the batch.
  var pictureSize: Int { height * width * 3 }

  /// Writes the pictures at `indices` to `target`, `[view, picture, height, width, 3]`; `picture` is the caller's
  /// working buffer.
  ///
  /// Throws what the set throws about a picture that cannot be read.
  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, into target: UnsafeMutableBufferPointer<Float>,
    using picture: inout Picture
  ) throws {
    for (row, index) in indices.enumerated() {
      try set.copy(index, into: &picture)
      pipeline.write(&picture, seed: seed, epoch: epoch, index: index) { view in
        let start = (view * indices.count + row) * pictureSize
        return UnsafeMutableBufferPointer(rebasing: target[start..<start + pictureSize])
      }
    }
  }
}
