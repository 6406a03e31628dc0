import CKernels

/// Weighted sums of a picture's bytes, the inner loops of resizing.
///
/// Weights are whole numbers with `fractionBits` bits behind the point; sums are rounded and clipped to bytes. Every
/// kernel table gives the same bytes.
package struct WeightedBytes {
  /// Bits behind the point of a weight.
  package static let fractionBits = Int(limen_resize_bits)

  private let kernels = KernelTable.current

  /// Sums by the kernels that are in force here.
  package init() {}

  /// Writes `width` RGB pixels: pixel c is the sum of those of `row` from `starts[c]` on, with the weights from
  /// `ends[c]` to `ends[c + 1]`.
  ///
  /// - Precondition: every pixel has at least one weight, and there are `width` starts and `width + 1` ends.
  package func columns(
    of row: UnsafePointer<UInt8>, starts: UnsafePointer<Int>, ends: UnsafePointer<Int>,
    weights: UnsafePointer<Int32>, width: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    kernels.table.resize_columns(row, starts, ends, weights, width, target)
  }

  /// Writes the sum of `count` rows of `stride` bytes, which lie one after the other, with a weight each.
  package func rows(
    _ rows: UnsafePointer<UInt8>, stride: Int, count: Int, weights: UnsafePointer<Int32>,
    into target: UnsafeMutablePointer<UInt8>
  ) {
    kernels.table.resize_rows(rows, stride, count, weights, target)
  }
}
