import CKernels

/// Where elements of an activation lie, and how they are stored; steps in elements.
///
/// Kernels say which of their pointers they write through.
public struct ActivationPointer {
  /// The first element.
  public let base: UnsafeMutableRawPointer

  /// How the elements are stored.
  public let elementType: ElementType

  /// A pointer to elements of that type.
  public init(_ base: UnsafeMutableRawPointer, _ elementType: ElementType) {
    self.base = base
    self.elementType = elementType
  }

  /// A pointer to floats.
  public init(_ floats: UnsafeMutablePointer<Float>) {
    self.init(floats, .float32)
  }

  /// A pointer to bfloat16 numbers.
  public init(_ numbers: UnsafeMutablePointer<BFloat16>) {
    self.init(numbers, .bfloat16)
  }

  /// What the micro-kernels ask: 1 if the elements are bfloat16, else 0.
  var isBFloat16: Int32 { elementType == .bfloat16 ? 1 : 0 }

  /// The element `offset` places further on.
  public static func + (pointer: ActivationPointer, offset: Int) -> ActivationPointer {
    ActivationPointer(pointer.base + offset * pointer.elementType.byteCount, pointer.elementType)
  }

  /// Writes the first `count` elements to `floats`, exactly; runs on this thread.
  public func widen(_ count: Int, into floats: UnsafeMutablePointer<Float>) {
    kernels().widen(base, count, floats)
  }

  /// Overwrites the first `count` elements with the nearest to `floats`; runs on this thread.
  public func round(_ floats: UnsafePointer<Float>, _ count: Int) {
    kernels().round(floats, count, base)
  }

  /// Copies `count` elements of the same type from `source`; runs on this thread.
  ///
  /// - Precondition: the element types agree.
  public func copy(_ source: ActivationPointer, _ count: Int) {
    precondition(source.elementType == elementType, "a copy of \(source.elementType) is no \(elementType)")
    base.copyMemory(from: source.base, byteCount: count * elementType.byteCount)
  }

  /// Overwrites the first `count` elements with zeros; runs on this thread.
  public func clear(_ count: Int) {
    // All bits zero is zero in either type.
    base.initializeMemory(as: UInt8.self, repeating: 0, count: count * elementType.byteCount)
  }

  /// Pairs the values of the first and second of `count` pixels, of the third and fourth, and so on.
  ///
  /// A last single pixel is paired with zeros; pairs of pixels are `stride` apart, filled up with zeros.
  ///
  /// - Precondition: the elements are bfloat16.
  func pairNeighbours(
    _ count: Int, channels: Int, into pairs: UnsafeMutablePointer<UInt32>, stride: Int
  ) {
    precondition(elementType == .bfloat16, "elements of \(elementType) make no pairs")
    let table = KernelTable.current.table
    let first = base.assumingMemoryBound(to: UInt16.self)
    table.pair(first, first + channels, 2 * channels, count / 2, channels, pairs, stride)
    guard count % 2 == 1 else { return }
    table.pair(first + (count - 1) * channels, nil, 0, 1, channels, pairs + count / 2 * stride, stride)
  }

  /// The micro-kernels in force here for elements of this type.
  ///
  /// - Precondition: the elements of `others`, the kernel's other activations, are of this type too.
  func kernels(with others: ActivationPointer?...) -> limen_activation_kernels {
    for case let other? in others {
      precondition(
        other.elementType == elementType,
        "a kernel got activations of \(elementType) and \(other.elementType)")
    }
    return KernelTable.current.activations(elementType)
  }

  /// The elements as floats.
  ///
  /// - Precondition: they are float32.
  var assumingFloats: UnsafeMutablePointer<Float> {
    precondition(elementType == .float32, "elements of \(elementType) are no floats")
    return base.assumingMemoryBound(to: Float.self)
  }

  /// The first `count` elements as floats: themselves if they are, else in this thread's working memory.
  func floats(_ count: Int, _ slot: Scratch.Slot) -> UnsafePointer<Float> {
    if elementType == .float32 { return UnsafePointer(assumingFloats) }
    let floats = Scratch.floats(count, slot)
    widen(count, into: floats)
    return UnsafePointer(floats)
  }

  /// Lets `body` write the first `count` elements as floats, and rounds what it wrote.
  func write(_ count: Int, _ slot: Scratch.Slot, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    guard elementType != .float32 else { return body(assumingFloats) }
    let floats = Scratch.floats(count, slot)
    body(floats)
    round(floats, count)
  }
}
