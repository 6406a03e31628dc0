import Synchronization

/// The memory that decoded pictures may take, shared by all sets that are opened with it.
///
/// A set that fits into what is left is decoded at once and its bytes are taken off for good. Pictures of sets that
/// do not fit are decoded when they are asked for and kept here for the next time; when there is no room, those that
/// were not asked for lately go first (the clock algorithm: Corbató, *A Paging Experiment with the Multics System*,
/// 1968). What is kept changes time and memory, never a picture.
///
/// Any number of threads may use it; the lock is held for a look-up and never while a picture is decoded.
public final class PictureMemory: Sendable {
  /// The bound where nobody says another: 2 GiB.
  public static let defaultByteCount = 2 << 30

  /// Which picture of which source.
  struct Key: Hashable {
    let source: Int
    let index: Int
  }

  fileprivate struct Slot {
    let key: Key
    let picture: Picture
    var wasUsed: Bool
  }

  fileprivate struct State {
    var reserved = 0
    var kept = 0
    var slots: [Slot] = []
    var places: [Key: Int] = [:]
    /// The slot that is looked at next when room is needed.
    var hand = 0
    var sourceCount = 0
  }

  /// What a kept picture takes besides its pixels.
  fileprivate static let overhead = 160

  /// The bound, in bytes.
  public let byteCount: Int

  private let state = Mutex(State())

  /// Memory for `byteCount` bytes of pixels.
  ///
  /// - Precondition: `byteCount` is not negative.
  public init(byteCount: Int = PictureMemory.defaultByteCount) {
    precondition(byteCount >= 0, "the memory for pictures cannot be negative, got \(byteCount) bytes")
    self.byteCount = byteCount
  }

  /// Bytes that are taken now: by sets that were decoded at once, and by pictures that are kept.
  public var usedByteCount: Int { state.withLock { $0.reserved + $0.kept } }

  /// Takes `count` bytes off for good; false when so many are not left, kept pictures not counted.
  func reserve(_ count: Int) -> Bool {
    state.withLock { state in
      guard count <= byteCount - state.reserved else { return false }
      state.reserved += count
      state.makeRoom(for: 0, in: byteCount)
      return true
    }
  }

  /// A number for a source of pictures that no other source has.
  func numberOfNewSource() -> Int {
    state.withLock { state in
      state.sourceCount += 1
      return state.sourceCount
    }
  }

  /// The picture of that key, if it is kept.
  func picture(_ key: Key) -> Picture? {
    state.withLock { state in
      guard let place = state.places[key] else { return nil }
      state.slots[place].wasUsed = true
      return state.slots[place].picture
    }
  }

  /// Keeps a picture if there is or can be made room for it.
  func keep(_ picture: Picture, as key: Key) {
    let size = picture.pixels.count + PictureMemory.overhead
    state.withLock { state in
      // Two threads may have decoded the same picture at the same time.
      guard state.places[key] == nil, size <= byteCount - state.reserved else { return }
      state.makeRoom(for: size, in: byteCount)
      state.places[key] = state.slots.count
      state.slots.append(Slot(key: key, picture: picture, wasUsed: false))
      state.kept += size
    }
  }

  /// Drops all pictures of a source that is no more.
  func forget(_ source: Int) {
    state.withLock { state in
      for place in state.slots.indices.reversed() where state.slots[place].key.source == source {
        state.drop(place)
      }
    }
  }
}

extension PictureMemory.State {
  /// Drops kept pictures until `size` more bytes fit below `bound`; one that was used since the hand last passed
  /// gets another round.
  fileprivate mutating func makeRoom(for size: Int, in bound: Int) {
    while !slots.isEmpty, reserved + kept + size > bound {
      if hand >= slots.count { hand = 0 }
      if slots[hand].wasUsed {
        slots[hand].wasUsed = false
        hand += 1
      } else {
        drop(hand)
        // The last one, which came latest, lies there now and is passed over.
        hand += 1
      }
    }
  }

  /// Drops one kept picture; the last one takes its place.
  fileprivate mutating func drop(_ place: Int) {
    kept -= slots[place].picture.pixels.count + PictureMemory.overhead
    places[slots[place].key] = nil
    let last = slots.removeLast()
    if place < slots.count {
      slots[place] = last
      places[last.key] = place
    }
  }
}
