import AudioEngine
import BotTransport
import Sockets

/// What one page sees of the server's calls: what changes in the list, so many rows at once, and five pictures a
/// second of the one call that it watches, fewer where they are large. Pinned to the loop of the page's socket.
actor WindowFeed: PageEnd {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private nonisolated let loop: EventLoop
  private let window: CallWindow
  private let peers: PeerWatch?
  private let log: ServerLog?
  private let place: Places.Place
  private var socket: WebSocket?
  private var outbox: [PageMessage] = []
  private var timer: LoopTimer?
  private var version = 0
  private var peerVersion = 0
  /// Calls whose rows the page is not told of yet, the newest last.
  private var untold: [Int] = []
  private var allowance = FeedAllowance()
  private var watch: (call: CallWatch, since: MonotonicTime)?
  /// Whether a picture is being made.
  private var isLooking = false

  private static let interval: Duration = .milliseconds(200)
  /// Beyond it pictures are left out: the page does not read.
  private static let mostMessages = 16
  /// Rows in one message.
  private static let rowsAtOnce = 16

  init(
    loop: EventLoop, window: CallWindow, peers: PeerWatch?, log: ServerLog?, place: Places.Place
  ) {
    self.loop = loop
    self.window = window
    self.peers = peers
    self.log = log
    self.place = place
  }

  func opened(_ socket: WebSocket) {
    self.socket = socket
    socket.setPingInterval(.seconds(20))
    timer = LoopTimer(loop: loop) { [weak self] in self?.assumeIsolated { $0.tick() } }
    tick()
  }

  func closed() {
    watch?.call.end()
    watch = nil
    timer?.cancel()
    timer = nil
    socket = nil
    outbox = []
  }

  func nextMessage() -> PageMessage? {
    guard !outbox.isEmpty else { return nil }
    let message = outbox.removeFirst()
    if !outbox.isEmpty { socket?.requestWrite() }
    return message
  }

  func received(sound: [UInt8]) {}

  func received(text: [UInt8]) {
    guard let request = WindowRequest(text) else { return refuse("the window does not know that") }
    if request.ask == .unwatch {
      watch?.call.end()
      watch = nil
      return
    }
    guard let entry = request.id.flatMap(window.entry) else { return refuse("the call is over") }
    switch request.ask {
    case .watch:
      watch?.call.end()
      watch = (CallWatch(entry, in: window), loop.now)
    case .hangUp:
      tell("hung up from the console", entry)
      Task { await entry.call.hangUp(reason: "hung up from the console") }
    case .interrupt:
      tell("interrupted from the console", entry)
      Task { _ = await entry.call.interrupt() }
    case .unwatch: break
    }
  }

  private func tell(_ what: String, _ entry: CallWindow.Entry) {
    log?(
      ServerEvent(
        .info, .call, what, [("platform", entry.row.platform), ("number", entry.row.id)]))
  }

  private func tick() {
    guard socket != nil else { return }
    timer?.arm(at: loop.now + Self.interval)
    tellRows()
    tellElsewhere()
    look()
  }

  private func tellRows() {
    untold += window.changes(since: &version)
    untold.removeFirst(max(untold.count - CallWindow.mostChanges, 0))
    guard !untold.isEmpty, outbox.count < Self.mostMessages else { return }
    var news = WindowNews("calls")
    news.rows = window.rows(of: untold.suffix(Self.rowsAtOnce))
    untold.removeLast(min(Self.rowsAtOnce, untold.count))
    send(news)
  }

  private func tellElsewhere() {
    guard let peers else { return }
    peers.look(at: loop.now)
    guard outbox.count < Self.mostMessages, let seen = peers.change(since: &peerVersion) else {
      return
    }
    var news = WindowNews("elsewhere")
    news.elsewhere = seen
    send(news)
  }

  private func look() {
    guard let watch, !isLooking, outbox.count < Self.mostMessages else { return }
    let id = watch.call.entry.row.id
    guard window.entry(id) != nil else {
      watch.call.end()
      self.watch = nil
      var news = WindowNews("over")
      news.id = id
      send(news)
      return
    }
    let now = loop.now
    guard allowance.has(at: now) else { return }
    isLooking = true
    let elapsed = now - watch.since
    Task {
      let picture = await watch.call.picture(after: elapsed)
      isLooking = false
      var news = WindowNews("picture")
      news.picture = picture
      allowance.take(send(news), at: now)
    }
  }

  private func refuse(_ sentence: String) {
    var news = WindowNews("refused")
    news.why = sentence
    if outbox.count < Self.mostMessages { send(news) }
  }

  /// Sends; how many bytes.
  @discardableResult
  private func send(_ news: WindowNews) -> Int {
    guard let socket else { return 0 }
    let text = news.text
    outbox.append(.text(text))
    socket.requestWrite()
    return text.count
  }
}
