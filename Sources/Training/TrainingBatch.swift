import Images
import Tensors

/// One step's images and their labels.
public struct TrainingBatch {
  /// `[batch, height, width, 3]`, augmented and normalised.
  public var images: Tensor

  /// One class a row.
  public var labels: [Int]

  /// A batch of given rows.
  public init(images: Tensor, labels: [Int]) {
    self.images = images
    self.labels = labels
  }

  /// A copy of what a loader lends.
  init(_ batch: ImageBatch, in arena: Arena) {
    self.init(
      images: Tensor([batch.count, batch.height, batch.width, 3], batch.pixels, in: arena),
      labels: batch.labels)
  }
}
