import Archives
import CZlib
import Foundation
import TestSupport
import Testing

extension FuzzTarget {
  /// Small checkpoints made by PyTorch, from `scripts/golden/torch_files.py`.
  static func torchSeeds(_ format: String) throws -> [[UInt8]] {
    try Golden("torch_seeds", in: .module)[format]["files"].array.map { file in
      Array(try #require(Data(base64Encoded: file["file"].string)))
    }
  }

  /// Reads every tensor of a checkpoint.
  static func readTorch(_ path: String) throws {
    let file = try WeightsFile.open(path)
    for name in file.names {
      _ = try file.shape(of: name)
      _ = try? file.doubles(of: name)
      _ = try? file.integers(of: name)
    }
  }

  /// The checksums of all members whose headers make sense computed anew, in header and directory.
  static func resealedZip(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    func number(_ at: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
    for entry in 0..<max(0, bytes.count - 46) where bytes[entry...].starts(with: [0x50, 0x4B, 1, 2]) {
      let (method, size, header) = (number(entry + 10, 2), number(entry + 20, 4), number(entry + 42, 4))
      guard method == 0, header + 30 <= bytes.count else { continue }
      let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
      guard start <= bytes.count, size <= bytes.count - start else { continue }
      let checksum = bytes[start..<start + size].withUnsafeBufferPointer {
        crc32_z(0, $0.baseAddress, $0.count)
      }
      for index in 0..<4 {
        bytes[entry + 16 + index] = UInt8(truncatingIfNeeded: checksum >> UInt(8 * index))
      }
    }
    return bytes
  }
}
