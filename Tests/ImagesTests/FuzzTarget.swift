import Archives
import CZlib
import Foundation
import Images
import TestSupport
import Testing

/// A format whose reader is tried with damaged files.
enum FuzzedFormat: String, CaseIterable, Sendable {
  case tar, gzip, zip, npy, npz, pickle, mat, idx, safetensors, cifarBinary, cifarPython, svhn, numPySet, png,
    jpeg, torch, torchLegacy, imageList
}

/// Valid files of a format and the reader they are for.
struct FuzzTarget {
  /// Small valid files.
  let seeds: [[UInt8]]

  /// What the damaged file is called.
  let fileName: String

  private let format: FuzzedFormat
  private let folder: TemporaryFolder

  /// The files of `format`; what its reader needs beside them is written into `folder`.
  init(_ format: FuzzedFormat, in folder: TemporaryFolder) throws {
    self.format = format
    self.folder = folder
    fileName =
      switch format {
      case .cifarBinary: "test_batch.bin"
      case .cifarPython: "test_batch"
      case .idx: "test-images"
      case .npy: "a.npy"
      case .imageList: "list.txt"
      default: "damaged"
      }
    seeds = try FuzzTarget.seeds(of: format)
    switch format {
    case .cifarBinary:
      try folder.write("batches.meta.txt", Array((0..<10).map { "kind\($0)" }.joined(separator: "\n").utf8))
    case .cifarPython: try folder.write("batches.meta", PictureFileFixtures.bytes("cifar10 meta"))
    case .idx: try folder.write("test-labels", PictureFileFixtures.bytes("idx labels"))
    case .imageList:
      for name in FuzzTarget.listed {
        try folder.write(
          "photos/\(name)", Picture(height: 1, width: 2, pixels: [1, 2, 3, 4, 5, 6]).pngData())
      }
    default: break
    }
  }

  /// Reads a whole file as it is in memory; throws what its reader throws.
  func read(_ bytes: [UInt8]) throws {
    try read(at: folder.write(fileName, bytes))
  }

  /// Reads everything in the file at `path`.
  func read(at path: String) throws {
    switch format {
    case .tar:
      let archive = try TarArchive(path: path)
      while try archive.next() != nil {}
    case .gzip:
      let file = try GzipFile(path: path)
      while try !file.read(1 << 16).isEmpty {}
    case .zip:
      let zip = try ZipFile(path)
      for name in zip.names { _ = try zip.content(of: name) }
    case .npy: try readAll(NumPyFile.read(path))
    case .npz:
      let archive = try NumPyArchive(path)
      for name in archive.names { try readAll(archive.array(name)) }
    case .mat:
      let mat = try MatFile(path)
      for name in mat.names { try readAll(mat.array(name)) }
    case .pickle: try walk(Pickle(path: path).root)
    case .safetensors:
      let file = try SafeTensorsFile(path)
      for name in file.names {
        _ = try file.shape(of: name)
        _ = try? file.doubles(of: name)
      }
    case .idx: _ = try IDXReader().read(path, name: "set")
    case .cifarBinary: _ = try CIFARBinaryReader(.cifar10).read(folder.path, split: .test, name: "set")
    case .cifarPython: _ = try CIFARPythonReader(.cifar10).read(folder.path, split: .test, name: "set")
    case .svhn: _ = try SVHNReader().read(path, name: "set")
    case .numPySet: _ = try NumPyReader(images: "images", labels: "labels").read(path, name: "set")
    case .torch, .torchLegacy: try FuzzTarget.readTorch(path)
    case .imageList: _ = try ImageListReader().read(path, root: folder.path + "/photos", name: "set")
    case .png, .jpeg: _ = try Picture(decoding: InputFile.bytes(of: path), name: path)
    }
  }

  /// The bytes with the format's checksums made to fit again, where it has any.
  func resealed(_ bytes: [UInt8]) -> [UInt8] {
    switch format {
    case .png: FuzzTarget.resealedPNG(bytes)
    case .tar: FuzzTarget.resealedTar(bytes)
    case .gzip: gzipped(bytes)
    case .zip, .npz, .torch: FuzzTarget.resealedZip(bytes)
    default: bytes
    }
  }

  private func readAll(_ array: NumberArray) throws {
    _ = array.floats()
    _ = try? array.integers()
    _ = try? array.transposed.bytes()
  }

  /// Visits what a pickle holds, but nothing twice as often as it is large.
  private func walk(_ root: Pickle.Value) throws {
    var waiting = [root]
    for _ in 0..<5000 {
      guard let value = waiting.popLast() else { return }
      _ = try value.numberArray()
      _ = (value.string, value.bytes?.array, value.kind)
      waiting += value.elements ?? []
      waiting += value.items?.flatMap { [$0.key, $0.value] } ?? []
      if let object = value.object {
        waiting += [object.callable, object.arguments] + (object.state.map { [$0] } ?? [])
      }
    }
  }

