import Experiments
import Testing

@Suite("Reading any YAML file strictly")
struct SectionReaderTests {
  private func read<Value>(
    _ text: String, _ body: (SectionReader) -> Value
  ) throws -> (value: Value, resolved: RecipeValue) {
    try RecipeSource(file: "any.yaml", text: text).read(body)
  }

  @Test("a map from names to entries is read in the file's order")
  func entries() throws {
    let text = "zebra: {size: 1}\nant: {size: 2}\nempty:\n"
    let (sizes, resolved) = try read(text) { reader in
      reader.entries { name, entry in "\(name) \(entry.integer("size", default: 3))" }
    }
    #expect(sizes == ["zebra 1", "ant 2", "empty 3"])
    #expect(resolved.inline == "{zebra: {size: 1}, ant: {size: 2}, empty: {size: 3}}")
    let problem = complaint {
      _ = try read("zebra: {sise: 1}\nant: 5\n") { reader in
        reader.entries { _, entry in entry.integer("size", default: 3) }
      }
    }
    #expect(
      problem == """
        any.yaml:1: zebra.sise: unknown key; did you mean 'size'? (known: size)
        any.yaml:2: ant: must be a map of settings, got 5
        """)
  }

  @Test("optional keys are nil and leave no trace when absent")
  func optional() throws {
    let (value, resolved) = try read("a: 1.5\nb:\n  c: x\n") { reader in
      (
        reader.optionalNumber("a"), reader.optionalNumber("other"), reader.optionalInteger("count"),
        reader.optionalSection("b") { $0.optionalString("c") }, reader.optionalSection("d") { $0.path }
      )
    }
    #expect(value.0 == 1.5 && value.1 == nil && value.2 == nil)
    #expect(value.3 == "x" && value.4 == nil)
    #expect(resolved.inline == "{a: 1.5, b: {c: x}}")
  }

  @Test("plain scalars mean what YAML 1.2 says")
  func scalars() throws {
    let text = "a: off\nb: 012\nc: 5e-4\nd: -3\ne: '7'\nf: 0x10\n"
    let (value, _) = try read(text) { reader in
      (
        texts: ["a", "e", "f"].map { reader.string($0) }, wholes: ["b", "d"].map { reader.integer($0) },
        number: reader.number("c")
      )
    }
    #expect(value.texts == ["off", "7", "0x10"])
    #expect(value.wholes == [12, -3])
    #expect(value.number == 5e-4)
  }

  @Test("an anchor's value is read at each of its aliases")
  func anchors() throws {
    let (value, _) = try read("a: &x [1, 2]\nb: *x\n") { reader in
      (reader.list("a") { $0.integer() }, reader.list("b") { $0.integer() })
    }
    #expect(value == ([1, 2], [1, 2]))
  }

  @Test("a report names the key's line, or the section's when the key is absent")
  func reports() {
    let problem = complaint {
      _ = try read("top:\n  inner: 1\n") { reader in
        reader.section("top") { section in
          section.report("is odd", at: "inner")
          section.report("is needed", at: "absent")
          section.report("is wrong")
          _ = section.integer("inner")
        }
      }
    }
    #expect(
      problem == """
        any.yaml:1: top.absent: is needed
        any.yaml:1: top: is wrong
        any.yaml:2: top.inner: is odd
        """)
  }
}
