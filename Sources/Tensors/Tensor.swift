import Kernels

/// A dense array of floating-point numbers, row-major.
///
/// Parameters, statistics, features and losses are float32; activations and their gradients may be stored
/// as bfloat16.
///
/// Images are `[batch, height, width, channel]` (NHWC, channels last), so that a pixel's channels are
/// one run of memory. Convolution weights are `[output, input, height, width]`, as in checkpoints.
///
/// A tensor is a view of shared storage: copying it copies a reference, and writing through one copy
/// is seen by the others. Tensors stay on the thread that made them.
public struct Tensor {
  /// The extents.
  public let shape: Shape

  /// How the elements are stored.
  public let elementType: ElementType

  /// Where the elements lie; shared between copies.
  var storage: Storage

  /// Mean and variance of each channel, if whoever computed the elements has found them.
  var moments: Normalization.Moments?

  /// The place on a tape that holds this value's gradient; nil for a constant.
  var slot: Tape.Slot?

  /// A tensor whose elements are undefined.
  public init(_ shape: Shape, elementType: ElementType = .float32, in arena: Arena) {
    self.shape = shape
    self.elementType = elementType
    storage = arena.allocate(shape.count * elementType.byteCount)
  }

  /// A tensor filled with one value, the nearest that its elements can hold.
  public init(
    _ shape: Shape, filledWith value: Float, elementType: ElementType = .float32, in arena: Arena
  ) {
    self.init(shape, elementType: elementType, in: arena)
    switch elementType {
    case .float32: pointer.update(repeating: value, count: count)
    case .bfloat16:
      storage.base.assumingMemoryBound(to: BFloat16.self).update(repeating: BFloat16(value), count: count)
    }
  }

  /// A tensor of given elements, row-major, rounded to the nearest that it can hold.
  ///
  /// - Precondition: there are as many values as the shape has elements.
  public init(
    _ shape: Shape, _ values: some Collection<Float>, elementType: ElementType = .float32, in arena: Arena
  ) {
    precondition(
      values.count == shape.count,
      "a tensor of shape \(shape) has \(shape.count) elements, got \(values.count)")
    self.init(shape, elementType: elementType, in: arena)
    assign(values)
  }

  private init(_ shape: Shape, _ elementType: ElementType, sharing storage: Storage) {
    self.shape = shape
    self.elementType = elementType
    self.storage = storage
  }

  /// How many elements there are.
  public var count: Int { shape.count }

  /// The first element, valid while this tensor or a copy of it is alive.
  ///
  /// A kernel may be handed the pointer of a tensor that nobody uses afterwards: its block then goes back
  /// to the arena early, but the arena lends it out again only on this thread, after the kernel.
  ///
  /// - Precondition: the elements are float32; `activations` points to those of either type.
  public var pointer: UnsafeMutablePointer<Float> {
    precondition(
      elementType == .float32, "expected a tensor of float32, got one of \(elementType), shape \(shape)")
    return storage.base.assumingMemoryBound(to: Float.self)
  }

  /// The first element with its type, valid as long as `pointer` is.
  public var activations: ActivationPointer { ActivationPointer(storage.base, elementType) }

  /// The elements as floats, copied out.
  public var values: [Float] {
    withExtendedLifetime(storage) {
      Array(unsafeUninitializedCapacity: count) { floats, initialized in
        if let first = floats.baseAddress { activations.widen(count, into: first) }
        initialized = count
      }
    }
  }

  /// The only element of a scalar or one-element tensor.
  ///
  /// - Precondition: there is exactly one element.
  public var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is no scalar")
    return values[0]
  }

  /// The same elements under another shape, as a constant.
  ///
  /// - Precondition: the element counts agree.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == count, "cannot see \(self.shape) as \(shape): the counts differ")
    return Tensor(shape, elementType, sharing: storage)
  }

  /// The same elements, cut off from any tape.
  public var detached: Tensor {
    var tensor = self
    tensor.slot = nil
    return tensor
  }

  /// Overwrites the elements with the nearest that they can hold.
  ///
  /// - Precondition: there are as many values as elements.
  public func assign(_ values: some Collection<Float>) {
    precondition(
      values.count == count, "a tensor of shape \(shape) takes \(count) values, got \(values.count)")
    withExtendedLifetime(storage) {
      switch elementType {
      case .float32:
        _ = UnsafeMutableBufferPointer(start: pointer, count: count).update(fromContentsOf: values)
      case .bfloat16:
        Array(values).withUnsafeBufferPointer { floats in
          if let first = floats.baseAddress { activations.round(first, count) }
        }
      }
    }
  }
}
