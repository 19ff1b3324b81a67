import Telephony

/// Pages for people in one file: no script, nothing from anywhere else, light and dark.
enum HTMLText {
  /// Words as HTML shows them.
  static func escaped(_ text: String) -> String { XMLText.escaped(Console.safe(text)) }

  /// A whole page.
  ///
  /// - Parameters:
  ///   - title: words.
  ///   - body: HTML.
  /// - Returns: HTML from its first to its last line.
  static func page(_ title: String, _ body: [String]) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(escaped(title))</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    <main>
    \(body.joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  /// A table of rows, each cell words; nothing where there are none.
  static func table(_ heading: [String], _ rows: [[String]], caption: String) -> [String] {
    guard !rows.isEmpty else { return [] }
    func cells(_ words: [String], _ tag: String) -> String {
      words.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined()
    }
    let head = heading.isEmpty ? [] : ["<thead><tr>\(cells(heading, "th"))</tr></thead>"]
    return ["<h2>\(escaped(caption))</h2>", "<div class=\"wide\"><table>"] + head + ["<tbody>"]
      + rows.map { "<tr>\(cells($0, "td"))</tr>" } + ["</tbody></table></div>"]
  }

  private static let style = """
    :root { color-scheme: light dark; --ground: #f4f5f7; --panel: #fff; --ink: #1b1f24; --soft: #5b6470;
      --line: #d5dae1; --good: #1a7f37; --bad: #b42318; --caller: #0b62c4; --bot: #8250df; --turn: #9a6700; }
    @media (prefers-color-scheme: dark) { :root { --ground: #0f1318; --panel: #171d24; --ink: #e6eaf0;
      --soft: #9aa5b3; --line: #2d3742; --good: #4ac26b; --bad: #ff8078; --caller: #5aa9ff; --bot: #c297ff;
      --turn: #d4a72c; } }
    body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
    main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
    h1 { font-size: 1.2rem; overflow-wrap: anywhere; } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
    .verdict { font-weight: 600; } .pass { color: var(--good); } .fail { color: var(--bad); }
    .picture, .wide { overflow-x: auto; background: var(--panel); border: 1px solid var(--line);
      border-radius: 8px; padding: .6rem; }
    svg { display: block; width: 100%; min-width: 40rem; height: auto; font: 11px system-ui, sans-serif; }
    svg text { fill: var(--soft); } .said { fill: var(--caller); } .heard { fill: var(--bot); }
    svg text.said { fill: var(--caller); } svg text.heard { fill: var(--bot); }
    svg text.answer { fill: var(--good); } svg text.cut { fill: var(--bad); }
    .curve { fill: none; stroke-width: 2; } .curve.said { stroke: var(--caller); }
    .curve.heard { stroke: var(--bot); } .curve.answer { stroke: var(--good); }
    .curve.cut { stroke: var(--bad); } .gap { fill: var(--bad); opacity: .35; } .clear { stroke: var(--bad); } .mark { stroke: var(--soft); }
    .waits { stroke: var(--line); } .ahead { stroke: var(--bot); }
    .turn { fill: var(--turn); opacity: .45; } .axis { stroke: var(--line); }
    table { border-collapse: collapse; } th { text-align: left; color: var(--soft); font-weight: 500; }
    td, th { padding: .2rem .9rem .2rem 0; vertical-align: top; } td { font-variant-numeric: tabular-nums; }
    li { margin: .3rem 0; } .legend { color: var(--soft); font-size: .85rem; }
    """
}
