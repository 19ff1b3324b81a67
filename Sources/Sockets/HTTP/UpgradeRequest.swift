/// An HTTP request that asks to become a WebSocket (RFC 6455, 4.2.1).
public struct UpgradeRequest: Sendable {
  /// The path, percent-decoded, beginning with a slash.
  public var path: String
  /// The query's items in order, percent-decoded; at most 256.
  public var query: [QueryItem]
  /// Path and query as they came, escapes untouched, beginning with a slash: what signatures are made of.
  /// Of an absolute target (RFC 9112, 3.2.2) without scheme and host.
  public var target: String
  /// The headers, in order; those of one name joined by commas.
  public var headers: HTTPHeaders
  /// The peer's address and port, as text: `127.0.0.1:40312`, `[::1]:40312`.
  public var peerAddress: String
  /// The subprotocols the client offers, in its order.
  public var subprotocols: [String]

  /// Makes a request; its target is its path where none is given.
  public init(
    path: String, query: [QueryItem] = [], headers: HTTPHeaders = HTTPHeaders(),
    peerAddress: String = "", subprotocols: [String] = [], target: String? = nil
  ) {
    self.path = path
    self.target = target ?? path
    self.query = query
    self.headers = headers
    self.peerAddress = peerAddress
    self.subprotocols = subprotocols
  }

  /// The value of the first query item called `name`.
  public func queryValue(_ name: String) -> String? {
    query.first { $0.name == name }?.value
  }
}

/// One `name=value` of a query.
public struct QueryItem: Sendable, Hashable {
  /// What stands before the equals sign.
  public var name: String
  /// What stands after it; empty where there is none.
  public var value: String

  /// Makes an item.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// Header fields in order. Names compare without regard to case (RFC 9110, 5.1).
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
  /// The fields; names in lower case.
  public private(set) var fields: [(name: String, value: String)] = []

  /// Makes an empty list.
  public init() {}

  /// Makes a list from a literal.
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { append(name, value) }
  }

  /// Appends a field.
  public mutating func append(_ name: String, _ value: String) {
    fields.append((name.lowercased(), value))
  }

  /// Appends a field, or joins its value to the one that is there.
  mutating func join(_ name: String, _ value: String) {
    let name = name.lowercased()
    if let index = fields.firstIndex(where: { $0.name == name }) {
      fields[index].value += ", " + value
    } else {
      fields.append((name, value))
    }
  }

  /// Gives a field another value.
  mutating func replace(_ name: String, _ value: String) {
    fields.removeAll { $0.name == name }
    append(name, value)
  }

  /// The value of the first field called `name`.
  public subscript(name: String) -> String? {
    let name = name.lowercased()
    return fields.first { $0.name == name }?.value
  }
}

/// What a listener does with a request to become a WebSocket.
public enum UpgradeDecision {
  /// Accept it; the delegate hears what happens.
  case accept(any WebSocketDelegate)
  /// Answer with an HTTP status (400 to 599) and a line of plain text instead.
  case refuse(status: Int, body: String)
}
