/// Memory for tensors, kept in free lists of exact sizes.
///
/// Training repeats the same shapes step after step, so from the second step on every request is met
/// from a list: nothing is allocated and no page is touched for the first time. One arena belongs to
/// one training thread; it has no lock.
public final class Arena {
  private var free: [Int: [UnsafeMutableRawPointer]] = [:]

  /// Bytes in use by living tensors.
  public private(set) var liveByteCount = 0

  /// The largest `liveByteCount` so far.
  public private(set) var peakByteCount = 0

  /// How many blocks were taken from the system, rather than from a free list.
  public private(set) var allocationCount = 0

  /// An arena without memory.
  public init() {}

  deinit {
    for blocks in free.values {
      for block in blocks { block.deallocate() }
    }
  }

  /// A block of `byteCount` bytes, 64-byte aligned, whose content is undefined.
  func allocate(_ byteCount: Int) -> Storage {
    // A whole cache line at least, and a spare one so that a vector load of the last elements stays inside.
    let size = (max(byteCount, 1) + 127) & ~63
    liveByteCount += size
    peakByteCount = max(peakByteCount, liveByteCount)
    if let block = free[size]?.popLast() {
      return Storage(block, size, self)
    }
    allocationCount += 1
    return Storage(.allocate(byteCount: size, alignment: 64), size, self)
  }

  fileprivate func reclaim(_ block: UnsafeMutableRawPointer, _ size: Int) {
    liveByteCount -= size
    free[size, default: []].append(block)
  }
}

/// A block of memory that goes back to its arena when the last tensor lets go of it.
final class Storage {
  let base: UnsafeMutableRawPointer
  private let size: Int
  private let arena: Arena

  fileprivate init(_ base: UnsafeMutableRawPointer, _ size: Int, _ arena: Arena) {
    self.base = base
    self.size = size
    self.arena = arena
  }

  deinit {
    arena.reclaim(base, size)
  }
}
