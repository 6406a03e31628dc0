import CKernels
import Kernels
import Testing

@Suite("The check of a table of kernels before its first use")
struct SelfCheckTests {
  private static var reference: limen_activation_kernels? {
    limen_kernel_table_named("portable")?.pointee.bfloat16
  }

  private static func isAccepted(_ change: (inout limen_activation_kernels) -> Void) throws -> Bool {
    var reference = try #require(reference)
    var candidate = reference
    change(&candidate)
    return limen_products_agree(&candidate, &reference) == 1
  }

  @Test("Every table that this processor can run passes", arguments: KernelTable.names)
  func tables(name: String) throws {
    guard let table = limen_kernel_table_named(name) else { return }
    #expect(try Self.isAccepted { $0 = table.pointee.bfloat16 })
    #expect(limen_tile_is_configured() == 0, "tiles are released")
  }

  @Test("A table whose products err in one last output is refused")
  func wrongProducts() throws {
    #expect(
      try !Self.isAccepted { candidate in
        candidate.products = { work in
          guard let work, let reference = SelfCheckTests.reference else { return }
          reference.products(work)
          guard work.pointee.output_is_bfloat16 == 0, work.pointee.pixels == 35 else { return }
          let last =
            34 / 4 * work.pointee.output_group_stride + 34 % 4 * work.pointee.output_stride
            + work.pointee.output_row_stride + Int(work.pointee.channels) - 1
          work.pointee.output.assumingMemoryBound(to: Float.self)[last] += 1
        }
      })
  }

  @Test("A table that writes beyond its outputs is refused")
  func strayWrites() throws {
    #expect(
      try !Self.isAccepted { candidate in
        candidate.products = { work in
          guard let work, let reference = SelfCheckTests.reference else { return }
          reference.products(work)
          let behind = Int(work.pointee.channels)
          guard work.pointee.output_is_bfloat16 == 0 else { return }
          work.pointee.output.assumingMemoryBound(to: Float.self)[behind] = 12_345
        }
      })
  }

  @Test("A table whose outer products forget a pixel is refused")
  func wrongOuterProducts() throws {
    #expect(
      try !Self.isAccepted { candidate in
        candidate.outer_products = { work in
          guard let work, let reference = SelfCheckTests.reference else { return }
          var fewer = work.pointee
          if fewer.pixels == 19 { fewer.pixels = 18 }
          reference.outer_products(&fewer)
        }
      })
  }

  @Test("The model of tiles is never chosen unasked, and a refusal has a reason")
  func choice() {
    #expect(limen_kernel_table_best().map { String(cString: $0.pointee.name) } != "amxmodel")
    for (name, reason) in KernelTable.refusals {
      #expect(KernelTable(named: name) == nil)
      #expect(!reason.isEmpty)
    }
    #expect(KernelTable.refusal(of: "portable") == nil)
  }
}
