import Kernels

/// The embedded data sets: drawn pictures, so that a machine with no data at all can train and detect.
///
/// The classes are ten forms; everything else in a picture is nuisance. Near out-of-distribution sets
/// show forms that no training picture has, by the same painter; far ones show no form at all. Every
/// picture is a pure function of (subject, split, seed, index): nothing is stored, a longer set
/// begins with the shorter one, and train and test never share a picture.
///
/// Besides there is a plane for experiments that are to be seen through: 8×8 pictures of one color each, whose red and
/// green are a point's coordinates. Its classes are Gaussians in four groups, its outliers points away from all of them (the toy example of
/// MOS, figure 3).
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
    /// Points of a plane, 8 classes in 4 groups.
    case plane8 = "synthetic-plane8"
    /// Points of the plane, 16 classes in the same groups.
    case plane16 = "synthetic-plane16"
    /// Points of the plane, 32 classes in the same groups.
    case plane32 = "synthetic-plane32"
    /// Points of the plane, 64 classes in the same groups.
    case plane64 = "synthetic-plane64"
    /// Points of no class, between the groups.
    case planeBetween = "synthetic-plane-between"
    /// Points of no class, around the groups.
    case planeAround = "synthetic-plane-around"

    /// Rows, and columns, of every picture.
    public var side: Int { planeClassCount != nil || isOutsidePlaneClasses ? 8 : 32 }

    /// Customary groups of the classes.
    public var groupings: [ClassGrouping] { planeClassCount.map { [Plane.grouping($0)] } ?? [] }

    /// How many classes lie in the plane; nil where the pictures show none of them.
    var planeClassCount: Int? {
      switch self {
      case .plane8: 8
      case .plane16: 16
      case .plane32: 32
      case .plane64: 64
      default: nil
      }
    }

    private var isOutsidePlaneClasses: Bool { self == .planeBetween || self == .planeAround }

    /// One name a class: the forms' names, or the subject itself where there are none.
    public var classNames: [String] {
      switch self {
      case .forms: Form.known.map(\.rawValue)
      case .unseenForms: Form.unseen.map(\.rawValue)
      case .textures: ["texture"]
      case .gradients: ["gradient"]
      case .noise: ["noise"]
      case .strokes: ["strokes"]
      case .plane8, .plane16, .plane32, .plane64: Plane.classNames(planeClassCount ?? 0)
      case .planeBetween: ["between"]
      case .planeAround: ["around"]
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
      case .plane8: 6
      case .plane16: 7
      case .plane32: 8
      case .plane64: 9
      case .planeBetween: 10
      case .planeAround: 11
      }
    }
  }

  /// Which half of the endless supply the pictures come from.
  public enum Split: String, CaseIterable, Sendable {
    case train, test
  }

  /// Draws the first `count` pictures of a subject and split; classes take turns, so they are balanced.
  ///
  /// The bits do not depend on the thread count.
  ///
  /// - Precondition: `count` is at least 1.
  public static func make(_ subject: Subject, split: Split, count: Int, seed: UInt64) -> ImageSet {
    precondition(count >= 1, "\(subject.rawValue): a set needs at least one picture, got \(count)")
    let (classNames, side) = (subject.classNames, subject.side)
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
    var set = ImageSet(
      name: subject.rawValue, height: side, width: side, classNames: classNames,
      labels: (0..<count).map { $0 % classNames.count }, encoding: .drawn, pixels: pixels)
    set.groupings = subject.groupings
    return set
  }

  private static func draw(_ subject: Subject, _ split: Split, _ seed: UInt64, _ index: Int) -> Canvas {
    // The stream's epoch tells subjects and splits apart: no two of them share a number.
    let stream = subject.streamNumber * 2 + (split == .train ? 0 : 1)
    var random = RandomStream(seed: seed, purpose: .synthetic, epoch: stream, index: index)
    var canvas = Canvas(side: subject.side)
    switch subject {
    case .forms: paint(Form.known, index, on: &canvas, using: &random)
    case .unseenForms: paint(Form.unseen, index, on: &canvas, using: &random)
    case .textures: Abstract.paintTexture(on: &canvas, using: &random)
    case .gradients: Abstract.paintGradient(on: &canvas, using: &random)
    case .noise: Abstract.paintNoise(on: &canvas, using: &random)
    case .strokes: Abstract.paintStrokes(on: &canvas, using: &random)
    case .plane8, .plane16, .plane32, .plane64:
      let count = subject.planeClassCount ?? 0
      Plane.paint(Plane.point(of: index % count, among: count, using: &random), on: &canvas, using: &random)
    case .planeBetween: Plane.paint(Plane.outlier(.between, using: &random), on: &canvas, using: &random)
    case .planeAround: Plane.paint(Plane.outlier(.around, using: &random), on: &canvas, using: &random)
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
