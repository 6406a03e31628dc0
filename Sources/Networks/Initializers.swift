import Kernels
import Tensors

/// Makes a network's parameters, numbering them so that each has a random stream of its own.
///
/// The values of one parameter do not depend on what other layers a network has before it in size, only
/// on its number in declaration order.
public final class Initializer {
  /// Where parameters are allocated.
  public let arena: Arena

  private let seed: UInt64
  private var index = 0

  /// An initializer whose random numbers follow from `seed`.
  public init(seed: UInt64, arena: Arena) {
    self.seed = seed
    self.arena = arena
  }

  /// Uniform in ±1/√fanIn: PyTorch's default for convolution and linear weights and linear biases (Kaiming
  /// uniform with a = √5), which METHODS A6 prescribes for the CIFAR networks.
  public func uniform(_ shape: Shape, fanIn: Int) -> Parameter {
    let bound = 1 / Float(fanIn).squareRoot()
    var stream = nextStream()
    return Parameter(
      Tensor(shape, (0..<shape.count).map { _ in stream.uniform(-bound, bound) }, in: arena))
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

  private func nextStream() -> RandomStream {
    defer { index += 1 }
    return RandomStream(seed: seed, purpose: .initialization, index: index)
  }
}
