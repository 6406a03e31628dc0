import CKernels

/// The only concurrency of the arithmetic: a loop whose iterations may run on several threads.
///
/// Work is cut by *shape*, never by thread count, and whoever combines partial results does so in a
/// fixed order; so every kernel gives the same bits for 1, 2 or 64 threads.
public enum Parallel {
  @TaskLocal private static var pool = ThreadPool(threadCount: processorCount)

  /// How many processors this process may use.
  public static var processorCount: Int { Int(limen_processor_count()) }

  /// How many threads, the caller's included, `forEach` uses here.
  public static var threadCount: Int { pool.threadCount }

  /// Runs `body` with `threadCount` threads for every parallel loop inside it.
  ///
  /// - Precondition: `threadCount` is at least 1.
  public static func withThreads<Result>(_ threadCount: Int, _ body: () throws -> Result) rethrows -> Result {
    try $pool.withValue(ThreadPool(threadCount: threadCount), operation: body)
  }

  /// Calls `body(0)` … `body(taskCount − 1)`, each once, in any order and on any thread; returns when all are done.
  ///
  /// Denormals are flushed to zero inside `body` on every thread. A loop inside a loop, or one begun
  /// while another thread's loop is running, runs on the calling thread alone.
  ///
  /// Cost: the hand-off takes a few microseconds, so a task should be worth at least that.
  public static func forEach(_ taskCount: Int, _ body: (Int) -> Void) {
    guard taskCount > 0 else { return }
    guard let table = KernelTable.override else { return pool.run(taskCount, body) }
    // Workers are no children of this task, so they would not know of another table being in force.
    pool.run(taskCount) { task in KernelTable.with(table) { body(task) } }
  }

  /// Cuts `0..<count` into runs of `grain` elements (the last may be shorter) and calls `body` for each.
  public static func forEachRange(of count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    precondition(grain > 0, "forEachRange: grain must be positive, got \(grain)")
    forEach((count + grain - 1) / grain) { task in
      body(task * grain..<min(count, (task + 1) * grain))
    }
  }
}
