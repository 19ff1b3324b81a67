import AudioEngine
public import BotTransport
public import Sockets
import Telephony

/// A page that a server shows people: a telephone which calls a bot as a platform does, and a window into
/// the server's calls.
///
/// It brings no listener of its own: hand it the plain requests and the upgrades under ``path``. Where
/// nobody looks at the page it does nothing. Any thread.
public final class WebConsole: Sendable {
  /// Where the page is; everything it needs is below.
  public static let path = "/console"

  private let configuration: ConsoleConfiguration
  private let door: ConsoleDoor
  private let places = Places()
  private let window = CallWindow()
  private let peers: PeerWatch?
  private let files: CallFiles

  /// Makes a console that nobody has visited.
  ///
  /// - Parameter configuration: with tokens, or local: a console that strangers reach and that asks for
  ///   nothing answers all requests with 403.
  public init(_ configuration: ConsoleConfiguration) {
    self.configuration = configuration
    peers = configuration.peers.map(PeerWatch.init)
    files = CallFiles(configuration, of: window)
    door = ConsoleDoor(tokens: configuration.tokens, isLocal: configuration.isLocal)
  }

  /// Answers a plain request; nil where the path is none of the console's.
  public func answer(_ request: HTTPRequest) -> HTTPResponse? {
    guard request.path == Self.path || request.path.hasPrefix(Self.path + "/") else { return nil }
    if let refusal = door.refusal(of: request.headers) { return refusal.response }
    if request.path == Self.path + "/session" { return door.openSession(request) }
    guard request.method == "GET" || request.method == "HEAD" else {
      return HTTPResponse(status: 405, headers: ["Allow": "GET"], body: "Use GET.\n")
    }
    let name = String(request.path.dropFirst(Self.path.count).drop { $0 == "/" })
    // What the form at the door looks like is no secret.
    let isOpen = door.knows(request.headers) || name == "style.css"
    if isOpen, let answer = files.answer(name) { return answer }
    return PageFiles.answer(isOpen ? name : name.isEmpty ? "door" : name, isOpen: isOpen)
  }

  /// Judges an upgrade on `loop`'s thread; nil where the path is none of the console's.
  public func upgrade(_ request: UpgradeRequest, on loop: EventLoop) -> UpgradeDecision? {
    guard request.path == Self.path || request.path.hasPrefix(Self.path + "/") else { return nil }
    if let refusal = door.refusal(of: request.headers) ?? door.strangeOrigin(request.headers) {
      return .refuse(status: refusal.status, body: refusal.words)
    }
    guard door.knows(request.headers) else {
      return .refuse(status: 403, body: "Open \(Self.path) and show the token first.\n")
    }
    let isPhone = request.path == Self.path + "/phone"
    guard isPhone || (configuration.hasWindow && request.path == Self.path + "/calls") else {
      return .refuse(status: 404, body: "There is no such socket.\n")
    }
    guard let place = places.take() else {
      return .refuse(status: 503, body: "\(Places.limit) pages are open already.\n")
    }
    guard isPhone else {
      let feed = WindowFeed(
        loop: loop, window: window, peers: peers, log: configuration.log, place: place)
      return .accept(PageSocket(feed))
    }
    return .accept(
      PageSocket(
        Phone(
          loop: loop, configuration: configuration, dialsAnywhere: !configuration.tokens.isEmpty,
          place: place)))
  }

  /// The same bot, whose calls are seen in the window: one entry a call, and nothing more while nobody
  /// looks at it.
  public func watching(_ bot: @escaping BotServer.Bot) -> BotServer.Bot {
    guard configuration.hasWindow else { return bot }
    // No list of captures: with one, Swift 6.3 takes the closure out of the call that it runs in.
    let window = window
    return { call in
      await window.enter(call)
      try await bot(call)
    }
  }
}
