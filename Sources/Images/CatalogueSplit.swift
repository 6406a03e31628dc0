/// One division of a data set, such as its training pictures, with the places it can be read from.
public struct CatalogueSplit: Sendable, Equatable {
  /// What recipes call it: "train" or "test".
  public let name: String

  /// How many pictures it has.
  public let count: Int

  /// Named shares of the pictures.
  public let parts: [CataloguePart]

  /// Where the pictures can be read from; the first that is on disk is taken.
  public let sources: [CatalogueSource]

  /// How to get the files when none is on disk.
  public let whereToGet: String

  /// A division of a data set.
  public init(
    name: String, count: Int, parts: [CataloguePart] = [], sources: [CatalogueSource], whereToGet: String
  ) {
    self.name = name
    self.count = count
    self.parts = parts
    self.sources = sources
    self.whereToGet = whereToGet
  }
}

/// A named share of a split, taken by position so that it is the same everywhere.
public struct CataloguePart: Sendable, Equatable {
  /// Which positions belong to a part.
  public enum Rule: Sendable, Equatable {
    /// Positions n−1, 2n−1, …: every n-th picture.
    case every(Int)

    /// All positions but those of `every(n)`.
    case exceptEvery(Int)
  }

  /// What recipes call it.
  public let name: String

  /// Which pictures belong to it.
  public let rule: Rule

  /// A named share.
  public init(name: String, rule: Rule) {
    self.name = name
    self.rule = rule
  }

  /// The positions of the part among `count` pictures, ascending.
  public func indices(of count: Int) -> [Int] {
    switch rule {
    case .every(let step): (0..<count).filter { $0 % step == step - 1 }
    case .exceptEvery(let step): (0..<count).filter { $0 % step != step - 1 }
    }
  }
}

/// A file or folder that holds a split, below one of the data directories.
public struct CatalogueSource: Sendable, Equatable {
  /// How the pictures are stored in it.
  public enum Format: String, Sendable, CaseIterable {
    /// The authors' binary files of CIFAR-10, as a folder or a tar archive.
    case cifar10Binary

    /// The authors' binary files of CIFAR-100, as a folder or a tar archive.
    case cifar100Binary

    /// The authors' Python batches of CIFAR-10, as a folder or a tar archive.
    case cifar10Python

    /// The authors' Python batches of CIFAR-100, as a folder or a tar archive.
    case cifar100Python

    /// An IDX file of pictures, with one of labels beside it (the MNIST family).
    case idx

    /// The same with rows and columns exchanged (EMNIST).
    case idxTransposed

    /// A MATLAB file of cropped digits as SVHN's.
    case svhn

    /// NumPy arrays of pictures and labels: an `.npz`, or an `.npy` with one of labels beside it.
    case numPy

    /// A tar archive of pictures in class folders, or several that a pattern in the file's name stands for.
    case pictureArchive

    /// A folder of pictures in class folders.
    case pictureFolder
  }

  /// How the pictures are stored.
  public let format: Format

  /// The file or folder, relative to a data directory.
  public let path: String

  /// How the pixels were stored.
  public let encoding: ImageSet.Encoding

  /// The size of the file; nil for a folder or when unknown.
  public let bytes: Int?

  /// The digest of the file in hexadecimal; nil for a folder or when unknown.
  public let sha256: String?

  /// A place to read a split from.
  public init(
    format: Format, path: String, encoding: ImageSet.Encoding, bytes: Int? = nil, sha256: String? = nil
  ) {
    self.format = format
    self.path = path
    self.encoding = encoding
    self.bytes = bytes
    self.sha256 = sha256
  }
}
