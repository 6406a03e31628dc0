import CKernels
import Glibc
import Synchronization

/// A fixed set of threads that help the caller with one parallel loop at a time.
///
/// Workers spin for a short while after a loop, because the next one usually follows within
/// microseconds, and then sleep.
final class ThreadPool: Sendable {
  let threadCount: Int
  private let shared: Shared

  /// Starts `threadCount − 1` workers; the caller of `run` is the last thread.
  init(threadCount: Int) {
    precondition(threadCount >= 1, "a thread pool needs at least one thread, got \(threadCount)")
    self.threadCount = threadCount
    shared = Shared()
    for _ in 1..<max(threadCount, 1) {
      shared.startWorker()
    }
  }

  deinit {
    shared.stop()
  }

  /// Runs `body(0)` … `body(taskCount − 1)` on all threads; on this thread alone if it is inside a loop
  /// already or the pool is busy.
  func run(_ taskCount: Int, _ body: (Int) -> Void) {
    // A worker does not inherit the pool of the thread it helps, so the mark is the thread's own.
    let insideLoop = limen_inside_loop()
    guard let insideLoop, insideLoop.pointee == 0 else {
      for task in 0..<taskCount { body(task) }
      return
    }
    insideLoop.pointee = 1
    let mode = limen_float_mode_enter()
    defer {
      limen_float_mode_restore(mode)
      insideLoop.pointee = 0
    }
    guard threadCount > 1, taskCount > 1, shared.claim() else {
      for task in 0..<taskCount { body(task) }
      return
    }
    withoutActuallyEscaping(body) { shared.run(taskCount, $0) }
    shared.release()
  }
}

/// What the caller and the workers share.
///
/// `@unchecked Sendable`: `body` and `taskCount` are written by the one thread that has claimed the
/// pool, before `generation` is raised with release order, and read by workers after they have seen
/// the new generation; the claimant waits until every worker has left before it returns.
private final class Shared: @unchecked Sendable {
  private var body: ((Int) -> Void)?
  private var taskCount = 0
  private var workerCount = 0
  private let busy = Atomic<Bool>(false)
  private let generation = Atomic<Int>(0)
  private let nextTask = Atomic<Int>(0)
  private let workersInside = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// About 50 microseconds of polite spinning.
  private static let spins = 2_000

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(wake)
    mutex.deallocate()
    wake.deallocate()
  }

  func claim() -> Bool {
    busy.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
  }

  func release() {
    busy.store(false, ordering: .releasing)
  }

  func run(_ taskCount: Int, _ body: @escaping (Int) -> Void) {
    self.body = body
    self.taskCount = taskCount
    nextTask.store(0, ordering: .relaxed)
    workersInside.store(workerCount, ordering: .relaxed)
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
    takeTasks(taskCount, body)
    var spins = 0
    while workersInside.load(ordering: .acquiring) > 0 {
      limen_spin_pause()
      spins += 1
      if spins > Self.spins { sched_yield() }
    }
    self.body = nil
  }

  private func takeTasks(_ taskCount: Int, _ body: (Int) -> Void) {
    while true {
      let task = nextTask.add(1, ordering: .relaxed).oldValue
      guard task < taskCount else { return }
      body(task)
    }
  }

  func startWorker() {
    // If the machine refuses more threads, the loop runs on those there are, with the same bits.
    guard let thread = WorkerThread.start({ self.work() }) else { return }
    workerCount += 1
    pthread_detach(thread)
  }

  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    generation.add(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  private func work() {
    _ = limen_float_mode_enter()
    limen_inside_loop()?.pointee = 1
    var seen = 0
    while true {
      waitForChange(from: seen)
      seen += 1
      if stopping.load(ordering: .sequentiallyConsistent) { return }
      if let body { takeTasks(taskCount, body) }
      workersInside.subtract(1, ordering: .acquiringAndReleasing)
    }
  }

  private func waitForChange(from seen: Int) {
    for _ in 0..<Self.spins {
      if generation.load(ordering: .acquiring) != seen { return }
      limen_spin_pause()
    }
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(wake, mutex)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }
}
