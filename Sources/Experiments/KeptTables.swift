import Archives
import Detection
import Foundation
import Images
import Kernels
import Networks

/// The feature tables in a run's folder, each with what it was made of, so that none is made twice.
///
/// Beside its tensors a file says which weights, which precision and which pictures it is of. A table of others, or of
/// fewer layers than asked for, or that cannot be read is made again.
struct KeptTables {
  private let folder: RunFolder
  private let weights: String
  private let precision: ElementType

  /// The tables of `network` in `folder`, which is created if need be.
  init(in folder: RunFolder, of network: Network, precision: ElementType) throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/features", withIntermediateDirectories: true)
    self.folder = folder
    self.precision = precision
    weights = Self.hash(of: network)
  }

  /// The table of a set, made by `make` and written unless the folder has it.
  func table(
    of set: ImageSet, normalization: Images.Normalization, _ name: String, withLayers: Bool,
    _ make: () throws -> FeatureTable
  ) throws -> FeatureTable {
    let path = folder.features(name)
    let origin = [
      "weights": weights, "precision": precision.rawValue, "pictures": try Self.hash(of: set, normalization),
    ]
    if let kept = read(path, name, madeOf: origin), !withLayers || !kept.layerFeatures.isEmpty { return kept }
    let table = try make()
    try table.write(to: path, metadata: origin)
    return table
  }

  private func read(_ path: String, _ name: String, madeOf origin: [String: String]) -> FeatureTable? {
    guard let file = try? SafeTensorsFile(path), file.metadata == origin else { return nil }
    return try? FeatureTable(contentsOf: path, name: name)
  }

  /// A hash of all values of a network and their names.
  private static func hash(of network: Network) -> String {
    var digest = SHA256()
    for array in StateDict.arrays(of: network) {
      digest.update(Array("\(array.name) \(array.shape)".utf8))
      switch array.values {
      case .float32(let values): values.withUnsafeBytes { digest.update(Array($0)) }
      case .int64(let values): values.withUnsafeBytes { digest.update(Array($0)) }
      default: preconditionFailure("\(array.name) is of a type that no network holds")
      }
    }
    return digest.hexDigest()
  }

  /// A hash of a set's extents, labels, names and normalisation, and of sixteen of its pictures.
  static func hash(of set: ImageSet, _ normalization: Images.Normalization) throws -> String {
    var digest = SHA256()
    digest.update(Array("\(set.name) \(set.count) \(set.height) \(set.width) \(set.encoding.rawValue)".utf8))
    digest.update(Array("\(normalization.mean) \(normalization.deviation)".utf8))
    set.labels.withUnsafeBytes { digest.update(Array($0)) }
    for identifier in set.identifiers { digest.update(Array("\(identifier)\n".utf8)) }
    let samples = min(16, set.count)
    for sample in 0..<samples {
      digest.update(try set.picture(sample * (set.count - 1) / max(samples - 1, 1)).pixels)
    }
    return digest.hexDigest()
  }
}