  private static func seeds(of format: FuzzedFormat) throws -> [[UInt8]] {
    func sets(_ names: [String]) throws -> [[UInt8]] { try names.map(PictureFileFixtures.bytes) }
    func pictures(_ group: String) throws -> [[UInt8]] {
      try PictureFileFixtures.files(group).map { try PictureFileFixtures.bytes($0, "file") }
    }
    switch format {
    case .tar: return [tarball(), gzipped(tarball())]
    case .gzip: return [tarball(), gzipped(tarball())]
    case .zip, .npz, .numPySet:
      return try sets(["npz, interleaved", "npz, planar", "npz, grey"]) + [stored()]
    case .npy:
      return [
        NumPyFile.bytes(of: NamedArray("a", shape: [2, 3], .float32([1, 2, 3, 4, 5, 6]))),
        NumPyFile.bytes(of: NamedArray("a", shape: [3], .int64([1, 2, 3]))),
      ]
    case .pickle:
      return try sets(["cifar10 meta", "cifar100 meta", "cifar10 batch"])
    case .mat, .svhn: return try sets(["svhn", "svhn, compressed"])
    case .idx: return try sets(["idx images", "idx images, gzip"])
    case .safetensors: return [try tensors()]
    case .cifarBinary: return [(0..<2 * 3073).map { $0 % 3073 == 0 ? 7 : UInt8(truncatingIfNeeded: $0) }]
    case .cifarPython: return try sets(["cifar10 batch", "cifar10 batch, protocol 4"])
    case .torch, .torchLegacy: return try torchSeeds(format.rawValue)
    case .imageList:
      let names = FuzzTarget.listed
      return [
        "\(names[0]) 0\n\(names[1]) 0\n\(names[2]) 1\n\(names[3]) 2\n",
        "# outliers\r\n./\(names[3])\t-1\r\n\n  \(names[1]) -1", "\(names[2]) 1\n\(names[0]) 0",
      ].map { Array($0.utf8) }
    case .png: return try pictures("png")
    case .jpeg:
      return try pictures("jpeg") + [CodecFixtures.photograph(orientation: 6, isLittleEndian: true)]
    }
  }

  /// The pictures that a list may name.
  private static let listed = ["cat/1.png", "cat/2 b.png", "dog/\u{E9}.png", "bird/deep/4.png"]

  private static func tarball() -> [UInt8] {
    var writer = TarWriter()
    writer.add("cat/", [], kind: "5")
    writer.add("././@LongLink", Array("long/name\u{0}".utf8), kind: "L")
    writer.add("cat/a", [1, 2, 3])
    writer.add("header", Array("14 path=dog/b\n24 comment=made by hand\n".utf8), kind: "x")
    writer.add("b", Array(repeating: 3, count: 600))
    return writer.finished
  }

  private static func stored() throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let images = (0..<24).map { UInt8($0) }
      try NumPyArchive.write(
        [
          NamedArray("images", shape: [2, 2, 2, 3], .uint8(images)),
          NamedArray("labels", shape: [2], .int64([0, 1])),
        ], to: folder + "/a.npz")
      return try InputFile.bytes(of: folder + "/a.npz")
    }
  }

  private static func tensors() throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let arrays = [
        NamedArray("a", shape: [2, 2], .float32([1, 2, 3, 4])),
        NamedArray("b", shape: [3], .int64([1, 2, 3])),
      ]
      try SafeTensors.write(arrays, metadata: ["made": "by hand"], to: folder + "/a.safetensors")
      return try InputFile.bytes(of: folder + "/a.safetensors")
    }
  }

  /// The chunks' checksums computed anew, as far as their lengths make sense.
  private static func resealedPNG(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = position + 8 + length
      guard end + 4 <= bytes.count else { break }
      let checksum = bytes[(position + 4)..<end].withUnsafeBufferPointer {
        crc32_z(0, $0.baseAddress, $0.count)
      }
      for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: checksum >> UInt(24 - 8 * index)) }
      position = end + 4
    }
    return bytes
  }

  /// The checksums of all blocks that look like headers computed anew.
  private static func resealedTar(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, to: bytes.count - 511, by: 512)
    where bytes[(start + 257)..<(start + 262)].elementsEqual(Array("ustar".utf8)) {
      let sum = (0..<512).reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(bytes[start + $1])) }
      let digits = String(sum, radix: 8)
      let field = Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0, 0x20]
      bytes.replaceSubrange(start + 148..<start + 156, with: field)
    }
    return bytes
  }
}
