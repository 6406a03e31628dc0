/// How bytes become a network's input: (byte ∕ 255 − mean) ∕ deviation, for every channel, in float32.
public struct Normalization: Sendable, Equatable {
  /// The mean of red, green and blue, in units of full brightness.
  public let mean: [Float]

  /// The standard deviation of red, green and blue, in units of full brightness.
  public let deviation: [Float]

  /// The result for every channel and byte, `[3, 256]`: a look-up is exact and costs less than the arithmetic.
  private let table: [Float]

  /// A normalisation by those constants.
  ///
  /// - Precondition: three finite means and three finite, positive deviations.
  public init(mean: [Float], deviation: [Float]) {
    precondition(
      mean.count == 3 && deviation.count == 3,
      "a normalisation has 3 means and 3 deviations, got \(mean.count) and \(deviation.count)")
    precondition(
      mean.allSatisfy(\.isFinite) && deviation.allSatisfy { $0.isFinite && $0 > 0 },
      "means must be finite and deviations finite and positive, got \(mean) and \(deviation)")
    self.mean = mean
    self.deviation = deviation
    table = (0..<3).flatMap { channel in
      (0..<256).map { (Float($0) / 255 - mean[channel]) / deviation[channel] }
    }
  }

  /// Scales to [0, 1] and leaves it at that.
  public static let none = Normalization(mean: [0, 0, 0], deviation: [1, 1, 1])

  /// CIFAR-10's constants as OpenOOD uses them.
  public static let cifar10 = Normalization(
    mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616])

  /// CIFAR-100's constants as OpenOOD uses them.
  public static let cifar100 = Normalization(
    mean: [0.5071, 0.4867, 0.4408], deviation: [0.2675, 0.2565, 0.2761])

  /// Writes the normalised picture to `target`, `[height, width, 3]`.
  ///
  /// - Precondition: `target` holds as many floats as the picture has bytes.
  public func write(_ picture: Picture, to target: UnsafeMutableBufferPointer<Float>) {
    precondition(
      target.count == picture.pixels.count,
      "a \(picture.height)×\(picture.width) picture fills \(picture.pixels.count) floats, got \(target.count)"
    )
    picture.pixels.withUnsafeBufferPointer { pixels in
      table.withUnsafeBufferPointer { table in
        for index in stride(from: 0, to: pixels.count, by: 3) {
          target[index] = table[Int(pixels[index])]
          target[index + 1] = table[256 + Int(pixels[index + 1])]
          target[index + 2] = table[512 + Int(pixels[index + 2])]
        }
      }
    }
  }

  /// The byte that a normalised value comes from, or the nearest there is.
  func byte(_ value: Float, channel: Int) -> UInt8 {
    let byte = ((value * deviation[channel] + mean[channel]) * 255).rounded()
    return UInt8(max(0, min(255, byte)))
  }

  /// Normalises, in place, a picture `[height, width, 3]` of numbers from 0 to 255 that need not be whole.
  ///
  /// - Precondition: three floats a pixel.
  func apply(to target: UnsafeMutableBufferPointer<Float>) {
    precondition(target.count % 3 == 0, "a picture has three floats a pixel, got \(target.count) in all")
    let (red, green, blue) = (mean[0], mean[1], mean[2])
    let (redDeviation, greenDeviation, blueDeviation) = (deviation[0], deviation[1], deviation[2])
    for index in stride(from: 0, to: target.count, by: 3) {
      target[index] = (target[index] / 255 - red) / redDeviation
      target[index + 1] = (target[index + 1] / 255 - green) / greenDeviation
      target[index + 2] = (target[index + 2] / 255 - blue) / blueDeviation
    }
  }
}
