import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page of HTML as a tree, read by a parser of XML, which forgives nothing.
final class ReportReader: NSObject, XMLParserDelegate {
  /// An element with what is in it.
  final class Element {
    let name: String
    let attributes: [String: String]
    private(set) var children: [Element] = []
    private var pieces: [String] = []

    init(_ name: String, _ attributes: [String: String]) {
      self.name = name
      self.attributes = attributes
    }

    func append(_ child: Element) { children.append(child) }
    func append(_ text: String) { pieces.append(text) }

    /// The element's own text, without that of elements in it.
    var ownText: String { pieces.joined().trimmingCharacters(in: .whitespacesAndNewlines) }

    /// All text in it, elements in order, its own before theirs.
    var text: String { ([ownText] + children.map(\.text)).filter { !$0.isEmpty }.joined(separator: " ") }

    /// All elements below it.
    var all: [Element] { children.flatMap { [$0] + $0.all } }

    /// All elements of that name below it.
    func all(_ name: String) -> [Element] { all.filter { $0.name == name } }
  }

  /// The element `html`.
  let root: Element
  private var open: [Element]

  init(_ page: String) throws {
    root = Element("page", [:])
    open = [root]
    super.init()
    let parser = XMLParser(data: Data(page.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
  }

  /// The element of that identifier.
  func element(_ id: String) -> Element? { root.all.first { $0.attributes["id"] == id } }

  /// The table whose caption is that, as rows of texts, heads included; below the element of `id` if one is given.
  func table(_ caption: String, in id: String? = nil) -> [[String]]? {
    let place = id.map { element($0) } ?? root
    let table = place?.all("table").first { $0.all("caption").first?.text == caption }
    return table?.all("tr").map { $0.children.map(\.text) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let element = Element(name, attributes)
    open.last?.append(element)
    open.append(element)
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { open.last?.append(string) }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    open.removeLast()
  }
}
