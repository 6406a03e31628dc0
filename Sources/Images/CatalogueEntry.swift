/// A data set that recipes can name: what it is, what is expected of it, where its pictures are found.
public struct CatalogueEntry: Sendable, Equatable {
  /// What recipes call it.
  public let name: String

  /// One line for people: what the pictures show and where they come from.
  public let about: String

  /// How many classes it has.
  public let classCount: Int

  /// The names of its classes in label order; nil when the files alone know them.
  public let classNames: [String]?

  /// Rows of every picture; nil when they differ in size.
  public let height: Int?

  /// Columns of every picture; nil when they differ in size.
  public let width: Int?

  /// The usual normalisation; nil when none is customary.
  public let normalization: ChannelStatistics?

  /// Under which terms the pictures may be used, as far as known.
  public let licence: String?

  /// Where it is used: papers, protocols and roles in them, for people.
  public let usedBy: [String]

  /// Customary divisions of its classes into groups.
  public let groupings: [ClassGrouping]

  /// Its divisions ("train", "test"), in the order of the file.
  public let splits: [CatalogueSplit]

  /// An entry of the catalogue.
  public init(
    name: String, about: String, classCount: Int, classNames: [String]? = nil, height: Int?, width: Int?,
    normalization: ChannelStatistics? = nil, licence: String? = nil, usedBy: [String] = [],
    groupings: [ClassGrouping] = [], splits: [CatalogueSplit]
  ) {
    self.name = name
    self.about = about
    self.classCount = classCount
    self.classNames = classNames
    self.height = height
    self.width = width
    self.normalization = normalization
    self.licence = licence
    self.usedBy = usedBy
    self.groupings = groupings
    self.splits = splits
  }
}

/// Mean and standard deviation of each channel (red, green, blue) of pixels in 0…1.
public struct ChannelStatistics: Sendable, Equatable {
  /// The means.
  public let mean: [Float]

  /// The standard deviations.
  public let deviation: [Float]

  /// Three means and three deviations.
  public init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == 3 && deviation.count == 3, "channel statistics have three channels")
    self.mean = mean
    self.deviation = deviation
  }
}
