/// The images of a table, and the network that made the table.
public protocol ScoredImages {
  /// The network.
  var network: any DifferentiableNetwork { get }

  /// Calls `body` with all images in the order of the table's rows, some at a time.
  func forEachBlock(_ body: (ImageBlock) throws -> Void) throws
}
