import CKernels

/// What becomes of a convolution's outputs while they are still in the cache: a normalisation by known
/// statistics, an addition and a rectifier, in place.
///
///     y ← max(scale·y + shift, 0)  or  max(scale·y + shift + residual, 0)
public struct ChannelFinish {
  private let scale, shift: [Float]
  private let residual: ActivationPointer?

  /// One scale and shift a channel; a residual is dense and has as many channels as the outputs.
  public init(scale: [Float], shift: [Float], residual: ActivationPointer? = nil) {
    self.scale = scale
    self.shift = shift
    self.residual = residual
  }

  /// Whether so many channels can be finished in place: they are whole vectors, so that none is computed twice.
  public static func accepts(channels: Int) -> Bool { channels % PackedWeights.block == 0 }

  /// A function that finishes some pixels of `y`; it runs on the calling thread.
  ///
  /// - Precondition: the number of channels is acceptable.
  func finisher(of y: ActivationPointer) -> (_ pixels: Range<Int>) -> Void {
    precondition(Self.accepts(channels: scale.count), "finishing \(scale.count) channels in place")
    let channels = scale.count
    let rows = ChannelRows(pixels: 0, channels: channels)
    let (scale, shift) = (rows.repeated(scale), rows.repeated(shift))
    let (residual, kernels) = (residual, y.kernels(with: residual))
    return { pixels in
      rows.forEachPart(of: pixels) { start, count, width in
        let y = y + start
        if let residual {
          kernels.column_affine_add_relu(y.base, (residual + start).base, count, width, scale, shift, y.base)
        } else {
          kernels.column_affine_relu(y.base, count, width, scale, shift, y.base)
        }
      }
    }
  }
}
