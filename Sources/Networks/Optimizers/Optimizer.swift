import Archives

/// Changes parameters by their gradients, step after step.
public protocol Optimizer: AnyObject {
  /// Takes one step, and drops the gradients, so that none can be used twice.
  ///
  /// Parameters without a gradient are left alone entirely: no decay, no momentum.
  func step(learningRate: Float)

  /// Everything needed to go on as if never stopped, by parameter name.
  var state: [NamedArray] { get }

  /// Takes over a state that `state` gave, of an optimizer of the same parameters.
  ///
  /// Throws a `FileError` if the file holds anything else; the optimizer is unchanged then.
  func restore(_ file: SafeTensorsFile) throws
}
