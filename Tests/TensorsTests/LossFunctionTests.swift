import Foundation
import Tensors
import TestSupport
import Testing

/// Losses on pictures and outliers against golden values (d06–d09, d12), twins in double precision and invariants.
@Suite("Losses with outliers")
struct LossFunctionTests {
  private let arena = Arena()

  private func tensor(_ json: JSON) -> Tensor {
    Tensor(Shape(json.extents), json.flat.map(Float.init), in: arena)
  }

  /// A tape with the pictures' and the outliers' logits of a case watched.
  private func joined(_ golden: JSON) -> (tape: Tape, own: Tensor, others: Tensor, labels: [Int]) {
    let (tape, inputs) = (Tape(arena: arena), golden["inputs"])
    return (
      tape, tape.watch(tensor(inputs["logits_in"])), tape.watch(tensor(inputs["logits_out"])),
      inputs["y"].flat.map { Int($0) }
    )
  }

  private func expect(_ loss: Tensor, _ golden: JSON, _ tape: Tape, _ own: Tensor, _ others: Tensor) {
    expectClose(loss.values, [golden["outputs"]["loss"].double], "loss")
    tape.backward(from: loss)
    expectClose(tape.gradient(of: own)?.values ?? [], golden["grads"]["logits_in"].flat, "pictures")
    expectClose(tape.gradient(of: others)?.values ?? [], golden["grads"]["logits_out"].flat, "outliers")
  }

  @Test("Outlier exposure and its gradients (d06)")
  func outlierExposure() throws {
    let golden = try Golden("d06_oe_energy_oecc", in: .module)["oe"]
    let (tape, own, others, labels) = joined(golden)
    let exposure = tape.apply(UniformCrossEntropy(), others)
    expectClose(exposure.values, [golden["outputs"]["oe"].double], "term")
    let loss = tape.apply(
      WeightedSum([1, Float(golden["params"]["lam"].double)]),
      tape.apply(CrossEntropy(labels: labels), own), exposure)
    expect(loss, golden, tape, own, others)
  }

  @Test(
    "Energy hinges and their gradients (d06)",
    arguments: ["energy_um_margins", "energy_both_hinges_active", "energy_partly_active"])
  func energy(name: String) throws {
    let golden = try Golden("d06_oe_energy_oecc", in: .module)[name]
    let (tape, own, others, labels) = joined(golden)
    let params = golden["params"]
    let weight = Float(params["weight"].double)
    let loss = tape.apply(
      WeightedSum([1, weight, weight]), tape.apply(CrossEntropy(labels: labels), own),
      tape.apply(EnergyHinge(margin: Float(params["m_in"].double), allowed: .below), own),
      tape.apply(EnergyHinge(margin: Float(params["m_out"].double), allowed: .above), others))
    expect(loss, golden, tape, own, others)
  }

  @Test("Confidence control and its gradients, sums over the batch (d06)")
  func confidenceControl() throws {
    let golden = try Golden("d06_oe_energy_oecc", in: .module)["oecc_sums"]
    let (tape, own, others, labels) = joined(golden)
    let params = golden["params"]
    let loss = tape.apply(
      WeightedSum([1, Float(params["lambda1"].double), Float(params["lambda2"].double)]),
      tape.apply(CrossEntropy(labels: labels), own),
      tape.apply(ConfidenceGap(accuracy: Float(params["A_tr"].double)), own),
      tape.apply(UniformDistance(), others))
    expect(loss, golden, tape, own, others)
  }

  @Test("Logit adjustment and its gradient (d07)", arguments: ["tau_1.0", "tau_0.0", "tau_2.0"])
  func logitAdjustment(name: String) throws {
    let golden = try Golden("d07_logit_adjustment", in: .module)[name]
    let inputs = golden["inputs"]
    let counts = inputs["counts"].flat
    let (tau, total) = (golden["params"]["tau"].double, counts.reduce(0, +))
    let tape = Tape(arena: arena)
    let logits = tape.watch(tensor(inputs["logits"]))
    let loss = tape.apply(
      AdjustedCrossEntropy(
        labels: inputs["y"].flat.map { Int($0) }, offsets: counts.map { Float(tau * log($0 / total)) }),
      logits)
    expectClose(loss.values, [golden["outputs"]["loss"].double], "loss")
    tape.backward(from: loss)
    expectClose(tape.gradient(of: logits)?.values ?? [], golden["grads"]["logits"].flat, "gradient")
  }

  @Test("Balanced energy and its gradients (d08)")
  func balancedEnergy() throws {
    let golden = try Golden("d08_bel", in: .module)["lt_cifar10_margins"]
    let (tape, own, others, labels) = joined(golden)
    let params = golden["params"]
    let (weight, gamma) = (Float(params["weight"].double), Float(params["gamma"].double))
    let prior = golden["inputs"]["aux_prior"].flat
    expectClose(
      BalancedEnergyHinge.tempered(prior, gamma), golden["outputs"]["prior_gamma"].flat, relative: 1e-6,
      absolute: 0)
    let loss = tape.apply(
      WeightedSum([1, weight, weight]), tape.apply(CrossEntropy(labels: labels), own),
      tape.apply(EnergyHinge(margin: Float(params["m_in"].double), allowed: .below), own),
      tape.apply(
        BalancedEnergyHinge(
          prior: prior, margin: Float(params["m_out"].double), alpha: Float(params["alpha"].double),
          gammaShift: gamma, gammaWeight: gamma), others))
    expect(loss, golden, tape, own, others)
  }

