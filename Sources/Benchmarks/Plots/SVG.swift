/// A drawing in the making: y runs down, units are pixels at full size.
struct SVG {
  let width: Double
  let height: Double
  private var body: [String] = []

  enum Anchor: String {
    case start, middle, end
  }

  /// How a line looks.
  struct Pen {
    var color: String
    var width = 1.0
    /// Lengths of dashes and gaps; empty is a solid line.
    var dashes = ""
  }

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The document, on white: the page behind it may be dark.
  var text: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
    width="\(Self.number(width))" height="\(Self.number(height))" \
    font-family="Helvetica, Arial, sans-serif" font-size="12">
    <rect width="100%" height="100%" fill="#ffffff"/>
    \(body.joined(separator: "\n"))
    </svg>

    """
  }

  mutating func line(_ points: [(x: Double, y: Double)], _ pen: Pen) {
    let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    let dashes = pen.dashes.isEmpty ? "" : " stroke-dasharray=\"\(pen.dashes)\""
    body.append(
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(pen.color)\" "
        + "stroke-width=\"\(Self.number(pen.width))\" stroke-linejoin=\"round\"\(dashes)/>")
  }

  mutating func dot(x: Double, y: Double, radius: Double, color: String) {
    body.append(
      "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" "
        + "fill=\"\(color)\" stroke=\"#ffffff\" stroke-width=\"0.7\"/>")
  }

  mutating func text(
    _ words: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = 12,
    color: String = "#333333", isBold: Bool = false, turned: Bool = false
  ) {
    let weight = isBold ? " font-weight=\"bold\"" : ""
    let turn =
      turned ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
    body.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\" "
        + "font-size=\"\(Self.number(size))\" fill=\"\(color)\"\(weight)\(turn)>"
        + "\(Self.escaped(words))</text>")
  }

  /// Draws `content` so that nothing of it is seen outside the rectangle.
  mutating func clipped(
    id: String, x: Double, y: Double, width: Double, height: Double, _ content: (inout SVG) -> Void
  ) {
    body.append(
      "<clipPath id=\"\(id)\"><rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        + "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\"/></clipPath>"
        + "<g clip-path=\"url(#\(id))\">")
    content(&self)
    body.append("</g>")
  }

  /// One decimal, and none where it would be 0.
  private static func number(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? String(Int(rounded)) : Text.decimal(rounded, 1)
  }

  private static func escaped(_ words: String) -> String {
    words.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
