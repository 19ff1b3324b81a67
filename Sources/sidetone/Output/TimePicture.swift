import AudioEngine

/// What drawings over time share: an axis of seconds, lanes, fields and lines with words. SVG, in HTML.
struct TimePicture {
  /// How long it is.
  let seconds: Double
  let height: Int
  /// Where the lanes end and the axis begins.
  let bottom: Int

  static let width = 1_100
  static let left = 60
  static let top = 20
  static let laneHeight = 84
  /// Things of one kind that are drawn; more would be no picture.
  static let most = 400

  /// A drawing of so many lanes.
  init(lasting duration: Duration, lanes: Int, extra: Int = 0) {
    seconds = max(duration.inMilliseconds / 1_000, 0.1)
    bottom = Self.top + lanes * Self.laneHeight + extra
    height = bottom + 36
  }

  private var scale: Double { Double(Self.width - Self.left - 10) / seconds }

  /// Columns of the drawing in so long.
  func columns(_ duration: Duration) -> Double { duration.inMilliseconds / 1_000 * scale }

  func x(_ milliseconds: Double) -> Double {
    let place = Double(Self.left) + milliseconds / 1_000 * scale
    return (place * 10).rounded() / 10
  }

  /// The whole, read aloud as `words`.
  func svg(_ words: String, _ body: [String]) -> [String] {
    [
      "<div class=\"picture\"><svg viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\" aria-label=\"\(HTMLText.escaped(words))\">"
    ] + axis + body + ["</svg></div>"]
  }

  func bar(
    _ kind: String, _ start: Double, _ length: Double, _ y: Int, _ words: String,
    height: Int = laneHeight
  ) -> String {
    let width = max(x(start + length) - x(start), 1)
    return
      "<rect class=\"\(kind)\" x=\"\(x(start))\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\">"
      + "<title>\(HTMLText.escaped(words))</title></rect>"
  }

  func line(_ kind: String, _ at: Double, _ words: String, from top: Int = top) -> String {
    "<line class=\"\(kind)\" x1=\"\(x(at))\" x2=\"\(x(at))\" y1=\"\(top)\" y2=\"\(bottom)\">"
      + "<title>\(HTMLText.escaped(words))</title></line>"
  }

  /// A voice: the loudest of each column, up and down, as one outline.
  func lane(_ name: String, _ kind: String, _ path: String, at top: Int) -> [String] {
    let middle = top + Self.laneHeight / 2
    return [
      "<line class=\"axis\" x1=\"\(Self.left)\" x2=\"\(Self.width - 10)\" y1=\"\(middle)\" y2=\"\(middle)\"/>",
      "<text x=\"0\" y=\"\(top + 12)\">\(name)</text>",
      "<path class=\"\(kind)\" transform=\"translate(0 \(middle))\" d=\"\(path)\"/>",
    ]
  }

  /// Half the height of a sample: loudness by its root, so that quiet speech is seen.
  static func half(_ peak: Int) -> Double {
    let share = (Double(peak) / 32_768).squareRoot()
    return (share * Double(laneHeight / 2 - 3) * 10).rounded() / 10
  }

  private var axis: [String] {
    let steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600]
    let step = steps.first { seconds / $0 <= 12 } ?? 7_200
    let count = Int(seconds / step)
    return (0...count).map { number in
      let at = Double(number) * step
      let label = step < 1 ? "\((at * 10).rounded() / 10) s" : "\(Int(at)) s"
      return
        "<line class=\"axis\" x1=\"\(x(at * 1_000))\" x2=\"\(x(at * 1_000))\" y1=\"\(Self.top)\" y2=\"\(height - 28)\"/>"
        + "<text x=\"\(x(at * 1_000))\" y=\"\(height - 14)\">\(label)</text>"
    }
  }
}
