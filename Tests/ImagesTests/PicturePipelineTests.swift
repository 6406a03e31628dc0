import Images
import Kernels
import TestSupport
import Testing

@Suite("PicturePipeline")
struct PicturePipelineTests {
  private static let shared: [any Augmentation] = [RandomCrop(padding: 4), HorizontalFlip()]
  private static let jitter = ColourJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1)

  /// The views of one picture.
  private func views(_ pipeline: PicturePipeline, _ picture: Picture, epoch: Int = 0, index: Int = 0)
    -> [[Float]]
  {
    let (height, width) = pipeline.outputSize(height: picture.height, width: picture.width)
    let size = height * width * 3
    var result = [Float](repeating: .nan, count: pipeline.views.count * size)
    var picture = picture
    result.withUnsafeMutableBufferPointer { floats in
      pipeline.write(&picture, seed: 4, epoch: epoch, index: index) {
        UnsafeMutableBufferPointer(rebasing: floats[$0 * size..<($0 + 1) * size])
      }
    }
    return (0..<pipeline.views.count).map { Array(result[$0 * size..<($0 + 1) * size]) }
  }

  private func stream(_ view: Int, index: Int = 0) -> RandomStream {
    RandomStream(seed: 4, purpose: .augmentation, epoch: 0, index: index, lane: view)
  }

  private func normalized(_ picture: Picture) -> [Float] {
    var floats = [Float](repeating: 0, count: picture.pixels.count)
    floats.withUnsafeMutableBufferPointer { Normalization.cifar10.write(picture, to: $0) }
    return floats
  }

  @Test("One view goes through geometry, policy, normalisation and erasing, on one stream")
  func order() {
    let erasing = RandomErasing(probability: 1)
    let pipeline = PicturePipeline(
      geometry: Self.shared, policy: [Self.jitter], normalization: .cifar10, erasing: erasing)
    let original = Picture.pattern(height: 12, width: 10)
    var (picture, random) = (original, stream(0))
    for augmentation in Self.shared + [Self.jitter] { augmentation.apply(to: &picture, using: &random) }
    var expected = normalized(picture)
    expected.withUnsafeMutableBufferPointer { erasing.apply(to: $0, height: 12, width: 10, using: &random) }
    #expect(views(pipeline, original) == [expected])
    #expect(expected != normalized(picture))
  }

  @Test("A clean view and policy views share the crop and the flip, and no other draw")
  func sharedGeometry() {
    let pipeline = PicturePipeline(
      geometry: Self.shared, policy: [Self.jitter], normalization: .cifar10, views: .cleanAndPolicies(2))
    let original = Picture.pattern(height: 12, width: 10)
    var (moved, random) = (original, stream(0))
    for augmentation in Self.shared { augmentation.apply(to: &moved, using: &random) }
    var expected = [normalized(moved)]
    for view in 1...2 {
      var (picture, random) = (moved, stream(view))
      Self.jitter.apply(to: &picture, using: &random)
      expected.append(normalized(picture))
    }
    #expect(views(pipeline, original) == expected)
    #expect(expected[1] != expected[2])
  }

  @Test(
    "Independent views each begin with the picture, and the first is the only view of a pipeline with one")
  func independent() {
    var pipeline = PicturePipeline(
      geometry: Self.shared, policy: [Self.jitter], normalization: .cifar10, views: .independent(2))
    let original = Picture.pattern(height: 12, width: 10)
    let both = views(pipeline, original)
    pipeline.views = .one
    #expect([both[0]] == views(pipeline, original))
    #expect(both[0] != both[1])
    pipeline = PicturePipeline(normalization: .cifar10, views: .independent(2))
    #expect(views(pipeline, original) == [normalized(original), normalized(original)])
  }

  @Test("Photographs of any size come out at the size of the crop or the fit")
  func sizes() {
    for (height, width) in [(40, 60), (7, 90), (1, 1), (33, 32)] {
      let original = Picture.pattern(height: height, width: width)
      let crop = RandomResizedCrop(height: 16, width: 12)
      let pipeline = PicturePipeline(geometry: [crop, HorizontalFlip()], normalization: .cifar10)
      #expect(pipeline.outputSize(height: height, width: width) == (16, 12))
      for index in 0..<20 {
        let view = views(pipeline, original, index: index)[0]
        #expect(view.count == 16 * 12 * 3 && view.allSatisfy(\.isFinite))
      }
      let fitting = PicturePipeline(fit: .centreCrop(height: 8, width: 9), normalization: .cifar10)
      let expected = normalized(PictureFit.centreCrop(height: 8, width: 9).fitted(original))
      #expect(views(fitting, original) == [expected])
    }
  }

  @Test("A loader lays views out one after the other, whatever the threads", arguments: 0...2)
  func loader(threads: Int) throws {
    let set = LoaderTests.makeSet(count: 21)
    let pipeline = PicturePipeline(
      geometry: Self.shared, policy: [Self.jitter], normalization: .cifar10, views: .cleanAndPolicies(1))
    let loader = Loader(
      set, batchSize: 8, seed: 4, pipeline: pipeline, order: .sequential, threadCount: threads)
    let batches = loader.batches(epoch: 0)
    var rows = 0
    while let batch = try batches.next() {
      #expect(batch.viewCount == 2 && batch.pixels.count == 2 * batch.count * 7 * 5 * 3)
      for (row, index) in batch.indices.enumerated() {
        for (view, expected) in views(pipeline, try set.picture(index), index: index).enumerated() {
          let start = (view * batch.count + row) * 105
          #expect(Array(batch.pixels[start..<start + 105]) == expected)
        }
        rows += 1
      }
    }
    #expect(rows == 21)
  }
}
