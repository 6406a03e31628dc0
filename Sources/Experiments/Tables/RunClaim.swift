import Archives
import Foundation
import Glibc
import Synchronization

/// Says which process works on a run, where processes of one or several machines share the folder of runs.
///
/// Claims are numbered files beside the run's folder, `seed0.claims/1`, `2`, …; the one of the highest number counts. A
/// claim is made with `link`, which succeeds for one process only, on network file systems too, and appears with its
/// whole content. Its owner touches it every tenth of `patience`. The next number may be taken when the owner of the
/// last one has given it up, is dead, or has not touched it for `patience`. No claim is ever taken away or written by
/// another process, so two that find the same dead owner cannot both win. An owner that was only asleep sees the higher
/// number and must stop: `onLoss`.
///
/// Whether an owner is dead is seen at once by processes that see its process number, those of one machine and process
/// namespace, and there the number alone is not believed but its start time as well. Others compare the claim's time
/// with that of a file they have just made: both are the file server's, so that clocks of machines do not matter.
package final class RunClaim {
  /// How long an owner out of sight may be silent, in seconds, before it counts as dead.
  package static let usualPatience = 300.0

  private let folder: String
  private let number: Int
  private let owner: Owner
  private let timer: any DispatchSourceTimer
  private let ending = Ending()

  /// Whether a claim is over, by its owner's will or by a loss that was told: the timer may be at work meanwhile.
  private final class Ending: Sendable {
    private let hasBegun = Atomic<Bool>(false)

    /// Whether this is the first end.
    func begin() -> Bool { !hasBegun.exchange(true, ordering: .acquiringAndReleasing) }
  }

  /// Who has a claim.
  struct Owner: Codable, Equatable {
    var host: String
    var process: ProcessIdentity
    var isReleased = false
    var failure: String?
    var team: String?
  }

  /// A claim that ended because the run failed.
  package struct Failure: Equatable {
    /// The claim's number.
    package let number: Int

    /// What went wrong.
    package let reason: String

    /// The team of the worker in whose hands it failed, if it was of one.
    package let team: String?
  }

  private init(
    _ folder: String, _ number: Int, _ owner: Owner, patience: Double, onLoss: @escaping @Sendable () -> Void
  ) {
    self.folder = folder
    self.number = number
    self.owner = owner
    let path = "\(folder)/\(number)"
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "limen.claim"))
    timer.schedule(deadline: .now() + patience / 10, repeating: patience / 10)
    timer.setEventHandler { [ending] in
      // No time given: the file server's own. A server that is away for a while is no loss.
      let isGone = utimensat(AT_FDCWD, path, nil, 0) != 0 && errno == ENOENT
      let highest = RunClaim.highest(in: folder)
      if isGone || (highest ?? 0) > number, ending.begin() { onLoss() }
    }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// Claims a run; nil if another process works on it.
  ///
  /// `onLoss` is called, at most once, on a thread of its own when another process has taken the run over or the claim has
  /// vanished: nothing may be written into the run's folder from then on. `team` is what workers that were started together
  /// have in common. A run that failed is claimed only after the failure that is given: nobody tries again what failed
  /// a moment ago. Throws a `FileError` if the claim cannot be written.
  package static func take(
    _ run: RunFolder, after failure: Failure? = nil, team: String? = nil, patience: Double = usualPatience,
    onLoss: @escaping @Sendable () -> Void
  ) throws -> RunClaim? {
    let folder = run.path + ".claims"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot be created: \(error.localizedDescription)")
    }
    let owner = Owner(host: ProcessIdentity.host, process: .current, team: team)
    let draft = "\(folder)/.\(UInt64.random(in: .min ... .max)).draft"
    guard (try? JSONEncoder().encode(owner).write(to: URL(fileURLWithPath: draft))) != nil else {
      // The owner of a run that was just finished has removed the folder.
      if run.isFinished { return nil }
      throw FileError(draft, "cannot be written")
    }
    defer { unlink(draft) }
    let last = highest(in: folder)
    if let last, let other = self.failure(last, in: folder), other != failure { return nil }
    if let last, isHeld("\(folder)/\(last)", now: modificationTime(draft), patience: patience) { return nil }
    let number = (last ?? 0) + 1
    guard link(draft, "\(folder)/\(number)") == 0 else {
      if errno == EEXIST || run.isFinished { return nil }
      throw FileError(folder, "cannot be claimed: \(String(cString: strerror(errno)))")
    }
    return RunClaim(folder, number, owner, patience: patience, onLoss: onLoss)
  }

  /// Gives the run up, unfinished, to whoever wants it, and says why if it failed.
  package func release(because failure: String? = nil) throws {
    timer.cancel()
    guard ending.begin() else { return }
    var owner = owner
    owner.isReleased = true
    owner.failure = failure
    try AtomicFile.write([UInt8](JSONEncoder().encode(owner)), to: "\(folder)/\(number)")
  }

  /// Removes all claims of a run that is finished.
  package func finish() {
    timer.cancel()
    guard ending.begin() else { return }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// How the last claim of a run failed; nil if it did not, or there is none.
  package static func failure(of run: RunFolder) -> Failure? {
    let folder = run.path + ".claims"
    return highest(in: folder).flatMap { failure($0, in: folder) }
  }

  /// How a claim failed; nil if it did not.
  private static func failure(_ number: Int, in folder: String) -> Failure? {
    guard let owner = owner(of: "\(folder)/\(number)"), let reason = owner.failure else { return nil }
    return Failure(number: number, reason: reason, team: owner.team)
  }

  private static func owner(of path: String) -> Owner? {
    FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Owner.self, from: $0) }
  }

  /// The number that counts; nil if there is none.
  private static func highest(in folder: String) -> Int? {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { Int($0) }.max()
  }

  /// Whether a claim's owner still has it, `now` being the file server's time.
  private static func isHeld(_ path: String, now: Double?, patience: Double) -> Bool {
    guard let owner = owner(of: path) else { return FileManager.default.fileExists(atPath: path) }
    if owner.isReleased { return false }
    if let isAlive = owner.process.isAlive { return isAlive }
    guard let now, let touched = modificationTime(path) else { return true }
    return now - touched <= patience
  }

  private static func modificationTime(_ path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
  }
}
