import Archives
import Testing

@Suite("Spelling")
struct SpellingTests {
  @Test("The nearest word is found when it is near enough to be meant")
  func nearest() {
    let known = ["cifar10", "cifar100", "mnist", "dtd10"]
    #expect(Spelling.nearest(to: "cifar1", in: known) == "cifar10")
    #expect(Spelling.nearest(to: "CIFAR-100", in: known) == "cifar100")
    #expect(Spelling.nearest(to: "mnsit", in: known) == "mnist")
    #expect(Spelling.nearest(to: "imagenet", in: known) == nil)
    #expect(Spelling.nearest(to: "x", in: []) == nil)
    #expect(Spelling.hint(for: "mnits", in: known) == "; did you mean 'mnist'?")
    #expect(Spelling.hint(for: "imagenet", in: known) == "")
  }
}
