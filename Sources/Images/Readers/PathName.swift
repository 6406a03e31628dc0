/// What the parts of a path are called.
enum PathName {
  /// The last component.
  static func last(of path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }

  /// The last component without the endings of archives and arrays.
  static func stem(of path: String) -> String {
    let name = last(of: path)
    let ending = [".tar.gz", ".tgz", ".tar", ".npz", ".npy", ".mat"].first { name.hasSuffix($0) }
    return String(name.dropLast(ending?.count ?? 0))
  }

  /// The name of the folder that a file lies in, "" at the root.
  static func folder(of path: String) -> String {
    String(path.split(separator: "/").dropLast().last ?? "")
  }

  /// `path` below `directory`; an absolute path stays what it is.
  static func joined(_ directory: String, _ path: String) -> String {
    if path.hasPrefix("/") || directory.isEmpty { return path }
    return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
  }
}
