import Detection

extension RunResults {
  /// What a run whose last stage is AugDelete would have reached without that stage.
  public struct Before: Codable, Sendable, Equatable {
    /// Accuracy, scores and calibration with the last layer that the stage found.
    public let detection: DetectionResults

    /// The mean length of a class's weights in that layer.
    public let weightNorm: Double

    /// The same in the layer that the stage left.
    public let weightNormAfter: Double

    init(detection: DetectionResults, weightNorm: Double, weightNormAfter: Double) {
      self.detection = detection
      self.weightNorm = weightNorm
      self.weightNormAfter = weightNormAfter
    }

    private enum Key: String, CodingKey {
      case weightNorm, weightNormAfter
    }

    /// Writes the members of detection and the norms side by side.
    public func encode(to encoder: any Encoder) throws {
      try detection.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weightNorm, forKey: .weightNorm)
      try container.encode(weightNormAfter, forKey: .weightNormAfter)
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
      detection = try DetectionResults(from: decoder)
      let container = try decoder.container(keyedBy: Key.self)
      weightNorm = try container.decode(Double.self, forKey: .weightNorm)
      weightNormAfter = try container.decode(Double.self, forKey: .weightNormAfter)
    }
  }
}
