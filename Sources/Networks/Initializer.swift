import Kernels
import Tensors

/// Makes a network's parameters, each from a random stream of its own.
///
/// A stream is chosen by the parameter's number in declaration order, so a parameter's initial value depends on
/// that number, its own shape and the seed, but not on the sizes of the layers before it.
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

  /// Uniform in ±1/√fanIn.
  ///
  /// PyTorch's default for convolution and linear weights and linear biases (Kaiming uniform with a = √5),
  /// with which the CIFAR networks of the literature start.
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
