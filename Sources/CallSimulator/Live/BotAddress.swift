import Foundation

/// Where a bot listens for WebSockets: what a platform's user pastes into its settings.
public struct BotAddress: Hashable, Sendable {
  /// What to connect to, without user and password.
  public let url: String
  /// The header that carries user and password, as Exotel sends them; nil without any.
  public let authorization: String?
  /// Host and path alone, fit for reports: neither credentials nor a query, which may hold a token.
  public let redacted: String

  /// Reads `ws://[USER:PASSWORD@]HOST[:PORT][/PATH][?QUERY]` or the same with `wss`.
  ///
  /// - Throws: ``BotAddressError``, one clear sentence.
  public init(_ text: String) throws(BotAddressError) {
    guard var parts = URLComponents(string: text), let host = parts.host, !host.isEmpty else {
      throw BotAddressError(address: text)
    }
    guard let scheme = parts.scheme?.lowercased(), ["ws", "wss"].contains(scheme) else {
      throw BotAddressError(address: text)
    }
    if let port = parts.port, !(1...65_535).contains(port) {
      throw BotAddressError(address: text)
    }
    authorization = parts.user.map { user in
      "Basic " + Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString()
    }
    parts.scheme = scheme
    parts.user = nil
    parts.password = nil
    parts.fragment = nil
    if parts.path.isEmpty { parts.path = "/" }
    url = parts.string ?? text
    parts.query = nil
    redacted = parts.string ?? ""
  }
}

/// A text that is not the address of a WebSocket.
public struct BotAddressError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text as it was given.
  public let address: String

  /// One clear sentence without a full stop.
  public var description: String {
    "'\(address)' is not the address of a WebSocket; write ws://HOST:PORT/PATH"
  }
}
