/// Writes named arrays as a safetensors file, the format that PyTorch, JAX and others read.
///
/// Reference: Hugging Face, *safetensors*, format description.
public enum SafeTensors {
  /// Replaces the file at `path` by the given arrays, in the given order, and free text.
  ///
  /// The same input gives the same bytes: metadata is sorted by key and the header is padded with spaces so that the
  /// data begin at a multiple of 8. Written as `AtomicFile` writes. Throws `FileError` if a name occurs twice or
  /// the file cannot be written.
  public static func write(
    _ arrays: [NamedArray], metadata: [String: String] = [:], to path: String
  ) throws {
    let deferred = arrays.map { array in
      DeferredArray(array.name, shape: array.shape, array.values.elementType) { array.values }
    }
    try write(deferred, metadata: metadata, to: path)
  }

  /// Replaces the file at `path` by arrays of which each is made when its turn comes.
  ///
  /// No more than one is in memory at a time. Otherwise as the writer of arrays that are there; throws what making
  /// them throws, and the file then stays as it was.
  public static func write(
    _ arrays: [DeferredArray], metadata: [String: String] = [:], to path: String
  ) throws {
    var seen: Set<String> = []
    for array in arrays {
      guard array.name != "__metadata__", seen.insert(array.name).inserted else {
        let fault = array.name == "__metadata__" ? "a name the format keeps for itself" : "a name given twice"
        throw FileError(path, "cannot hold the tensor \"\(array.name)\": \(fault)")
      }
    }
    let header = header(of: arrays, metadata: metadata)
    try AtomicFile.write(to: path) { output in
      try output.append((0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) })
      try output.append(header)
      for array in arrays {
        // The processors this runs on are little-endian, as the format is, so that arrays are written as they lie.
        try array.values().withUnsafeBytes { try output.append($0) }
      }
    }
  }

  /// The header's bytes, padded.
  private static func header(of arrays: [DeferredArray], metadata: [String: String]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var position = 0
    for array in arrays {
      let type = array.elementType
      let end = position + array.shape.reduce(type.byteCount, *)
      let shape = array.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(array.name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(position),\(end)]}")
      position = end
    }
    var bytes = Array("{\(members.joined(separator: ","))}".utf8)
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    return bytes
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
