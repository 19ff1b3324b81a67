/// Why a server refuses to begin.
public enum ServerError: Error, Equatable, CustomStringConvertible {
  /// Others than this machine could reach it, by its address, a public address or a proxy that it was
  /// told of, and nothing says who may.
  case open(host: String)
  /// The call log is required and cannot be opened.
  case callLog(reason: String)

  /// One line for people: what, and what to do.
  public var description: String {
    switch self {
    case .open(let host):
      "listening on \(host) without authentication lets anybody in: name credentials, a token or "
        + "addresses, or say that this is wanted"
    case .callLog(let reason): reason
    }
  }
}
