import CKernels
import Glibc

/// The micro-kernels of one instruction set.
///
/// Chosen once at start by what the processor has; `LIMEN_KERNELS=avx2` (or another of `names`) in the
/// environment asks for another. Results differ between tables in the last bits only.
public struct KernelTable: @unchecked Sendable {
  // The pointer leads to a constant table of the program; nothing ever writes to it.
  let functions: UnsafePointer<limen_kernel_table>

  /// The table that `with` has put in force here, nil outside of it.
  @TaskLocal static var override: KernelTable?
  private static let asked = getenv("LIMEN_KERNELS").map { String(cString: $0) }
  private static let atStart =
    asked.flatMap(KernelTable.init(named:)) ?? KernelTable(limen_kernel_table_best())

  /// Names of all tables, slowest first; the last, a model of `amx` in software, is for tests and used on request only.
  public static let names = ["portable", "avx2", "avx512", "avx512bf16", "amx", "amxmodel"]

  /// The table in force here.
  public static var current: KernelTable { override ?? atStart }

  /// Runs `body` with another table in force for every kernel called inside it.
  public static func with<Result>(_ table: KernelTable, _ body: () throws -> Result) rethrows -> Result {
    try $override.withValue(table, operation: body)
  }

  /// The table of that name, or nil if there is none or this processor cannot run it.
  public init?(named name: String) {
    guard let functions = limen_kernel_table_named(name) else { return nil }
    self.functions = functions
  }

  private init(_ functions: UnsafePointer<limen_kernel_table>) {
    self.functions = functions
  }

  /// What is wrong with the request in the environment, in a sentence; nil if there is none or it was met.
  public static var unmetRequest: String? {
    guard let asked, KernelTable(named: asked) == nil else { return nil }
    let available = names.filter { KernelTable(named: $0) != nil }.joined(separator: ", ")
    if let refusal = refusal(of: asked) {
      return "LIMEN_KERNELS=\(asked): these kernels are not used, because \(refusal) (there are \(available))"
    }
    return "LIMEN_KERNELS=\(asked): there are no such kernels for this processor (there are \(available))"
  }

  /// Why the table of that name is not used though the processor has its instructions, as part of a sentence.
  ///
  /// Nil if it is used, or if the processor lacks the instructions. Only `amx` is ever refused: where the operating
  /// system keeps tile registers from the process, or where small products come out wrong.
  public static func refusal(of name: String) -> String? {
    limen_kernel_table_refusal(name).map { String(cString: $0) }
  }

  /// Every table that is refused, with the reason.
  public static var refusals: [String: String] {
    Dictionary(uniqueKeysWithValues: names.compactMap { name in refusal(of: name).map { (name, $0) } })
  }

  /// One of `names`.
  public var name: String { String(cString: functions.pointee.name) }

  var table: limen_kernel_table { functions.pointee }

  /// The micro-kernels for activations of that type.
  func activations(_ elementType: ElementType) -> limen_activation_kernels {
    switch elementType {
    case .float32: functions.pointee.float32
    case .bfloat16: functions.pointee.bfloat16
    }
  }
}
