import Foundation
import Tensors
import TestSupport
import Testing

/// Golden files hold images as NCHW; ours are NHWC.
private func channelsLast(_ json: JSON) -> (shape: Shape, values: [Double]) {
  let extents = json.extents
  let (batch, channels, pixels) = (extents[0], extents[1], extents[2] * extents[3])
  let flat = json.flat
  var values: [Double] = []
  for n in 0..<batch {
    for pixel in 0..<pixels {
      for c in 0..<channels { values.append(flat[(n * channels + c) * pixels + pixel]) }
    }
  }
  return ([batch, extents[2], extents[3], channels], values)
}

@Suite("Golden values of operations")
struct GoldenTests {
  private let arena = Arena()

  private func tensor(_ json: JSON) -> Tensor {
    let values = json.flat.map(Float.init)
    return Tensor(Shape(json.extents), values, in: arena)
  }

  private func image(_ json: JSON) -> Tensor {
    let (shape, values) = channelsLast(json)
    return Tensor(shape, values.map(Float.init), in: arena)
  }

  @Test(
    "Batch normalisation, forward, backward and running estimates (a01)",
    arguments: ["train_affine", "eval_affine"])
  func batchNormalization(name: String) throws {
    let golden = try Golden("a01_batchnorm", in: .module)[name]
    let inputs = golden["inputs"]
    let running = RunningStatistics(
      mean: tensor(inputs["running_mean"]), variance: tensor(inputs["running_var"]))
    let tape = Tape(arena: arena)
    let x = tape.watch(image(inputs["x"]))
    let gamma = tape.watch(tensor(inputs["weight"]))
    let beta = tape.watch(tensor(inputs["bias"]))
    let training = name == "train_affine"
    let y =
      training
      ? tape.apply(BatchNormalization(.batch(moving: running)), x, gamma, beta)
      : tape.apply(BatchNormalization(.running(running)), x, gamma, beta)
    expectClose(y.values, channelsLast(golden["outputs"]["y"]).values, "y")
    guard training else { return }
    tape.backward(from: y, gradient: image(inputs["dy"]))
    let gradients = golden["grads"]
    expectClose(tape.gradient(of: x)?.values ?? [], channelsLast(gradients["dx"]).values, "dx")
    expectClose(tape.gradient(of: gamma)?.values ?? [], gradients["dweight"].flat, "dweight")
    expectClose(tape.gradient(of: beta)?.values ?? [], gradients["dbias"].flat, "dbias")
    expectClose(running.mean.values, golden["outputs"]["running_mean"].flat, "running mean")
    expectClose(running.variance.values, golden["outputs"]["running_var"].flat, "running variance")
  }

  @Test("Group normalisation, forward and backward (a02)")
  func groupNormalization() throws {
    let golden = try Golden("a02_groupnorm_stdconv", in: .module)["groupnorm"]
    let inputs = golden["inputs"]
    let tape = Tape(arena: arena)
    let x = tape.watch(image(inputs["x"]))
    let (gamma, beta) = (tape.watch(tensor(inputs["weight"])), tape.watch(tensor(inputs["bias"])))
    let y = tape.apply(GroupNormalization(groups: golden["params"]["groups"].int), x, gamma, beta)
    expectClose(y.values, channelsLast(golden["outputs"]["y"]).values, "y")
    tape.backward(from: y, gradient: image(inputs["dy"]))
    expectClose(tape.gradient(of: x)?.values ?? [], channelsLast(golden["grads"]["dx"]).values, "dx")
  }

  @Test("A convolution with standardised weights, forward and backward (a02)")
  func standardizedConvolution() throws {
    let golden = try Golden("a02_groupnorm_stdconv", in: .module)["std_conv3x3_stride1_pad1"]
    let inputs = golden["inputs"]
    let tape = Tape(arena: arena)
    let (x, w) = (tape.watch(image(inputs["x"])), tape.watch(tensor(inputs["kernel"])))
    let u = tape.apply(WeightStandardization(epsilon: golden["params"]["eps"].double), w)
    expectClose(u.values, golden["outputs"]["kernel_std"].flat, "standardised weights")
    let y = tape.apply(Convolution(padding: 1), x, u)
    expectClose(y.values, channelsLast(golden["outputs"]["y"]).values, relative: 2e-5, absolute: 1e-5, "y")
    tape.backward(from: y, gradient: image(inputs["dy"]))
    expectClose(
      tape.gradient(of: w)?.values ?? [], golden["grads"]["dkernel"].flat, relative: 2e-5, absolute: 1e-4)
    expectClose(
      tape.gradient(of: x)?.values ?? [], channelsLast(golden["grads"]["dx"]).values, relative: 2e-5,
      absolute: 1e-5)
  }

  @Test("Cross-entropy and its gradient (d01)")
  func crossEntropy() throws {
    let golden = try Golden("d01_ce_ls_mixup", in: .module)["ce"]
    let tape = Tape(arena: arena)
    let logits = tape.watch(tensor(golden["inputs"]["logits"]))
    let loss = tape.apply(CrossEntropy(labels: golden["inputs"]["y"].flat.map { Int($0) }), logits)
    expectClose(loss.values, [golden["outputs"]["loss"].double], "loss")
    tape.backward(from: loss)
    expectClose(tape.gradient(of: logits)?.values ?? [], golden["grads"]["logits"].flat, "gradient")
  }

  @Test("Cross-entropy with smoothed labels and its gradient (d01)", arguments: ["0.0", "0.1", "0.5"])
  func labelSmoothing(beta: String) throws {
    let golden = try Golden("d01_ce_ls_mixup", in: .module)["label_smoothing_torch_\(beta)"]
    let tape = Tape(arena: arena)
    let logits = tape.watch(tensor(golden["inputs"]["logits"]))
    let labels = golden["inputs"]["y"].flat.map { Int($0) }
    let smoothing = Float(golden["params"]["beta"].double)
    let loss = tape.apply(CrossEntropy(labels: labels, smoothing: smoothing), logits)
    expectClose(loss.values, [golden["outputs"]["loss"].double], "loss")
    tape.backward(from: loss)
    expectClose(tape.gradient(of: logits)?.values ?? [], golden["grads"]["logits"].flat, "gradient")
  }

  @Test("Cross-entropy stays finite for logits of ±10,000")
  func extremeLogits() {
    let tape = Tape(arena: arena)
    let logits = tape.watch(Tensor([2, 3], [1e4, -1e4, 0, -1e4, -1e4, -1e4], in: arena))
    let loss = tape.apply(CrossEntropy(labels: [1, 0]), logits)
    #expect(abs(loss.scalar - 10_000.5493) < 0.01)
    tape.backward(from: loss)
    expectClose(
      tape.gradient(of: logits)?.values ?? [], [0.5, -0.5, 0, -1.0 / 3, 1.0 / 6, 1.0 / 6], "gradient")
  }
}
