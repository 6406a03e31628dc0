/// A dense array of 32-bit floats, row-major.
///
/// Images are `[batch, height, width, channel]` (NHWC, channels last), so that a pixel's channels are
/// one run of memory. Convolution weights are `[output, input, height, width]`, as in checkpoints.
///
/// A tensor is a view of shared storage: copying it copies a reference, and writing through one copy
/// is seen by the others. Tensors stay on the thread that made them.
public struct Tensor {
  /// The extents.
  public let shape: Shape

  /// Where the elements lie; shared between copies.
  var storage: Storage

  /// The place on a tape that holds this value's gradient; nil for a constant.
  var slot: Tape.Slot?

  /// A tensor whose elements are undefined.
  public init(_ shape: Shape, in arena: Arena) {
    self.shape = shape
    storage = arena.allocate(shape.count * MemoryLayout<Float>.stride)
  }

  /// A tensor filled with one value.
  public init(_ shape: Shape, filledWith value: Float, in arena: Arena) {
    self.init(shape, in: arena)
    pointer.update(repeating: value, count: count)
  }

  /// A tensor of given elements, row-major.
  ///
  /// - Precondition: there are as many values as the shape has elements.
  public init(_ shape: Shape, _ values: some Collection<Float>, in arena: Arena) {
    precondition(
      values.count == shape.count,
      "a tensor of shape \(shape) has \(shape.count) elements, got \(values.count)")
    self.init(shape, in: arena)
    _ = UnsafeMutableBufferPointer(start: pointer, count: count).update(fromContentsOf: values)
  }

  private init(_ shape: Shape, sharing storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// How many elements there are.
  public var count: Int { shape.count }

  /// The first element, valid while this tensor or a copy of it is alive.
  ///
  /// A kernel may be handed the pointer of a tensor that nobody uses afterwards: its block then goes back
  /// to the arena early, but the arena lends it out again only on this thread, after the kernel.
  public var pointer: UnsafeMutablePointer<Float> {
    storage.base.assumingMemoryBound(to: Float.self)
  }

  /// The elements, copied out.
  public var values: [Float] {
    withExtendedLifetime(storage) { Array(UnsafeBufferPointer(start: pointer, count: count)) }
  }

  /// The only element of a scalar or one-element tensor.
  ///
  /// - Precondition: there is exactly one element.
  public var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is no scalar")
    return withExtendedLifetime(storage) { pointer[0] }
  }

  /// The same elements under another shape, as a constant.
  ///
  /// - Precondition: the element counts agree.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == count, "cannot see \(self.shape) as \(shape): the counts differ")
    return Tensor(shape, sharing: storage)
  }

  /// The same elements, cut off from any tape.
  public var detached: Tensor { Tensor(shape, sharing: storage) }

  /// Overwrites the elements.
  ///
  /// - Precondition: there are as many values as elements.
  public func assign(_ values: some Collection<Float>) {
    precondition(
      values.count == count, "a tensor of shape \(shape) takes \(count) values, got \(values.count)")
    withExtendedLifetime(storage) {
      _ = UnsafeMutableBufferPointer(start: pointer, count: count).update(fromContentsOf: values)
    }
  }
}
