import Foundation
import Tensors
import TestSupport
import Testing

/// The losses of training methods against golden values; 2e-5 relative plus 1e-6.
@Suite("Golden values of losses")
struct LossGoldenTests {
  private let arena = Arena()

  private func tensor(_ json: JSON) -> Tensor {
    Tensor(Shape(json.extents), json.flat.map(Float.init), in: arena)
  }

  private func integers(_ json: JSON) -> [Int] { json.flat.map { Int($0) } }

  /// The value of `loss` and its gradients in `inputs`.
  private func evaluate(
    _ inputs: [Tensor], _ loss: (Tape, [Tensor]) -> Tensor
  ) -> (value: Double, gradients: [[Float]]) {
    let tape = Tape(arena: arena)
    let watched = inputs.map { tape.watch($0) }
    let value = loss(tape, watched)
    tape.backward(from: value)
    return (Double(value.scalar), watched.map { tape.gradient(of: $0)?.values ?? [] })
  }

  private func targets(_ labels: [Int], _ partners: [Int], _ weight: Double) -> [MixedCrossEntropy.Target] {
    partners.enumerated().map { row, partner in
      MixedCrossEntropy.Target(
        label: labels[row], partner: labels[partner], partnerWeight: Float(weight))
    }
  }

  @Test("Cross-entropy of mixed labels (d01)", arguments: ["0.0", "0.3", "0.5", "1.0"])
  func mixup(weight: String) throws {
    let golden = try Golden("d01_ce_ls_mixup", in: .module)["mixup_ce_paper002_lambda_\(weight)"]
    let inputs = golden["inputs"]
    let targets = targets(
      integers(inputs["y"]), integers(inputs["perm"]), golden["params"]["lam"].double)
    let (value, gradients) = evaluate([tensor(inputs["logits_mix"])]) {
      $0.apply(MixedCrossEntropy(targets), $1)
    }
    expectClose([Float(value)], [golden["outputs"]["loss"].double], "loss")
    expectClose(gradients[0], golden["grads"]["logits_mix"].flat, "gradient")
  }

  @Test(
    "AugRevise and RegMixup, term by term and together (d02)",
    arguments: ["lambda_0.0", "lambda_0.2", "lambda_0.5", "lambda_0.9", "lambda_1.0"])
  func augRevise(name: String) throws {
    let golden = try Golden("d02_augrevise", in: .module)[name]
    let (inputs, outputs, slopes) = (golden["inputs"], golden["outputs"], golden["grads"])
    let labels = integers(inputs["y"])
    let weight = golden["params"]["lam"].double
    let targets = targets(labels, integers(inputs["perm"]), weight)
    let separation = VirtualSeparation(partnerWeight: Float(weight))
    let logits = [tensor(inputs["logits"]), tensor(inputs["logits_mix"])]

    let apart = evaluate(logits) { $0.apply(separation, $1) }
    expectClose([Float(apart.value)], [outputs["L_vs"].double], "separation")
    expectClose(apart.gradients[0], slopes["logits_vs_only"].flat, "separation, clean")
    expectClose(apart.gradients[1], slopes["logits_mix_vs_only"].flat, "separation, mixed")
    expectClose(
      [Float(separation.target), Float(separation.floor), Float(separation.targetGap)],
      [
        outputs["P_lambda"].double, outputs["L_vs_lower_bound"].double, outputs["lse_gap_at_optimum"].double,
      ], "facts")

    func regMixup(_ share: Float) -> Double {
      evaluate(logits) { tape, logits in
        let own = tape.apply(CrossEntropy(labels: labels), logits[0])
        let mixed = tape.apply(MixedCrossEntropy(targets), logits[1])
        return tape.apply(WeightedSum([share, share]), own, mixed)
      }.value
    }
    expectClose(
      [Float(regMixup(1)), Float(regMixup(0.5))],
      [outputs["L_regmixup_sum"].double, outputs["L_regmixup_mean2B"].double], "RegMixup")

    let whole = evaluate(logits) { tape, logits in
      let own = tape.apply(CrossEntropy(labels: labels), logits[0])
      let mixed = tape.apply(MixedCrossEntropy(targets), logits[1])
      return tape.apply(WeightedSum([1, 1, 1]), own, mixed, tape.apply(separation, logits))
    }
    expectClose([Float(whole.value)], [outputs["L_augrevise"].double], "AugRevise")
    expectClose(whole.gradients[0], slopes["logits"].flat, "AugRevise, clean")
    expectClose(whole.gradients[1], slopes["logits_mix"].flat, "AugRevise, mixed")
  }

