extension BenchmarkResult {
  /// How fast pictures become batches.
  public struct Loader: Encodable, Sendable, Equatable {
    /// One pipeline by itself, on one thread.
    public struct Pipeline: Encodable, Sendable, Equatable {
      /// Its augmentations.
      public var pipeline: String

      /// Rows of a picture in the set.
      public var height: Int

      /// Columns of a picture in the set.
      public var width: Int

      /// Pictures that one thread makes a second.
      public var imagesPerSecond: Double
    }

    /// Training with a loader beside training on one batch that never changes.
    public struct Training: Encodable, Sendable, Equatable {
      /// The network's name.
      public var network: String

      /// The number format of activations.
      public var precision: String

      /// The loader's augmentations.
      public var pipeline: String

      /// The median step on the batch that never changes.
      public var fixedMilliseconds: Double

      /// The median step with the loader's batches, waiting for them included.
      public var loadedMilliseconds: Double

      /// In how many rounds the two took turns.
      public var rounds: Int

      /// The median over the rounds of the step with the loader divided by the step on one batch.
      public var ratio: Double

      /// The lower end of a 95 % interval for that median, from the ranks of the rounds' ratios.
      public var lowRatio: Double

      /// The upper end of it.
      public var highRatio: Double
    }

    /// The pipelines.
    public var pipelines: [Pipeline] = []

    /// The networks, each with some of the pipelines.
    public var training: [Training] = []
  }
}
