/// Who may open a socket: credentials, tokens, addresses.
///
/// Where addresses are listed, the peer must be in one of them. Where credentials or tokens are set,
/// the peer must show one of them as well, in any of the places that survive the way: the Basic header,
/// a segment of the path, a value of the query or, because platforms drop the query, a custom
/// parameter of `start`. A policy without any of the three admits everybody.
public struct AccessPolicy: Hashable, Sendable {
  /// What an upgrade deserves.
  public enum Decision: Hashable, Sendable {
    /// Accept it.
    case admitted
    /// Answer it with this HTTP status, 401 or 403, in place of 101.
    case refused(status: Int)
    /// Accept it and hold it, without audio to any bot, until `start`: then ask ``admits(_:)``, and close
    /// with 1008 where it says no.
    case undecided
  }

  /// Basic credentials, any of which opens.
  public var credentials: [BasicCredentials]
  /// Tokens, any of which opens.
  public var tokens: [Secret]
  /// Where peers may come from; anywhere where empty.
  public var addresses: [AddressRange]

  /// Makes a policy.
  public init(
    credentials: [BasicCredentials] = [], tokens: [Secret] = [], addresses: [AddressRange] = []
  ) {
    self.credentials = credentials
    self.tokens = tokens
    self.addresses = addresses
  }

  /// Whether everybody is admitted: no policy for a socket that others than this machine can reach.
  /// Addresses that leave out nobody are none.
  public var admitsEverybody: Bool {
    credentials.isEmpty && tokens.isEmpty
      && (addresses.isEmpty || AddressRange.holdEverybody(addresses))
  }

  /// Judges an upgrade before it is answered.
  ///
  /// A header that is wrong is refused even where a token might follow, so that a mistyped password
  /// shows as 401 at once.
  ///
  /// - Parameters:
  ///   - path: the path of the request's target.
  ///   - query: its query.
  ///   - authorization: the `Authorization` header; nil where there is none.
  ///   - peer: the numeric address of the peer.
  /// - Returns: what to do.
  public func judge(
    path: String, query: URLQuery, authorization: String?, peer: String
  ) -> Decision {
    if !addresses.isEmpty, !addresses.contains(where: { $0.contains(peer) }) {
      return .refused(status: 403)
    }
    if credentials.isEmpty, tokens.isEmpty { return .admitted }
    let segments = Array(path.utf8).prefix { $0 != UInt8(ascii: "?") }
      .split(separator: UInt8(ascii: "/"), maxSplits: 32).prefix(32)
    // As they are too: a server may have decoded the path already, and a token may hold a `+` or `%`.
    let shown =
      segments.map { String(decoding: $0, as: UTF8.self) } + segments.map(PercentEncoding.decode)
      + query.items.map(\.value)
    if shown.contains(where: isToken) { return .admitted }
    if let authorization, !credentials.isEmpty {
      let isRight = credentials.contains { $0.match(authorization: authorization) }
      return isRight ? .admitted : .refused(status: 401)
    }
    return tokens.isEmpty ? .refused(status: 401) : .undecided
  }

  /// Whether the parameters of `start` hold a token: the last chance of an undecided upgrade.
  public func admits(_ start: StreamStart) -> Bool {
    let glued = start.parameter("token").map { [$0] } ?? []
    return (glued + start.customParameters.values).contains(where: isToken)
  }

  /// Whether `text` is one of the tokens: to be hidden wherever it turns up.
  package func isToken(_ text: String) -> Bool { tokens.contains { $0.matches(text) } }

  /// `text` with every token and password of the policy hidden, wherever in it they stand.
  package func hiding(_ text: String) -> String {
    let secrets = tokens.map(\.revealed) + credentials.flatMap(\.secrets)
    return secrets.reduce(text) { text, secret in
      // What is shorter stands in words by chance.
      secret.utf8.count < 4 ? text : text.replacing(secret, with: Redaction.mark)
    }
  }
}
