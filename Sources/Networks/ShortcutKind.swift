/// How a block's input reaches its output where size or width change.
public enum ShortcutKind: String, Sendable, CaseIterable {
  /// A 1×1 convolution with batch normalisation.
  case projection
  /// Every second pixel, with channels of zeros; no parameters.
  case pad
}
