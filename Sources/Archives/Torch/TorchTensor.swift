/// A tensor of a PyTorch file: a view of a storage, checked to lie inside it.
struct TorchTensor: Sendable, Equatable {
  /// The key of its storage.
  let storage: String

  /// The kind of numbers.
  let elementType: SafeTensorsElementType

  /// The extents; empty for a single number.
  let shape: [Int]

  /// How far apart neighbours along each axis lie, in numbers.
  let strides: [Int]

  /// Where the first number lies in the storage.
  let offset: Int

  /// How many numbers there are.
  let count: Int

  private static let largestRank = 32

  /// Views may repeat numbers of their storage, but not more than up to so many.
  private static let largestRepetition = 1 << 24

  /// What a pickled tensor or parameter says.
  ///
  /// Throws a `FileError` when it is none, is of a kind that is not read, or does not lie inside its storage.
  init(_ value: Pickle.Value, name: String, in storages: TorchStorages) throws {
    func damage(_ what: String) -> FileError {
      FileError(storages.path, "damaged PyTorch file: tensor \"\(name)\" \(what)")
    }
    let fields = try TorchTensor.view(value, name: name)
    let reference = try TorchStorages.reference(fields[0])
    guard let start = fields[1].integer, let shape = TorchTensor.extents(fields[2]),
      let strides = TorchTensor.extents(fields[3])
    else { throw damage("has no offset, shape or strides") }
    guard shape.count == strides.count, shape.count <= TorchTensor.largestRank,
      (shape + strides + [start]).allSatisfy({ $0 >= 0 })
    else { throw damage("has shape \(shape), strides \(strides) and offset \(start), which is impossible") }
    guard let elementType = reference.elementType ?? TorchTensor.elementType(fields) else {
      throw FileError(storages.path, "tensor \"\(name)\" holds numbers of a kind that is not read")
    }
    let held =
      reference.elementType == nil ? reference.count / elementType.byteCount : reference.count
    guard let count = TorchTensor.product(shape),
      let last = TorchTensor.lastPosition(shape, strides, from: start, view: reference.offset)
    else { throw damage("has shape \(shape), which no memory can hold") }
    guard count == 0 || last < held else {
      throw damage("reaches number \(last) of storage \(reference.key), which holds \(held)")
    }
    guard count <= max(held, TorchTensor.largestRepetition) else {
      throw damage("makes \(count) numbers out of a storage of \(held)")
    }
    let available = try storages.byteCount(of: reference.key)
    guard held <= available / elementType.byteCount else {
      throw damage(
        "needs a storage \(reference.key) of \(held) numbers of \(elementType.byteCount) bytes, but it has "
          + "\(available) bytes")
    }
    self.elementType = elementType
    self.shape = shape
    self.strides = strides
    self.count = count
    storage = reference.key
    offset = start + reference.offset
  }

  /// Calls `body` with the position of each number in the storage, in row-major order.
  func forEachPosition(_ body: (Int) -> Void) {
    guard count > 0 else { return }
    let axes = zip(shape, strides).filter { $0.0 != 1 }
    guard let innermost = axes.last else { return body(offset) }
    var indices = [Int](repeating: 0, count: axes.count - 1)
    var start = offset
    while true {
      for index in 0..<innermost.0 { body(start + index * innermost.1) }
      var axis = indices.count - 1
      while axis >= 0 {
        indices[axis] += 1
        start += axes[axis].1
        if indices[axis] < axes[axis].0 { break }
        start -= axes[axis].0 * axes[axis].1
        indices[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// Whether a value is a call that makes a tensor or parameter.
  static func isTensor(_ value: Pickle.Value) -> Bool {
    guard let name = value.object?.callable.globalName else { return false }
    return name.hasPrefix("torch._utils._rebuild_") || name == "torch._tensor._rebuild_from_type_v2"
  }

  /// Storage, offset, shape, strides and what follows them.
  private static func view(_ value: Pickle.Value, name: String) throws -> [Pickle.Value] {
    guard let object = value.object, let kind = object.callable.globalName,
      let arguments = object.arguments.elements
    else { throw FileError(value.path, "damaged PyTorch file: tensor \"\(name)\" is \(value.kind)") }
    return try view(kind, arguments, name: name, path: value.path)
  }

  private static func view(
    _ kind: String, _ arguments: [Pickle.Value], name: String, path: String
  ) throws -> [Pickle.Value] {
    switch kind {
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
      guard arguments.count >= 4 else { break }
      return arguments
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      guard let inner = arguments.first else { break }
      return try view(inner, name: name)
    case "torch._tensor._rebuild_from_type_v2":
      guard arguments.count >= 3, let made = arguments[0].globalName, made != kind,
        let inner = arguments[2].elements
      else { break }
      return try view(made, inner, name: name, path: path)
    default:
      throw FileError(path, "tensor \"\(name)\" is made by \(kind); only dense tensors are read")
    }
    throw FileError(path, "damaged PyTorch file: tensor \"\(name)\" lacks arguments")
  }

  /// The kind of numbers that a tensor with an untyped storage gives itself.
  private static func elementType(_ fields: [Pickle.Value]) -> SafeTensorsElementType? {
    let known: [String: SafeTensorsElementType] = [
      "torch.float64": .float64, "torch.float32": .float32, "torch.float16": .float16,
      "torch.bfloat16": .bfloat16, "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16,
      "torch.int8": .int8, "torch.uint64": .uint64, "torch.uint32": .uint32, "torch.uint16": .uint16,
      "torch.uint8": .uint8, "torch.bool": .bool,
    ]
    return fields.dropFirst(6).first?.globalName.flatMap { known[$0] }
  }

  private static func extents(_ value: Pickle.Value) -> [Int]? {
    let elements = value.elements ?? value.object?.arguments.elements?.first?.elements
    guard let extents = elements?.map(\.integer) else { return nil }
    let known = extents.compactMap { $0 }
    return known.count == extents.count ? known : nil
  }

  private static func product(_ extents: [Int]) -> Int? {
    if extents.contains(0) { return 0 }
    var product = 1
    for extent in extents {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow, next <= Int.max / 8 else { return nil }
      product = next
    }
    return product
  }

  /// Where the last number lies, nil when that is beyond all integers.
  private static func lastPosition(_ shape: [Int], _ strides: [Int], from start: Int, view: Int) -> Int? {
    var (last, overflow) = start.addingReportingOverflow(view)
    if overflow { return nil }
    for (extent, stride) in zip(shape, strides) where extent > 1 {
      let (reach, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
      if tooFar { return nil }
      (last, overflow) = last.addingReportingOverflow(reach)
      if overflow { return nil }
    }
    return last
  }
}
