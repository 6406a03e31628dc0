import Archives
import Foundation
import Kernels
import Networks
import TestSupport
import Testing
import Training

@Suite("Resumption")
struct ResumeTests {
  private static let weights = "checkpoints/last.safetensors"
  private static let velocities = "checkpoints/last.optimizer.safetensors"

  @Test(
    "A run stopped in the middle of an epoch and resumed ends with the bits of one that never stopped",
    arguments: [1, 2], [1, 4, 6, 8])
  func exactness(threads: Int, stop: Int) throws {
    try Parallel.withThreads(threads) {
      try withTemporaryFolder { folder in
        let (straight, parted) = (folder + "/straight", folder + "/parted")
        try TinyTraining().expect(.completed, in: straight)
        try TinyTraining(stopAfter: stop).expect(.interrupted, in: parted)
        try TinyTraining().expect(.completed, in: parted, resuming: true)
        for file in [Self.weights, Self.velocities] {
          #expect(bytes(straight, file) != nil)
          #expect(bytes(straight, file) == bytes(parted, file), "\(file)")
        }
        #expect(try logLines(straight) == logLines(parted))
      }
    }
  }

  @Test("A run in bfloat16 is resumed exactly, and is another run than one in float32", arguments: [1, 2])
  func bfloat16(threads: Int) throws {
    try Parallel.withThreads(threads) {
      try withTemporaryFolder { folder in
        let (straight, parted) = (folder + "/straight", folder + "/parted")
        let whole = TinyTraining(precision: .bfloat16)
        try whole.expect(.completed, in: straight)
        try TinyTraining(precision: .bfloat16, stopAfter: 4).expect(.interrupted, in: parted)
        try whole.expect(.completed, in: parted, resuming: true)
        try TinyTraining().expect(.completed, in: folder + "/float32")
        for file in [Self.weights, Self.velocities] {
          #expect(bytes(straight, file) != nil)
          #expect(bytes(straight, file) == bytes(parted, file), "\(file)")
          #expect(bytes(straight, file) != bytes(folder + "/float32", file), "\(file)")
        }
        #expect(try logLines(straight) == logLines(parted))
      }
    }
  }

  @Test("A run with AdamW, clipping and averaged weights is resumed exactly", arguments: [1, 4, 6, 8])
  func technique(stop: Int) throws {
    try withTemporaryFolder { folder in
      let (straight, parted) = (folder + "/straight", folder + "/parted")
      var whole = TinyTraining(stageCount: 2, hasValidation: true)
      whole.optimizer = .adam(Adam.Settings(weightDecay: 0.01, decouplesDecay: true), learningRate: 0.01)
      whole.clipping = GradientClipping(norm: 1)
      whole.average = WeightAverage.Settings(decay: 0.8, every: 2, rescales: false)
      try whole.expect(.completed, in: straight)
      for stop in [stop, 13] {
        var part = whole
        part.stopAfter = stop
        try part.expect(.interrupted, in: parted, resuming: stop == 13)
      }
      try whole.expect(.completed, in: parted, resuming: true)
      for file in [Self.weights, Self.velocities, "checkpoints/last.trained.safetensors"] {
        #expect(bytes(straight, file) != nil)
        #expect(bytes(straight, file) == bytes(parted, file), "\(file)")
      }
      #expect(bytes(straight, Self.weights) != bytes(straight, "checkpoints/last.trained.safetensors"))
      #expect(try logLines(straight) == logLines(parted))
    }
  }

  @Test("A run has the same bits on 1, 2, 3 and 7 threads", arguments: ElementType.allCases)
  func threads(precision: ElementType) throws {
    try withTemporaryFolder { folder in
      for threads in [1, 2, 3, 7] {
        try Parallel.withThreads(threads) {
          try TinyTraining(epochs: 1, precision: precision).expect(.completed, in: "\(folder)/\(threads)")
        }
      }
      let one = bytes("\(folder)/1", Self.weights)
      #expect(one != nil)
      for threads in [2, 3, 7] { #expect(bytes("\(folder)/\(threads)", Self.weights) == one) }
    }
  }

  @Test("A run interrupted between and inside stages is resumed exactly", arguments: [5, 6, 9])
  func stages(stop: Int) throws {
    try withTemporaryFolder { folder in
      let (straight, parted) = (folder + "/straight", folder + "/parted")
      let whole = TinyTraining(epochs: 1, stageCount: 2)
      try whole.expect(.completed, in: straight)
      var part = whole
      part.stopAfter = stop
      try part.expect(.interrupted, in: parted)
      try whole.expect(.completed, in: parted, resuming: true)
      #expect(bytes(straight, Self.weights) == bytes(parted, Self.weights))
      #expect(try logLines(straight) == logLines(parted))
    }
  }

  @Test("Resuming a finished run changes nothing")
  func finished() throws {
    try withTemporaryFolder { folder in
      try TinyTraining(epochs: 1).expect(.completed, in: folder)
      let before = bytes(folder, Self.weights)
      try TinyTraining(epochs: 1).expect(.completed, in: folder, resuming: true)
      #expect(bytes(folder, Self.weights) == before)
      #expect(try logLines(folder).count == 4)
    }
  }

  @Test("Another seed trains other weights")
  func seeds() throws {
    try withTemporaryFolder { folder in
      _ = try TinyTraining(epochs: 1, seed: 1).run(in: folder + "/1")
      _ = try TinyTraining(epochs: 1, seed: 2).run(in: folder + "/2")
      #expect(bytes(folder + "/1", Self.weights) != bytes(folder + "/2", Self.weights))
    }
  }

  @Test("A checkpoint of another recipe or seed is refused")
  func mismatch() throws {
    try withTemporaryFolder { folder in
      _ = try TinyTraining(epochs: 1).run(in: folder)
      let path = "\(folder)/\(Self.weights)"
      #expect(
        throws: FileError(
          path, "was made by another recipe (0123456789abcdef, not feedfeedfeedfeed); it cannot be resumed")
      ) { try TinyTraining(epochs: 1, recipeHash: "feedfeedfeedfeed").run(in: folder, resuming: true) }
      #expect(throws: FileError(path, "was made with seed 3, not 4; it cannot be resumed")) {
        try TinyTraining(epochs: 1, seed: 4).run(in: folder, resuming: true)
      }
    }
  }
}
