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

  /// `[rows, height, width, 3]`, augmented and normalised.
  ///
  /// With several views of each picture, row v·count + n is view v of picture n: first the first view of all. Where a
  /// method trains on features, they are `[rows, 1, 1, featureWidth]`, as if each were a picture of one pixel.
  public var images: Tensor

  /// One class a row of a picture; rows behind those are outliers.
  public var labels: [Int]

  /// How many views of each picture there are.
  public var viewCount: Int

  /// How rows of the batch were mixed; nil where none were.
  ///
  /// Which rows are mixtures, and of what, is the method's business.
  public var mixing: LabelMixing?

  /// Each picture's index in the training set; empty where nobody knows.
  public var indices: [Int]

  /// The outliers of this step; nil where the method does not use any or the run has none.
  public var auxiliary: Auxiliary?

  /// How many first rows reach the head; nil: all.
  ///
  /// The others count in batch normalisation only. Of a network whose last normalisation is behind them they have no
  /// features, logits or loss, and they cost nothing from there on.
  public var headRows: Int?

  /// A batch of given rows.
  ///
  /// - Precondition: one label a row of a picture, and as many rows of each view.
  public init(
    images: Tensor, labels: [Int], viewCount: Int = 1, mixing: LabelMixing? = nil, indices: [Int] = [],
    auxiliary: Auxiliary? = nil, headRows: Int? = nil
  ) {
    precondition(
      viewCount >= 1 && labels.count % viewCount == 0,
      "\(labels.count) rows cannot be \(viewCount) views of the same pictures")
    self.images = images
    self.labels = labels
    self.viewCount = viewCount
    self.mixing = mixing
    self.indices = indices
    self.auxiliary = auxiliary
    self.headRows = headRows
  }

  /// How many rows are outliers, behind those of the pictures.
  public var outlierCount: Int { images.shape[0] - labels.count }

  /// How many pictures there are, each counted once.
  public var pictureCount: Int { labels.count / viewCount }

  /// A copy of what loaders lend.
  package init(_ batch: ImageBatch, auxiliary: ImageBatch? = nil, in arena: Arena) {
    self.init(
      images: batch.tensor(in: arena),
      labels: Array(repeatElement(batch.labels, count: batch.viewCount).joined()), viewCount: batch.viewCount,
      indices: batch.indices,
      auxiliary: auxiliary.map { Auxiliary(images: $0.tensor(in: arena), indices: $0.indices) })
  }
}

extension ImageBatch {
  fileprivate func tensor(in arena: Arena) -> Tensor {
    Tensor([viewCount * count, height, width, 3], pixels, in: arena)
  }
}
