import CZlib

/// `bytes` as one gzip member.
public func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  let version = zlibVersion()
  let structSize = Int32(MemoryLayout<z_stream>.size)
  // 15 + 16: the largest window, with gzip's header and trailer.
  guard deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, version, structSize) == Z_OK else {
    return []
  }
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 200)
  let count = output.count
  return input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(count)
      deflate(&stream, Z_FINISH)
      return Array(target.prefix(count - Int(stream.avail_out)))
    }
  }
}
