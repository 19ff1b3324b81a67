import Glibc

/// One of a panel's two scales.
struct Axis {
  let label: String
  let range: ClosedRange<Double>
  let ticks: [(value: Double, text: String)]
  var isLogarithmic = false

  /// Where `value` lies on the axis, from 0 to 1.
  func position(_ value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    return isLogarithmic
      ? log(value / low) / log(high / low) : (value - low) / (high - low)
  }
}

/// A line in a panel.
struct Curve {
  let pen: SVG.Pen
  let points: [(x: Double, y: Double)]
}

/// A pair of axes with curves between them.
struct Panel {
  let title: String
  let x: Axis
  let y: Axis
  let curves: [Curve]

  private static let grid = SVG.Pen(color: "#e3e3e3", width: 1)
  private static let frame = SVG.Pen(color: "#8a8a8a", width: 1)

  /// Draws the panel with its axes' frame in the given rectangle; labels stand outside of it, at the
  /// left and below.
  func draw(
    into svg: inout SVG, left: Double, top: Double, width: Double, height: Double, id: String
  ) {
    let right = left + width
    let bottom = top + height
    for tick in x.ticks {
      let at = left + width * x.position(tick.value)
      svg.line([(at, top), (at, bottom)], Self.grid)
      svg.text(tick.text, x: at, y: bottom + 16, anchor: .middle, size: 11)
    }
    for tick in y.ticks {
      let at = bottom - height * y.position(tick.value)
      svg.line([(left, at), (right, at)], Self.grid)
      svg.text(tick.text, x: left - 6, y: at + 4, anchor: .end, size: 11)
    }
    svg.clipped(id: id, x: left, y: top, width: width, height: height) { svg in
      for curve in curves {
        let points = curve.points.map { point in
          (left + width * x.position(point.x), bottom - height * y.position(point.y))
        }
        svg.line(points, curve.pen)
      }
    }
    svg.line([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], Self.frame)
    svg.text(title, x: left, y: top - 8, size: 13, isBold: true)
    svg.text(x.label, x: (left + right) / 2, y: bottom + 34, anchor: .middle)
    svg.text(y.label, x: left - 44, y: (top + bottom) / 2, anchor: .middle, turned: true)
  }
}

/// Who is drawn how, the same in every plot.
enum Palette {
  static func pen(_ name: String) -> SVG.Pen {
    switch name {
    case "standard": SVG.Pen(color: "#0072b2", width: 2.4)
    case "lowDelay": SVG.Pen(color: "#d55e00", width: 2.4)
    case "speexdsp 3": SVG.Pen(color: "#009e73", width: 1.3, dashes: "2 3")
    case "speexdsp 5": SVG.Pen(color: "#009e73", width: 1.3)
    case "speexdsp 10": SVG.Pen(color: "#009e73", width: 1.3, dashes: "7 4")
    case "libsamplerate fastest": SVG.Pen(color: "#b0509a", width: 1.3, dashes: "2 3")
    case "libsamplerate best": SVG.Pen(color: "#b0509a", width: 1.3)
    case "soxr MQ": SVG.Pen(color: "#e0a000", width: 1.3, dashes: "2 3")
    case "soxr HQ": SVG.Pen(color: "#e0a000", width: 1.3)
    default: SVG.Pen(color: "#555555", width: 1.3)
    }
  }

  /// Draws names beside samples of their lines, in columns from the left.
  static func legend(
    _ names: [String], into svg: inout SVG, left: Double, top: Double, columns: Int,
    columnWidth: Double
  ) {
    for (index, name) in names.enumerated() {
      let x = left + Double(index % columns) * columnWidth
      let y = top + Double(index / columns) * 20
      svg.line([(x, y), (x + 30, y)], pen(name))
      svg.text(name, x: x + 37, y: y + 4)
    }
  }
}
