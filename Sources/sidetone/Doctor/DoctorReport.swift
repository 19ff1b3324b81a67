import Foundation

/// All that `sidetone doctor` found. The keys of its JSON are part of the command's interface.
struct DoctorReport: Encodable {
  private struct Entry: Encodable {
    let check: String
    let outcome: String
    let seen: String
    let advice: String?

    enum CodingKeys: CodingKey { case check, outcome, seen, advice }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(check, forKey: .check)
      try container.encode(outcome, forKey: .outcome)
      try container.encode(seen, forKey: .seen)
      try container.encode(advice, forKey: .advice)
    }
  }

  /// The address without secrets.
  let target: String
  let provider: String
  private let verdict: String
  private let checks: [Entry]

  init(target: String, provider: String, _ findings: [Finding]) {
    self.target = target
    self.provider = provider
    verdict = Self.verdict(findings).rawValue
    checks = findings.map {
      Entry(
        check: $0.check.rawValue, outcome: $0.outcome.rawValue, seen: $0.seen, advice: $0.advice)
    }
  }

  /// The worst of what was found.
  static func verdict(_ findings: [Finding]) -> Finding.Outcome {
    if findings.contains(where: { $0.outcome == .failed }) { return .failed }
    return findings.contains(where: { $0.outcome == .warning }) ? .warning : .ok
  }
}
