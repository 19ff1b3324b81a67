import BotTransport

/// Where a server listens, and on how many threads.
struct ListenOptions {
  static let options = [
    Option("--host", "ADDRESS", help: "the address to listen on (default 127.0.0.1)"),
    Option("--port", "PORT", help: "the port to listen on, 0 for any free one (default 5001)"),
    Option(
      "--loops", "N",
      help: "carry the calls on so many threads, 1 to 64 (default 1, good for a thousand calls)"),
  ]

  let host: String
  /// 0 for any free port.
  let port: Int
  /// Threads that carry calls.
  let loopCount: Int

  init(_ arguments: Arguments) throws(UsageError) {
    host = try arguments.text("--host") ?? "127.0.0.1"
    port = try arguments.integer("--port", in: 0...65_535) ?? 5001
    loopCount = try arguments.integer("--loops", in: 1...64) ?? 1
  }

  /// The host as URLs have it.
  var urlHost: String { Self.urlHost(host) }

  /// A host as URLs have it.
  static func urlHost(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
