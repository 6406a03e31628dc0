import CKernels

/// What becomes of a convolution's outputs while they are still in the cache: a normalisation by known
/// statistics, an addition and a rectifier, in place.
///
///     y ← scale·y + shift,  max(scale·y + shift, 0)  or  max(scale·y + shift + residual, 0)
public struct ChannelFinish {
  /// What follows the normalisation.
  public enum Step {
    case nothing
    case rectifier
    /// The residual has as many channels as the outputs, and is dense.
    case additionAndRectifier(ActivationPointer)
  }

  private let scale, shift: [Float]
  private let step: Step

  /// One scale and shift a channel, and what follows.
  public init(scale: [Float], shift: [Float], _ step: Step) {
    self.scale = scale
    self.shift = shift
    self.step = step
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
    let (step, kernels) = (step, y.kernels())
    return { pixels in
      rows.forEachPart(of: pixels) { start, count, width in
        let y = y + start
        switch step {
        case .nothing: kernels.column_affine(y.base, count, width, scale, shift, y.base)
        case .rectifier: kernels.column_affine_relu(y.base, count, width, scale, shift, y.base)
        case .additionAndRectifier(let residual):
          kernels.column_affine_add_relu(y.base, (residual + start).base, count, width, scale, shift, y.base)
        }
      }
    }
  }
}
