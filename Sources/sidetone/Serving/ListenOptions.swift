import BotTransport

/// Where a server listens, and on how many threads.
struct ListenOptions {
  static let options = [
    Option("--host", "ADDRESS", help: "the address to listen on (default 127.0.0.1)"),
    Option("--port", "PORT", help: "the port to listen on, 0 for any free one (default 5001)"),
    Option(
      "--loops", "N",
      help: "carry the calls on so many threads, 1 to 64 (default 1, good for a thousand calls)"),
    Option(
      "--batch", "MS",
      help: "serve what comes within so long in one go, 0 to 20 (default 0): fewer wake-ups, and "
        + "everything later by that at most"),
  ]

  let host: String
  /// 0 for any free port.
  let port: Int
  /// Threads that carry calls.
  let loopCount: Int
  /// How long what comes may wait for more.
  let batch: Duration

  init(_ arguments: Arguments) throws(UsageError) {
    host = try arguments.text("--host") ?? "127.0.0.1"
    port = try arguments.integer("--port", in: 0...65_535) ?? 5001
    loopCount = try arguments.integer("--loops", in: 1...64) ?? 1
    batch = .milliseconds(try arguments.integer("--batch", in: 0...20) ?? 0)
  }

  /// The host as URLs have it.
  var urlHost: String { Self.urlHost(host) }

  /// A host as URLs have it.
  static func urlHost(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
