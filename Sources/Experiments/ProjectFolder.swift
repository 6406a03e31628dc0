import Archives
import Foundation

/// Finds the folders that ship with the program.
public enum ProjectFolder {
  /// The folder of that name in the working directory, else in the program's folder or one above it.
  ///
  /// With `file`, only a folder that holds it counts. Throws a `FileError` when there is none.
  public static func located(
    _ name: String, holding file: String? = nil,
    workingDirectory: String = FileManager.default.currentDirectoryPath,
    executable: String = Bundle.main.executablePath ?? ""
  ) throws -> String {
    func fits(_ folder: String) -> Bool {
      var isFolder: ObjCBool = false
      let path = file.map { "\(folder)/\($0)" } ?? folder
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && isFolder.boolValue == (file == nil)
    }
    // The plain name keeps listed paths short where the user can use them as they are.
    if fits("\(workingDirectory)/\(name)") {
      return workingDirectory == FileManager.default.currentDirectoryPath
        ? name : "\(workingDirectory)/\(name)"
    }
    var ancestor = URL(fileURLWithPath: executable).resolvingSymlinksInPath()
    while ancestor.path != "/" {
      ancestor.deleteLastPathComponent()
      let folder = ancestor.appendingPathComponent(name).path
      if fits(folder) { return folder }
    }
    throw FileError(name, "no such folder in the working directory, beside the program or above it")
  }
}
