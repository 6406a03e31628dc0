/// What a network says about one picture.
public struct Prediction: Sendable, Equatable {
  /// Whether a picture is taken for one of those the network knows.
  public enum Verdict: String, Sendable, Codable {
    /// Its score is at least the threshold.
    case inlier = "in"
    /// Its score is below the threshold.
    case outlier = "out"
  }

  /// A class and how probable it is.
  public struct Candidate: Codable, Sendable, Equatable {
    /// The class's name.
    public let `class`: String

    /// The class's number.
    public let label: Int

    /// The softmax probability.
    public let probability: Double
  }

  /// The picture's path.
  public let file: String

  /// The most probable classes, the first above all; as many as were asked for, at least one.
  ///
  /// None where the network has no classifier.
  public let candidates: [Candidate]

  /// The score that decides, larger for pictures like those the network knows.
  public let score: Double

  /// What the threshold says of the score; nil without a threshold.
  public let verdict: Verdict?

  /// The network's logits.
  public let logits: [Float]
}

extension Prediction: Encodable {
  private enum Key: String, CodingKey {
    case file, `class`, label, probability, score, verdict, logits, top
  }

  /// Writes the members of `predict --json`; `top` only if more than one class was asked for.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
    try container.encode(candidates.first?.class, forKey: .class)
    try container.encode(candidates.first?.label, forKey: .label)
    try container.encode(candidates.first?.probability, forKey: .probability)
    try container.encode(score.isFinite ? score : nil, forKey: .score)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(logits, forKey: .logits)
    if candidates.count > 1 { try container.encode(candidates, forKey: .top) }
  }
}
