import AudioEngine
import Foundation
import Telephony

/// What a stranger's bytes cost at the most, beside media messages of the same size: what comes before a
/// stream's start is read on the thread that carries calls, what callbacks hold beside it.
enum UntrustedBenchmarks {
  /// The longest message before the start, and the longest body.
  private static let size = 65_536

  static var section: Section {
    Section(
      id: "untrusted", layout: .paths,
      groups: [
        start("one long string", #"{"event":"start","x":""#, "x", #"","start":{}}"#),
        start(
          "one long string, escaped", #"{"event":"start","x":""#, #"\u00e9"#, #"","start":{}}"#),
        start(
          "long names", #"{"event":"start","start":{"custom_parameters":{"#, name, #""a":""}}}"#),
        start(
          "1,000 members", #"{"event":"start","start":{"custom_parameters":{"#, member,
          #""a":""}}}"#),
        start("quotes, escaped", #"{"event":"start","x":""#, #"\""#, #"","start":{}}"#),
        start("escaped names", #"{"event":"start","start":{"#, escapedName, #""a":""}}"#),
        start("members of the start", #"{"event":"start","start":{"#, short, #""a":""}}"#),
        start(
          "on a path of no platform", #"{"event":"start","start":{"#, member, #""a":""}}"#,
          path: "/"),
        start("too many members", #"{"event":"start","x":["#, "1,", "1]}"),
        start("nested", #"{"event":"start","x":["#, "[[[[]]]],", "1]}"),
        callback(
          "multipart", "multipart/form-data; boundary=X", "--X\r\n", "Content-Disposition: a=", ""),
        callback("a form of many names", "application/x-www-form-urlencoded", "", "ab=1&", "c=1"),
        callback("JSON of many members", "application/json", "{", #""ab":1,"#, #""c":1}"#),
      ])
  }

  private static let name = "\"" + String(repeating: " ", count: 1_000) + "\":\"v\","
  private static let member = "\"" + String(repeating: "n", count: 58) + "\":\"v\","
  private static let escapedName = "\"" + String(repeating: #"\u00e9"#, count: 10) + "\":1,"
  private static let short =
    #""call_identifier":""#
    + String(repeating: "v", count: 48) + "\","
  private static let mediaName = "media message of the same size"

  private static func filled(_ front: String, _ piece: String, _ back: String) -> [UInt8] {
    let room = size - front.utf8.count - back.utf8.count
    return Array(
      (front + String(repeating: piece, count: room / piece.utf8.count) + back).utf8)
  }

  private static func start(
    _ label: String, _ front: String, _ piece: String, _ back: String, path: String = "/exotel"
  ) -> Group {
    group("before the start", label) {
      let text = filled(front, piece, back)
      return Contender.ours(Kernels.best.name) { iterations in
        for _ in 0..<iterations {
          var session = CallSession(
            path: path, configuration: CallConfiguration(), at: .zero)
          BlackHole.take(unsafe session.receive(text: text.span.bytes, at: .zero))
        }
      }
    }
  }

  private static func callback(
    _ label: String, _ type: String, _ front: String, _ piece: String, _ back: String
  ) -> Group {
    group("callback, beside the loop", label) {
      let body = filled(front, piece, back)
      return Contender.ours("any") { iterations in
        for _ in 0..<iterations {
          BlackHole.take(CallbackFields(query: "", contentType: type, body: body))
        }
      }
    }
  }

  private static func group(
    _ name: String, _ label: String, _ contender: @escaping () -> Contender
  ) -> Group {
    Group(name: name, label: label, size: .bytes(size), reference: mediaName) {
      var path = InboundPath(
        WireFormat(.linear16, .hz8000), botRate: .hz16000, filter: .standard,
        payload: Data(repeating: 7, count: 48_960), isTimed: false)
      return [
        contender(),
        .peer(mediaName) { iterations in for _ in 0..<iterations { path.step() } },
      ]
    }
  }
}
