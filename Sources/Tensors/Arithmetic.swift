import Kernels

/// The arithmetic of one run of an operation, for profiles.
public struct Arithmetic: Sendable, Equatable {
  /// Multiply-accumulates of the forward pass; the gradient of an input or of the weights costs as many.
  public let multiplyAccumulates: Int

  /// The extents, if it is a convolution.
  public let convolution: ConvolutionShape?

  /// The arithmetic of a convolution.
  public init(_ convolution: ConvolutionShape) {
    multiplyAccumulates = convolution.multiplyAccumulates
    self.convolution = convolution
  }

  /// So many multiply-accumulates.
  public init(multiplyAccumulates: Int) {
    self.multiplyAccumulates = multiplyAccumulates
    convolution = nil
  }
}
