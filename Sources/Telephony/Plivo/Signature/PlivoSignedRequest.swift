/// What Plivo signs of a request: its method, its public address, and a form's fields.
///
/// The address is the one Plivo called, in front of any proxy: never that of the listener behind one.
public struct PlivoSignedRequest: Hashable, Sendable {
  /// A method of requests that carry signatures.
  public enum Method: String, Hashable, Sendable {
    /// Fields travel in the query.
    case get = "GET"
    /// Fields travel in a form.
    case post = "POST"
  }

  /// The method, which decides where the fields go.
  public var method: Method
  /// `https`, `http`, `wss` or `ws`.
  public var scheme: String
  /// Host and port as they were dialled.
  public var authority: String
  /// The path as it was dialled, percent escapes untouched.
  public var path: String
  /// The query's items, decoded.
  public var query: [URLQuery.Item]
  /// A form's fields, decoded; of a GET they count as part of the query.
  public var parameters: [URLQuery.Item]

  /// Makes a request of its parts.
  public init(
    _ method: Method, scheme: String, authority: String, path: String,
    query: [URLQuery.Item] = [], parameters: [URLQuery.Item] = []
  ) {
    self.method = method
    self.scheme = scheme
    self.authority = authority
    self.path = path
    self.query = query
    self.parameters = parameters
  }

  /// Takes `url` apart; nil where it has no scheme and no host. A fragment is not signed.
  public init?(
    _ method: Method, url: String, parameters: [URLQuery.Item] = []
  ) {
    let bare = url.prefix { $0 != "#" }
    guard let colon = bare.firstRange(of: "://") else { return nil }
    let rest = bare[colon.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let target = rest[authority.endIndex...]
    let path = target.prefix { $0 != "?" }
    guard !authority.isEmpty, colon.lowerBound > bare.startIndex else { return nil }
    self.init(
      method, scheme: String(bare[..<colon.lowerBound]), authority: String(authority),
      path: String(path), query: URLQuery(String(target[path.endIndex...])).items,
      parameters: parameters)
  }

  /// Scheme, authority and path.
  var base: String { "\(scheme)://\(authority)\(path)" }

  /// What is signed, up to the dot and the nonce.
  ///
  /// A POST with fields and no query has a bare `?` before the fields and no dot: so all published kits
  /// do it, though the documents' one example reads otherwise.
  var baseString: String {
    let isGet = method == .get
    let query = Self.sorted(isGet ? query + parameters : query)
      .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    let fields = Self.sorted(isGet ? [] : parameters).map { $0.name + $0.value }.joined()
    if query.isEmpty, fields.isEmpty { return base }
    let dot = query.isEmpty || fields.isEmpty ? "" : "."
    return "\(base)?\(query)\(dot)\(fields)"
  }

  /// By key, then by value, in the order of their bytes.
  private static func sorted(_ items: [URLQuery.Item]) -> [URLQuery.Item] {
    items.sorted { left, right in
      left.name == right.name
        ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }
}
