import Foundation

/// How close the prototypes of classes are to each other: loss = meanⱼ log mean_{k≠j} exp(μⱼ·μₖ/T).
///
/// The prototypes first follow this batch, row by row: μ_y ← normalise(m·μ_y + (1 − m)·z). The gradient goes through
/// those steps to the unit vectors z; the prototypes there were before are constants. In double precision throughout.
///
/// - Shapes: z `[batch, width]`, prototypes `[classes, width]`, two classes or more; the loss is a scalar.
/// - Cost: 3 · classes² · width multiply-adds; saves a prototype a row.
/// - Reference: Ming et al., *How to Exploit Hyperspherical Embeddings for Out-of-Distribution Detection?*, ICLR 2023.
public struct PrototypeDispersion: Function {
  /// What the pullback needs.
  public struct Saved {
    let trail: Trail
    let gradients: [Double]
  }

  /// The way of the prototypes through a batch.
  struct Trail {
    /// After the batch, class by class.
    var prototypes: [Double]
    /// The prototype of each row's class just after that row.
    var steps: [Double] = []
    /// The length it had before it was brought to 1.
    var lengths: [Double] = []
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "prototype-dispersion"

  private let prototypes: Tensor
  private let labels: [Int]
  private let momentum: Double
  private let temperature: Double

  /// The loss of prototypes that follow vectors of those labels.
  ///
  /// - Precondition: there are two prototypes or more, and `momentum` is in 0 ..< 1.
  public init(_ prototypes: Tensor, labels: [Int], momentum: Double = 0.95, temperature: Double = 0.1) {
    precondition(prototypes.shape.rank == 2 && prototypes.shape[0] > 1, "\(Self.name): two classes or more")
    precondition((0..<1).contains(momentum), "\(Self.name): the momentum must be in 0..<1, got \(momentum)")
    self.prototypes = prototypes.detached
    self.labels = labels
    self.momentum = momentum
    self.temperature = temperature
  }

  /// The prototypes after a batch of unit vectors, in the order of the rows.
  ///
  /// - Precondition: one label a row, each a prototype's.
  public func updated(by z: Tensor, _ arena: Arena) -> Tensor {
    Tensor(prototypes.shape, trail(of: z).prototypes.map { Float($0) }, in: arena)
  }

  /// Computes the loss; saves the way of the prototypes and the loss's gradient at its end.
  ///
  /// - Precondition: one label a row, each a prototype's; the vectors are as wide as the prototypes.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let trail = trail(of: inputs[0])
    let (classes, width) = (prototypes.shape[0], prototypes.shape[1])
    let mu = trail.prototypes
    var gradients = [Double](repeating: 0, count: mu.count)
    var total = 0.0
    for j in 0..<classes {
      let products = (0..<classes).map { k in
        (0..<width).reduce(0.0) { $0 + mu[j * width + $1] * mu[k * width + $1] } / temperature
      }
      let top = products.indices.reduce(-Double.infinity) { $1 == j ? $0 : max($0, products[$1]) }
      let terms = products.indices.map { $0 == j ? 0 : exp(products[$0] - top) }
      let sum = terms.reduce(0, +)
      total += top + log(sum / Double(classes - 1))
      for k in 0..<classes where k != j {
        let share = terms[k] / sum / (temperature * Double(classes))
        for i in 0..<width {
          gradients[j * width + i] += share * mu[k * width + i]
          gradients[k * width + i] += share * mu[j * width + i]
        }
      }
    }
    let loss = Tensor([], [Float(total / Double(classes))], in: arena)
    return (loss, Saved(trail: trail, gradients: gradients))
  }

  /// Pulls the gradient of each class's prototype back along its steps, last row first.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let width = prototypes.shape[1]
    var pulled = saved.gradients.map { $0 * Double(outputGradient.scalar) }
    let gradient = Tensor([labels.count, width], in: arena)
    for row in labels.indices.reversed() {
      let first = labels[row] * width
      let step = saved.trail.steps[row * width..<(row + 1) * width]
      let along = zip(step, pulled[first..<first + width]).reduce(0) { $0 + $1.0 * $1.1 }
      for i in 0..<width {
        let before =
          (pulled[first + i] - along * saved.trail.steps[row * width + i]) / saved.trail.lengths[row]
        gradient.pointer[row * width + i] = Float((1 - momentum) * before)
        pulled[first + i] = momentum * before
      }
    }
    gradients.add(gradient, to: 0)
  }

  private func trail(of z: Tensor) -> Trail {
    let width = prototypes.shape[1]
    precondition(
      z.shape == [labels.count, width],
      "\(Self.name): \(labels.count) labels and prototypes of \(prototypes.shape) for vectors of \(z.shape)")
    var trail = Trail(prototypes: prototypes.values.map(Double.init))
    for (row, label) in labels.enumerated() {
      precondition((0..<prototypes.shape[0]).contains(label), "\(Self.name): there is no prototype \(label)")
      var moved = (0..<width).map {
        momentum * trail.prototypes[label * width + $0] + (1 - momentum) * Double(z.pointer[row * width + $0])
      }
      let length = max(moved.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
      for i in 0..<width { moved[i] /= length }
      trail.prototypes.replaceSubrange(label * width..<(label + 1) * width, with: moved)
      trail.steps += moved
      trail.lengths.append(length)
    }
    return trail
  }
}
