extension Pickle.Value {
  /// The numbers of a pickled NumPy array; nil when the value is no such array.
  ///
  /// Understands what NumPy 1 and 2 write in protocols 0 to 5, under Python 2 and 3. Throws a `FileError` when the
  /// description of an array makes no sense or its elements are no numbers.
  public func numberArray() throws -> NumberArray? {
    guard case .object(let object) = content, case .global(let module, let name) = object.callable.content,
      module.hasPrefix("numpy.")
    else { return nil }
    switch name {
    case "_reconstruct":
      guard let state = object.state?.elements, state.count == 5 || state.count == 4 else {
        throw noArray("it has no state")
      }
      // The oldest NumPy leaves the version in front away.
      let fields = state.suffix(4).map { $0 }
      guard let data = fields[3].bytes else { throw noArray("its elements are \(fields[3].kind)") }
      return try array(
        dtype: fields[1], shape: fields[0], isFortran: fields[2].bool ?? (fields[2].integer == 1), data)
    case "_frombuffer":
      guard let arguments = object.arguments.elements, arguments.count == 4, let data = arguments[0].bytes
      else { throw noArray("it has no buffer") }
      return try array(
        dtype: arguments[1], shape: arguments[2], isFortran: arguments[3].string == "F", data)
    default: return nil
    }
  }

  private func array(
    dtype: Pickle.Value, shape: Pickle.Value, isFortran: Bool, _ data: FileBytes
  ) throws -> NumberArray {
    guard let extents = shape.elements?.map(\.integer), extents.count <= NumPyHeaderParser.largestRank else {
      throw noArray("its shape is \(shape.kind)")
    }
    let known = extents.compactMap { $0 }
    guard known.count == extents.count else { throw noArray("an extent is no integer") }
    let (type, isBigEndian) = try elementType(dtype)
    return try NumberArray(
      type, shape: known, order: isFortran ? .columnMajor : .rowMajor, isBigEndian: isBigEndian, content: data
    )
  }

  /// The number type and byte order of a pickled `numpy.dtype`.
  private func elementType(_ dtype: Pickle.Value) throws -> (NumberType, isBigEndian: Bool) {
    guard let object = dtype.object, object.callable.globalName == "numpy.dtype",
      let code = object.arguments.elements?.first?.string
    else { throw noArray("its element type is \(dtype.kind)") }
    let order = object.state?.elements?.dropFirst().first?.string ?? "|"
    return try NumPyFile.type(of: order + code, path: path)
  }

  private func noArray(_ what: String) -> FileError {
    FileError(path, "damaged NumPy array in the pickle: \(what)")
  }
}
