import Foundation
import Sockets

/// Where a bot listens for WebSockets: what a platform's user pastes into its settings.
public struct BotAddress: Hashable, Sendable {
  /// What to connect to, without user and password.
  public let url: String
  /// The header that carries user and password, as platforms send them; nil without any.
  public let authorization: String?
  /// Host and path alone, fit for reports: neither credentials nor a query, which may hold a token.
  public let redacted: String

  /// Reads `ws[s]://[USER:PASSWORD@]HOST[:PORT][/PATH][?QUERY]`.
  ///
  /// - Throws: ``BotAddressError``, one clear sentence.
  public init(_ text: String) throws(BotAddressError) {
    guard var parts = URLComponents(string: text) else {
      throw BotAddressError(address: text, reason: "it is no URL")
    }
    authorization = parts.user.map { user in
      "Basic " + Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString()
    }
    parts.user = nil
    parts.password = nil
    parts.fragment = nil
    if parts.path.isEmpty { parts.path = "/" }
    url = parts.string ?? text
    do { _ = try WebSocketURL(url) } catch {
      throw BotAddressError(address: text, reason: "\(error)")
    }
    parts.query = nil
    redacted = parts.string ?? ""
  }
}

/// A text that is not the address of a WebSocket.
public struct BotAddressError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text as it was given.
  public let address: String
  /// What is wrong with it.
  public let reason: String

  /// One clear sentence without a full stop.
  public var description: String {
    "'\(address)' is not the address of a WebSocket: \(reason)"
  }
}
