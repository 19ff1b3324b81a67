import AudioEngine
import Foundation

/// One message of a call, for those who look into what went wrong when.
public struct TimelineEntry: Codable, Hashable, Sendable {
  /// Since the socket's opening, in milliseconds.
  public let atMs: Double
  /// Whether the platform sent it; else the bot did.
  public let isFromPlatform: Bool
  /// The event's name; `binary`, or `?` where it has none.
  public let kind: String
  /// Of the whole message.
  public let bytes: Int
  /// How much audio waited for the caller's ear after it, in milliseconds.
  public let depthMs: Double
}

/// What went over a call's socket, both ways, in order. Bounded: what comes after the most is counted alone.
struct CallTimeline: Sendable {
  private static let most = 500_000

  private(set) var entries: [TimelineEntry] = []
  private(set) var missing = 0
  private var origin: MonotonicTime?

  mutating func opened(at now: MonotonicTime) { origin = now }

  mutating func add(
    _ text: [UInt8]?, bytes: Int, isFromPlatform: Bool, depth: Duration, at now: MonotonicTime
  ) {
    guard entries.count < Self.most else {
      missing += 1
      return
    }
    let json = text.flatMap {
      try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
    }
    let name = json?.first { $0.key.lowercased() == "event" }?.value as? String
    entries.append(
      TimelineEntry(
        atMs: (now - (origin ?? now)).inTenthsOfMilliseconds, isFromPlatform: isFromPlatform,
        kind: text == nil ? "binary" : name.map { String($0.prefix(40)) } ?? "?", bytes: bytes,
        depthMs: depth.inTenthsOfMilliseconds))
  }
}
