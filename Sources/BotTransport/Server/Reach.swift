public import Telephony

/// How platforms reach a server from outside: by an address that it was told, through which proxies.
///
/// What a request says of itself in `X-Forwarded-...` and `Forwarded` anybody can write. It counts only
/// where the request comes from one of ``proxies``; loopback is not among them by itself.
public struct Reach: Hashable, Sendable {
  /// Where platforms reach the server; nil takes it from each request.
  public var publicAddress: PublicAddress?
  /// The proxies whose headers count. They must overwrite what their clients write there.
  public var proxies: [AddressRange]

  /// Entries of `X-Forwarded-For` that are looked at, from its end.
  private static let mostProxies = 16

  /// Makes a reach; nothing is told, nobody is believed.
  public init(publicAddress: PublicAddress? = nil, proxies: [AddressRange] = []) {
    self.publicAddress = publicAddress
    self.proxies = proxies
  }

  /// Whether others than this machine are said to reach the server, whatever it listens on.
  var isTold: Bool { publicAddress != nil || !proxies.isEmpty }

  /// The address that a request was sent to: the one that was told, else what a proxy that is believed
  /// passes on, else the `Host` header; nil where no usable host is named.
  func address(of headers: HTTPHeaders, from peer: String) -> PublicAddress? {
    publicAddress ?? PublicAddress(headers: headers, believesProxy: isProxy(Gate.host(peer)))
  }

  /// The same of a plain request.
  func address(of request: HTTPRequest) -> PublicAddress? {
    address(of: request.headers, from: request.peerAddress)
  }

  /// Who sent a request, as address and port: the connection's peer or, behind proxies that are
  /// believed, the last in `X-Forwarded-For` that is none of them.
  func client(of headers: HTTPHeaders, from peer: String) -> String {
    guard !proxies.isEmpty, isProxy(Gate.host(peer)), let list = headers["x-forwarded-for"] else {
      return peer
    }
    let entries = list.utf8.split(separator: UInt8(ascii: ",")).suffix(Self.mostProxies)
    var client = peer
    for entry in entries.reversed() {
      let text = String(decoding: entry, as: UTF8.self).filter { $0 != " " && $0 != "\"" }
      // With or without a port and brackets.
      let host = [text, Gate.host(text)].first { SocketAddress(literal: $0) != nil }
      guard let host else { return client }
      client = host.contains(":") ? "[\(host)]:0" : "\(host):0"
      if !isProxy(host) { return client }
    }
    return client
  }

  private func isProxy(_ host: String) -> Bool { proxies.contains { $0.contains(host) } }
}
