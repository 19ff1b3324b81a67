import AudioEngine
import Foundation
import Ground
public import Sockets

/// The HTTP of one simulated call: asks where to dial, tells what happens, and keeps account of the answers.
public actor CallWeb {
  let web: (any SimulatedWeb)?
  let call: WebCall?
  private let tls: TLSClientConfiguration
  private let begin = EventLoop.now
  private let thread = BlockingExecutor(label: "sidetone.call.web")
  private let moments: AsyncStream<(CallMoment, Date)>
  private nonisolated let telling: AsyncStream<(CallMoment, Date)>.Continuation
  private var teller: Task<Void, Never>?
  private var exchanges: [WebExchange] = []
  private var problems: [(problem: Problem, sentence: String)] = []
  private var remarks: [String] = []

  /// Makes the HTTP of a call that has not begun.
  ///
  /// - Parameters:
  ///   - web: the platform's words; nil where it has none.
  ///   - call: who is who; nil where the platform has none.
  ///   - tls: whom to trust; nil for the system's authorities.
  public init(
    _ web: (any SimulatedWeb)?, about call: WebCall?, tls: TLSClientConfiguration? = nil
  ) {
    self.web = web
    self.call = call
    self.tls = tls ?? TLSClientConfiguration()
    // A call has a few moments; a server that keeps the platform waiting has no more to be told.
    (moments, telling) = AsyncStream<(CallMoment, Date)>.makeStream(
      bufferingPolicy: .bufferingOldest(64))
  }

  /// Asks an absolute `http` or `https` address where to dial; its user-info is sent as credentials. What is
  /// wrong with the answer is found in the account.
  public func directions(asking url: String) async -> DialDirections {
    guard let web, let call else { return DialDirections() }
    let (bare, authorization) = Self.parts(of: url)
    let what = web.enquiry.name
    let request = web.request(asking: bare, about: call)
    let (answer, failure) = await send(
      request, what: what, authorization: authorization, within: web.enquiry.patience)
    var directions = DialDirections()
    if let answer {
      directions = web.directions(from: answer, to: request, about: call)
    } else {
      let limit = web.enquiry.patience.components.seconds
      directions.object(
        failure == .timedOut
          ? "no answer from the \(web.enquiry.words) within \(limit) s"
          : "no answer from the \(web.enquiry.words): \(failure.map { "\($0)" } ?? "")")
    }
    take(directions)
    return directions
  }

  /// What it means to dial an address that somebody gave by hand.
  public func directions(dialling address: BotAddress) -> DialDirections {
    guard let web else { return DialDirections(to: address.url) }
    let directions = web.directions(dialling: address.url)
    take(directions)
    return directions
  }

  private func take(_ directions: DialDirections) {
    problems += directions.problems.map { (.directions, $0) }
    remarks += directions.remarks
  }

  /// Begins to tell the server what happens; once only.
  public func begin(_ plan: CallbackPlan) {
    guard teller == nil else { return }
    teller = Task { [moments] in
      for await (moment, date) in moments { await deliver(moment, at: date, by: plan) }
    }
  }

  /// Something happens; the server is told in its turn. From any thread, without waiting.
  public nonisolated func tell(_ moment: CallMoment) {
    telling.yield((moment, Date()))
  }

  func note(_ problem: Problem, _ sentence: String) {
    if !problems.contains(where: { $0.sentence == sentence }) {
      problems.append((problem, sentence))
    }
  }

  func note(remark: String) {
    if !remarks.contains(remark) { remarks.append(remark) }
  }

  /// Waits until all has been told; what was wrong with it, a sentence each.
  func finish() async -> [String] {
    telling.finish()
    await teller?.value
    return problems.map(\.sentence)
  }

  /// A call's outcome with everything that was said over HTTP in its report, when all has been told.
  public func complete(_ outcome: CallOutcome) async -> CallOutcome {
    _ = await finish()
    var report = outcome.report
    report.add(exchanges, problems: problems, remarks: remarks)
    return CallOutcome(report: report, said: outcome.said, heard: outcome.heard)
  }

  /// Sends a request once and writes it down.
  func send(
    _ request: WebRequest, what: String, attempt: Int = 1, authorization: String?,
    within limit: Duration, branches: [Int: String] = [:]
  ) async -> (answer: WebAnswer?, failure: ConnectFailure?) {
    var exchange = WebExchange(
      what: what, request: request, attempt: attempt,
      atMs: (EventLoop.now - begin).inTenthsOfMilliseconds)
    let client = WebClient(tls: tls, authorization: authorization)
    let result = try? await thread.run { () -> Result<WebAnswer, ConnectFailure> in
      do throws(ConnectFailure) {
        return .success(try client.send(request, within: limit))
      } catch {
        return .failure(error)
      }
    }
    defer { exchanges.append(exchange) }
    switch result {
    case .success(let answer):
      exchange.status = answer.status
      exchange.branch = branches[answer.status]
      exchange.tookMs = answer.time.inTenthsOfMilliseconds
      return (answer, nil)
    case .failure(let failure):
      exchange.failure = "\(failure)"
      return (nil, failure)
    case nil:
      return (nil, nil)
    }
  }

  /// An address without its user-info and fragment, and the header that carries the former.
  static func parts(of url: String) -> (url: String, authorization: String?) {
    guard var parts = URLComponents(string: url) else { return (url, nil) }
    let authorization = parts.user.map { user in
      "Basic " + Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString()
    }
    parts.user = nil
    parts.password = nil
    parts.fragment = nil
    if parts.path.isEmpty { parts.path = "/" }
    return (parts.string ?? url, authorization)
  }
}
