import Archives
import Foundation
import TestSupport
import Testing

struct AtomicFileTests {
  struct Stop: Error {}

  @Test("A file is created and replaced, and nothing else is left in the folder")
  func replaces() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/values.bin"
      try AtomicFile.write([1, 2, 3], to: path)
      try AtomicFile.write("new text", to: path)
      #expect(FileManager.default.contents(atPath: path) == Data("new text".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["values.bin"])
    }
  }

  @Test("A writer that fails half way leaves the old content and no temporary file")
  func keepsOldContent() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/values.bin"
      try AtomicFile.write("old", to: path)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: path) { output in
          try output.append(Array("new".utf8))
          throw Stop()
        }
      }
      #expect(FileManager.default.contents(atPath: path) == Data("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["values.bin"])
    }
  }

  @Test("A symbolic link stays a link to the new content")
  func followsLinks() throws {
    try withTemporaryFolder { folder in
      let (path, link) = ("\(folder)/values.bin", "\(folder)/link")
      try AtomicFile.write("old", to: path)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      try AtomicFile.write("new", to: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
      #expect(FileManager.default.contents(atPath: path) == Data("new".utf8))
    }
  }

  @Test("A device is written to, not replaced")
  func writesToDevices() throws {
    try AtomicFile.write("gone", to: "/dev/null")
    #expect(
      try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        == .typeCharacterSpecial)
  }

  @Test("What cannot be written is named with the system's words")
  func errors() throws {
    try withTemporaryFolder { folder in
      let missing = "\(folder)/nowhere/values.bin"
      #expect(throws: FileError(missing, "cannot be written: No such file or directory")) {
        try AtomicFile.write("text", to: missing)
      }
      #expect(throws: FileError(folder, "cannot be written: it is a folder")) {
        try AtomicFile.write("text", to: folder)
      }
      #expect(throws: FileError("/dev/full", "cannot be written: No space left on device")) {
        try AtomicFile.write("text", to: "/dev/full")
      }
    }
  }
}
