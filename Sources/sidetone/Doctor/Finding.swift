import AudioEngine
import CallSimulator

/// What one check of `sidetone doctor` found.
struct Finding: Sendable {
  /// The checks there are, in the order in which they run. The names are part of the command's interface.
  enum Check: String, CaseIterable, Sendable {
    // Of the machine and the options, where a server's are given.
    case descriptors
    case clock
    case callLog = "call-log"
    case certificate
    case signature
    // Of any address.
    case dns
    case tcp
    case tls
    case chain
    case name
    case expiry
    case versions
    // Of an address that is asked first.
    case lookup
    // Of the socket.
    case upgrade
    case ping
    case start
    case frames
    case close
    case credentials
    case idle
    // Of a running server, where its options are given.
    case publicURL = "public-url"
    case callbacks
  }

  enum Outcome: String, Sendable {
    case ok
    /// Calls may come through all the same.
    case warning
    case failed
  }

  let check: Check
  let outcome: Outcome
  /// What was seen: one line.
  let seen: String
  /// What to do; nil where nothing is.
  let advice: String?

  static func ok(_ check: Check, _ seen: String) -> Finding {
    Finding(check: check, outcome: .ok, seen: seen, advice: nil)
  }

  static func warning(_ check: Check, _ seen: String, _ advice: String) -> Finding {
    Finding(check: check, outcome: .warning, seen: seen, advice: advice)
  }

  static func failed(_ check: Check, _ seen: String, _ advice: String) -> Finding {
    Finding(check: check, outcome: .failed, seen: seen, advice: advice)
  }

  /// One line for people.
  var line: String {
    let words = advice.map { "\(seen); \($0)" } ?? seen
    let flat = String(words.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    return "\(outcome.rawValue.padded(to: 9))\(check.rawValue.padded(to: 13))\(flat)"
  }
}

extension Duration {
  /// Whole milliseconds for people: `1,240 ms`.
  var text: String { "\(Int(inMilliseconds.rounded()).grouped) ms" }
}
