/// Some images as a network takes them: normalised, `[count, height, width, channels]`, channels last.
public struct ImageBlock: Sendable, Equatable {
  /// The number of images.
  public let count: Int

  /// Rows of an image.
  public let height: Int

  /// Columns of an image.
  public let width: Int

  /// Numbers per pixel.
  public let channels: Int

  /// All numbers, row-major.
  public var values: [Float]

  /// A block of `count` images; `values` must hold as many numbers as they have.
  public init(count: Int, height: Int, width: Int, channels: Int, values: [Float]) {
    precondition(
      values.count == count * height * width * channels,
      "images [\(count), \(height), \(width), \(channels)] got \(values.count) values")
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.values = values
  }

  /// The block moved by ±`steps[channel]`, against or along the sign of `gradient`; the sign of 0 is +.
  func moved(alongSignOf gradient: [Float], by steps: [Float]) -> ImageBlock {
    precondition(
      gradient.count == values.count && steps.count == channels,
      "a block of \(values.count) values in \(channels) channels got \(gradient.count) gradients and "
        + "\(steps.count) steps")
    var moved = self
    moved.values.withUnsafeMutableBufferPointer { values in
      for index in values.indices {
        let step = steps[index % channels]
        values[index] += gradient[index] >= 0 ? step : -step
      }
    }
    return moved
  }

  /// The images at some indices.
  func selecting(_ indices: [Int]) -> ImageBlock {
    let size = height * width * channels
    return ImageBlock(
      count: indices.count, height: height, width: width, channels: channels,
      values: indices.flatMap { values[$0 * size..<($0 + 1) * size] })
  }
}
