/// How convolution weights lie for the micro-kernels: `[output block][row][column][input][16]`, with
/// zeros where the last block has fewer than 16 output channels.
struct PackedWeights {
  static let block = 16

  /// Rows and columns of the window, and values under one row of it.
  let rows, columns, inputs, outputs: Int

  var blocks: Int { (outputs + Self.block - 1) / Self.block }

  /// Values under one row of the window.
  var segment: Int { columns * inputs }

  /// Floats of one block of output channels.
  var blockCount: Int { rows * segment * Self.block }

  var count: Int { blocks * blockCount }

  /// Fills `packed` with `value(output, input, row, column)`, in parallel.
  func fill(
    _ packed: UnsafeMutablePointer<Float>,
    _ value: (_ output: Int, _ input: Int, _ row: Int, _ column: Int) -> Float
  ) {
    Parallel.forEach(blocks * rows) { task in
      let (block, row) = (task / rows, task % rows)
      var target = packed + (block * rows + row) * segment * Self.block
      for column in 0..<columns {
        for input in 0..<inputs {
          for lane in 0..<Self.block {
            let output = block * Self.block + lane
            target[lane] = output < outputs ? value(output, input, row, column) : 0
          }
          target += Self.block
        }
      }
    }
  }
}
