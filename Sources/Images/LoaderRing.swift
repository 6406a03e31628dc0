import Glibc
import Kernels

/// The bounded ring between the loader's threads and the one that takes the batches.
///
/// Batch b of an epoch lives in slot b mod slotCount. A worker may make it once the batch that was
/// there before has been taken back, which bounds the memory and lets nobody run ahead too far.
///
/// `@unchecked Sendable`: every stored variable is read and written under `mutex` only. The floats of a
/// slot are written by the one worker that has claimed its batch, without the mutex, and read by the
/// taker after that worker has marked it ready under the mutex; a new epoch begins only when no
/// worker is inside a slot.
final class LoaderRing: @unchecked Sendable {
  private let filler: LoaderFiller
  private let slots: [UnsafeMutableBufferPointer<Float>]

  private var plan: LoaderPlan?
  /// Counts the epochs begun, so that a stale iteration is noticed.
  private var generation = 0
  /// The batch that the next free worker makes.
  private var nextToMake = 0
  /// The batch that the taker gets next; the one before it is still in the taker's hands.
  private var nextToTake = 0
  /// Which batch lies ready in each slot, or failed to get there.
  private var ready: [Int?]
  /// Why the batch of each slot could not be made; nil where it could.
  private var failures: [(any Error)?]
  private var workersInside = 0
  private var isStopping = false
  /// The caller's own working buffer, for loaders without threads.
  private var ownPicture = Picture(height: 0, width: 0)

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// Workers wait for work, the taker for a batch: two conditions, so that a signal wakes the right one.
  private let work = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let progress = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(filler: LoaderFiller, slotCount: Int) {
    self.filler = filler
    let size =
      filler.pipeline.views.count * min(filler.batchSize, filler.set.count) * filler.pictureSize
    slots = (0..<slotCount).map { _ in
      let slot = UnsafeMutableBufferPointer<Float>.allocate(capacity: size)
      slot.initialize(repeating: 0)
      return slot
    }
    ready = Array(repeating: nil, count: slotCount)
    failures = Array(repeating: nil, count: slotCount)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(work, nil)
    pthread_cond_init(progress, nil)
  }

  deinit {
    for slot in slots { slot.deallocate() }
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(work)
    pthread_cond_destroy(progress)
    mutex.deallocate()
    work.deallocate()
    progress.deallocate()
  }

  /// Starts a thread that makes batches until `stop`; nil if the machine refuses.
  func startWorker() -> pthread_t? {
    WorkerThread.start { self.runWorker() }
  }

  /// Tells every worker to end after the batch it is making.
  func stop() {
    withLock {
      isStopping = true
      pthread_cond_broadcast(work)
    }
  }

  /// Drops the current epoch, waits until no worker is inside a slot, and begins another; returns its number.
  func begin(_ plan: LoaderPlan) -> Int {
    withLock {
      self.plan = nil
      while workersInside > 0 { pthread_cond_wait(progress, mutex) }
      self.plan = plan
      generation += 1
      nextToMake = plan.batches.lowerBound
      nextToTake = plan.batches.lowerBound
      for slot in ready.indices { ready[slot] = nil }
      pthread_cond_broadcast(work)
      return generation
    }
  }

  /// Waits for the next batch of that epoch and lends it; nil after the last.
  ///
  /// Throws what stopped a worker from making it, and goes on to the one after it.
  func take(_ generation: Int) throws -> ImageBatch? {
    try withLock {
      precondition(
        generation == self.generation, "this epoch ended when its loader began another; ask the newer one")
      guard let plan, nextToTake < plan.batches.upperBound else { return nil }
      let batch = nextToTake
      let slot = batch % slots.count
      while ready[slot] != batch { pthread_cond_wait(progress, mutex) }
      nextToTake += 1
      // The slot of the batch before this one is free now.
      pthread_cond_signal(work)
      if let failure = failures[slot] { throw failure }
      let indices = plan.indices(of: batch)
      let viewCount = filler.pipeline.views.count
      let pixels = slots[slot][..<(viewCount * indices.count * filler.pictureSize)]
      return ImageBatch(
        epoch: plan.epoch, index: batch, viewCount: viewCount, height: filler.height, width: filler.width,
        labels: indices.map { filler.set.labels[$0] }, indices: Array(indices),
        pixels: UnsafeBufferPointer(rebasing: pixels))
    }
  }

  /// Makes the batch that is taken next on the caller's thread, for loaders without threads.
  func makeNext() {
    guard let job = withLock({ claim() }) else { return }
    make(job, using: &ownPicture)
  }

  /// A batch that one thread has claimed.
  private struct Job {
    let plan: LoaderPlan
    let batch: Int
  }

  private func runWorker() {
    var picture = Picture(height: 0, width: 0)
    while let job = waitForJob() { make(job, using: &picture) }
  }

  private func waitForJob() -> Job? {
    withLock {
      while !isStopping {
        if let job = claim() { return job }
        pthread_cond_wait(work, mutex)
      }
      return nil
    }
  }

  /// The next batch to make, if there is one and its slot is free.
  ///
  /// To be called under the mutex.
  private func claim() -> Job? {
    // Batch nextToTake − 1 is in the taker's hands and keeps its slot.
    guard let plan, nextToMake < plan.batches.upperBound, nextToMake < nextToTake + slots.count - 1 else {
      return nil
    }
    defer { nextToMake += 1 }
    workersInside += 1
    return Job(plan: plan, batch: nextToMake)
  }

  private func make(_ job: Job, using picture: inout Picture) {
    let slot = job.batch % slots.count
    var failure: (any Error)?
    do {
      try filler.fill(
        job.plan.indices(of: job.batch), epoch: job.plan.epoch, into: slots[slot], using: &picture)
    } catch {
      failure = error
    }
    withLock {
      // If the epoch was dropped meanwhile, the next one clears the mark before anybody looks at it.
      ready[slot] = job.batch
      failures[slot] = failure
      workersInside -= 1
      pthread_cond_broadcast(progress)
    }
  }

  private func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}
