import AudioEngine
import Foundation
import Sockets
import Telephony

extension CallWeb {
  /// How long a platform waits for the answer to a callback.
  private static let patience = Duration.seconds(15)
  private static let slow = Duration.seconds(3)

  /// Tells the server, and once more where it does not take it.
  func deliver(_ moment: CallMoment, at date: Date, by plan: CallbackPlan) async {
    guard let web, let call else { return }
    if case .degraded(let percent) = moment {
      note(remark: "the bot read too slowly: \(percent) % of what the platform holds was waiting")
    }
    var isLast = false
    if case .ended = moment { isLast = true }
    for callback in web.callbacks(at: moment, of: call, by: plan, date: date) {
      var isTaken = false
      var attempt = 1
      while !isTaken, attempt <= 1 + plan.retries {
        isTaken = await send(callback, attempt: attempt)
        attempt += 1
      }
      if isLast, isTaken, plan.retries > 0 { _ = await send(callback, attempt: attempt) }
    }
  }

  /// - Returns: whether the server took it.
  private func send(_ callback: WebCallback, attempt: Int) async -> Bool {
    var request = callback.request
    let (bare, authorization) = Self.parts(of: request.url)
    request.url = bare
    let (answer, failure) = await send(
      request, what: callback.event, attempt: attempt, authorization: authorization,
      within: Self.patience, branches: callback.branches)
    let name = "\(callback.event) at \(Redaction.url(String(bare.prefix { $0 != "?" })))"
    guard let answer else {
      note(
        .callback,
        "no answer to \(name): \(failure == .timedOut ? "none within 15 s" : failure.map { "\($0)" } ?? "")"
      )
      return false
    }
    if answer.time > Self.slow, !callback.branches.isEmpty {
      note(
        remark:
          "\(name) took \(Int(answer.time.inMilliseconds).grouped) ms: the caller waits for it")
    }
    let isTaken =
      callback.branches.isEmpty
      ? (200..<300).contains(answer.status) : callback.branches[answer.status] != nil
    if !isTaken { note(.callback, "\(name) was answered HTTP \(answer.status)") }
    return isTaken
  }
}

/// Wall-clock times as platforms write them.
enum WebTime {
  /// `2026-01-01 00:00:12`, so many minutes east of Greenwich.
  static func plain(_ date: Date, minutesEast: Int = 0) -> String {
    String(iso(date.addingTimeInterval(Double(minutesEast) * 60)).dropLast())
      .replacing("T", with: " ")
  }

  /// `2026-01-01T00:00:12Z`
  static func iso(_ date: Date) -> String {
    date.ISO8601Format()
  }
}
