/// What a PyTorch file holds: the pickled value, and where the storages it refers to lie.
struct TorchContent {
  let root: Pickle.Value
  let storages: TorchStorages

  /// The number that files before version 1.6 begin with, as its bytes from the lowest on.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// Reads a zip archive: one folder with `data.pkl`, `byteorder` and a folder `data` of storages.
  init(zip bytes: FileBytes) throws {
    let zip = try ZipFile(bytes)
    let pickles = zip.names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard let name = pickles.first, pickles.count == 1 else {
      throw FileError(
        bytes.path,
        pickles.isEmpty
          ? "is a zip archive, but no file of PyTorch's: it holds no data.pkl"
          : "damaged PyTorch file: it holds data.pkl \(pickles.count) times")
    }
    let folder = String(name.dropLast("data.pkl".count))
    guard !zip.names.contains(where: { $0.hasPrefix(folder + "code/") }) else {
      throw FileError(bytes.path, "is a TorchScript program; save the model's state_dict() instead")
    }
    var isBigEndian = false
    if zip.contains(folder + "byteorder") {
      let order = try zip.content(of: folder + "byteorder").array
      switch String(decoding: order.prefix(16), as: UTF8.self) {
      case "little": break
      case "big": isBigEndian = true
      case let other: throw FileError(bytes.path, "damaged PyTorch file: its byte order is \"\(other)\"")
      }
    }
    let pickle = try Pickle(zip.content(of: name).named(bytes.path))
    try TorchContent.checkImports(of: pickle, path: bytes.path)
    root = pickle.root
    storages = TorchStorages(
      path: bytes.path, isBigEndian: isBigEndian, place: .zip(zip, prefix: folder + "data/"))
  }

  /// Reads the format before version 1.6: five pickles (a magic number, the protocol, facts about the computer, the
  /// value, the storages' keys), then each storage behind its length.
  init(legacy bytes: FileBytes) throws {
    var position = 0
    func next() throws -> Pickle {
      let end = min(bytes.count, position + Pickle.largestSize)
      guard position < end else { throw FileError(bytes.path, "damaged PyTorch file: it is cut off") }
      let pickle = try Pickle(bytes[position..<end])
      position += pickle.byteCount
      return pickle
    }
    guard case .largeInteger(TorchContent.magic) = try next().root.content else {
      throw FileError(bytes.path, "is a pickle, but no file of PyTorch's; torch.save writes those")
    }
    guard let version = try next().root.integer, version == 1001 else {
      throw FileError(bytes.path, "has another version of PyTorch's old format than 1001")
    }
    let isBigEndian = try next().root["little_endian"]?.bool == false
    let pickle = try next()
    try TorchContent.checkImports(of: pickle, path: bytes.path)
    guard let keys = try next().root.elements?.map(\.string) else {
      throw FileError(bytes.path, "damaged PyTorch file: it lists no storages")
    }
    var types: [String: SafeTensorsElementType] = [:]
    // Whole pickled modules refer to their source code in the same way.
    let stored = pickle.persistents.filter { $0.persistent?.elements?.first?.string == "storage" }
    for reference in try stored.map(TorchStorages.reference) {
      guard let type = reference.elementType else { continue }
      guard types.updateValue(type, forKey: reference.key) ?? type == type else {
        throw FileError(bytes.path, "damaged PyTorch file: storage \(reference.key) is of two types")
      }
    }
    var cursor = ByteCursor(bytes, at: position)
    var pieces: [String: FileBytes] = [:]
    for key in keys {
      guard let key, let type = types[key] else {
        throw FileError(bytes.path, "damaged PyTorch file: it lists a storage that no tensor refers to")
      }
      let count = Int(Int64(bitPattern: try cursor.number(UInt64.self, bigEndian: isBigEndian)))
      guard count >= 0, count <= cursor.remaining / type.byteCount else {
        throw FileError(
          bytes.path, "damaged PyTorch file: storage \(key) of \(count) numbers does not lie inside it")
      }
      let piece = try cursor.take(count * type.byteCount)
      guard pieces.updateValue(piece, forKey: key) == nil else {
        throw FileError(bytes.path, "damaged PyTorch file: it lists storage \(key) twice")
      }
    }
    root = pickle.root
    storages = TorchStorages(path: bytes.path, isBigEndian: isBigEndian, place: .pieces(pieces))
  }

  /// Modules of Python that start programs or change files.
  private static let dangerousModules: Set<String> = [
    "os", "posix", "nt", "subprocess", "commands", "pty", "socket", "runpy", "shutil", "sys", "importlib",
    "ctypes", "webbrowser", "code", "pdb", "bdb", "timeit", "asyncio", "multiprocessing", "threading", "pip",
  ]

  /// Functions of Python that run what they are given.
  private static let dangerousFunctions: Set<String> = [
    "eval", "exec", "execfile", "compile", "open", "__import__", "breakpoint", "input",
  ]

  /// Refuses a pickle that names what starts programs.
  ///
  /// Nothing is ever run here; but nobody should hold a file for harmless that is not so elsewhere.
  private static func checkImports(of pickle: Pickle, path: String) throws {
    for (module, name) in pickle.globals {
      let package = module.prefix { $0 != "." }
      let isBuiltin = package == "builtins" || package == "__builtin__"
      guard
        dangerousModules.contains(String(package))
          || isBuiltin && dangerousFunctions.contains(String(name.prefix { $0 != "." }))
      else { continue }
      throw FileError(
        path,
        "is refused: loading it in Python would call \(module.prefix(60)).\(name.prefix(60)), which no file of weights "
          + "needs (nothing was run)")
    }
  }
}
