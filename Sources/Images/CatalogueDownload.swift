/// A file that can be downloaded, and what it becomes in a data folder.
public struct CatalogueDownload: Sendable, Equatable {
  /// Where it is.
  public let url: String

  /// The file, or the folder an archive is unpacked to, relative to a data folder.
  public let path: String

  /// Whether it is a tar archive that is unpacked: all of it lies in the folder `path` inside the archive.
  public let isUnpacked: Bool

  /// The size of the download; nil when unknown.
  public let bytes: Int?

  /// Its SHA-256 digest in hexadecimal; nil when unknown.
  public let sha256: String?

  /// Its MD5 digest in hexadecimal, which is all that many authors publish; nil when unknown.
  public let md5: String?

  /// A file that can be downloaded.
  public init(
    url: String, path: String, isUnpacked: Bool = false, bytes: Int? = nil, sha256: String? = nil,
    md5: String? = nil
  ) {
    self.url = url
    self.path = path
    self.isUnpacked = isUnpacked
    self.bytes = bytes
    self.sha256 = sha256
    self.md5 = md5
  }
}
