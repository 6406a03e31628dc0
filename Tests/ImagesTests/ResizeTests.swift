import Foundation
import Images
import Kernels
import TestSupport
import Testing

/// Expected bytes come from the golden file c01 (cases Resize_*) and, where a digest stands, from Pillow 13
/// resizing the pattern of `pattern(height:width:)`.
@Suite("Resizing")
struct ResizeTests {
  @Test("Bilinear resizing equals the golden values of c01, shrinking and enlarging")
  func golden() throws {
    let input = try picture(12, 10, ResizeTests.input)
    #expect(Resize(height: 8, width: 8)(input) == (try picture(8, 8, ResizeTests.shrunk)))
    #expect(Resize(height: 20, width: 16)(input) == (try picture(20, 16, ResizeTests.enlarged)))
  }

  @Test(
    "Bilinear resizing equals Pillow's bytes for odd sizes",
    arguments: [
      (5, 4, "ed4c2eef9fda9ce4bb70ee779b31396f91fa70008dd8d2f2bcba0ab317096f73"),
      (23, 40, "effd8a1e7f29aaa4f92ac8f4955d9cd190f94a0e6b27b5926f79a4db782fc412"),
      (1, 1, "9eddecf6b16e24bf43b5815a30211c71dc924e95bbdbdd27c64cf41ff99c1780"),
      (30, 17, "01b5039193b779d9519513f01a2896ca5068f68eeb19c89fc83585890260174c"),
    ])
  func pillow(height: Int, width: Int, expected: String) {
    #expect(Resize(height: height, width: width)(.pattern(height: 23, width: 17)).digest == expected)
  }

  @Test("Every kernel table resizes to the same bytes, at every width of rest", arguments: KernelTable.names)
  func kernels(name: String) throws {
    guard let table = KernelTable(named: name) else { return }
    let picture = Picture.pattern(height: 61, width: 47)
    let region = PictureRegion(top: 20, left: 7, height: 41, width: 40)
    for filter in ResizeFilter.allCases {
      for size in [1, 2, 5, 6, 11, 16, 40, 83] {
        let resize = Resize(height: size + 3, width: size, filter: filter)
        let portable = try #require(KernelTable(named: "portable"))
        let expected = KernelTable.with(portable) { resize(picture, region: region) }
        #expect(KernelTable.with(table) { resize(picture, region: region) } == expected, "\(filter), \(size)")
      }
    }
  }

