import Glibc

/// Blocks of memory from the system, aligned for vectors; large ones ask for huge pages.
///
/// A pass over an activation of a hundred megabytes walks 25,000 ordinary pages, more than the processor
/// remembers translations of; of 2 MiB pages it is fifty.
public enum AlignedBlock {
  private static let hugePage = 2_097_152

  /// A block of undefined content, 64-byte aligned at least; `deallocate()` gives it back.
  public static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= hugePage else { return .allocate(byteCount: byteCount, alignment: 64) }
    let block = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: hugePage)
    // A system without huge pages refuses, which costs speed only.
    _ = madvise(block, byteCount, Int32(MADV_HUGEPAGE))
    return block
  }
}
