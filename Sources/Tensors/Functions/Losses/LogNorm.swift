import Foundation
import Kernels

/// Mean of log(1 + ‖z‖) over rows: what RNA makes large for inliers.
///
/// The gradient is z/(‖z‖·(1 + ‖z‖))/batch, of length 1/(1 + ‖z‖)/batch, and zero where z is: without bound, but
/// ever slower.
///
/// - Shapes: z `[batch, width]`; the output is a scalar.
/// - Cost: one pass over z; saves it.
/// - Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
///   Learning*, TMLR 2024, equations 5–7, of which this is −L_RNA.
public struct LogNorm: Function {
  /// What the pullback needs.
  public struct Saved {
    let rows: Tensor
    let norms: [Double]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "log-norm"

  /// A mean of logarithms of norms.
  public init() {}

  /// Computes the mean; saves rows and norms.
  ///
  /// - Precondition: there is a row; z is float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let z = inputs[0]
    precondition(z.shape.rank == 2 && z.shape[0] > 0, "\(Self.name): expected rows, got \(z.shape)")
    let norms = Self.norms(of: z)
    let total = norms.reduce(0) { $0 + log1p($1) }
    return (
      Tensor([], [Float(total / Double(norms.count))], in: arena), Saved(rows: z.detached, norms: norms)
    )
  }

  /// dz = dmean·z/(‖z‖·(1 + ‖z‖))/batch, 0 at 0.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (z, width) = (saved.rows, saved.rows.shape[1])
    let gradient = Tensor(z.shape, in: arena)
    for (row, norm) in saved.norms.enumerated() {
      let factor =
        norm > 0 ? outputGradient.scalar * Float(1 / (norm * (1 + norm) * Double(saved.norms.count))) : 0
      for index in row * width..<(row + 1) * width {
        gradient.pointer[index] = factor * z.pointer[index]
      }
    }
    gradients.add(gradient, to: 0)
  }

  /// The Euclidean norm of every row of `[rows, width]`.
  public static func norms(of rows: Tensor) -> [Double] {
    let width = rows.shape[1]
    return (0..<rows.shape[0]).map { row in
      let z = rows.pointer + row * width
      return (0..<width).reduce(0.0) { $0 + Double(z[$1]) * Double(z[$1]) }.squareRoot()
    }
  }
}
