import Telephony

/// Which of a server's dialects may be called at all.
///
/// A server that strangers reach and that has no ``ServerConfiguration/access`` policy carries only the
/// platforms that have a rule of their own, such as signatures; all other paths are shut.
struct Doors: Sendable {
  /// The platforms that are open; nil where every path is.
  private let open: Set<Platform>?
  /// Whether others than this machine reach the server.
  let meetStrangers: Bool
  private let paths: [(platform: Platform, path: String)]

  /// The body of the answer at a shut door.
  static let words = "Nobody may call here: the server has no rule for this path.\n"

  private let host: String

  /// Reads a configuration of a server that listens on `host`, unless it is given sockets.
  init(_ configuration: ServerConfiguration, host: String, port: Int) {
    paths = configuration.call.platforms.entries.map { ($0.platform, $0.pathPrefix) }
    let far = configuration.sockets.first { !$0.isLoopback }
    self.host = far?.address ?? host
    // What is no address at all is told by the listener.
    let isLocal =
      configuration.sockets.isEmpty
      ? SocketAddress(host: host, port: port)?.isLoopback ?? true : far == nil
    meetStrangers =
      !isLocal || configuration.reach.isTold || !configuration.guardedPlatforms.isEmpty
    let isShut =
      meetStrangers && configuration.access.admitsEverybody && !configuration.admitsStrangers
    open = isShut ? configuration.guardedPlatforms : nil
  }

  /// Makes sure that one door is left.
  ///
  /// - Throws: ``ServerError/open(host:)`` where nothing but shut doors would be left.
  func check() throws(ServerError) {
    guard open?.isEmpty != true else { throw .open(host: host) }
  }

  /// Whether sockets that name `platform`, or none, by their path may come in.
  func admit(_ platform: Platform?) -> Bool {
    guard let open else { return true }
    return platform.map(open.contains) ?? false
  }

  /// What is shut and how to open it, in one line; nil where nothing is, or everything.
  var notice: String? {
    guard let open, !open.isEmpty else { return nil }
    let shut = paths.filter { !open.contains($0.platform) }.map(\.path) + ["all other paths"]
    return "\(shut.joined(separator: ", ")): refused with 403, for strangers reach this server and "
      + "no rule says who may call there; name credentials, a token or addresses (--basic-file, "
      + "--token-file, --allow), or say that anybody may (--allow-unauthenticated)"
  }
}
