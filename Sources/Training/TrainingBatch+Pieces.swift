import Tensors

extension TrainingBatch {
  /// At most `count` batches of nearly equal size that together are this one, in its order; each has all views of its
  /// pictures and its part of the outliers.
  ///
  /// - Precondition: nothing is mixed yet.
  package func pieces(_ count: Int, in arena: Arena) -> [TrainingBatch] {
    precondition(mixing == nil, "a batch is cut into pieces before it is mixed")
    let count = min(count, pictureCount)
    return (0..<count).map { piece in
      func part(of whole: Int) -> Range<Int> { piece * whole / count..<(piece + 1) * whole / count }
      let pictures = part(of: pictureCount)
      let rows = (0..<viewCount).map { view in
        pictures.lowerBound + view * pictureCount..<pictures.upperBound + view * pictureCount
      }
      return TrainingBatch(
        images: images.rows(rows, in: arena), labels: rows.flatMap { labels[$0] }, viewCount: viewCount,
        indices: indices.isEmpty ? [] : Array(indices[pictures]),
        auxiliary: auxiliary.map { outliers in
          let part = part(of: outliers.indices.count)
          return Auxiliary(
            images: outliers.images.rows([part], in: arena), indices: Array(outliers.indices[part]))
        })
    }
  }
}

extension Tensor {
  /// A copy of some ranges of rows, one after the other.
  fileprivate func rows(_ ranges: [Range<Int>], in arena: Arena) -> Tensor {
    var extents = shape.extents
    let size = count / max(extents[0], 1)
    extents[0] = ranges.reduce(0) { $0 + $1.count }
    let copy = Tensor(Shape(extents), in: arena)
    var target = copy.pointer
    for range in ranges {
      target.update(from: pointer + range.lowerBound * size, count: range.count * size)
      target += range.count * size
    }
    return copy
  }
}
