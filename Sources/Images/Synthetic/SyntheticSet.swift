import Kernels

/// The embedded data set: drawn 32×32 pictures, so that a machine with no data at all can train and detect.
///
/// The classes are ten forms; everything else in a picture is nuisance. Near out-of-distribution sets
/// show forms that no training picture has, by the same painter; far ones show no form at all. Every
/// picture is a pure function of (subject, split, seed, index): nothing is stored, a longer set
/// begins with the shorter one, and train and test never share a picture.
///
/// Cost: about a fifth of a millisecond a picture and thread.
public enum SyntheticSet {
  /// What the pictures show; the raw value is the set's name in recipes.
  public enum Subject: String, CaseIterable, Sendable {
    /// Ten forms, the classes to learn.
    case forms = "synthetic"
    /// Near: ten other forms by the same painter.
    case unseenForms = "synthetic-unseen"
    /// Far: textures without a form.
    case textures = "synthetic-textures"
    /// Far: colors that flow into one another.
    case gradients = "synthetic-gradients"
    /// Far: random values, fine or coarse.
    case noise = "synthetic-noise"
    /// Far: strokes like a glyph of an unknown script.
    case strokes = "synthetic-strokes"

    /// One name a class: the forms' names, or the subject itself where there are none.
    public var classNames: [String] {
      switch self {
      case .forms: Form.known.map(\.rawValue)
      case .unseenForms: Form.unseen.map(\.rawValue)
      case .textures: ["texture"]
      case .gradients: ["gradient"]
      case .noise: ["noise"]
      case .strokes: ["strokes"]
      }
    }

    /// The subject's part of a random stream's key; these numbers are part of what a picture looks like.
    fileprivate var streamNumber: Int {
      switch self {
      case .forms: 0
      case .unseenForms: 1
      case .textures: 2
      case .gradients: 3
      case .noise: 4
      case .strokes: 5
      }
    }
  }

  /// Which half of the endless supply the pictures come from.
  public enum Split: String, CaseIterable, Sendable {
    case train, test
  }

  /// Rows, and columns, of every picture.
  public static let side = 32

  /// Draws the first `count` pictures of a subject and split; classes take turns, so they are balanced.
  ///
  /// The bits do not depend on the thread count.
  ///
  /// - Precondition: `count` is at least 1.
  public static func make(_ subject: Subject, split: Split, count: Int, seed: UInt64) -> ImageSet {
    precondition(count >= 1, "\(subject.rawValue): a set needs at least one picture, got \(count)")
    let classNames = subject.classNames
    let size = side * side * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: count * size) { buffer, initializedCount in
      buffer.initialize(repeating: 0)
      Parallel.forEachRange(of: count, grain: 16) { range in
        for index in range {
          let canvas = draw(subject, split, seed, index)
          canvas.develop(
            into: UnsafeMutableBufferPointer(rebasing: buffer[index * size..<(index + 1) * size]))
        }
      }
      initializedCount = count * size
    }
    return ImageSet(
      name: subject.rawValue, height: side, width: side, classNames: classNames,
      labels: (0..<count).map { $0 % classNames.count }, encoding: .drawn, pixels: pixels)
  }

  private static func draw(_ subject: Subject, _ split: Split, _ seed: UInt64, _ index: Int) -> Canvas {
    // The stream's epoch tells subjects and splits apart: no two of them share a number.
    let stream = subject.streamNumber * 2 + (split == .train ? 0 : 1)
    var random = RandomStream(seed: seed, purpose: .synthetic, epoch: stream, index: index)
    var canvas = Canvas(side: side)
    switch subject {
    case .forms: paint(Form.known, index, on: &canvas, using: &random)
    case .unseenForms: paint(Form.unseen, index, on: &canvas, using: &random)
    case .textures: Abstract.paintTexture(on: &canvas, using: &random)
    case .gradients: Abstract.paintGradient(on: &canvas, using: &random)
    case .noise: Abstract.paintNoise(on: &canvas, using: &random)
    case .strokes: Abstract.paintStrokes(on: &canvas, using: &random)
    }
    return canvas
  }

  private static func paint(
    _ forms: [Form], _ index: Int, on canvas: inout Canvas, using random: inout RandomStream
  ) {
    let scene = Scene(forms[index % forms.count], side: canvas.side, using: &random)
    Painter.paint(scene, on: &canvas, using: &random)
  }
}
