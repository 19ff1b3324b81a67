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

  /// `text` with every URL in it redacted, and every credential that its surroundings or its looks
  /// give away: what follows `Basic`, `Bearer` or `Digest`, what stands behind a name such as `tok:`,
  /// `sig=` or `"apiKey":`, what begins as web tokens and vendors' keys do.
  public static func text(_ text: String) -> String {
    var shown = ""
    var hidesNext = false
    var before = text[..<text.startIndex]
    var rest = text[...]
    while !rest.isEmpty {
      let blanks = rest.prefix(while: \.isWhitespace)
      shown += blanks
      let word = rest[blanks.endIndex...].prefix { !$0.isWhitespace }
      rest = rest[word.endIndex...]
      guard !word.isEmpty else { break }
      let isScheme = isScheme(word, afterName: hidesNext)
      if hidesNext, !isScheme {
        shown += mark
        hidesNext = false
      } else {
        let (words, isOpen) = hidden(in: word)
        shown += words
        hidesNext = isScheme || isOpen || (word == "=" || word == ":") && isSecret(name: before)
      }
      before = word
    }
    return shown
  }

  /// Words after which a credential stands.
  private static let schemes: Set<String> = ["basic", "bearer", "digest", "apikey", "negotiate"]
  /// Some schemes are ordinary words where no name of a credential stands before them.
  private static func isScheme(_ word: some StringProtocol, afterName: Bool) -> Bool {
    let folded = ASCII.folded(word)
    return schemes.contains(folded) || afterName && ["token", "bot", "key"].contains(folded)
  }

  /// What the names of credentials hold, and what they end in.
  private static let secretNames = [
    "token", "secret", "password", "passwd", "credential", "signature", "apikey", "authorization",
    "cookie", "jwt",
  ]
  private static let secretEnds = [
    "tok", "pwd", "pass", "auth", "key", "sig", "hmac", "bearer", "basic",
  ]
  /// What web tokens and the keys of well-known vendors begin with.
  private static let secretBeginnings = [
    "eyJ", "sk-", "sk_", "rk_", "pk_", "ghp_", "gho_", "glpat-", "xox", "AKIA", "AIza",
  ]

  private static func isSecret(name: some StringProtocol) -> Bool {
    let folded = ASCII.folded(name)
    return secretNames.contains { folded.contains($0) }
      || secretEnds.contains { folded.hasSuffix($0) }
  }

  /// A word without its credentials, and whether the next word is one.
  private static func hidden(in word: Substring) -> (String, isOpen: Bool) {
    var shown = ""
    var rest = word
    while let scheme = rest.firstRange(of: "://") {
      let front = rest[..<scheme.lowerBound]
      let start = front.lastIndex { !$0.isLetter }.map(front.index(after:)) ?? front.startIndex
      let tail = rest[start...]
      let end = tail.firstIndex { "\"'<>)]},;".contains($0) } ?? tail.endIndex
      shown += pairs(front[..<start]).0 + url(String(tail[..<end]))
      rest = tail[end...]
    }
    let (last, isOpen) = pairs(rest)
    return (shown + last, isOpen)
  }

  /// `name=value` and `name:value` without the values of names that tell of a credential.
  private static func pairs(_ word: Substring) -> (String, isOpen: Bool) {
    var shown = ""
    var rest = word
    while let separator = separator(in: rest) {
      let front = rest[..<separator.lowerBound]
      let quotes: Set<Character> = ["\"", "'", "\\", "]"]
      let end =
        front.lastIndex { !quotes.contains($0) }.map(front.index(after:)) ?? front.startIndex
      let isPart = { (character: Character) in
        character.isLetter || character.isNumber || "_-.".contains(character)
      }
      let start = front[..<end].lastIndex { !isPart($0) }.map(front.index(after:))
      let name = front[(start ?? front.startIndex)..<end]
      shown += looseSecrets(front) + rest[separator]
      rest = rest[separator.upperBound...]
      guard isSecret(name: name) else { continue }
      let opening = rest.prefix { quotes.contains($0) }
      let value = rest[opening.endIndex...].prefix { !"&;,\"'<>)}]|".contains($0) }
      shown += opening
      rest = rest[value.endIndex...]
      if value.isEmpty || isScheme(value, afterName: true) {
        shown += value
        if rest.isEmpty || !value.isEmpty { return (shown + rest, true) }
      } else {
        shown += mark
      }
    }
    return (shown + looseSecrets(rest), false)
  }

  /// The next sign that may end a name, also as a URL writes it.
  private static func separator(in text: Substring) -> Range<Substring.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      switch text[index] {
      case ":", "=": return index..<next
      case "%":
        let code = text[next...].prefix(2)
        if ["3a", "3d"].contains(code.lowercased()) { return index..<code.endIndex }
      default: break
      }
      index = next
    }
    return nil
  }

  /// `text` without what looks like a token or a key by its beginning.
  private static func looseSecrets(_ text: Substring) -> String {
    guard secretBeginnings.contains(where: { text.contains($0) }) else { return String(text) }
    var shown = ""
    var rest = text
    while !rest.isEmpty {
      let run = rest.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
      let isSecret = secretBeginnings.contains {
        run.hasPrefix($0) && ($0 == "eyJ" || run.utf8.count >= 16)
      }
      shown += isSecret ? mark : String(run)
      rest = rest[run.endIndex...]
      if let next = rest.popFirst() { shown.append(next) }
    }
    return shown
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
