public import AudioEngine
import Telephony

extension SimulatedProvider {
  /// Twilio Media Streams, two-way: mu-law at 8 kHz in messages of 20 ms.
  public static let twilio = SimulatedProvider(
    name: "twilio", dialects: TwilioDialect.named.map(\.name), encodings: [.mulaw],
    load: TwilioLoad(), playout: { format, _ in .twilio(format) }, tellsNumbers: true,
    web: TwilioWeb()
  ) { script, choices in
    var options = TwilioPlatform.Options()
    if let name = choices.dialect {
      guard let named = TwilioDialect.named.first(where: { $0.name == name }) else { return nil }
      options.dialect = named.dialect
    }
    let numbers = ["from": choices.from, "to": choices.to].compactMapValues(\.self)
    if choices.parameters != nil || !numbers.isEmpty {
      options.parameters = numbers.merging(choices.parameters ?? [:]) { _, given in given }
    }
    options.rules.isOneWay = choices.isOneWay
    options.expectsEcho = choices.expectsEcho
    options.signingToken = choices.signingToken
    // A server takes a second socket of one stream for a retry and ends the first.
    options.streamSID = choices.call?.streamID ?? TwilioWeb.sid("MZ")
    options.callSID = choices.call?.callID ?? TwilioWeb.sid("CA")
    if let tracks = choices.tracks { options.tracks = tracks }
    var script = script
    script.cadence = .milliseconds(20)
    return TwilioPlatform(script: script, options: options)
  }
}

extension PlayoutModel {
  /// Twilio as a server with the default options plays to it; a clear gives all marks back at once.
  public static func twilio(_ format: WireFormat) -> PlayoutModel {
    PlayoutModel(
      name: "twilio", policy: TwilioCodec().playbackPolicy(for: format),
      cadence: .milliseconds(20), marksAtClear: .echoedAtOnce)
  }
}
