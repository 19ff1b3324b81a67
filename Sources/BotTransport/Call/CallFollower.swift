import AudioEngine
import Telephony

/// Hears at once what happens in a call, on its loop's thread and inside its isolation, for a bot that may
/// not lose the time of a task's wake-up. It is told while the call is busy: it may look at the call's media
/// and must not change them before the loop's next turn.
protocol CallFollower: AnyObject, Sendable {
  /// Caller audio waits to be read.
  func callHasAudio()
  /// The media have told something.
  func callTold(_ event: SessionEvent)
  /// The caller has pressed a key.
  func callPressed(_ key: DTMF)
  /// The stream is over; why, where the platform said so. May come again.
  func callIsOver(_ stop: StreamStop?)
  /// What it has found wrong, by kind, for the call's record.
  var faultCounts: [String: Int] { get }
}
