import CKernels

/// Working memory of the calling thread: kept for its next use, freed when the thread ends.
enum Scratch {
  /// Uses that may be alive at the same time on one thread.
  enum Slot: Int32 {
    case image, gradient, pairs, output, sums, planes, products
  }

  /// At least `count` units of 32 bits, 64-byte aligned, of undefined content, valid until the same thread asks
  /// for the same slot again.
  static func units(_ count: Int, _ slot: Slot) -> UnsafeMutablePointer<UInt32> {
    UnsafeMutableRawPointer(floats(count, slot)).assumingMemoryBound(to: UInt32.self)
  }

  /// At least `count` floats, 64-byte aligned, of undefined content, valid until the same thread asks
  /// for the same slot again.
  static func floats(_ count: Int, _ slot: Slot) -> UnsafeMutablePointer<Float> {
    // Room for a vector load that begins at the last element.
    let bytes = (count + PackedWeights.block) * MemoryLayout<Float>.stride
    guard let block = limen_scratch(slot.rawValue, bytes) else {
      preconditionFailure("out of memory: a thread asked for \(bytes) bytes of working memory")
    }
    return block.assumingMemoryBound(to: Float.self)
  }
}
