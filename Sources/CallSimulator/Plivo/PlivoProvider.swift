public import AudioEngine
import Telephony

extension SimulatedProvider {
  /// Plivo Audio Streaming, bidirectional: mu-law, or linear16 at any rate, in messages of 20 ms.
  public static let plivo = SimulatedProvider(
    name: "plivo", dialects: PlivoDialect.named.map(\.name), encodings: [.mulaw, .linear16],
    load: PlivoLoad(), playout: { format, _ in .plivo(format) },
    web: PlivoWeb()
  ) { script, choices in
    var options = PlivoPlatform.Options()
    if let name = choices.dialect {
      guard let named = PlivoDialect.named.first(where: { $0.name == name }) else { return nil }
      options.dialect = named.dialect
    }
    if let parameters = choices.parameters { options.parameters = parameters }
    var rules = JudgeRules.plivo(script.format)
    rules.isOneWay = choices.isOneWay
    options.rules = rules
    options.expectsEcho = choices.expectsEcho
    options.signingToken = choices.signingToken
    options.nonce = String((0..<20).map { _ in "0123456789".randomElement() ?? "0" })
    // A server takes a second socket of one stream for a retry and ends the first.
    options.streamID = choices.call?.streamID ?? PlivoWeb.uuid()
    options.callID = choices.call?.callID ?? PlivoWeb.uuid()
    if let tracks = choices.tracks { options.tracks = tracks }
    var script = script
    script.cadence = .milliseconds(20)
    return PlivoPlatform(script: script, options: options)
  }
}

extension PlayoutModel {
  /// Plivo as a server with the default options plays to it; marks are dropped with their audio.
  public static func plivo(_ format: WireFormat) -> PlayoutModel {
    PlayoutModel(
      name: "plivo", policy: PlivoCodec().playbackPolicy(for: format),
      cadence: .milliseconds(20), marksAtClear: .dropped)
  }
}