  @Test("The separation loss of large logits is that of golden values (d02)")
  func largeLogits() throws {
    let golden = try Golden("d02_augrevise", in: .module)["stability_large_logits"]
    let inputs = golden["inputs"]
    let separation = VirtualSeparation(partnerWeight: Float(golden["params"]["lam"].double))
    let apart = evaluate([tensor(inputs["logits"]), tensor(inputs["logits_mix"])]) {
      $0.apply(separation, $1)
    }
    let losses = golden["outputs"]["per_sample"].flat
    expectClose([Float(apart.value)], [losses.reduce(0, +) / Double(losses.count)], "loss")
    #expect(apart.gradients.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test("LogitNorm and its gradient (d03)", arguments: ["tau_0.04", "tau_0.01", "tau_1.0"])
  func logitNorm(name: String) throws {
    let golden = try Golden("d03_logitnorm", in: .module)[name]
    let labels = integers(golden["inputs"]["y"])
    let (value, gradients) = evaluate([tensor(golden["inputs"]["logits"])]) { tape, logits in
      let normalized = tape.apply(
        LogitNormalization(temperature: Float(golden["params"]["tau"].double)), logits)
      return tape.apply(CrossEntropy(labels: labels), normalized)
    }
    expectClose([Float(value)], [golden["outputs"]["loss"].double], "loss")
    expectClose(gradients[0], golden["grads"]["logits"].flat, "gradient")
  }

  @Test("AugMix with its consistency term (d16)")
  func augMix() throws {
    let golden = try Golden("d16_augmix_jsd", in: .module)["jsd"]
    let inputs = golden["inputs"]
    let views = ["logits_clean", "logits_aug1", "logits_aug2"].map { tensor(inputs[$0]) }
    let (value, gradients) = evaluate(views) { tape, views in
      let own = tape.apply(CrossEntropy(labels: integers(inputs["y"])), views[0])
      let apart = tape.apply(JensenShannon(), views)
      return tape.apply(WeightedSum([1, Float(golden["params"]["lam"].double)]), own, apart)
    }
    expectClose([Float(value)], [golden["outputs"]["loss"].double], "loss")
    for (view, name) in ["clean", "aug1", "aug2"].enumerated() {
      expectClose(gradients[view], golden["grads"][name].flat, name)
    }
  }

  @Test("Label smoothing and mixup hold the largest logit back by the gaps of proposition 4.1 (f04)")
  func heldBack() throws {
    let golden = try Golden("f04_maxlogit_analysis", in: .module)["prop41"]
    let values = golden["inputs"]["logits"].flat
    let largest = try #require(values.indices.max { values[$0] < values[$1] })
    let other = largest == 0 ? 1 : 0
    let (beta, weight) = (Float(golden["params"]["beta"].double), Float(golden["params"]["lam"].double))
    func slope(_ loss: some Function) -> Double {
      let logits = Tensor([1, values.count], values.map(Float.init), in: arena)
      return Double(evaluate([logits]) { $0.apply(loss, $1) }.gradients[0][largest])
    }
    let plain = slope(CrossEntropy(labels: [largest]))
    let target = MixedCrossEntropy.Target(label: largest, partner: other, partnerWeight: weight)
    let gaps = [
      slope(CrossEntropy(labels: [largest], smoothing: beta)) - plain,
      slope(MixedCrossEntropy([target])) - plain,
    ]
    expectClose(gaps.map { Float($0) }, golden["outputs"]["expected"].flat, "gaps")
  }

  @Test("The last layer's gradient on cached features, and a step along it (d17)")
  func augDelete() throws {
    let golden = try Golden("d17_augdelete", in: .module)["one_step"]
    let inputs = golden["inputs"]
    let features = tensor(inputs["features"])
    let layer = [tensor(inputs["W"]), tensor(inputs["b"])]
    let (value, gradients) = evaluate(layer) { tape, layer in
      let logits = tape.apply(Affine(), features, layer[0], layer[1])
      return tape.apply(CrossEntropy(labels: integers(inputs["y"])), logits)
    }
    expectClose([Float(value)], [golden["outputs"]["loss"].double], "loss")
    let rate = Float(golden["params"]["lr"].double)
    for (index, name) in ["W", "b"].enumerated() {
      expectClose(gradients[index], golden["grads"][name].flat, name)
      let stepped = zip(layer[index].values, gradients[index]).map { $0 - rate * $1 }
      expectClose(stepped, golden["outputs"][name + "_new"].flat, name + " after a step")
    }
  }
}

@Suite("Losses of training methods")
struct LossTests {
  private static func logSumExp(_ row: ArraySlice<Double>) -> Double { log(row.reduce(0) { $0 + exp($1) }) }

