public import AudioEngine

/// A platform as the callers of a load speak it: as little as a bot needs.
public protocol LoadDialect: Sendable {
  /// The format of its streams.
  var wire: WireFormat { get }
  /// The rates that its streams may have, the usual one first.
  var rates: [SampleRate] { get }
  /// The same platform with streams of one of ``rates``.
  func at(_ rate: SampleRate) -> Self
  /// How its bots name what they want.
  var events: LoadEvents { get }
  /// Whether a bot must say in each message for which stream it is.
  var needsStream: Bool { get }
  /// Whether a clear gives all marks back at once; else they go with their audio.
  var returnsMarks: Bool { get }
  /// What every call is judged by: the rules of a single one.
  func rules(_ policy: JudgeRules.Policy) -> JudgeRules

  /// Appends the message that begins `stream`.
  func start(_ stream: String, into text: inout MessageBuffer)
  /// Appends what stands before the payload of media message `number`, counted from 1, that ends so many
  /// milliseconds into the stream.
  func beginMedia(
    _ number: Int, at milliseconds: Int, of stream: String, into text: inout MessageBuffer)
  /// Appends what stands behind it.
  func endMedia(of stream: String, into text: inout MessageBuffer)
  /// Appends the message that gives the mark `name` back.
  func played(_ name: String, of stream: String, into text: inout MessageBuffer)
  /// Appends the message that acknowledges a clear; false where there is none.
  func cleared(_ stream: String, into text: inout MessageBuffer) -> Bool
  /// Appends the message that ends `stream`.
  func stop(_ stream: String, into text: inout MessageBuffer)
}

extension LoadDialect {
  /// Most streams have one rate.
  public var rates: [SampleRate] { [wire.rate] }

  /// One rate, so the same.
  public func at(_ rate: SampleRate) -> Self { self }

  /// Not every platform asks for it.
  public var needsStream: Bool { false }

  /// On most platforms marks go with their audio.
  public var returnsMarks: Bool { false }

  /// The end of a message whose last member is the audio.
  public func endMedia(of stream: String, into text: inout MessageBuffer) { text.append("\"}}") }

  /// Most platforms are silent about a clear.
  public func cleared(_ stream: String, into text: inout MessageBuffer) -> Bool { false }
}

/// How the bots of a platform name what they want.
public struct LoadEvents: Sendable {
  let media: StaticString
  let mark: StaticString
  let clear: StaticString
  let others: [StaticString]

  /// Names the events; `others` are known and have no effect on a load.
  public init(
    media: StaticString = "media", mark: StaticString = "mark", clear: StaticString = "clear",
    others: [StaticString] = []
  ) {
    self.media = media
    self.mark = mark
    self.clear = clear
    self.others = others
  }
}
