import Foundation

/// The predictions of many pictures and those that could not be read: the document of `predict --json`.
public struct PredictionReport: Encodable, Sendable {
  /// A picture that could not be read.
  public struct Failure: Encodable, Sendable, Equatable {
    /// The picture's path.
    public let file: String

    /// What is wrong with it, a sentence.
    public let error: String
  }

  /// What was predicted, in the order of the pictures.
  public internal(set) var images: [Prediction] = []

  /// The pictures that could not be read, in their order.
  public internal(set) var failed: [Failure] = []
}
