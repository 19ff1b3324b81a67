/// Takes credentials out of what is about to be logged or stored.
///
/// Errs on the side of hiding: what may be a credential is one.
public enum Redaction {
  /// What stands in for whatever was hidden.
  public static let mark = "***"

  /// `url` without its user-info, its fragment, the values of its query and the path segments that look
  /// like tokens (16 characters or more, letters and digits mixed). The values of `sample-rate` and
  /// `direction` stay, because a diagnosis needs them.
  public static func url(_ url: String) -> String {
    let bare = url.prefix { $0 != "#" }
    let halves = bare.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var redacted = authorityAndPath(String(halves.first ?? ""))
    if halves.count > 1 { redacted += "?" + query(String(halves[1])) }
    return redacted
  }

  /// `text` with every URL in it redacted, and every `Basic` and `Bearer` credential.
  public static func text(_ text: String) -> String {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    for index in words.indices {
      if let scheme = words[index].firstRange(of: "://") {
        let front = words[index][..<scheme.lowerBound]
        let start = front.lastIndex { !$0.isLetter }.map(front.index(after:)) ?? front.startIndex
        let tail = words[index][start...]
        let end = tail.firstIndex { "\"'<>)]},;".contains($0) } ?? tail.endIndex
        words[index] = front[..<start] + url(String(tail[..<end])) + String(tail[end...])
      }
      let before = index > 0 ? ASCII.folded(words[index - 1]) : ""
      if before.hasSuffix("basic") || before.hasSuffix("bearer"), !words[index].isEmpty {
        words[index] = mark
      }
    }
    return words.joined(separator: " ")
  }

  /// A query without its values.
  public static func query(_ query: String) -> String {
    let pairs = query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
      let name = pair.prefix { $0 != "=" }
      guard name.count < pair.count else { return looksLikeToken(name) ? mark : String(name) }
      let isPlain = ["samplerate", "direction"].contains(ASCII.folded(name))
      return isPlain && pair.utf8.count <= 40 ? String(pair) : "\(name)=\(mark)"
    }
    return pairs.joined(separator: "&")
  }

  private static func authorityAndPath(_ text: String) -> String {
    guard let scheme = text.firstRange(of: "://") else { return path(text) }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    let host = authority.lastIndex(of: "@").map { mark + authority[$0...] } ?? String(authority)
    return text[..<scheme.upperBound] + host + path(String(rest.dropFirst(authority.count)))
  }

  private static func path(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false)
      .map { looksLikeToken($0) ? mark : String($0) }.joined(separator: "/")
  }

  private static func looksLikeToken(_ segment: Substring) -> Bool {
    segment.utf8.count >= 16 && segment.contains(where: \.isNumber)
      && segment.contains(where: \.isLetter)
  }
}