  @Test("Norm amplification through the two-layer head, with all gradients (d09)")
  func amplification() throws {
    let golden = try Golden("d09_rna", in: .module)["rna"]
    let (inputs, tape) = (golden["inputs"], Tape(arena: arena))
    let names = ["f", "W1", "b1", "W2", "b2"]
    let tensors = names.map { tape.watch(tensor(inputs[$0])) }
    let hidden = tape.apply(ReLU(), tape.apply(Affine(), Array(tensors[0..<3])))
    let z = tape.apply(Affine(), hidden, tensors[3], tensors[4])
    expectClose(z.values, golden["outputs"]["z"].flat, "z")
    expectClose(
      LogNorm.norms(of: z), golden["outputs"]["norm"].flat, relative: 1e-5, absolute: 1e-6, "norms")
    let loss = tape.apply(WeightedSum([-1]), tape.apply(LogNorm(), z))
    expectClose(loss.values, [golden["outputs"]["loss"].double], "loss")
    tape.backward(from: loss)
    for (name, tensor) in zip(names, tensors) {
      expectClose(tape.gradient(of: tensor)?.values ?? [], golden["grads"][name].flat, "\(name)")
    }
    let again = Tape(arena: arena)
    let watched = again.watch(z.detached)
    again.backward(from: again.apply(WeightedSum([-1]), again.apply(LogNorm(), watched)))
    expectClose(again.gradient(of: watched)?.values ?? [], golden["grads"]["z"].flat, "dz")
  }

  @Test("Attenuation, both together, other heads, the whole of equation 8, and a row of zeros (d09)")
  func variants() throws {
    let file = try Golden("d09_rna", in: .module)
    let attenuation = file["ood_attenuation"]
    let tape = Tape(arena: arena)
    let z = tape.watch(tensor(attenuation["outputs"]["z"]))
    let loss = tape.apply(LogNorm(), z)
    expectClose(loss.values, [attenuation["outputs"]["loss"].double], "attenuation")
    tape.backward(from: loss)
    expectClose(tape.gradient(of: z)?.values ?? [], attenuation["grads"]["z"].flat, "its gradient")

    func value(_ rows: Tensor) -> Tensor { Tape(arena: arena, records: false).apply(LogNorm(), rows) }
    let both = file["combination"]["outputs"]
    expectClose(
      value(tensor(file["rna"]["outputs"]["z"])).values, [-both["amplification"].double], "amplification")
    expectClose(value(z.detached).values, [both["attenuation"].double], "attenuation")
    let ablation = file["projection_ablation"]
    let f = tensor(ablation["inputs"]["f"])
    expectClose(value(f).values, [-ablation["outputs"]["loss_feature_norm"].double], "no head")
    let linear = Tape(arena: arena, records: false).apply(Affine(), f, tensor(ablation["inputs"]["W"]))
    expectClose(value(linear).values, [-ablation["outputs"]["loss_linear_projection"].double], "linear head")

    let zero = Tape(arena: arena)
    let origin = zero.watch(tensor(file["zero_vector"]["inputs"]["z"]))
    let none = zero.apply(LogNorm(), origin)
    zero.backward(from: none)
    #expect(none.scalar == 0 && zero.gradient(of: origin)?.values == [0, 0, 0])

    let total = file["total_eq8"]
    let counts = total["inputs"]["counts"].flat
    let prior = counts.map { Float(log($0 / counts.reduce(0, +))) }
    let adjusted = Tape(arena: arena)
    let logits = adjusted.watch(tensor(total["inputs"]["logits"]))
    let la = adjusted.apply(
      AdjustedCrossEntropy(labels: total["inputs"]["y"].flat.map { Int($0) }, offsets: prior), logits)
    expectClose(la.values, [total["outputs"]["la"].double], "logit adjustment")
    let sum = adjusted.apply(WeightedSum([1, -0.5]), la, value(tensor(file["rna"]["outputs"]["z"])))
    expectClose(sum.values, [total["outputs"]["loss"].double], "equation 8")
    adjusted.backward(from: sum)
    expectClose(adjusted.gradient(of: logits)?.values ?? [], total["grads"]["logits"].flat, "logits")
  }

  @Test(
    "The contrast of tail classes and outliers, and its gradients (d12)",
    arguments: ["T_0.07", "T_0.2"])
  func contrast(name: String) throws {
    let golden = try Golden("d12_pascl", in: .module)[name]
    let inputs = golden["inputs"]
    let parts = ["view1", "view2", "ood"].map { inputs[$0].flat }
    let width = inputs["view1"].extents[1]
    let labels = inputs["y_tail"].flat.map { Int($0) }
    let tape = Tape(arena: arena)
    let rows = parts.flatMap { $0 }.map(Float.init)
    let raw = tape.watch(Tensor([rows.count / width, width], rows, in: arena))
    let loss = tape.apply(
      OutlierContrast(labels: labels + labels, temperature: Float(golden["params"]["T"].double)), raw)
    expectClose(loss.values, [golden["outputs"]["loss"].double], "loss")
    tape.backward(from: loss)
    let expected = ["view1", "view2", "ood"].flatMap { golden["grads"][$0].flat }
    expectClose(tape.gradient(of: raw)?.values ?? [], expected, relative: 2e-5, absolute: 5e-6, "rows")
  }
}
