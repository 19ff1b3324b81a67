import AudioEngine
import BotTransport
import CallSimulator
import Glibc
import Sockets

/// One page's telephone: the page is ear and mouth, this the platform behind it.
///
/// Every 20 ms it takes as much from the page's microphone and gives the page what the caller's ear has
/// just heard. Pinned to the loop of the page's socket, where the call runs too. It ends with the socket.
actor Phone: PageEnd {
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private nonisolated let loop: EventLoop
  private let configuration: ConsoleConfiguration
  private let dialsAnywhere: Bool
  private let place: Places.Place
  private var socket: WebSocket?
  private var outbox: [PageMessage] = []
  private var call: LivePhoneCall?
  private var timer: LoopTimer?

  /// Messages that may wait for a page: two seconds of sound and what is told meanwhile.
  private static let mostMessages = 128
  private static let longestStall: Duration = .seconds(1)
  private static let slice: Duration = .milliseconds(20)

  init(
    loop: EventLoop, configuration: ConsoleConfiguration, dialsAnywhere: Bool,
    place: Places.Place
  ) {
    self.loop = loop
    self.configuration = configuration
    self.dialsAnywhere = dialsAnywhere
    self.place = place
  }

  func opened(_ socket: WebSocket) {
    self.socket = socket
    // A page whose tab sleeps must not hold a call for ever.
    socket.setPingInterval(.seconds(20))
    timer = LoopTimer(loop: loop) { [weak self] in self?.assumeIsolated { $0.tick() } }
    var hello = PhoneNews("hello")
    hello.providers = SimulatedProvider.all.map(PhoneNews.Provider.init)
    hello.bot = configuration.bot
    hello.dialsAnywhere = dialsAnywhere
    hello.hasWindow = configuration.hasWindow
    hello.stallsHost = configuration.stallsHost
    tell(hello)
  }

  func closed() {
    call?.hangUp()
    call = nil
    timer?.cancel()
    timer = nil
    socket = nil
    outbox = []
  }

  func received(text: [UInt8]) {
    switch PhoneRequest(text) {
    case nil: refuse("the telephone does not understand that")
    case .dial(let dial): self.dial(dial)
    case .press(let key): call?.press(key)
    case .hangUp: call?.hangUp()
    case .network(let network): call?.suffer(network)
    case .stall(let duration): call?.stall(duration)
    case .stallHost(let duration): stallHost(duration)
    }
  }

  /// Holds up everything that this loop carries, as a busy host would: the server's other calls, too. So it
  /// is done only where the page's users are at the machine itself, and is logged.
  private func stallHost(_ duration: Duration) {
    guard configuration.stallsHost else { return refuse("only a local server is stalled") }
    let length = min(duration, Self.longestStall)
    configuration.log?(
      ServerEvent(
        .warning, .server, "stalled from the console",
        [("durationMs", Int(length.inMilliseconds))]))
    usleep(UInt32(length.wholeNanoseconds / 1_000))
  }

  func received(sound: [UInt8]) { call?.microphone.take(sound) }

  func nextMessage() -> PageMessage? {
    guard !outbox.isEmpty else { return nil }
    let message = outbox.removeFirst()
    if !outbox.isEmpty { socket?.requestWrite() }
    return message
  }

  private func dial(_ dial: PhoneRequest.Dial) {
    guard call == nil else { return refuse("there is a call already: hang up first") }
    let placed: LivePhoneCall
    do throws(DialRefusal) {
      placed = try LivePhoneCall(dial, configuration, dialsAnywhere: dialsAnywhere, on: loop)
    } catch {
      return refuse(error.sentence)
    }
    call = placed
    tell(state: "dialling", at: placed.rate)
    Task { [weak self] in
      let outcome = await placed.call.run()
      await self?.ended(placed, outcome.report)
    }
    timer?.arm(at: loop.now + Self.slice)
  }

  private func ended(_ placed: LivePhoneCall, _ report: CallReport) {
    guard call === placed else { return }
    call = nil
    timer?.cancel()
    var news = PhoneNews("report")
    news.report = report
    tell(news)
    tell(state: "ended", at: placed.rate)
  }

  private func tick() {
    guard let call else { return }
    let now = loop.now
    let step = call.step(at: now, slice: Self.slice, longest: configuration.longestCall)
    if step.begins { tell(state: "up", at: call.rate) }
    for slice in step.heard { send(.sound(slice)) }
    if step.clears { tell(PhoneNews("cleared")) }
    if let meter = step.meter {
      var news = PhoneNews("meter")
      news.meter = meter
      tell(news)
    }
    timer?.arm(at: call.nextStep(after: now, slice: Self.slice))
  }

  private func tell(state: String, at rate: SampleRate) {
    var news = PhoneNews("state")
    news.state = state
    news.rate = rate.hertz
    tell(news)
  }

  private func refuse(_ sentence: String) {
    var news = PhoneNews("refused")
    news.why = sentence
    tell(news)
  }

  private func tell(_ news: PhoneNews) { send(.text(news.text)) }

  private func send(_ message: PageMessage) {
    guard let socket else { return }
    if outbox.count >= Self.mostMessages {
      // A page that does not read loses the oldest sound; what is told stays.
      guard let sound = outbox.firstIndex(where: { if case .sound = $0 { true } else { false } })
      else { return }
      outbox.remove(at: sound)
    }
    outbox.append(message)
    socket.requestWrite()
  }
}
