/// A loss that descends to a floor ζ and climbs back from below it: y = |x − ζ| + ζ, dx = sign(x − ζ)·dy.
///
/// The gradient of the loss turns round where x falls below the floor; exactly there it is 0. With ζ = 0 a loss that
/// is not negative stays as it is.
///
/// - Shapes: x and y are scalars: the mean over a batch, not the loss of each picture.
/// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*, ICML
///   2023, arXiv 2306.03715, equation 3; Ishida et al., *Do We Need Zero Training Loss After Achieving Zero Training
///   Error?*, ICML 2020.
public struct LossFloor: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "loss-floor"

  private let floor: Float

  /// A floor at ζ.
  public init(_ floor: Float) {
    self.floor = floor
  }

  /// Computes y; saves the sign of x − ζ.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Float) {
    let distance = inputs[0].scalar - floor
    let sign: Float = distance > 0 ? 1 : distance < 0 ? -1 : 0
    // A loss that is not a number stays one, for the trainer to find.
    return (Tensor(inputs[0].shape, [distance.magnitude + floor], in: arena), sign)
  }

  /// dx = sign(x − ζ)·dy.
  public func backward(
    _ outputGradient: Tensor, _ sign: Float, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    gradients.add(Tensor(outputGradient.shape, [sign * outputGradient.scalar], in: arena), to: 0)
  }
}
