import Telephony

/// One HTTP request of the platform's and what came of it, for the report.
public struct WebExchange: Codable, Hashable, Sendable {
  /// What it was for: `lookup`, `answer`, or the callback's event.
  public let what: String
  /// `GET`, `POST`.
  public let method: String
  /// Where, without credentials and query.
  public let url: String
  /// 1 for the first delivery.
  public let attempt: Int
  /// When it was sent, since the platform's first step, in milliseconds.
  public let atMs: Double
  /// The status code; nil where no answer came.
  @NullWhenNil public var status: Int?
  /// How long the answer took, in milliseconds.
  @NullWhenNil public var tookMs: Double?
  /// The branch of the flow that the answer chose, where it chooses any.
  @NullWhenNil public var branch: String?
  /// Why no answer came.
  @NullWhenNil public var failure: String?

  init(what: String, request: WebRequest, attempt: Int, atMs: Double) {
    self.what = what
    method = request.method
    url = Redaction.url(String(request.url.prefix { $0 != "?" }))
    self.attempt = attempt
    self.atMs = atMs
  }
}

extension CallReport {
  /// Adds what the platform said over HTTP to the report of its call; the verdict follows.
  ///
  /// - Parameters:
  ///   - exchanges: in order.
  ///   - problems: a sentence each, with what kind of problem it is.
  ///   - remarks: a sentence each.
  public mutating func add(
    _ exchanges: [WebExchange], problems: [(problem: Problem, sentence: String)],
    remarks: [String]
  ) {
    http += exchanges
    self.remarks = remarks + self.remarks
    self.problems = problems.map(\.sentence) + self.problems
    for (problem, _) in problems { problemCounts[problem.rawValue, default: 0] += 1 }
    if !self.problems.isEmpty { verdict = .fail }
  }
}
