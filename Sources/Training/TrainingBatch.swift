import Images
import Tensors

/// One step's images and their labels, and the outliers beside them where a method trains on some.
public struct TrainingBatch {
  /// Outliers that go with a batch.
  public struct Auxiliary {
    /// `[outliers, height, width, 3]`, augmented and normalised.
    public var images: Tensor

    /// Each image's index in the auxiliary set.
    public var indices: [Int]

    /// Outliers of given rows.
    public init(images: Tensor, indices: [Int]) {
      self.images = images
      self.indices = indices
    }
  }

  /// `[batch, height, width, 3]`, augmented and normalised.
  public var images: Tensor

  /// One class a row.
  public var labels: [Int]

  /// Each image's index in the training set; empty where nobody knows.
  public var indices: [Int]

  /// The outliers of this step; nil where the method does not use any or the run has none.
  public var auxiliary: Auxiliary?

  /// A batch of given rows.
  public init(images: Tensor, labels: [Int], indices: [Int] = [], auxiliary: Auxiliary? = nil) {
    self.images = images
    self.labels = labels
    self.indices = indices
    self.auxiliary = auxiliary
  }

  /// A copy of what loaders lend.
  init(_ batch: ImageBatch, auxiliary: ImageBatch? = nil, in arena: Arena) {
    self.init(
      images: batch.tensor(in: arena), labels: batch.labels, indices: batch.indices,
      auxiliary: auxiliary.map { Auxiliary(images: $0.tensor(in: arena), indices: $0.indices) })
  }
}

extension ImageBatch {
  fileprivate func tensor(in arena: Arena) -> Tensor {
    Tensor([count, height, width, 3], pixels, in: arena)
  }
}
