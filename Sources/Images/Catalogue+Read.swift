import Archives

extension Catalogue {
  /// Decodes what lies at `location`, whatever it turns out to hold; photographs are read as `reading` says.
  func read(
    _ location: Location, split: String, name: String, _ reading: PictureReading = PictureReading()
  ) throws -> ImageSet {
    let path = location.path
    let encoding = location.source.encoding
    // Array files keep numbers; only the catalogue knows what they are called.
    let classNames = try entry(name).classNames
    switch location.source.format {
    case .pictureArchive:
      return try PictureArchiveReader(reading).read(FilePattern(path).files(), name: name, encoding: encoding)
    case .pictureFolder:
      return try PictureFolderReader(reading).read(path, name: name, encoding: encoding)
    case .imageList: return try listed(location, name: name, reading)
    case .cifar10Binary:
      return try CIFARBinaryReader(.cifar10).read(path, split: official(split, of: name), name: name)
    case .cifar100Binary:
      return try CIFARBinaryReader(.cifar100).read(path, split: official(split, of: name), name: name)
    case .cifar10Python:
      return try CIFARPythonReader(.cifar10).read(path, split: official(split, of: name), name: name)
    case .cifar100Python:
      return try CIFARPythonReader(.cifar100).read(path, split: official(split, of: name), name: name)
    case .idx: return try IDXReader().read(path, classNames: classNames, name: name)
    case .idxTransposed:
      return try IDXReader(isTransposed: true).read(path, classNames: classNames, name: name)
    case .svhn: return try SVHNReader().read(path, name: name)
    case .numPy: return try NumPyReader().read(path, split: split, classNames: classNames, name: name)
    }
  }

  /// The authors' own division of that name.
  private func official(_ split: String, of name: String) throws -> CIFARBinaryReader.Split {
    guard let official = CIFARBinaryReader.Split(rawValue: split) else {
      throw FileError(path, "the authors' files of \(name) have no split '\(split)', only 'train' and 'test'")
    }
    return official
  }

  /// The pictures of a list, under the catalogue's class names and, if nothing else is wanted, cropped to its size.
  private func listed(_ location: Location, name: String, _ reading: PictureReading) throws -> ImageSet {
    let entry = try entry(name)
    var reading = reading
    if reading.fit == .exact, !reading.keepsSizes, let height = entry.height, let width = entry.width {
      reading.fit = .centreCrop(height: height, width: width)
    }
    let directory = String(location.path.dropLast(location.source.path.count))
    return try ImageListReader(reading).read(
      location.path, root: PathName.joined(directory, location.source.root ?? ""),
      classNames: entry.classNames, name: name, encoding: location.source.encoding)
  }
}

extension CatalogueSource.Format {
  /// Whether its pictures are files of PNG or JPEG.
  var holdsPhotographs: Bool { [.pictureArchive, .pictureFolder, .imageList].contains(self) }
}
