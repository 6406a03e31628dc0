/// Opens files of weights of every format that is read.
///
/// The format follows from the content: safetensors, PyTorch's `.pt` and `.pth` of both kinds, NumPy's `.npz`.
public enum WeightsFile {
  /// Opens the file at `path`; throws a `FileError` when it cannot be read or is no file of weights.
  public static func open(_ path: String) throws -> any TensorFile {
    if path.hasSuffix(".safetensors") { return try SafeTensorsFile(path) }
    let bytes = try FileBytes(path: path)
    guard bytes.count > 0 else { throw FileError(path, "the file is empty") }
    let start = bytes[0..<min(512, bytes.count)].array
    if start.starts(with: [0x50, 0x4B]) {
      let zip = try ZipFile(bytes)
      return zip.names.contains { $0.hasSuffix(".npy") } ? try NumPyWeights(path) : try TorchArchive(path)
    }
    // The first eight bytes are the length of a header of at most 100 MB, which is an object.
    if start.count > 8, start[4..<8].allSatisfy({ $0 == 0 }), start[8] == UInt8(ascii: "{") {
      return try SafeTensorsFile(path)
    }
    if start[0] == 0x80 { return try TorchArchive(path) }
    throw FileError(path, "is no file of weights: \(guess(start)); safetensors, .pt, .pth and .npz are read")
  }

  /// What a file that is not read seems to be.
  private static func guess(_ start: [UInt8]) -> String {
    let marks: [(at: Int, mark: [UInt8], meaning: String)] = [
      (0, [0x1F, 0x8B], "it is packed by gzip and must be unpacked first"),
      (257, Array("ustar".utf8), "it is a tar archive"),
      (0, [0x89] + Array("HDF".utf8), "it is an HDF5 file"),
      (0, [0x93] + Array("NUMPY".utf8), "it is one NumPy array without names"),
      (0, Array("GGUF".utf8), "it is a GGUF file"),
      (0, Array("<".utf8), "it is a web page"),
    ]
    let known = marks.first { start.count >= $0.at + $0.mark.count && start[$0.at...].starts(with: $0.mark) }
    return known?.meaning ?? "its format is unknown"
  }
}
