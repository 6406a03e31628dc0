import Archives
import Foundation
import TestSupport
import Testing
import Training

@Suite("Checkpoint folders")
struct CheckpointFolderTests {
  private func state(_ step: Int) -> CheckpointState {
    var position = TrainingPosition()
    position.step = step
    return CheckpointState(
      position: position, seed: 1, recipeHash: "h", optimizer: "sgd", kernels: "avx2", logLength: step)
  }

  private func write(_ folder: CheckpointFolder, _ step: Int) throws {
    try folder.write(
      "last", weights: [NamedArray("w", shape: [1], .float32([Float(step)]))],
      optimizer: [NamedArray("v", shape: [1], .float32([Float(-step)]))], state: state(step))
  }

  private func contents(_ folder: CheckpointFolder) throws -> [Float] {
    [
      Float(try folder.readState("last").position.step), try folder.readWeights("last").floats(of: "w")[0],
      -(try folder.readOptimizer("last").floats(of: "v")[0]),
    ]
  }

  @Test("A checkpoint from before methods reported anything is read")
  func earlierVersion() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path: path)
      try write(folder, 1)
      let text = try String(contentsOfFile: "\(path)/last.state.json", encoding: .utf8)
      var root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      var position = try #require(root["position"] as? [String: Any])
      var progress = try #require(position["progress"] as? [String: Any])
      #expect(progress.removeValue(forKey: "reports") != nil)
      position["progress"] = progress
      root["position"] = position
      try JSONSerialization.data(withJSONObject: root)
        .write(to: URL(fileURLWithPath: "\(path)/last.state.json"))
      #expect(try folder.readState("last").position == state(1).position)
    }
  }

  @Test("What is written is read, and a later one replaces it")
  func roundTrip() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path: path + "/checkpoints")
      #expect(!folder.contains("last"))
      try write(folder, 1)
      #expect(try contents(folder) == [1, 1, 1])
      try write(folder, 2)
      #expect(try contents(folder) == [2, 2, 2])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }
  }

  @Test("A writer that dies at any moment leaves the old checkpoint or the new one, whole", arguments: 0...6)
  func death(moment: Int) throws {
    try withTemporaryFolder { path in
      let (old, new) = (CheckpointFolder(path: path + "/old"), CheckpointFolder(path: path + "/new"))
      try write(old, 1)
      try write(new, 2)
      // The order in which a writer works: three files written, then three renamed.
      let files = ["last.safetensors", "last.optimizer.safetensors", "last.state.json"]
      let manager = FileManager.default
      for (index, file) in files.enumerated() where index < moment {
        try manager.copyItem(atPath: "\(new.path)/\(file)", toPath: "\(old.path)/\(file).next")
      }
      for (index, file) in files.enumerated() where index + 3 < moment {
        try manager.removeItem(atPath: "\(old.path)/\(file)")
        try manager.moveItem(atPath: "\(old.path)/\(file).next", toPath: "\(old.path)/\(file)")
      }
      let expected: Float = moment < 3 ? 1 : 2
      let before = try manager.contentsOfDirectory(atPath: old.path).sorted()
      #expect(try contents(old) == [expected, expected, expected])
      // Readers leave everything as it is; the next writer clears up.
      #expect(try manager.contentsOfDirectory(atPath: old.path).sorted() == before)
      try write(old, 3)
      #expect(try contents(old) == [3, 3, 3])
      #expect(try manager.contentsOfDirectory(atPath: old.path).sorted() == files.sorted())
    }
  }

  @Test("A missing or foreign state is one clear error")
  func damage() throws {
    try withTemporaryFolder { path in
      let folder = CheckpointFolder(path: path)
      #expect(throws: FileError("\(path)/last.state.json", "there is no such checkpoint")) {
        try folder.readState("last")
      }
      try AtomicFile.write("{}", to: "\(path)/last.state.json")
      #expect(
        throws: FileError(
          "\(path)/last.state.json", "is not the state of a checkpoint, or one of another version of limen")
      ) { try folder.readState("last") }
    }
  }

  @Test("Kept checkpoints are numbered from 1 with four digits")
  func names() {
    #expect(CheckpointFolder.name(afterEpoch: 4) == "epoch-0005")
    #expect(CheckpointFolder.name(afterEpoch: 12_344) == "epoch-12345")
  }
}
