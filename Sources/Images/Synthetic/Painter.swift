import Kernels

/// Paints scenes: ground, clutter, shadow, the form in relief, clutter in front, light, noise.
enum Painter {
  /// Paints `scene`; only the noise uses `random`.
  static func paint(_ scene: Scene, on canvas: inout Canvas, using random: inout RandomStream) {
    canvas.fill { scene.ground.color(at: $0) }
    paint(scene.clutterBehind, on: &canvas)
    let shadowOffset = scene.light * (Float(canvas.side) / 16)
    canvas.paint(
      softness: 3, opacity: scene.shadow, inside: { scene.distance(at: $0 + shadowOffset) }, { _ in .zero })
    canvas.paint(inside: { scene.distance(at: $0) }) { point in
      scene.figure.color(at: point) * (1 + relief(of: scene, at: point))
    }
    paint(scene.clutterInFront, on: &canvas)
    let center = canvas.center
    let slope = scene.light * (scene.slope / Float(canvas.side))
    canvas.shade { 1 + ($0 - center).dot(slope) }
    canvas.addNoise(deviation: scene.noise, using: &random)
  }

  private static func paint(_ fragments: [Scene.Fragment], on canvas: inout Canvas) {
    for fragment in fragments {
      canvas.paint(inside: { fragment.distance(at: $0) }, { _ in fragment.color })
    }
  }

  /// How much brighter the form is near its edge than in its middle: more where the edge faces the
  /// light, less where it looks away.
  private static func relief(of scene: Scene, at point: Point) -> Float {
    let distance = scene.distance(at: point)
    let nearness = max(1 + distance / 3, 0)
    guard nearness > 0 else { return 0 }
    let outward =
      scene.distance(at: point + scene.light * 0.5) - scene.distance(at: point - scene.light * 0.5)
    return scene.relief * min(nearness, 1) * outward
  }
}
