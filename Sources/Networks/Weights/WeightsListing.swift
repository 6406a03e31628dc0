import Archives
import Kernels

/// What a file of weights holds: names, kinds, extents and totals.
public struct WeightsListing: Sendable, Codable, Equatable {
  /// One tensor.
  public struct Row: Sendable, Codable, Equatable {
    /// Its name in the file.
    public let name: String

    /// The name that it has here.
    public let meaning: String

    /// The kind of its numbers, such as "F32".
    public let type: String

    /// Its extents in the file; empty for a single number.
    public let shape: [Int]

    /// How many numbers it has.
    public let count: Int

    /// How many bytes these take.
    public let byteCount: Int
  }

  /// The file.
  public let file: String

  /// How it stores tensors.
  public let format: TensorFileFormat

  /// The network that the names and extents speak of, if it is a known one.
  public let network: String?

  /// How many classes the last layer tells apart, if there is one.
  public let classCount: Int?

  /// In how many groups those classes are (MOS), each with a logit more for "others"; nil without groups.
  public let groupCount: Int?

  /// How many logits the last layer has, if there is one.
  public var logitCount: Int? { classCount.map { $0 + (groupCount ?? 0) } }

  /// The tensors in the order of the file.
  public let tensors: [Row]

  /// Numbers in all tensors.
  public let count: Int

  /// Bytes of all tensors.
  public let byteCount: Int

  /// The names of the five largest tensors, the largest first.
  public let largest: [String]

  /// Entries beside the tensors that are not read, such as "epoch".
  public let extras: [String]

  /// What `weights` hold; throws a `FileError` when a tensor's description is damaged.
  public init(_ weights: NamedWeights) throws {
    let file = weights.file
    var shapes: [String: [Int]] = [:]
    tensors = try zip(file.names, weights.names).map { name, meaning in
      let (shape, type) = (try file.shape(of: name), try file.elementType(of: name))
      shapes[meaning] = try weights.shape(of: meaning)
      let count = shape.reduce(1, *)
      return Row(
        name: name, meaning: meaning, type: type.rawValue, shape: shape, count: count,
        byteCount: count * type.byteCount)
    }
    self.file = file.path
    format = file.format
    network = Architecture(shapes)?.name
    let logitCount = Architecture.head(shapes)?.classCount
    let groupCount = try StateDict.groups(in: file)?.sizes.count
    self.groupCount = groupCount
    classCount = logitCount.map { $0 - (groupCount ?? 0) }
    count = tensors.reduce(0) { $0 + $1.count }
    byteCount = tensors.reduce(0) { $0 + $1.byteCount }
    let sorted = tensors.enumerated().sorted {
      ($1.element.byteCount, $0.offset) < ($0.element.byteCount, $1.offset)
    }
    largest = sorted.prefix(5).map(\.element.name)
    extras = (file as? TorchArchive)?.extras ?? []
  }
}
