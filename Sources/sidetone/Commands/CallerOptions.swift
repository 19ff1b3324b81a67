import AudioEngine
import CallSimulator
import Sockets

/// What `sidetone call` is told of the caller beyond the voice: keys, numbers, parameters, and of the way
/// to the bot: headers and authorities.
struct CallerOptions {
  static let options = [
    Option(
      "--keys", "LIST",
      help: "keys that the caller presses, each with its time after the start: 3s:1,4.5s:#"),
    Option("--in-band", help: "the keys sound in the caller's audio (DTMF) instead of being told"),
    Option("--from", "NUMBER", help: "the caller's number, where the platform tells it"),
    Option("--to", "NUMBER", help: "the number called, where the platform tells it"),
    Option(
      "--parameter", "NAME=VALUE", isRepeatable: true,
      help: "what the platform passes on to the bot in its start, in place of examples"),
    Option(
      "--header", "NAME:VALUE", isRepeatable: true,
      help: "a further header of the upgrade, as a gateway in front adds it"),
    Option("--ca", "FILE", help: "trust these authorities instead of the system's (PEM)"),
  ]

  let keys: [CallerScript.KeyPress]
  /// Whether they sound in the caller's audio.
  let isInBand: Bool
  /// Numbers and parameters; everything else as it is by default.
  let choices: CallChoices
  let headers: [(name: String, value: String)]
  let tls: TLSClientConfiguration?

  /// Reads the options for a provider's calls.
  init(_ arguments: Arguments, _ provider: SimulatedProvider) throws(UsageError) {
    var choices = CallChoices()
    keys = try arguments.text("--keys").map(Self.keys) ?? []
    isInBand = arguments.flag("--in-band")
    guard !isInBand || !keys.isEmpty else {
      throw UsageError("--in-band says how --keys come: it needs them")
    }
    choices.from = try Self.number(arguments, "--from", provider)
    choices.to = try Self.number(arguments, "--to", provider)
    var parameters: [String: String] = [:]
    for text in try arguments.texts("--parameter") {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw UsageError("--parameter \(text) is not NAME=VALUE")
      }
      guard parameters.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
        throw UsageError("--parameter \(parts[0]) is given twice")
      }
    }
    if !parameters.isEmpty { choices.parameters = parameters }
    self.choices = choices
    var headers: [(name: String, value: String)] = []
    for text in try arguments.texts("--header") { headers.append(try Self.header(text)) }
    self.headers = headers
    guard let file = try arguments.text("--ca") else {
      tls = nil
      return
    }
    guard TLSExamination.certificate(ofFile: file) != nil else {
      throw UsageError("--ca \(file) holds no certificate in PEM", advice: "name another file")
    }
    tls = TLSClientConfiguration(caFile: file)
  }

  private static func number(
    _ arguments: Arguments, _ name: String, _ provider: SimulatedProvider
  ) throws(UsageError) -> String? {
    guard let number = try arguments.text(name) else { return nil }
    let tellsOverHTTP = provider.web.map { arguments.has("--\($0.enquiry.name)") } ?? false
    guard provider.tellsNumbers || tellsOverHTTP else {
      throw UsageError(
        "\(provider.name) tells no numbers in its start",
        advice: "pass it on yourself: --parameter \(name.dropFirst(2))=\(number)")
    }
    return number
  }

  /// Reads `3s:1,4.5s:#`; in order of time, at most an hour and 200 keys.
  static func keys(_ text: String) throws(UsageError) -> [CallerScript.KeyPress] {
    var keys: [CallerScript.KeyPress] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = item.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].hasSuffix("s"), let seconds = Double(parts[0].dropLast()),
        (0...3_600).contains(seconds), let digit = parts[1].first, parts[1].count == 1,
        "0123456789*#ABCD".contains(digit)
      else {
        throw UsageError("--keys: '\(item)' is not SECONDSs:KEY, as 4.5s:#, with 0-9, *, # or A-D")
      }
      keys.append(CallerScript.KeyPress(at: .milliseconds(Int(seconds * 1_000)), digit: digit))
    }
    guard keys.count <= 200 else { throw UsageError("--keys has more than 200 keys") }
    return keys.sorted { $0.at < $1.at }
  }

  private static func header(_ text: String) throws(UsageError) -> (name: String, value: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    // RFC 9110, 5.6.2: what a name may be made of.
    let token = "!#$%&'*+-.^_`|~"
    let isName: (Substring) -> Bool = { name in
      !name.isEmpty
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || token.contains($0)) }
    }
    guard parts.count == 2, isName(parts[0]),
      parts[1].utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { throw UsageError("--header \(text) is not NAME:VALUE") }
    let own = ["host", "upgrade", "connection", "content-length", "transfer-encoding"]
    let name = parts[0].lowercased()
    guard !own.contains(name), !name.hasPrefix("sec-websocket-") else {
      throw UsageError("--header \(name) is the connection's own")
    }
    return (name, String(parts[1].drop { $0 == " " }))
  }
}
