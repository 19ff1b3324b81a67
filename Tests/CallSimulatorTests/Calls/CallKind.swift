import AudioEngine
import BotTransport
import CallSimulator
import Foundation
import Telephony
import TestSupport
import Testing

/// Something that a bot does in one call of any kind.
protocol CallTrial: Sendable {
  associatedtype Result: Sendable
  func carry(_ call: some MediaCall) async throws -> Result
}

/// The kinds of call that there are, each over real sockets against its platform's far end.
enum CallKind: String, CaseIterable {
  case exotel, plivo, twilio, agentao

  /// How a call is carried, and what its caller does.
  struct Settings: Sendable {
    var whenFull = FullQueuePolicy.wait
    /// The most speech that waits: 256 ms, or plenty.
    var hasSmallQueue = false
    var botRate: SampleRate?
    /// What the caller says, again and again or once; a tone of 400 Hz.
    var spoken: Duration = .milliseconds(500)
    /// The caller hangs up after so long at the latest; nil where the bot ends the call.
    var hangsUpAfter: Duration?
    var keys = ""
  }

  /// What came of a trial.
  struct Outcome<Value: Sendable>: Sendable {
    let value: Value
    /// What the caller heard.
    let heard: WaveFile
  }

  /// Places one call, lets a trial carry it, and ends it when that returns.
  func run<Trial: CallTrial>(
    _ trial: Trial, _ settings: Settings = Settings()
  ) async throws -> Outcome<Trial.Result> {
    try await within(.seconds(40)) {
      self == .agentao
        ? try await runAgenTao(trial, settings) : try await runServed(trial, settings)
    }
  }

  private func runServed<Trial: CallTrial>(
    _ trial: Trial, _ settings: Settings
  ) async throws -> Outcome<Trial.Result> {
    var configuration = ServerConfiguration()
    configuration.limits.lateness = nil
    configuration.call.whenFull = settings.whenFull
    configuration.call.botRate = settings.botRate
    if settings.hasSmallQueue { configuration.call.outboundCapacity = .milliseconds(256) }
    let (values, told) = AsyncThrowingStream.makeStream(of: Trial.Result.self)
    let server = RunningBot(configuration) { call in
      do {
        told.yield(try await trial.carry(call))
        told.finish()
      } catch {
        told.finish(throwing: error)
      }
    }
    let loop = try TestLoop()
    let encoding: AudioEncoding = self == .exotel ? .linear16 : .mulaw
    let said = Self.tone(hertz: 400, settings.spoken, .hz8000)
    var script = try #require(CallerScript(saying: said, as: encoding))
    script.tail = settings.hangsUpAfter ?? .seconds(30)
    script.patience = settings.hangsUpAfter ?? .seconds(30)
    script.keys = settings.keys.enumerated().map { index, key in
      CallerScript.KeyPress(at: .milliseconds(100 * (index + 1)), digit: key)
    }
    let platform: any SimulatedPlatform =
      switch self {
      case .plivo: PlivoPlatform(script: script)
      case .twilio: TwilioPlatform(script: script)
      default: ExotelPlatform(script: script)
      }
    let address = try BotAddress("ws://127.0.0.1:\(try await server.port())/\(rawValue)")
    let outcome = await SimulatedCall(to: address, as: platform, on: loop.loop).run()
    server.stop()
    for try await value in values { return Outcome(value: value, heard: outcome.heard) }
    throw DeadlinePassed()
  }

  private func runAgenTao<Trial: CallTrial>(
    _ trial: Trial, _ settings: Settings
  ) async throws -> Outcome<Trial.Result> {
    var plan = AgenTaoPlan()
    plan.caller = .samples(Self.tone(hertz: 400, settings.spoken, .hz16000).samples)
    plan.hangsUpAfter = settings.hangsUpAfter
    var carried = AgenTaoCallConfiguration(rate: .hz16000, botRate: settings.botRate)
    carried.whenFull = settings.whenFull
    if settings.hasSmallQueue { carried.outboundCapacityBytes = 8_192 }
    let bench = try AgenTaoBench(plans: [plan], call: carried)
    let call = try await bench.answered()
    let value = try await trial.carry(call)
    _ = await call.drain()
    _ = try? await call.close()
    let record = try #require(await bench.server.record(of: call.id))
    try await bench.stop()
    let heard = WaveFile(WireFormat(.linear16, .hz16000), wire: record.heardByCaller.span)
    return Outcome(value: value, heard: heard)
  }

  /// A pure tone, a quarter of full scale.
  static func tone(hertz: Double, _ duration: Duration, _ rate: SampleRate) -> WaveFile {
    let seconds = duration / .seconds(1)
    let samples = (0..<Int(seconds * Double(rate.hertz))).map { index in
      let phase: Double = 2 * .pi * hertz * Double(index) / Double(rate.hertz)
      return Int16(8_000 * sin(phase))
    }
    return WaveFile(rate: rate, samples: samples)
  }
}

/// What an ear hears of a tone.
struct Pitch: Equatable, CustomStringConvertible {
  /// The range of frequencies that nine tenths of its periods have, in hertz.
  let range: ClosedRange<Double>
  /// How long it sounds, in seconds: its periods together.
  let seconds: Double

  /// Listens to a sound; nil where there is no tone in it.
  init?(of sound: WaveFile) {
    var (crossings, isLow): ([Double], Bool) = ([], false)
    let samples = sound.samples.map(Double.init)
    for index in samples.indices.dropFirst() {
      // Noise around zero is no period.
      if samples[index] < -1_500 { isLow = true }
      guard isLow, samples[index - 1] < 0, samples[index] >= 0 else { continue }
      isLow = false
      crossings.append(
        Double(index - 1) - samples[index - 1] / (samples[index] - samples[index - 1]))
    }
    let periods = zip(crossings.dropFirst(), crossings).map(-)
      .filter { $0 < Double(sound.rate.hertz) / 50 }.sorted()
    guard periods.count > 20 else { return nil }
    let rate = Double(sound.rate.hertz)
    range = rate / periods[periods.count * 19 / 20]...rate / periods[periods.count / 20]
    seconds = periods.reduce(0, +) / rate
  }

  /// Whether all of it is a tone of `hertz` that lasts about so long.
  func isTone(of hertz: Double, lasting expected: Double) -> Bool {
    range.lowerBound > hertz * 0.97 && range.upperBound < hertz * 1.03
      && abs(seconds - expected) < expected * 0.08
  }

  var description: String { "\(range) Hz for \(seconds) s" }
}
