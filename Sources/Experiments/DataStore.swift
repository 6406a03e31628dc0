import Archives
import Foundation
import Images

/// Where data sets come from: the catalogue, the folders that are searched, and the drawn set.
public struct DataStore: Sendable {
  /// The sets that recipes can name.
  public let catalogue: Catalogue

  /// The folders that are searched, in order.
  public let directories: [String]

  /// How pictures of folders, tars and lists are read and kept; their fit follows from the size that is asked for.
  var reading = PictureReading()

  /// The store of this machine: searches `dataDirectory` if given, `$LIMEN_DATA` if set, then the folder of
  /// the catalogue, which is `Data` in the working directory or above the program.
  public init(
    dataDirectory: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let home = try ProjectFolder.located("Data", holding: "catalogue.yaml")
    catalogue = try CatalogueFile.read("\(home)/catalogue.yaml")
    directories =
      [dataDirectory, environment["LIMEN_DATA"]].compactMap { $0 }.filter { !$0.isEmpty } + [home]
  }

  /// A store of given catalogue and folders.
  public init(catalogue: Catalogue, directories: [String]) {
    self.catalogue = catalogue
    self.directories = directories
  }

  /// The same store, which reads and keeps pictures as a recipe says; what it opens shares one memory.
  func reading(as recipe: DataRecipe) -> DataStore {
    var store = self
    store.reading = PictureReading(
      decodesFully: recipe.size?.decodesFully ?? false, skipsDamaged: recipe.skipsDamaged,
      memory: PictureMemory(byteCount: recipe.cache << 20))
    return store
  }

  /// Pictures of the drawn set where a recipe does not say how many.
  public static func drawnCount(_ split: SyntheticSet.Split) -> Int { split == .train ? 10_000 : 2_000 }

  /// The pictures a recipe names, of which it may want only some; what it draws at random follows from `seed`.
  ///
  /// Folders and tars are brought to `size`; a set of another size than an exact one, or without the pictures
  /// that are asked for, is refused. Throws a `FileError` that says what is missing and how to get it.
  public func open(_ reference: DataSetReference, size: PictureSize?, seed: UInt64 = 0) throws -> ImageSet {
    let set = try pictures(of: reference, size: size, seed: seed)
    if let size, size.fit == .exact, (set.height, set.width) != (size.size, size.size) {
      throw FileError(
        reference.name,
        "has \(set.height)×\(set.width) pictures, but data.size asks for exactly \(size.size)×\(size.size)")
    }
    return set
  }

  /// The pictures a recipe names as they are, of whatever sizes; those that are files are decoded on demand.
  package func openWhole(_ reference: DataSetReference, seed: UInt64 = 0) throws -> ImageSet {
    var store = self
    store.reading.keepsSizes = true
    return try store.pictures(of: reference, size: nil, seed: seed)
  }

  private func pictures(of reference: DataSetReference, size: PictureSize?, seed: UInt64) throws -> ImageSet {
    switch reference.source {
    case .catalogue(let name, let split, let part):
      var selection = reference.selection
      if let subject = SyntheticSet.Subject(rawValue: name) {
        // A drawn set is as large as it is asked to be, before anything is chosen from it.
        let count = selection.count
        selection.count = nil
        return try selection.applied(
          to: drawn(subject, split: split, part: part, count: count), seed: seed)
      }
      let set = try catalogue.open(
        name, split: split, part: part, in: directories, reading: fitting(size))
      return try selection.applied(to: set, seed: seed)
    case .list(let file, let root):
      let set = try ImageListReader(fitting(size)).read(file, root: root, name: reference.name)
      return try reference.selection.applied(to: set, seed: seed)
    case .share:
      preconditionFailure("a share of the training pictures is taken by ExperimentData")
    case .path(let path):
      return try reference.selection.applied(
        to: photographs(path, name: reference.name, size: size), seed: seed)
    }
  }

  private func photographs(_ path: String, name: String, size: PictureSize?) throws -> ImageSet {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isFolder.boolValue { return try PictureFolderReader(fitting(size)).read(path, name: name) }
    guard isThere || FilePattern(path).isPattern else {
      throw FileError(path, "there is no such folder or tar archive")
    }
    return try PictureArchiveReader(fitting(size)).read(FilePattern(path).files(), name: name)
  }

  private func fitting(_ size: PictureSize?) -> PictureReading {
    var reading = reading
    reading.fit = size?.pictureFit ?? .exact
    return reading
  }

  /// The constants of the catalogue for a set, nil where it knows none.
  public func normalization(of reference: DataSetReference) -> Normalization? {
    guard case .catalogue(let name, _, _) = reference.source, let entry = try? catalogue.entry(name) else {
      return nil
    }
    return entry.normalization.map { Normalization(mean: $0.mean, deviation: $0.deviation) }
  }

  private func drawn(_ subject: SyntheticSet.Subject, split: String, part: String?, count: Int?) throws
    -> ImageSet
  {
    if let part {
      throw FileError(subject.rawValue, "there is no part called '\(part)': drawn sets have none")
    }
    guard let half = SyntheticSet.Split(rawValue: split) else {
      throw FileError(subject.rawValue, "there is no split called '\(split)' (known: train, test)")
    }
    // The pictures are the same for every seed of a run, as those of any other set.
    return SyntheticSet.make(subject, split: half, count: count ?? Self.drawnCount(half), seed: 0)
  }
}

extension PictureSize {
  /// How a picture is brought to the size.
  var pictureFit: PictureFit {
    switch fit {
    case .crop: .centreCrop(height: size, width: size)
    case .stretch: .stretch(height: size, width: size)
    case .exact: .exact
    }
  }
}