  @Test("A centre crop resizes the shorter side and rounds its offset as torchvision does")
  func centreCrop() {
    let tall = Picture.pattern(height: 23, width: 17)
    #expect(
      PictureFit.centreCrop(height: 8, width: 8).fitted(tall).digest
        == "58379ed14197d4cbe16011f1bc3bd5f727ba93885f024c0b8e4bd64a9f20c5a9")
    // Three rows are left over: the offset 1.5 goes to the even 2.
    #expect(
      PictureFit.centreCrop(height: 9, width: 9).fitted(tall).digest
        == "0db76b5d6648cf80ff0b1717dc510f5fd614bcc0b78fae569bab5fe77a20dfd8")
  }

  @Test("Every fit yields the size asked for, whatever the aspect ratio")
  func sizes() {
    for (height, width) in [(1, 1), (1, 50), (50, 1), (7, 8), (33, 32)] {
      let input = Picture.pattern(height: height, width: width)
      for fit in [PictureFit.centreCrop(height: 6, width: 5), .stretch(height: 6, width: 5)] {
        let output = fit.fitted(input)
        #expect(output.height == 6 && output.width == 5)
      }
      #expect(PictureFit.exact.fitted(input) == input)
    }
  }

  @Test("Both filters equal Pillow's bytes on regions of pictures, shrinking, enlarging or neither")
  func filters() throws {
    let golden = try Golden("picture_operations", in: .module)
    let names = golden.names.filter { $0.hasPrefix("resize-") }
    #expect(names.count == 70)
    for name in names {
      let entry = golden[name]
      let region = entry["region"].flat.map { Int($0) }
      let filter = try #require(ResizeFilter(rawValue: entry["filter"].string))
      let resize = Resize(height: entry["to"][0].int, width: entry["to"][1].int, filter: filter)
      let result = resize(
        .pattern(height: entry["height"].int, width: entry["width"].int, isReduced: true),
        region: PictureRegion(top: region[0], left: region[1], height: region[2], width: region[3]))
      if let bytes = Data(base64Encoded: entry["base64"].string), !bytes.isEmpty {
        #expect(result.pixels == Array(bytes), "\(name)")
      } else {
        #expect(result.digest == entry["sha256"].string, "\(name)")
      }
    }
  }

  private func picture(_ height: Int, _ width: Int, _ text: String) throws -> Picture {
    Picture(height: height, width: width, pixels: Array(try #require(Data(base64Encoded: text))))
  }

  private static let input =
    "BTyCHFOZM2qwSoHHYZjeeK/1j8YMpt0jvfQ61AtRFk2TLWSqRHvBW5LYcqnvicAGoNcdt+40zgVL5RxiJ16kPnW7VYzSbKPp"
    + "g7oAmtEXseguyP9F3xZc9i1zOG+1T4bMZp3jfbT6lMsRq+Iowvk/2RBW8CdtBz6ESYDGYJfdd670jsULpdwivPM50wpQ6iFn"
    + "ATh+GE+VWpHXcajuiL8Fn9Yctu0zzQRK5Bth+zJ4EkmPKWCma6Logrn/mdAWsOctx/5E3hVb9SxyDEOJI1qgOnG3fLP5k8oQ"
    + "quEnwfg+2A9V7yZsBj2DHVSaNGuxS4LIjcQKpNshu/I40glP6SBmADd9F06ULmWrRXzCXJPZntUbtewyzANJ4xpg+jF3EUiO"
    + "KF+lP3a8Vo3TbaTqr+Ysxv1D3RRa9CtxC0KIIlmfOXC2UIfNZ57kfrX7wPc91w5U7iVrBTyCHFOZM2qwSoHHYZjeeK/1j8YM"
  private static let shrunk =
    "EUiOLGOpRn3DY5rZgrmBn9Ycubk21DNRKWCmRHvBXpXbe7JvmtEet+I00WdO1yNpQnm/XZTad67ClMs5s9Yw0HZNuC1nRTyC"
    + "XJPZd66tkcgyrtkrzVJK3iFnYzuBH1acdazckMdwquEnx7BE0iljcjqAKVSaOG+1j8ZMqtUnxIxB1SxeTjd9HVSaN260UonP"
    + "qN8lw5tA3SBarDF3JVCWNm2zUIfNa6LowM8920pYmCxyKEmPMWiuToXLaJ/lg7qI"
  private static let enlarged =
    "BTyCD0aMHVSaLGOpOnG3SYDGV47UZZzidKvxgrmPkMcNn9YcreQqvPM5ynFH1AtRDEOJFk2TJFuhM2qwQXi+UIfNXpXbbKPW"
    + "e7KlicBcl84Upt0jtMsxw5pA0UtO2xJYFk2TIFedLmWrPXS6S4LIWpHXaJ/ldq3Dhbwyk8oQodgesOctvqU7zRRK2xJY5Rxi"
    + "IFedKmGnOG+1R37EVYzSZJvhcqmZgLdQj8YfndQaq+IouvE3yK9F1x5U5Rxi7yZsKmGnNGuxQnm/UYjOX5bcbqXrfLNpisEH"
    + "mdAWp94ktekyxNhB0pZP4SVe0yZsxjB2NWyyP3a8TYTKXJPZaqHnebD2h750lcwSpNshsukvwOo9z3lM3Tda7CZphjF3NzuB"
    + "P3a8SYDGV47UZp3jdKvRg7qgkchRn9YcruUrvMY5ypFH2UBWxx5kli1zRzuBDkWLSYDGU4rQYZjecKftfrWrjcQam9IYqeAm"
    + "uO81xo1D1AtR4xpgoShuEDd9DkWLGE+VU4rQXZTaa6LferGOiL9Ml84bpdwis80wwnw/0EFN3hVb7SRqqzJ4GkGHGE+VIlmf"
    + "XZTaZ57kdazihLtRkskPodger+YsvcQ6zDNJ2hFX5R9l1C50kjyCIUuRIlmfLGOpaJ/lcqnvgLftj8ZcndQarOMpuvE3yM9F"
    + "1z5U5Rxi5ipwdTl/M0eNIlacLWSqN260cqnvfLPMisGXmdBGp94ktu0zxMFB0oZP4TVewiZsjTR6PEOJGlGXKWCmN260QXi+"
    + "fLP5hr2TlMsRo9ogseguwPc9znVL3BNZ6yJoiTB2Bz6EFk2TJFuhM2qwQXi+S4LIhr1qkMdHntUbreQqu8I4ynFH2DxVyR1j"
    + "eCxyPTqAEUiOIFedLmWrPXS6S4LIVYzSkMcNmtEXqNwlt8s0xYlC1BhR4hlfwCdtLzZ8DUSKG1KYKmGnOG+1R37EVYzSX5bc"
    + "m9IYpdwis90wwmw/0CpN3xlc7SRqyzJ4OkGHGE+VJl2jNWyyQ3rAUonPYJfdaqHnpdwir+YsveQ6zFNJ2hFX6SBmvS50gjyC"
    + "MUuRIlmfMGetP3a8TYTKXJPZaqHndKvxr+YsufA2x+5E1l1T5Bth8ypwcTh+D0aMHlWbLGOpOnG3SYDGV47UZp3jdKvxfrX7"
    + "ufA2w7dA0WhO4DddviVrbTR6OEKIGVCWKF+lNm2zRHvBU4rQYZjecKftfrWliL9swPc9ypFH2A9V5x5kpSxyFDuBEkmPIFed"
    + "L2asPXS6S4LIWpHXaJ/ld670hbxyj8YM"
}
