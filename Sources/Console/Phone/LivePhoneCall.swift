import AudioEngine
import CallSimulator
import Sockets

/// Why a call is not placed, as a sentence for the page.
struct DialRefusal: Error, Hashable, Sendable {
  let sentence: String
}

/// A call that a page has placed: the simulated platform's call, and the sound of both ends by slices.
///
/// It belongs to its loop's thread, as its telephone does.
final class LivePhoneCall: @unchecked Sendable {
  // Unchecked: confined to the loop's thread.

  /// What one step of the clock brought.
  struct Step {
    /// The stream has started.
    var begins = false
    /// The bot has cleared what it had said.
    var clears = false
    /// What the ear has heard, a slice each, as little-endian samples.
    var heard: [[UInt8]] = []
    var meter: PhoneNews.Meter?
  }

  let call: SimulatedCall
  let rate: SampleRate
  var microphone: Microphone
  private let encoding: AudioEncoding
  /// Up to where the page has heard; nil before the stream's start.
  private var heardUntil: MonotonicTime?
  private var start: MonotonicTime?
  private var clears = 0
  /// A clear of which the page has not been told.
  private var isClearing = false
  private var nextMeter: MonotonicTime = .zero
  private var hasHungUp = false

  /// A stall of this machine that lasted longer is skipped.
  private static let longestCatchUp: Duration = .seconds(1)
  private static let meterInterval: Duration = .milliseconds(200)

  /// Makes a call that has not been placed.
  init(
    _ dial: PhoneRequest.Dial, _ configuration: ConsoleConfiguration, dialsAnywhere: Bool,
    on loop: EventLoop
  ) throws(DialRefusal) {
    guard let provider = SimulatedProvider.named(dial.provider) else {
      throw DialRefusal(sentence: "there is no platform of that name")
    }
    let address: BotAddress
    do throws(BotAddressError) {
      address = try BotAddress(dial.url)
    } catch {
      throw DialRefusal(sentence: error.description)
    }
    guard dialsAnywhere || Self.isNear(address, configuration.bot) else {
      throw DialRefusal(
        sentence: "calls to other machines need a console that was given a token "
          + "(--console-token-file)")
    }
    let usual: AudioEncoding = provider.encodings.first ?? .linear16
    let encoding: AudioEncoding? = dial.encoding.map(AudioEncoding.init(rawValue:)) ?? usual
    guard let encoding, provider.encodings.contains(encoding) else {
      throw DialRefusal(sentence: "\(provider.name) has no such encoding")
    }
    guard let rate = SampleRate(hertz: dial.rate ?? 8_000),
      let script = CallerScript(liveAt: rate, as: encoding)
    else {
      throw DialRefusal(sentence: "no platform speaks that rate in that encoding")
    }
    var choices = CallChoices()
    if let name = dial.policy, let policy = JudgeRules.Policy(rawValue: name) {
      choices.policy = policy
    }
    choices.from = dial.from
    choices.to = dial.to
    choices.parameters = dial.parameters
    choices.signingToken = configuration.signingToken(provider.name)
    guard let platform = provider.platform(script: script, choices: choices) else {
      throw DialRefusal(sentence: "\(provider.name) cannot place such a call")
    }
    let seed = UInt64(bitPattern: loop.now.nanoseconds)
    call = SimulatedCall(to: address, as: RoughPlatform(platform, seed: seed), on: loop)
    self.rate = rate
    self.encoding = encoding
    microphone = Microphone(rate: rate)
  }

  /// Whether an address is on this machine, or where the operator's bot is.
  private static func isNear(_ address: BotAddress, _ bot: String) -> Bool {
    guard let url = try? WebSocketURL(address.url) else { return false }
    if ConsoleDoor.isLoopbackName(url.host) { return true }
    guard let given = try? BotAddress(bot.replacing("{provider}", with: "")),
      let near = try? WebSocketURL(given.url)
    else { return false }
    return near.host == url.host && near.port == url.port
  }

  func press(_ key: Character) { call.assumeIsolated { $0.perform(.press(key)) } }

  func suffer(_ network: RoughNetwork) { call.assumeIsolated { $0.perform(.network(network)) } }

  func stall(_ duration: Duration) { call.assumeIsolated { $0.perform(.stall(duration)) } }

  func hangUp() {
    hasHungUp = true
    call.assumeIsolated { $0.perform(.hangUp) }
  }

  /// When to step again: on the grid of the ear's slices.
  func nextStep(after now: MonotonicTime, slice: Duration) -> MonotonicTime {
    guard let heardUntil, !hasHungUp else { return now + .milliseconds(5) }
    return heardUntil + slice
  }

  /// Takes from the microphone, and gives to the ear, what is due by `now`.
  func step(at now: MonotonicTime, slice: Duration, longest: Duration) -> Step {
    var step = Step()
    guard let line = call.assumeIsolated({ $0.line }), !hasHungUp else { return step }
    if start == nil {
      start = line.origin
      heardUntil = line.origin
      step.begins = true
    }
    var at = heardUntil ?? line.origin
    if now - at > Self.longestCatchUp { at = now + (.zero - slice) }
    while at + slice <= now {
      step.heard.append(
        CallerScript.bytes(of: line.heard(from: at, until: at + slice), as: .linear16))
      at = at + slice
      let said = CallerScript.bytes(of: microphone.next(slice), as: encoding)
      call.assumeIsolated { $0.perform(.say(said)) }
    }
    heardUntil = at
    // The page is told behind the slice that was in the ear, which is finished.
    step.clears = isClearing && !step.heard.isEmpty
    if step.clears { isClearing = false }
    if line.clears > clears { isClearing = true }
    clears = line.clears
    if now >= nextMeter {
      nextMeter = now + Self.meterInterval
      step.meter = meter(line, at: now)
    }
    if now - line.origin > longest { hangUp() }
    return step
  }

  private func meter(_ line: PlayoutLine, at now: MonotonicTime) -> PhoneNews.Meter {
    let report = call.assumeIsolated { $0.report }
    return PhoneNews.Meter(
      elapsedMs: (now - line.origin).inMilliseconds.rounded(),
      leadMs: line.lead(at: now).inMilliseconds.rounded(),
      heardMs: report.heardMs, messages: report.receivedMessages, marks: report.marks,
      marksEchoed: report.marksEchoed, clears: report.clears,
      lateMs: microphone.late.inMilliseconds, problems: report.problems)
  }
}