  private static func rows(_ values: [Double], _ classes: Int) -> [ArraySlice<Double>] {
    stride(from: 0, to: values.count, by: classes).map { values[$0..<$0 + classes] }
  }

  @Test("Cross-entropy of mixed and smoothed labels against its twin")
  func mixedCrossEntropy() {
    let targets = [
      MixedCrossEntropy.Target(label: 2, partner: 0, partnerWeight: 0.25),
      MixedCrossEntropy.Target(label: 1, partner: 1, partnerWeight: 0.5), MixedCrossEntropy.Target(4),
    ]
    for smoothing in [0, 0.1] {
      expectGradient(of: MixedCrossEntropy(targets, smoothing: Float(smoothing)), at: [[3, 5]]) { values in
        let losses = zip(Self.rows(values[0], 5), targets).map { row, target in
          var q = [Double](repeating: smoothing / 5, count: 5)
          q[target.label] += (1 - smoothing) * (1 - Double(target.partnerWeight))
          q[target.partner] += (1 - smoothing) * Double(target.partnerWeight)
          return Self.logSumExp(row) - zip(q, row).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return [losses.reduce(0, +) / 3]
      }
    }
  }

  @Test(
    "The separation loss against the binary cross-entropy it is written for", arguments: [0.0, 0.3, 0.5, 1])
  func virtualSeparation(weight: Double) {
    let larger = max(weight, 1 - weight)
    let target = larger / (larger + 1)
    expectGradient(of: VirtualSeparation(partnerWeight: Float(weight)), at: [[3, 4], [3, 4]]) { values in
      let losses = zip(Self.rows(values[0], 4), Self.rows(values[1], 4)).map { clean, mixed in
        let share = exp(Self.logSumExp(mixed)) / (exp(Self.logSumExp(clean)) + exp(Self.logSumExp(mixed)))
        return -target * log(share) - (1 - target) * log(1 - share)
      }
      return [losses.reduce(0, +) / 3]
    }
  }

  @Test(
    "The separation loss never falls below its floor, is the floor at the gap it asks for, and knows no sides (K3)"
  )
  func separationInvariants() {
    let arena = Arena()
    func loss(_ weight: Float, _ clean: [Float], _ mixed: [Float]) -> Double {
      let function = VirtualSeparation(partnerWeight: weight)
      return Double(
        Tape(arena: arena, records: false).apply(
          function, Tensor([1, 3], clean, in: arena), Tensor([1, 3], mixed, in: arena)
        ).scalar)
    }
    for weight: Float in [0, 0.1, 0.25, 0.5, 0.8, 1] {
      let function = VirtualSeparation(partnerWeight: weight)
      for seed in 1...20 {
        let values = randomValues(6, seed: seed).map { Float(3 * $0) }
        let (clean, mixed) = (Array(values[..<3]), Array(values[3...]))
        let value = loss(weight, clean, mixed)
        #expect(value >= function.floor - 1e-6)
        #expect(abs(value - loss(1 - weight, clean, mixed)) < 1e-6)
        #expect(abs(value - loss(weight, clean.map { $0 + 5 }, mixed.map { $0 + 5 })) < 1e-5)
      }
      let gap = Float(function.targetGap)
      #expect(abs(loss(weight, [1 + gap, 2 + gap, gap], [1, 2, 0]) - function.floor) < 1e-6)
      #expect(loss(weight, [1.3 + gap, 2 + gap, gap], [1, 2, 0]) > function.floor + 1e-5)
    }
  }

  @Test(
    "RegMixup of pictures with themselves is twice the cross-entropy, and everything else turned off is it (K1, K2)"
  )
  func crossEntropies() {
    let arena = Arena()
    let tape = Tape(arena: arena, records: false)
    let labels = [2, 0, 1]
    let logits = Tensor([3, 4], randomValues(12, seed: 4).map(Float.init), in: arena)
    let plain = tape.apply(CrossEntropy(labels: labels), logits).scalar
    let own = labels.map { MixedCrossEntropy.Target(label: $0, partner: $0, partnerWeight: 0.4) }
    let mixed = tape.apply(MixedCrossEntropy(own), logits)
    #expect(abs(tape.apply(WeightedSum([1, 1]), mixed, mixed).scalar - 2 * plain) < 1e-6)
    let unmixed = labels.map { MixedCrossEntropy.Target(label: $0, partner: 3, partnerWeight: 0) }
    #expect(abs(tape.apply(MixedCrossEntropy(unmixed), logits).scalar - plain) < 1e-6)
    #expect(abs(tape.apply(CrossEntropy(labels: labels, smoothing: 0), logits).scalar - plain) < 1e-6)
    // Each row alone, with the temperature at which its length stays as it is.
    for (row, label) in labels.enumerated() {
      let values = Array(logits.values[row * 4..<row * 4 + 4])
      let single = Tensor([1, 4], values, in: arena)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let normalized = tape.apply(LogitNormalization(temperature: 1 / norm), single)
      let difference =
        tape.apply(CrossEntropy(labels: [label]), normalized).scalar
        - tape.apply(CrossEntropy(labels: [label]), single).scalar
      #expect(abs(difference) < 1e-6)
    }
  }

  @Test("Logit normalisation against its twin, and a row of zeros stays finite")
  func logitNormalization() {
    expectGradient(of: LogitNormalization(temperature: 0.5), at: [[3, 4]]) { values in
      Self.rows(values[0], 4).flatMap { row in
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { $0 / ((norm + 1e-7) * 0.5) }
      }
    }
    let arena = Arena()
    let tape = Tape(arena: arena)
    let zeros = tape.watch(Tensor([1, 3], [0, 0, 0], in: arena))
    let loss = tape.apply(
      CrossEntropy(labels: [0]), tape.apply(LogitNormalization(temperature: 0.04), zeros))
    #expect(abs(loss.scalar - 1.0986123) < 1e-6)
    tape.backward(from: loss)
    #expect(tape.gradient(of: zeros)?.values.allSatisfy(\.isFinite) == true)
  }

  @Test("The Jensen-Shannon divergence against its twin, and a worked example")
  func jensenShannon() {
    func divergence(_ views: [[Double]], classes: Int) -> Double {
      let softmaxes = views.map { view in
        Self.rows(view, classes).map { row in row.map { exp($0 - Self.logSumExp(row)) } }
      }
      let rows = softmaxes[0].count
      var total = 0.0
      for row in 0..<rows {
        for c in 0..<classes {
          let mean = max((softmaxes[0][row][c] + softmaxes[1][row][c] + softmaxes[2][row][c]) / 3, 1e-7)
          for view in softmaxes { total += view[row][c] * log(view[row][c] / mean) }
        }
      }
      return total / Double(3 * rows)
    }
    expectGradient(of: JensenShannon(), at: [[2, 3], [2, 3], [2, 3]]) { [divergence($0, classes: 3)] }
    let arena = Arena()
    let views = [(0.7, 0.3), (0.5, 0.5), (0.6, 0.4)].map { one, other in
      Tensor([1, 2], [Float(log(one)), Float(log(other))], in: arena)
    }
    let value = Tape(arena: arena, records: false).apply(JensenShannon(), views).scalar
    #expect(abs(value - 0.014004) < 1e-6)
  }

  @Test("A weighted sum against its twin")
  func weightedSum() {
    expectGradient(of: WeightedSum([1, 0.5, 12]), at: [[], [], []]) {
      [$0[0][0] + 0.5 * $0[1][0] + 12 * $0[2][0]]
    }
  }
}
