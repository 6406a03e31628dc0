/// Pictures that are ready for a network, with their labels.
///
/// The pixels lie in a buffer of the loader's ring and are lent: they are valid until the next batch
/// is asked for, until another epoch begins, or until the loader goes away, whichever is first.
public struct ImageBatch {
  /// The epoch the batch belongs to.
  public let epoch: Int

  /// The batch's place in its epoch, from 0.
  public let index: Int

  /// How many views of each picture there are; see `PicturePipeline.Views`.
  public let viewCount: Int

  /// Rows of every picture.
  public let height: Int

  /// Columns of every picture.
  public let width: Int

  /// One label a picture.
  public let labels: [Int]

  /// Each picture's index in its set.
  public let indices: [Int]

  /// Augmented, normalised pixels, `[viewCount, count, height, width, 3]`: first the first view of all pictures.
  public let pixels: UnsafeBufferPointer<Float>

  /// How many pictures there are.
  public var count: Int { labels.count }
}
