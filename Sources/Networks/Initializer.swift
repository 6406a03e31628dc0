import Kernels
import Tensors

/// Makes a network's parameters, each from a random stream of its own.
///
/// A stream is chosen by the parameter's number in declaration order, so a parameter's initial value depends on
/// that number, its own shape and the seed, but not on the sizes of the layers before it.
public final class Initializer {
  /// What convolution weights and linear biases are drawn from.
  ///
  /// Linear weights are uniform in ±1/√inputs, γ is 1 and β 0 under any rule.
  public enum Rule: String, Sendable, CaseIterable {
    /// PyTorch's default, with which the CIFAR residual networks of the literature start: convolution
    /// weights and linear biases are uniform in ±1/√fanIn.
    case uniform

    /// torchvision's for residual networks: convolution weights are normal with variance 2/fanOut, fanOut =
    /// outputs·kernel², and linear biases uniform in ±1/√inputs.
    case torchvision

    /// That of the public code of wide residual and dense networks: convolution weights are normal with
    /// variance 2/fanOut, fanOut = outputs·kernel², and linear biases are 0.
    ///
    /// - Reference: He, Zhang, Ren & Sun, *Delving Deep into Rectifiers*, ICCV 2015, arXiv 1502.01852.
    case normal

    /// That of the public code of *Unleashing Mask*: convolution weights are normal with variance 2/fanIn, fanIn =
    /// inputs·kernel², and linear biases uniform in ±1/√inputs.
    case fanIn
  }

  /// Where parameters are allocated.
  public let arena: Arena

  private let rule: Rule

  private let seed: UInt64
  private var index = 0
  private var lane = 0

  /// An initializer whose random numbers follow from `seed`.
  public init(seed: UInt64, rule: Rule = .uniform, arena: Arena) {
    self.seed = seed
    self.rule = rule
    self.arena = arena
  }

  /// The weight of a convolution, `[outputs, inputs, kernel, kernel]`, by the rule.
  public func convolutionWeight(_ outputs: Int, _ inputs: Int, kernel: Int) -> Parameter {
    let shape: Shape = [outputs, inputs, kernel, kernel]
    return switch rule {
    case .uniform: uniform(shape, fanIn: inputs * kernel * kernel)
    case .normal, .torchvision: normal(shape, fan: outputs * kernel * kernel)
    case .fanIn: normal(shape, fan: inputs * kernel * kernel)
    }
  }

  /// The bias of a linear map, `[outputs]`, by the rule.
  public func linearBias(_ outputs: Int, inputs: Int) -> Parameter {
    switch rule {
    case .uniform, .torchvision, .fanIn: uniform([outputs], fanIn: inputs)
    case .normal: constant(0, [outputs])
    }
  }

  /// Uniform in ±1/√fanIn.
  ///
  /// PyTorch's default for convolution and linear weights and linear biases (Kaiming uniform with a = √5).
  public func uniform(_ shape: Shape, fanIn: Int) -> Parameter {
    let bound = 1 / Float(fanIn).squareRoot()
    var stream = nextStream()
    return Parameter(
      Tensor(shape, (0..<shape.count).map { _ in stream.uniform(-bound, bound) }, in: arena))
  }

  /// Normal with mean 0 and variance 2/fan (Kaiming normal in the mode "fan out" or "fan in").
  public func normal(_ shape: Shape, fan: Int) -> Parameter {
    let deviation = (2 / Float(fan)).squareRoot()
    var stream = nextStream()
    return Parameter(Tensor(shape, (0..<shape.count).map { _ in deviation * stream.normal() }, in: arena))
  }

  /// One value everywhere.
  public func constant(_ value: Float, _ shape: Shape) -> Parameter {
    _ = nextStream()
    return Parameter(Tensor(shape, filledWith: value, in: arena))
  }

  /// A buffer of one value.
  public func buffer(_ value: Float, _ shape: Shape) -> Buffer {
    Buffer(Tensor(shape, filledWith: value, in: arena))
  }

  /// A number for a layer that draws random numbers in training; no two layers of a network have the same.
  public func nextLane() -> Int {
    lane += 1
    return lane
  }

  private func nextStream() -> RandomStream {
    defer { index += 1 }
    return RandomStream(seed: seed, purpose: .initialization, index: index)
  }
}
