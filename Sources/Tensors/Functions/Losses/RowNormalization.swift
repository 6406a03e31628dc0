import Kernels

/// Brings every row to length 1: y = z/max(‖z‖, 10⁻¹²), as PyTorch's `normalize`.
///
/// The gradient is (dy − y·Σ dy·y)/‖z‖; a row of zeros stays one and passes dy·10¹² on in PyTorch, here nothing.
///
/// - Shapes: z and y `[batch, width]`.
/// - Cost: one pass over z; saves y.
public struct RowNormalization: Function {
  /// What the pullback needs.
  public struct Saved {
    let rows: Tensor
    let norms: [Double]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "row-normalization"

  /// A normalisation of rows.
  public init() {}

  /// Computes the rows of length 1; saves them and their norms.
  ///
  /// - Precondition: z is float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let z = inputs[0]
    precondition(z.shape.rank == 2, "\(Self.name): expected rows, got \(z.shape)")
    let (norms, width) = (LogNorm.norms(of: z), z.shape[1])
    let output = Tensor(z.shape, in: arena)
    for index in 0..<z.count {
      output.pointer[index] = Float(Double(z.pointer[index]) / max(norms[index / width], 1e-12))
    }
    return (output, Saved(rows: output, norms: norms))
  }

  /// dz = (dy − y·Σ dy·y)/‖z‖.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let width = saved.rows.shape[1]
    let gradient = Tensor(saved.rows.shape, in: arena)
    for (row, norm) in saved.norms.enumerated() {
      let (y, dy) = (saved.rows.pointer + row * width, outputGradient.pointer + row * width)
      let along = (0..<width).reduce(0.0) { $0 + Double(y[$1]) * Double(dy[$1]) }
      let factor = norm > 0 ? 1 / max(norm, 1e-12) : 0
      for i in 0..<width {
        gradient.pointer[row * width + i] = Float((Double(dy[i]) - Double(y[i]) * along) * factor)
      }
    }
    gradients.add(gradient, to: 0)
  }
}
