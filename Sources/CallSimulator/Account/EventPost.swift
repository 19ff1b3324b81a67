import AudioEngine
import Ground
import Sockets

/// Tells one server of events by HTTP, in order, each again until it is taken or given up.
final class EventPost: Sendable {
  /// How often one event is sent at the most.
  static let attempts = 3
  /// Events that wait; further ones are dropped, as the platform would in the end.
  private static let mostWaiting = 256

  /// An event on its way; `request` makes its request for one attempt, from 1.
  struct Event: Sendable {
    let name: String
    var delay: Duration = .zero
    let request: @Sendable (_ attempt: Int) -> WebRequest
  }

  private let waiting: AsyncStream<Event>.Continuation

  /// Begins to wait for events.
  ///
  /// - Parameters:
  ///   - tls: whom to trust.
  ///   - patience: how long one attempt may take.
  ///   - lost: told of an event that was given up, in one sentence.
  init(
    trusting tls: TLSClientConfiguration?, within patience: Duration,
    lost: @escaping @Sendable (String) -> Void
  ) {
    let (events, waiting) = AsyncStream<Event>.makeStream(
      bufferingPolicy: .bufferingOldest(Self.mostWaiting))
    self.waiting = waiting
    let thread = BlockingExecutor(label: "sidetone.events")
    Task {
      for await event in events {
        if event.delay > .zero { try? await Task.sleep(for: event.delay) }
        var sentence: String?
        for attempt in 1...Self.attempts {
          let request = event.request(attempt)
          let (bare, authorization) = CallWeb.parts(of: request.url)
          var plain = request
          plain.url = bare
          let ready = plain
          let client = WebClient(
            tls: tls ?? TLSClientConfiguration(), authorization: authorization)
          let answer = try? await thread.run { try client.send(ready, within: patience) }
          sentence = Self.complaint(answer?.status)
          guard sentence != nil, Self.isWorthRepeating(answer?.status) else { break }
        }
        if let sentence { lost("\(event.name) was not taken: \(sentence)") }
      }
    }
  }

  deinit { waiting.finish() }

  func post(_ event: Event) { waiting.yield(event) }

  private static func complaint(_ status: Int?) -> String? {
    guard let status else { return "no answer in time" }
    return (200..<300).contains(status) ? nil : "HTTP \(status)"
  }

  /// Any other refusal would be the same again.
  private static func isWorthRepeating(_ status: Int?) -> Bool {
    guard let status else { return true }
    return status == 408 || status == 429 || status >= 500
  }
}
