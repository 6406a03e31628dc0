import Glibc
import Synchronization

/// Whether somebody asked the program to stop: SIGINT or SIGTERM set a flag that training looks at after
/// every step and evaluation after every set; a second one ends the program at once.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Whether a signal has arrived.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Begins to listen.
  static func listen() {
    // A program that starts this one from a worker thread hands down that thread's blocked signals.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.requested.exchange(true, ordering: .relaxed) {
          signal(number, SIG_DFL)
          raise(number)
        }
      }
    }
  }
}
