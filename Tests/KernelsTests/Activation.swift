import Kernels

/// Elements of either type in memory of their own, which starts as NaN.
final class Activation {
  let pointer: ActivationPointer
  let count: Int

  /// `count` elements that nobody has written.
  init(_ elementType: ElementType, _ count: Int) {
    self.count = count
    pointer = ActivationPointer(
      .allocate(byteCount: count * elementType.byteCount + 64, alignment: 64), elementType)
    for index in 0..<count { set(index, .nan) }
  }

  /// The nearest elements to `values`.
  convenience init(_ elementType: ElementType, _ values: some Collection<Double>) {
    self.init(elementType, values.count)
    for (index, value) in values.enumerated() { set(index, Float(value)) }
  }

  deinit {
    pointer.base.deallocate()
  }

  /// The elements as floats.
  var floats: [Float] {
    (0..<count).map { index in
      switch pointer.elementType {
      case .float32: (pointer + index).base.load(as: Float.self)
      case .bfloat16: Float((pointer + index).base.load(as: BFloat16.self))
      }
    }
  }

  /// The elements' bits, which tell zeros and NaN apart.
  var bits: [UInt32] { floats.map(\.bitPattern) }

  private func set(_ index: Int, _ value: Float) {
    switch pointer.elementType {
    case .float32: (pointer + index).base.storeBytes(of: value, as: Float.self)
    case .bfloat16: (pointer + index).base.storeBytes(of: BFloat16(value), as: BFloat16.self)
    }
  }
}

/// The values that bfloat16 has nearest to these.
func rounded(_ values: [Double]) -> [Double] { values.map { Double(Float(BFloat16(Float($0)))) } }
