/// What a server answers to plain HTTP requests on the port of its WebSockets: paths and handlers.
///
/// A platform's callbacks, a health check, a page of metrics are an entry each. An exact path goes
/// before a tree of paths, a longer tree before a shorter one.
public struct HTTPRoutes: Sendable {
  /// Answers one request; nil for 404.
  ///
  /// Called on the event loop's thread, which carries calls meanwhile: it must answer from memory,
  /// at once. Work goes elsewhere, as to a ``CallLogWriter``.
  public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse?

  private struct Route: Sendable {
    let segments: [Substring]
    let methods: [String]
    let handler: Handler
  }

  private var exact: [Route] = []
  private var trees: [Route] = []

  /// Makes routes that answer nothing.
  public init() {}

  /// Answers requests for `path` itself.
  ///
  /// - Parameters:
  ///   - path: begins with a slash; one at the end makes no difference.
  ///   - methods: what is answered; anything else gets 405. `GET` includes `HEAD`.
  ///   - handler: answers.
  public mutating func add(
    _ path: String, methods: [String] = ["GET"], _ handler: @escaping Handler
  ) {
    exact.append(Route(segments: Self.segments(path), methods: methods, handler: handler))
  }

  /// Answers requests for `path` and every path below it; the rest as in ``add(_:methods:_:)``.
  public mutating func addTree(
    _ path: String, methods: [String] = ["GET"], _ handler: @escaping Handler
  ) {
    trees.append(Route(segments: Self.segments(path), methods: methods, handler: handler))
    trees.sort { $0.segments.count > $1.segments.count }
  }

  /// These routes, and behind them those of `others`.
  func joined(with others: HTTPRoutes) -> HTTPRoutes {
    var joined = self
    joined.exact += others.exact
    joined.trees += others.trees
    joined.trees.sort { $0.segments.count > $1.segments.count }
    return joined
  }

  /// The answer to `request`; nil where no route takes it.
  public func answer(_ request: HTTPRequest) -> HTTPResponse? {
    let segments = Self.segments(request.path)
    let route =
      exact.first { $0.segments == segments } ?? trees.first { segments.starts(with: $0.segments) }
    guard let route else { return nil }
    let method = request.method == "HEAD" ? "GET" : request.method
    guard route.methods.contains(method) else {
      return HTTPResponse(
        status: 405, headers: ["Allow": route.methods.joined(separator: ", ")],
        body: "Use \(route.methods.joined(separator: " or ")).\n")
    }
    return route.handler(request)
  }

  private static func segments(_ path: String) -> [Substring] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
  }
}
