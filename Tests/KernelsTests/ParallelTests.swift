import Glibc
import Kernels
import Synchronization
import Testing

@Suite("Parallel loops")
struct ParallelTests {
  @Test("Every task runs exactly once, for any number of threads", arguments: [1, 2, 3, 7])
  func once(threads: Int) {
    Parallel.withThreads(threads) {
      #expect(Parallel.threadCount == threads)
      for count in [0, 1, 2, 5, 1_000] {
        var runs = [Int](repeating: 0, count: count)
        runs.withUnsafeMutableBufferPointer { runs in
          let cells = runs
          Parallel.forEach(count) { cells[$0] += 1 }
        }
        #expect(runs.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test("Several threads really take part")
  func concurrent() {
    let inside = Atomic<Int>(0)
    Parallel.withThreads(3) {
      // Each task waits for the two others, so one thread alone would never finish.
      Parallel.forEach(3) { _ in
        inside.add(1, ordering: .sequentiallyConsistent)
        while inside.load(ordering: .sequentiallyConsistent) < 3 {}
      }
    }
    #expect(inside.load(ordering: .relaxed) == 3)
  }

  @Test("A loop inside a loop runs on the calling thread")
  func nested() {
    let total = Atomic<Int>(0)
    let elsewhere = Atomic<Int>(0)
    Parallel.withThreads(3) {
      Parallel.forEach(4) { _ in
        let outer = pthread_self()
        Parallel.forEach(50) { _ in
          total.add(1, ordering: .relaxed)
          if pthread_equal(outer, pthread_self()) == 0 { elsewhere.add(1, ordering: .relaxed) }
          usleep(100)
        }
      }
    }
    #expect(total.load(ordering: .relaxed) == 200)
    #expect(elsewhere.load(ordering: .relaxed) == 0)
  }

  @Test("Denormals are flushed to zero inside a loop on every thread, and nowhere else", arguments: [1, 3])
  func floatMode(threads: Int) {
    let denormal = Float.leastNormalMagnitude
    var halves = [Float](repeating: 1, count: 64)
    Parallel.withThreads(threads) {
      halves.withUnsafeMutableBufferPointer { halves in
        let cells = halves
        Parallel.forEach(64) { cells[$0] = denormal * Float($0 < 64 ? 0.5 : 1) }
      }
    }
    #expect(halves.allSatisfy { $0 == 0 })
    #expect(denormal * Float(threads > 0 ? 0.5 : 1) > 0)
  }

  @Test("Ranges cover everything once, the last one shorter")
  func ranges() {
    let covered = Mutex<[Range<Int>]>([])
    Parallel.forEachRange(of: 10, grain: 4) { range in covered.withLock { $0.append(range) } }
    #expect(covered.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } } == [0..<4, 4..<8, 8..<10])
  }
}
