/// A network as scores see it that follow gradients to the images.
///
/// It is in evaluation: running statistics, no randomness, so that what it says of an image does not depend on the
/// others of its block.
public protocol DifferentiableNetwork: AnyObject {
  /// What was taken from each channel of pixels in 0…1 to make the network's input.
  var pixelMeans: [Float] { get }

  /// What each channel was divided by after that.
  var pixelDeviations: [Float] { get }

  /// An output of each image, one row an image.
  func values(of output: NetworkOutput, at images: ImageBlock) -> Matrix

  /// The gradient of Σ cotangent · output with respect to the images, in their layout.
  ///
  /// `cotangent` is given the output and returns one number for each of its numbers. Gradients of weights are not
  /// computed.
  func inputGradient(
    of output: NetworkOutput, at images: ImageBlock, cotangent: (Matrix) -> Matrix
  ) -> [Float]
}
