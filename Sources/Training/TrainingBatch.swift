import Images
import Tensors

/// One step's images and their labels.
public struct TrainingBatch {
  /// `[rows, height, width, 3]`, augmented and normalised.
  ///
  /// With several views of each picture, row v·count + n is view v of picture n: first the first view of all.
  public var images: Tensor

  /// One class a row.
  public var labels: [Int]

  /// How many views of each picture there are.
  public var viewCount: Int

  /// How rows of the batch were mixed; nil where none were.
  ///
  /// Which rows are mixtures, and of what, is the method's business.
  public var mixing: LabelMixing?

  /// A batch of given rows.
  ///
  /// - Precondition: one label a row, and as many rows of each view.
  public init(images: Tensor, labels: [Int], viewCount: Int = 1, mixing: LabelMixing? = nil) {
    precondition(
      viewCount >= 1 && labels.count % viewCount == 0,
      "\(labels.count) rows cannot be \(viewCount) views of the same pictures")
    self.images = images
    self.labels = labels
    self.viewCount = viewCount
    self.mixing = mixing
  }

  /// How many pictures there are, each counted once.
  public var pictureCount: Int { labels.count / viewCount }

  /// A copy of what a loader lends.
  package init(_ batch: ImageBatch, in arena: Arena) {
    let rows = batch.viewCount * batch.count
    self.init(
      images: Tensor([rows, batch.height, batch.width, 3], batch.pixels, in: arena),
      labels: Array(repeatElement(batch.labels, count: batch.viewCount).joined()), viewCount: batch.viewCount)
  }
}
