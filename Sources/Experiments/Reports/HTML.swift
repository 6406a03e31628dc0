/// A piece of a page of HTML; whatever text goes into it is escaped.
///
///     HTML(.p, .class("note")) { "accuracy of \(name): "; HTML(.b) { "85 %" } }
///
/// Tags and the names of attributes are fixed in the program, so that no file's content can become markup.
package struct HTML: Sendable, Equatable {
  /// The elements that pages are made of.
  package enum Tag: String, Sendable {
    case a, b, button, caption, code, dd, details, div, dl, dt, em, figcaption, figure, footer, h1, h2, h3,
      h4, h5
    case h6, header, img, li, main, nav, p, pre, section, span, summary, table, tbody, td, th, thead, tr, ul

    /// The heading of a level; those beyond the sixth are of the sixth.
    static func heading(_ level: Int) -> Tag { [.h1, .h2, .h3, .h4, .h5, .h6][max(1, min(level, 6)) - 1] }

    /// Whether a line may end behind it without a space being seen.
    fileprivate var isBlock: Bool {
      switch self {
      case .a, .b, .button, .code, .em, .img, .span, .pre: false
      default: true
      }
    }
  }

  /// An attribute of an element.
  package struct Attribute: Sendable, Equatable {
    fileprivate let markup: String

    /// An attribute of any name; its value is escaped.
    init(_ name: StaticString, _ value: String) {
      markup = " \(name)=\"\(HTML.escaped(value))\""
    }

    package static func `class`(_ value: String) -> Attribute { Attribute("class", value) }
    static func id(_ value: String) -> Attribute { Attribute("id", value) }
    /// A link to another part of the page.
    static func link(to id: String) -> Attribute { Attribute("href", "#" + id) }
    static func label(_ value: String) -> Attribute { Attribute("aria-label", value) }
    static let columnHead = Attribute("scope", "col")
    static let rowHead = Attribute("scope", "row")
    static let isOpen = Attribute("open", "")
    static let isHidden = Attribute("hidden", "")
    /// Reachable by keyboard, for what scrolls.
    static let takesFocus = Attribute("tabindex", "0")
  }

  /// The markup.
  package let markup: String

  /// Nothing.
  static let nothing = HTML(trusted: "")

  /// A text.
  package init(_ text: String) { markup = Self.escaped(text) }

  /// Markup of this program's own making, such as a plot's.
  package init(trusted markup: String) { self.markup = markup }

  /// An element and what is in it.
  package init(
    _ tag: Tag, _ attributes: Attribute?..., @HTMLBuilder content: () throws -> HTML
  ) rethrows {
    let inside = try content().markup
    let opening = "<\(tag.rawValue)\(attributes.compactMap { $0?.markup }.joined())>"
    markup = opening + inside + "</\(tag.rawValue)>" + (tag.isBlock ? "\n" : "")
  }

  /// A picture that stands in the page itself: `data` is its file.
  static func picture(
    _ data: [UInt8], type: StaticString, alternative: String, width: Int? = nil, height: Int? = nil,
    class name: String? = nil
  ) -> HTML {
    let attributes: [Attribute?] = [
      name.map { .class($0) }, Attribute("alt", alternative), width.map { Attribute("width", String($0)) },
      height.map { Attribute("height", String($0)) },
      Attribute("src", "data:\(type);base64," + Base64.text(of: data)),
    ]
    return HTML(trusted: "<img\(attributes.compactMap { $0?.markup }.joined())/>")
  }

  /// Text in which nothing is markup, in an element or in an attribute's quotes.
  ///
  /// Characters that a page cannot hold, and those that turn the direction of the text behind them, are replaced.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FFFE}",
        "\u{FFFF}":
        result.unicodeScalars.append("\u{FFFD}")
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
