import Archives

/// How a loss floor was chosen.
public struct FloorChoice: Sendable, Equatable, Codable {
  /// A floor that was tried.
  public struct Candidate: Sendable, Equatable, Codable {
    /// The floor.
    public let loss: Double

    /// What its trial came to.
    public let figure: Double
  }

  /// The floor that was chosen.
  public let loss: Double

  /// All that were tried, in the order of the recipe.
  public let candidates: [Candidate]

  /// How the floor in a checkpoint's memory of its method was chosen; nil if it was not.
  public init?(in state: any TensorFile) throws {
    var floor = MeasuredFloor(.at(0))
    guard state.contains(MeasuredFloor.candidatesName) else { return nil }
    try floor.restore(state)
    candidates = zip(floor.candidates, floor.figures).map(Candidate.init)
    // The checkpoint keeps the floor as the loss uses it, in 32 bits.
    guard let loss = floor.candidates.first(where: { Float($0) == Float(floor.value) }) else { return nil }
    self.loss = loss
  }
}
