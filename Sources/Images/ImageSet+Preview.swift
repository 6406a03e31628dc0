extension ImageSet {
  /// The first `count` pictures of every class as a pipeline shows them to a network, turned back into bytes.
  ///
  /// Of several views of a picture each becomes a picture. Values outside the range of bytes are clipped; what is
  /// erased has the mean colour. Throws if a picture cannot be read.
  public func augmented(by pipeline: PicturePipeline, first count: Int, seed: UInt64, epoch: Int) throws
    -> ImageSet
  {
    var taken = [Int](repeating: 0, count: classNames.count)
    let chosen = labels.indices.filter { index in
      taken[labels[index]] += 1
      return taken[labels[index]] <= count
    }
    let (height, width) = pipeline.outputSize(height: height, width: width)
    let size = height * width * 3
    let views = pipeline.views.count
    var floats = [Float](repeating: 0, count: views * size)
    var picture = Picture(height: 0, width: 0)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(chosen.count * floats.count)
    for index in chosen {
      try copy(index, into: &picture)
      floats.withUnsafeMutableBufferPointer { floats in
        pipeline.write(&picture, seed: seed, epoch: epoch, index: index) {
          UnsafeMutableBufferPointer(rebasing: floats[$0 * size..<($0 + 1) * size])
        }
      }
      for (place, value) in floats.enumerated() {
        pixels.append(pipeline.normalization.byte(value, channel: place % 3))
      }
    }
    return ImageSet(
      name: name, height: height, width: width, classNames: classNames,
      labels: chosen.flatMap { Array(repeating: labels[$0], count: views) }, encoding: encoding,
      pixels: pixels)
  }
}
