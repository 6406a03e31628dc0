import Archives

/// A method that holds a loss on classes at a floor ζ: found before its stage begins, and remembered.
///
/// What a method does with ζ is in its loss, which calls `MeasuredFloor.applied`.
public protocol FlooredMethod: TrainingMethod {
  /// ζ.
  var floor: MeasuredFloor { get set }
}

extension FlooredMethod {
  /// Finds ζ, or what it is to be chosen from; throws if an image cannot be read or there is no floor to take over.
  public mutating func stageWillStart(_ resources: StageResources) throws { try floor.measure(resources) }

  /// The trials that choose ζ, where it is to be chosen.
  public var trials: MethodTrials? {
    floor.trials { floor in
      var method = self
      method.floor = floor
      return method
    }
  }

  /// Takes the ζ of the best trial.
  public mutating func conclude(from figures: [Double]) { floor.conclude(from: figures) }

  /// ζ, and how it was chosen.
  public var state: [NamedArray] { floor.state }

  /// Takes ζ over; throws a `FileError` if none was kept.
  public mutating func restore(_ state: any TensorFile) throws { try floor.restore(state) }
}
