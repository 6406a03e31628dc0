/// One epoch's batches in their order, to be walked once.
public final class LoaderEpoch {
  /// Keeps the threads alive while somebody still iterates.
  private let loader: Loader
  private let ring: LoaderRing
  private let generation: Int
  private let makesItself: Bool

  init(loader: Loader, ring: LoaderRing, generation: Int, makesItself: Bool) {
    self.loader = loader
    self.ring = ring
    self.generation = generation
    self.makesItself = makesItself
  }

  /// The next batch, or nil after the last; takes back the pixels of the one before.
  ///
  /// Throws what the set threw about a picture of that batch; the batches after it can still be asked for.
  ///
  /// - Precondition: the loader has not begun another epoch meanwhile.
  public func next() throws -> ImageBatch? {
    if makesItself { ring.makeNext() }
    return try ring.take(generation)
  }
}
