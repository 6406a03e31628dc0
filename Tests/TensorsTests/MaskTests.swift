import Kernels
import Tensors
import TestSupport
import Testing

/// Masked weights against golden values (d14) and by hand.
@Suite("Masks")
struct MaskTests {
  private let arena = Arena()

  private func tensor(_ json: JSON) -> Tensor {
    Tensor(Shape(json.extents), json.flat.map(Float.init), in: arena)
  }

  @Test(
    "Masks keep the scores of largest magnitude (d14)",
    arguments: ["0.975", "0.965", "0.8", "0.5", "1.0", "0.0"])
  func masks(kept: String) throws {
    let golden = try Golden("d14_um", in: .module)["mask_keep_\(kept)"]
    let mask = EdgePopup.mask(
      of: tensor(golden["inputs"]["scores"]), keeping: golden["params"]["keep_fraction"].double, in: arena)
    #expect(mask.values.map(Double.init) == golden["outputs"]["mask"].flat)
  }

  @Test("The number of hidden weights is truncated in double precision (d14)")
  func counts() throws {
    let rows = try Golden("d14_um", in: .module)["mask_counts"]["outputs"]["rows"].array
    #expect(rows.count > 20)
    for row in rows {
      let count = WeightRanking.hiddenCount(keeping: row["keep"].double, of: row["n"].int)
      #expect(count == row["n_zeroed"].int)
    }
  }

  @Test("Among equal scores the first are hidden; signs, zeros and tiny numbers rank by magnitude")
  func ties() {
    let scores = Tensor([8], [0.5, -0.5, 0, -0.0, 0.5, 1e-30, -2, 0.25], in: arena)
    #expect(EdgePopup.mask(of: scores, keeping: 0.75, in: arena).values == [1, 1, 0, 0, 1, 1, 1, 1])
    #expect(EdgePopup.mask(of: scores, keeping: 0.375, in: arena).values == [0, 1, 0, 0, 1, 0, 1, 0])
    let many = randomValues(40_000, seed: 5).map(Float.init)
    let hidden = EdgePopup.mask(of: Tensor([40_000], many, in: arena), keeping: 0.3, in: arena).values
    let order = many.indices.sorted { (many[$0].magnitude, $0) < (many[$1].magnitude, $1) }
    #expect(order.prefix(28_000).allSatisfy { hidden[$0] == 0 })
    #expect(hidden.reduce(0, +) == 12_000)
  }

  @Test("A step of UMAP's linear layer (d14)")
  func linear() throws {
    let golden = try Golden("d14_um", in: .module)["umap_linear_step"]
    let inputs = golden["inputs"]
    let tape = Tape(arena: arena)
    let (w, s) = (tape.watch(tensor(inputs["W"])), tape.watch(tensor(inputs["scores"])))
    let masked = tape.apply(EdgePopup(keeping: golden["params"]["keep_fraction"].double), w, s)
    let logits = tape.apply(Affine(), tensor(inputs["x"]), masked, tensor(inputs["b"]))
    expectClose(logits.values, golden["outputs"]["logits"].flat, "logits")
    let loss = tape.apply(CrossEntropy(labels: inputs["y"].flat.map { Int($0) }), logits)
    expectClose(loss.values, [golden["outputs"]["ce"].double], "loss")
    tape.backward(from: loss)
    expectClose(tape.gradient(of: s)?.values ?? [], golden["grads"]["scores"].flat, "scores")
    expectClose(tape.gradient(of: w)?.values ?? [], golden["grads"]["W_if_trained"].flat, "weights")
  }

  @Test(
    "A loss descends to its floor and climbs from below it (d14)",
    arguments: ["zeta_below_ce_descend", "zeta_above_ce_ascend", "zeta_zero"])
  func floor(name: String) throws {
    let golden = try Golden("d14_um", in: .module)["um_loss_\(name)"]
    let tape = Tape(arena: arena)
    let logits = tape.watch(tensor(golden["inputs"]["logits"]))
    let loss = tape.apply(CrossEntropy(labels: golden["inputs"]["y"].flat.map { Int($0) }), logits)
    let floored = tape.apply(LossFloor(Float(golden["params"]["zeta"].double)), loss)
    expectClose(floored.values, [golden["outputs"]["loss"].double], "loss")
    tape.backward(from: floored)
    expectClose(tape.gradient(of: logits)?.values ?? [], golden["grads"]["logits"].flat, "gradient")
  }

  @Test("On its floor a loss has no gradient, and what is not a number stays so")
  func onFloor() {
    let tape = Tape(arena: arena)
    let loss = tape.watch(Tensor([], [0.5], in: arena))
    let floored = tape.apply(LossFloor(0.5), loss)
    #expect(floored.scalar == 0.5)
    tape.backward(from: floored)
    #expect(tape.gradient(of: loss)?.scalar == 0)
    #expect(tape.apply(LossFloor(0.5), Tensor([], [.nan], in: arena)).scalar.isNaN)
  }

  @Test("A score of 0 has no gradient, and a fixed mask's gradient is masked")
  func edges() {
    let tape = Tape(arena: arena)
    let w = tape.watch(Tensor([3], [1, -2, 0.5], in: arena))
    let s = tape.watch(Tensor([3], [0.3, -0.8, 0], in: arena))
    let y = tape.apply(EdgePopup(keeping: 0.5), w, s)
    #expect(y.values == [1, -2, 0])
    tape.backward(from: y, gradient: Tensor([3], filledWith: 1, in: arena))
    #expect(tape.gradient(of: s)?.values == [1, 2, 0])
    #expect(tape.gradient(of: w)?.values == [1, 1, 0])
    expectGradient(of: Masking(Tensor([4], [1, 0, 0, 1], in: arena)), at: [[4]]) {
      [$0[0][0], 0, 0, $0[0][3]]
    }
  }
}
