import AudioEngine
import Foundation

/// What Plivo makes of one `<Stream>` element, every attribute judged.
struct PlivoStreamReading {
  let stream: XMLElement
  /// Whether nothing follows it.
  let isLast: Bool

  private static let attributes = [
    "bidirectional", "audioTrack", "streamTimeout", "statusCallbackUrl", "statusCallbackMethod",
    "contentType", "extraHeaders", "keepCallAlive", "noiseCancellation", "noiseCancellationLevel",
  ]
  private static let mostOfAddress = 2_048
  private static let mostOfHeaders = 512
  /// "Within seconds" is all that is told of how a call ends whose XML has run out.
  private static let runOut = Duration.seconds(2)

  func read(into directions: inout DialDirections) {
    directions.judgeNames(of: stream, known: Self.attributes)
    if let child = stream.children.first {
      directions.object("<Stream> holds <\(child.name)>; its content is the stream's address alone")
    }
    readTracks(into: &directions)
    readFormat(into: &directions)
    readHeaders(into: &directions)
    readNoiseCancellation(into: &directions)
    directions.takeStatus("statusCallbackUrl", "statusCallbackMethod", in: stream)
    readEnd(into: &directions)
    let address = stream.text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !address.isEmpty else {
      return directions.object("<Stream> is empty: its text has to be the stream's address")
    }
    directions.dial(address, limit: Self.mostOfAddress)
  }

  private func flag(_ name: String, _ directions: inout DialDirections) -> Bool {
    directions.choice(name, of: ["true", "false"], in: stream) == "true"
  }

  private func readTracks(into directions: inout DialDirections) {
    let isBidirectional = flag("bidirectional", &directions)
    let track = directions.choice("audioTrack", of: ["inbound", "outbound", "both"], in: stream)
    directions.isOneWay = !isBidirectional
    if isBidirectional, let track, track != "inbound" {
      directions.object(
        "<Stream> has bidirectional=\"true\" with audioTrack=\"\(track)\"; only inbound goes with it"
      )
    } else if let track {
      directions.tracks = track == "both" ? ["inbound", "outbound"] : [track]
    }
    if !isBidirectional {
      directions.remark("bidirectional is not true: the caller hears nothing of the bot")
    }
  }

  private func readFormat(into directions: inout DialDirections) {
    guard let type = stream["contentType"] else {
      return directions.remark(
        "<Stream> has no contentType, and the documents differ on the default: always set it")
    }
    let formats: [(String, WireFormat)] = [
      ("audio/x-mulaw;rate=8000", WireFormat(.mulaw, .hz8000)),
      ("audio/x-l16;rate=8000", WireFormat(.linear16, .hz8000)),
      ("audio/x-l16;rate=16000", WireFormat(.linear16, .hz16000)),
      ("audio/x-l16;rate=24000", WireFormat(.linear16, .hz24000)),
    ]
    guard let format = formats.first(where: { $0.0 == type })?.1 else {
      return directions.object(
        "<Stream> has contentType=\(BotText.excerpt(type.utf8)); legal are "
          + formats.prefix(3).map(\.0).joined(separator: ", "))
    }
    directions.format = format
    if format.rate == .hz24000 {
      directions.remark("audio/x-l16;rate=24000 stands on one page of the documents alone")
    }
  }

  private func readHeaders(into directions: inout DialDirections) {
    guard let text = stream["extraHeaders"] else { return directions.parameters = [:] }
    if text.utf8.count > Self.mostOfHeaders {
      directions.object("extraHeaders has \(text.utf8.count) bytes; 512 are allowed")
    }
    if text.contains(";") {
      directions.remark("extraHeaders has a semicolon: the XML page parts its items by commas")
    }
    var parameters: [String: String] = [:]
    for item in text.prefix(4_096).split(whereSeparator: { $0 == "," || $0 == ";" }) {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = (parts.first ?? "").trimmingCharacters(in: .whitespaces)
      guard parts.count == 2, !name.isEmpty else {
        directions.object(
          "extraHeaders has the item \(BotText.excerpt(item.utf8)) without name and =")
        continue
      }
      if !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) {
        directions.object(
          "extraHeaders has the name \(BotText.excerpt(name.utf8)); letters, digits, - and _ are seen to work"
        )
      }
      if !parts[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "=") }) {
        directions.remark("a value of extraHeaders has signs that are best percent-encoded")
      }
      parameters[name] = String(parts[1])
    }
    directions.parameters = parameters
  }

  private func readNoiseCancellation(into directions: inout DialDirections) {
    let isOn = flag("noiseCancellation", &directions)
    guard let level = stream["noiseCancellationLevel"] else { return }
    if Int(level).map((60...100).contains) != true {
      directions.object(
        "<Stream> has noiseCancellationLevel=\(BotText.excerpt(level.utf8)); legal are 60 to 100")
    }
    if !isOn {
      directions.object("noiseCancellationLevel goes with noiseCancellation=\"true\" alone")
    }
  }

  private func readEnd(into directions: inout DialDirections) {
    if let text = stream["streamTimeout"] {
      if let seconds = Int(text), seconds > 0 {
        directions.longest = .seconds(min(seconds, 86_400))
      } else {
        directions.object(
          "<Stream> has streamTimeout=\(BotText.excerpt(text.utf8)); a positive number of seconds is legal"
        )
      }
    }
    guard !flag("keepCallAlive", &directions) else { return }
    guard isLast else {
      return directions.remark(
        "keepCallAlive is not true: what follows <Stream> runs at once beside it, and is not played here"
      )
    }
    directions.object(
      "keepCallAlive is not true and nothing follows <Stream>: the XML runs out, and the call ends within seconds (4010)"
    )
    directions.longest = min(directions.longest ?? Self.runOut, Self.runOut)
  }
}
