import AudioEngine
import Foundation

/// What Twilio makes of one `<Stream>` in its `<Connect>` or `<Start>`, every attribute judged.
struct TwilioStreamReading {
  let verb: XMLElement
  let stream: XMLElement
  /// Whether no verb follows.
  let isLast: Bool

  private static let documented = [
    "url", "name", "track", "statusCallback", "statusCallbackMethod",
  ]
  /// Only in the vendor's kit.
  private static let undocumented = ["connectorName", "audioFormat", "sampleRate"]
  /// How soon a call ends whose TwiML has run out; no document says.
  private static let runOut = Duration.seconds(2)
  private static let mostOfAddress = 4_096

  func read(into directions: inout DialDirections, askedAt url: String) {
    directions.judgeNames(of: verb, known: verb.name == "Connect" ? ["action", "method"] : [])
    directions.judgeNames(of: stream, known: Self.documented + Self.undocumented)
    for name in Self.undocumented where stream[name] != nil {
      directions.remark("\(name) stands in Twilio's kit, but on no public page")
    }
    let isOneWay = verb.name == "Start"
    directions.isOneWay = isOneWay
    let track = directions.choice(
      "track", of: ["inbound_track", "outbound_track", "both_tracks"], in: stream)
    if !isOneWay, let track, track != "inbound_track" {
      directions.object(
        "<Connect><Stream> has track=\"\(track)\"; only inbound_track is allowed (31941)")
    } else if isOneWay {
      let tracks = ["outbound_track": ["outbound"], "both_tracks": ["inbound", "outbound"]]
      directions.tracks = track.flatMap { tracks[$0] }
      directions.remark("<Start><Stream> is one-way: the caller hears nothing of the bot")
      if isLast {
        directions.object("no verb follows <Start><Stream>: the TwiML runs out, and the call ends")
        directions.longest = Self.runOut
      }
    }
    directions.takeStatus("statusCallback", "statusCallbackMethod", in: stream)
    readParameters(into: &directions)
    readAddress(into: &directions, askedAt: url)
  }

  private func readParameters(into directions: inout DialDirections) {
    var parameters: [String: String] = [:]
    for child in stream.children {
      guard child.name == "Parameter" else {
        directions.object("<Stream> holds <\(child.name)>; it may hold <Parameter> alone")
        continue
      }
      directions.judgeNames(of: child, known: ["name", "value"])
      guard let name = child["name"], !name.isEmpty, let value = child["value"] else {
        directions.object("a <Parameter> without name or value")
        continue
      }
      if name.utf8.count + value.utf8.count > 500 {
        directions.remark(
          "a <Parameter> has more than 500 characters, a limit that is often quoted")
      }
      if parameters.updateValue(value, forKey: name) != nil {
        directions.object("<Parameter> has the name \(BotText.excerpt(name.utf8)) twice")
      }
    }
    directions.parameters = parameters
  }

  private func readAddress(into directions: inout DialDirections, askedAt url: String) {
    guard let text = stream["url"], !text.isEmpty else {
      return directions.object("<Stream> has no url: it is required")
    }
    var address = text
    if !text.contains("://") {
      // Relative to the webhook, whose scheme becomes the socket's.
      let base = "ws" + url.dropFirst(4)
      address = URL(string: text, relativeTo: URL(string: base))?.absoluteString ?? text
    }
    if let query = address.firstIndex(of: "?") {
      directions.object(
        "the stream's url has a query, which Twilio drops: hand values over as <Parameter>")
      address = String(address[..<query])
    }
    if address.hasPrefix("ws://") {
      directions.remark(
        "the stream's url is ws://, which Twilio refuses (31922): good for a trial alone")
    }
    directions.dial(address, limit: Self.mostOfAddress)
  }
}
