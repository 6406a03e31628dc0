import Images

/// How the pixels of an experiment's sets were stored.
public struct Encodings: Codable, Sendable, Equatable {
  /// Of the training set.
  public let training: ImageSet.Encoding

  /// Of the validation set, nil if there is none.
  public let validation: ImageSet.Encoding?

  /// Of the outliers that are trained with, nil if there are none.
  public let auxiliary: ImageSet.Encoding?

  /// Of the test set.
  public let test: ImageSet.Encoding

  /// Of each outlier set, by its name.
  public let outliers: [String: ImageSet.Encoding]
}
