import Kernels

/// Softmax cross-entropy of logits with an offset a class: loss = meanₙ (log Σ exp(v[n] + o) − v[n, labelₙ] −
/// o[labelₙ]).
///
/// With o = τ·log π and π the frequencies of the classes this is logit adjustment, after which the unadjusted logits do
/// justice to rare classes. The gradient is (softmax(v + o) − onehot)/batch. Offsets that are equal change nothing.
///
/// - Shapes: logits `[batch, classes]`, as many labels as rows and offsets as classes; the loss is a scalar.
/// - Cost: two passes over the logits; saves their softmax.
/// - Reference: Menon et al., *Long-tail learning via logit adjustment*, ICLR 2021, arXiv 2007.07314.
public struct AdjustedCrossEntropy: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "adjusted-cross-entropy"

  private let crossEntropy: CrossEntropy
  private let offsets: [Float]

  /// Cross-entropy against one class index a row, after an offset is added to the logits of each class.
  public init(labels: [Int], offsets: [Float]) {
    crossEntropy = CrossEntropy(labels: labels)
    self.offsets = offsets
  }

  /// Computes the mean loss; saves the softmax.
  ///
  /// - Precondition: one label a row, each an index of a class, and one offset a class; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let logits = inputs[0]
    precondition(
      logits.shape.rank == 2 && logits.shape[1] == offsets.count,
      "\(Self.name): \(offsets.count) offsets for logits of shape \(logits.shape)")
    let adjusted = Tensor(logits.shape, in: arena)
    for index in 0..<logits.count {
      adjusted.pointer[index] = logits.pointer[index] + offsets[index % offsets.count]
    }
    return crossEntropy.forward([adjusted], arena)
  }

  /// dv = dloss·(softmax(v + o) − onehot)/batch.
  public func backward(
    _ outputGradient: Tensor, _ probabilities: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    crossEntropy.backward(outputGradient, probabilities, gradients, arena)
  }
}
