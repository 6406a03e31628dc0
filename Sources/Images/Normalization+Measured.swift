extension Normalization {
  /// The constants of a set's own pictures: mean and standard deviation of each channel over all pixels.
  ///
  /// A channel that is the same everywhere gets the deviation 1. Throws if a picture cannot be read. Cost: one
  /// pass over the pixels.
  public init(of set: ImageSet) throws {
    var histogram = [Int](repeating: 0, count: 3 * 256)
    var picture = Picture(height: 0, width: 0)
    for index in 0..<set.count {
      try set.copy(index, into: &picture)
      var channel = 0
      for value in picture.pixels {
        histogram[channel * 256 + Int(value)] += 1
        channel = channel == 2 ? 0 : channel + 1
      }
    }
    let pixels = Double(max(1, histogram[..<256].reduce(0, +)))
    var (mean, deviation): ([Float], [Float]) = ([], [])
    for channel in 0..<3 {
      let counts = histogram[channel * 256..<(channel + 1) * 256].map(Double.init)
      let average = counts.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } / pixels / 255
      let variance =
        counts.enumerated().reduce(0) {
          let difference = Double($1.offset) / 255 - average
          return $0 + difference * difference * $1.element
        } / pixels
      mean.append(Float(average))
      deviation.append(variance > 0 ? Float(variance.squareRoot()) : 1)
    }
    self.init(mean: mean, deviation: deviation)
  }
}
