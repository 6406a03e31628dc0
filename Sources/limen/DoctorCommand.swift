import ArgumentParser
import Experiments
import Images
import Kernels

/// The subcommand `limen doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Tell what this machine offers and what was found on it.",
    discussion: "Example:\n\n  limen doctor --json")

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let diagnosis = Diagnosis(store: try data.store())
    if output.json {
      try output.show(diagnosis)
    } else {
      output.show(diagnosis.text)
    }
  }
}

/// What the doctor found.
private struct Diagnosis: Encodable {
  let version = RunEnvironment.version
  let commit = RunEnvironment.commit
  let processors = Parallel.processorCount
  let kernels = KernelTable.current.name
  let availableKernels = KernelTable.names.filter { KernelTable(named: $0) != nil }
  /// Kernels that the processor has instructions for and that are not used all the same, with the reasons.
  let refusedKernels = KernelTable.refusals.isEmpty ? nil : KernelTable.refusals
  let matrixLibrary = Gemm.library
  let dataFolders: [String]
  let dataFound: [String]
  let dataMissing: [String]

  init(store: DataStore) {
    dataFolders = store.directories
    var (found, missing): ([String], [String]) = ([], [])
    for entry in store.catalogue.entries {
      for split in entry.splits {
        let name = "\(entry.name) \(split.name)"
        if store.catalogue.present(split, in: store.directories) == nil {
          missing.append(name)
        } else {
          found.append(name)
        }
      }
    }
    dataFound = found
    dataMissing = missing
  }

  /// A line for each table of kernels that is not used.
  private var refused: String {
    (refusedKernels ?? [:]).sorted { $0.key < $1.key }
      .map { "\n               not \($0.key), because \($0.value)" }.joined()
  }

  var text: String {
    """
    limen          \(version)\(commit.map { " at \($0.prefix(10))" } ?? "")
    processors     \(processors)
    kernels        \(kernels) of \(availableKernels.joined(separator: ", ")); LIMEN_KERNELS chooses another\(refused)
    matrix library \(matrixLibrary)
    data folders   \(dataFolders.joined(separator: ", "))
    data found     \(dataFound.isEmpty ? "none but the drawn sets" : dataFound.joined(separator: ", "))
    data missing   \(dataMissing.isEmpty ? "none" : dataMissing.joined(separator: ", "))
    """
  }
}
