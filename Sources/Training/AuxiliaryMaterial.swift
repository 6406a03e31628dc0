import Images

/// The outliers a session trains with, and how they go with the inliers.
public struct AuxiliaryMaterial: Sendable {
  /// How many outliers a step has.
  public enum BatchSize: Sendable, Equatable {
    /// So many for each inlier, rounded to the nearest whole batch.
    case ratio(Double)

    /// So many.
    case images(Int)

    /// Outliers beside `inliers` images, at least one.
    public func count(beside inliers: Int) -> Int {
      switch self {
      case .ratio(let ratio): max(1, Int((ratio * Double(inliers)).rounded()))
      case .images(let count): count
      }
    }
  }

  /// The outliers; their labels mean nothing.
  public let images: ImageSet

  /// What is done to every outlier; it ends with the size of the training images.
  public let pipeline: PicturePipeline

  /// How many outliers a step has.
  public let batchSize: BatchSize

  /// What happens where there are fewer batches of outliers than of inliers.
  public let pairing: PairedLoader.Pairing

  /// In which order each round visits the outliers.
  public let order: Loader.Order

  /// Outliers of given settings.
  public init(
    images: ImageSet, pipeline: PicturePipeline, batchSize: BatchSize = .ratio(1),
    pairing: PairedLoader.Pairing = .cycle, order: Loader.Order = .shuffled
  ) {
    self.images = images
    self.pipeline = pipeline
    self.batchSize = batchSize
    self.pairing = pairing
    self.order = order
  }
}
