import Kernels

/// Memory for tensors, kept in free lists by size.
///
/// Training repeats the same shapes step after step, so from the second step on every request is met
/// from a list: nothing is allocated and no page is touched for the first time. A request for which
/// there is no list, as in an epoch's smaller last batch, takes a free block of up to twice its size.
///
/// One arena belongs to one training thread; it has no lock.
public final class Arena {
  private var free: [Int: [UnsafeMutableRawPointer]] = [:]

  /// Bytes that living tensors asked for.
  public private(set) var liveByteCount = 0

  /// Bytes taken from the system, in use or waiting in a list.
  public private(set) var heldByteCount = 0

  /// The largest `heldByteCount` so far: what tensors have cost the machine.
  public private(set) var peakByteCount = 0

  /// How many blocks were taken from the system, rather than from a free list.
  public private(set) var allocationCount = 0

  /// An arena without memory.
  public init() {}

  deinit {
    trim()
  }

  /// Gives all memory back that no tensor uses: the time for it is when other shapes are to come.
  public func trim() {
    for (size, blocks) in free {
      for block in blocks { block.deallocate() }
      heldByteCount -= size * blocks.count
    }
    free.removeAll()
  }

  /// A block of at least `byteCount` bytes, 64-byte aligned, whose content is undefined.
  func allocate(_ byteCount: Int) -> Storage {
    // A whole cache line at least, and a spare one so that a vector load of the last elements stays inside.
    let size = (max(byteCount, 1) + 127) & ~63
    liveByteCount += size
    if let fitting = fittingSize(size), let block = free[fitting]?.popLast() {
      return Storage(block, blockSize: fitting, size: size, self)
    }
    heldByteCount += size
    peakByteCount = max(peakByteCount, heldByteCount)
    allocationCount += 1
    return Storage(AlignedBlock.allocate(byteCount: size), blockSize: size, size: size, self)
  }

  /// The smallest size of a free block that holds `size` bytes and wastes no more than that.
  private func fittingSize(_ size: Int) -> Int? {
    if let blocks = free[size], !blocks.isEmpty { return size }
    var best: Int?
    for (candidate, blocks) in free where candidate > size && candidate <= 2 * size && !blocks.isEmpty {
      best = min(best ?? candidate, candidate)
    }
    return best
  }

  fileprivate func reclaim(_ block: UnsafeMutableRawPointer, blockSize: Int, size: Int) {
    liveByteCount -= size
    free[blockSize, default: []].append(block)
  }
}

/// A block of memory that goes back to its arena when the last tensor lets go of it.
final class Storage {
  let base: UnsafeMutableRawPointer
  private let blockSize, size: Int
  private let arena: Arena

  fileprivate init(_ base: UnsafeMutableRawPointer, blockSize: Int, size: Int, _ arena: Arena) {
    self.base = base
    self.blockSize = blockSize
    self.size = size
    self.arena = arena
  }

  deinit {
    arena.reclaim(base, blockSize: blockSize, size: size)
  }
}
