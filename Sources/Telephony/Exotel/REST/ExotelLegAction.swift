public import AudioEngine

/// Something to do on a leg: `POST .../legs/LEG/actions/...`, by the short endpoints, on whose
/// parameters Exotel's pages agree.
public enum ExotelLegAction: Hashable, Sendable {
  /// Connects the leg to a bot's socket. `format` is sent as the content type; nil leaves Exotel's
  /// default, mu-law at 8 kHz. Take what arrives from `start`, whatever was asked for.
  case startStream(
    ExotelStreamURL, direction: StreamDirection = .bidirectional, format: WireFormat? = nil)
  /// Closes the socket; the leg goes on.
  case stopStream
  /// Speaks `text`, 1 to 10 times. Follow with ``stopSay`` once the bot is there.
  case startSay(text: String, loops: Int = 1)
  /// Stops speaking.
  case stopSay
  /// Plays the file at an https address, 1 to 10 times.
  case startPlay(url: String, loops: Int = 1)
  /// Stops playing.
  case stopPlay
  /// Ends the leg.
  case hangup

  /// The HTTP request for the leg `legSID`.
  ///
  /// - Throws: the first parameter that Exotel would refuse.
  public func request(
    on legSID: String, of account: ExotelAccount
  ) throws(ParameterError) -> RESTRequest {
    let leg = try ParameterRules.pathSegment(legSID, "leg_sid")
    let body = try self.body()
    return account.legsRequest(.post, "legs/\(leg)/actions/\(name)", json: body)
  }

  private var name: String {
    switch self {
    case .startStream: "start_stream"
    case .stopStream: "stop_stream"
    case .startSay: "start_say"
    case .stopSay: "stop_say"
    case .startPlay: "start_play"
    case .stopPlay: "stop_play"
    case .hangup: "hangup"
    }
  }

  private func body() throws(ParameterError) -> JSONValue? {
    switch self {
    case .startStream(let url, let direction, let format):
      var members: [JSONValue.Member] = [
        .init("direction", .string(direction.rawValue)), .init("url", .string(url.text)),
      ]
      if let format { members.append(.init("content_type", .string(Self.contentType(format)))) }
      return .object(members)
    case .startSay(let text, let loops):
      guard !text.isEmpty, text.utf8.count <= 4_096 else {
        throw ParameterError(parameter: "text", reason: "must be 1 to 4,096 bytes")
      }
      return .object([.init("text", .string(text)), try Self.loop(loops)])
    case .startPlay(let url, let loops):
      let url = try ParameterRules.address(url, "url", schemes: ["https", "http"])
      return .object([.init("url", .string(url)), try Self.loop(loops)])
    case .stopStream, .stopSay, .stopPlay, .hangup: return nil
    }
  }

  /// 0 means once on one page and for ever on another, so it is not to be had.
  private static func loop(_ loops: Int) throws(ParameterError) -> JSONValue.Member {
    JSONValue.Member("loop", .number(try ExotelRules.number(loops, "loop", in: 1...10)))
  }

  private static func contentType(_ format: WireFormat) -> String {
    switch format.encoding {
    case .linear16: "audio/L16;rate=\(format.rate.hertz)"
    case .mulaw: "audio/x-mulaw;rate=\(format.rate.hertz)"
    case .alaw: "audio/x-alaw;rate=\(format.rate.hertz)"
    }
  }
}
