import Networks
import Tensors

/// What a network says about a joined batch, pictures and outliers apart.
public struct JoinedOutput {
  /// Features and logits of the pictures.
  public let pictures: ModelOutput

  /// Features and logits of the outliers; nil without any at the head.
  public let outliers: ModelOutput?

  /// The two parts of an output of `batch`.
  public init(_ output: ModelOutput, of batch: TrainingBatch, _ context: Context) {
    let (own, all) = (batch.labels.count, output.logits.shape[0])
    guard own < all else {
      (pictures, outliers) = (output, nil)
      return
    }
    func part(_ rows: Range<Int>) -> ModelOutput {
      ModelOutput(
        features: context.tape.apply(RowSelection(rows), output.features),
        logits: context.tape.apply(RowSelection(rows), output.logits))
    }
    (pictures, outliers) = (part(0..<own), part(own..<all))
  }
}
