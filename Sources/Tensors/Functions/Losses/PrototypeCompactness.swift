import Kernels

/// How far unit vectors are from the prototypes of their classes: loss = (T/B)·meanₙ CE(z[n]·μ/T, labelₙ).
///
/// B is the base temperature, 0.07. The prototypes are constants. The gradient is (softmax − onehot)·μ/(B·batch).
///
/// - Shapes: z `[batch, width]`, prototypes `[classes, width]`, as many labels as rows; the loss is a scalar.
/// - Cost: 4 · batch · classes · width multiply-adds; saves the softmax.
/// - Reference: Ming et al., *How to Exploit Hyperspherical Embeddings for Out-of-Distribution Detection?*, ICLR 2023.
public struct PrototypeCompactness: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "prototype-compactness"

  private let prototypes: Tensor
  private let labels: [Int]
  private let temperature: Float
  private let baseTemperature: Float

  /// The loss of unit vectors against the prototypes of their labels.
  public init(
    _ prototypes: Tensor, labels: [Int], temperature: Float = 0.1, baseTemperature: Float = 0.07
  ) {
    self.prototypes = prototypes.detached
    self.labels = labels
    self.temperature = temperature
    self.baseTemperature = baseTemperature
  }

  /// Computes the loss; saves softmax less onehot.
  ///
  /// - Precondition: one label a row, each a prototype's; the vectors are float32 and as wide as the prototypes.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let z = inputs[0]
    let (rows, width, classes) = (labels.count, prototypes.shape[1], prototypes.shape[0])
    precondition(
      z.shape == [rows, width] && rows > 0,
      "\(Self.name): \(rows) labels and prototypes of \(prototypes.shape) for vectors of \(z.shape)")
    let logits = Tensor([rows, classes], in: arena)
    Gemm.multiply(
      z.pointer, prototypes.pointer, transposingRight: true, rows: rows, columns: classes, inner: width,
      into: logits.pointer)
    for index in 0..<logits.count { logits.pointer[index] /= temperature }
    let errors = Tensor(logits.shape, in: arena)
    var logSumExp = [Double](repeating: 0, count: rows)
    Softmax.rows(
      logits.pointer, rows: rows, classes: classes, into: errors.pointer, logSumExp: &logSumExp)
    var total = 0.0
    for (row, label) in labels.enumerated() {
      precondition((0..<classes).contains(label), "\(Self.name): label \(label) of \(classes) classes")
      total += logSumExp[row] - Double(logits.pointer[row * classes + label])
      errors.pointer[row * classes + label] -= 1
    }
    let loss = Double(temperature) / Double(baseTemperature) * total / Double(rows)
    return (Tensor([], [Float(loss)], in: arena), errors)
  }

  /// dz = dloss·(softmax − onehot)·μ/(B·batch).
  public func backward(
    _ outputGradient: Tensor, _ errors: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (rows, width, classes) = (labels.count, prototypes.shape[1], prototypes.shape[0])
    let gradient = Tensor([rows, width], in: arena)
    Gemm.multiply(
      errors.pointer, prototypes.pointer, rows: rows, columns: width, inner: classes, into: gradient.pointer)
    let share = outputGradient.scalar / (baseTemperature * Float(rows))
    for index in 0..<gradient.count { gradient.pointer[index] *= share }
    gradients.add(gradient, to: 0)
  }
}
