/// How convolution weights lie for the micro-kernels: `[output block][row][column][input unit][16]`, with
/// zeros where the last block has fewer than 16 output channels.
///
/// A unit is 32 bits: a float, or the bfloat16 weights of a pair of input channels.
struct PackedWeights {
  static let block = 16

  /// Channels filled up to whole blocks.
  static func padded(_ channels: Int) -> Int { (channels + block - 1) / block * block }

  /// One value a channel, with zeros up to a whole block.
  static func padded(_ values: [Float]) -> [Float] {
    values + Array(repeating: 0, count: padded(values.count) - values.count)
  }

  /// Rows and columns of the window, and values under one row of it.
  let rows, columns, inputs, outputs: Int

  let elementType: ElementType

  var blocks: Int { (outputs + Self.block - 1) / Self.block }

  /// Units under one row of the window.
  var segment: Int { columns * elementType.units(inputs) }

  /// Units of one block of output channels.
  var blockCount: Int { rows * segment * Self.block }

  /// Units in all; as many floats of memory hold them.
  var count: Int { blocks * blockCount }

  /// Fills `packed` with `value(output, input, row, column)`, rounded to the element type, in parallel.
  func fill(
    _ packed: UnsafeMutablePointer<Float>,
    _ value: (_ output: Int, _ input: Int, _ row: Int, _ column: Int) -> Float
  ) {
    let values = elementType.valuesPerUnit
    Parallel.forEach(blocks * rows) { task in
      let (block, row) = (task / rows, task % rows)
      var target = packed + (block * rows + row) * segment * Self.block
      for column in 0..<columns {
        for input in stride(from: 0, to: inputs, by: values) {
          for lane in 0..<Self.block {
            let output = block * Self.block + lane
            guard output < outputs else {
              target[lane] = 0
              continue
            }
            let first = value(output, input, row, column)
            guard values > 1 else {
              target[lane] = first
              continue
            }
            let second = input + 1 < inputs ? value(output, input + 1, row, column) : 0
            target[lane] = Float(bitPattern: BFloat16.pair(BFloat16(first), BFloat16(second)))
          }
          target += Self.block
        }
      }
    }
  }
}
