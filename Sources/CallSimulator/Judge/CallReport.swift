/// What one simulated call showed: the verdict, why, and the figures. Its JSON keys are part of the
/// command's interface; a value that does not exist is written as null, not left out.
public struct CallReport: Codable, Hashable, Sendable {
  /// Whether the bot is fit to be called.
  public enum Verdict: String, Codable, Sendable {
    /// Nothing was found wrong.
    case pass
    /// At least one problem was found.
    case fail
  }

  /// Pass where ``problems`` is empty.
  public internal(set) var verdict = Verdict.fail
  /// What is wrong, a sentence a kind.
  public internal(set) var problems: [String] = []
  /// How often each kind of problem occurred, by ``Problem``'s names.
  public internal(set) var problemCounts: [String: Int] = [:]
  /// What is worth knowing but not wrong, a sentence each.
  public internal(set) var remarks: [String] = []
  /// The platform's name.
  public internal(set) var provider = ""
  /// Which of the platform's chunk sizes counted as legal.
  public internal(set) var policy = JudgeRules.Policy.documented
  /// Where the bot was called, without credentials; empty under the virtual clock.
  public internal(set) var url = ""
  /// The wire format, as `linear16 8000 Hz`.
  public internal(set) var format = ""
  /// From the socket's opening to its end, in milliseconds.
  public internal(set) var durationMs = 0.0

  /// Audio bytes that the caller sent to the bot, before base64.
  public internal(set) var sentBytes = 0
  /// Media messages that the caller sent.
  public internal(set) var sentMessages = 0
  /// How late the latest of the simulator's own messages left, in milliseconds.
  public internal(set) var sendLatenessMs = 0.0
  /// Audio bytes that the bot sent, before base64.
  public internal(set) var receivedBytes = 0
  /// Text messages of any kind that the bot sent.
  public internal(set) var receivedMessages = 0

  /// How many media messages the bot sent of each payload size in bytes.
  public internal(set) var chunkSizes: [Int: Int] = [:]
  /// How many of them the platform forbids.
  public internal(set) var illegalChunks = 0
  /// What is wrong with the audio itself, or worth knowing of it: encoding, rate, level, seams. Each is
  /// also a sentence under ``problems`` or ``remarks``.
  public internal(set) var audioFindings: [AudioFinding] = []
  /// Each silence between two pieces of audio that arrived too late for each other.
  public internal(set) var gaps: [Gap] = []
  /// From the stream's start to the first audio in the caller's ear, in milliseconds.
  @NullWhenNil public internal(set) var firstAudioMs: Double?
  /// How long the caller heard audio, in milliseconds, gaps not counted.
  public internal(set) var heardMs = 0.0
  /// The farthest that queued audio ran ahead of the ear, in milliseconds.
  public internal(set) var maxLeadMs = 0.0
  /// When each clear came, in milliseconds since the stream's start; the first ``mostMoments``.
  public internal(set) var clearsAtMs: [Double] = []
  /// When each mark came, likewise.
  public internal(set) var marksAtMs: [Double] = []
  /// Clears and marks whose times are kept.
  public static let mostMoments = 1_000
  /// Marks that the bot sent.
  public internal(set) var marks = 0
  /// Marks that the platform echoed.
  public internal(set) var marksEchoed = 0
  /// Clears that the bot sent.
  public internal(set) var clears = 0
  /// How much queued audio the clears dropped, in milliseconds.
  public internal(set) var clearedMs = 0.0
  /// Audio bytes that came too soon after a clear to be a new utterance.
  public internal(set) var staleBytes = 0
  /// From the caller's first loud message, sent over the bot's speech, to the bot's clear, in
  /// milliseconds; nil for a caller who interrupts nobody, or when no clear came.
  @NullWhenNil public internal(set) var interruptedMs: Double?
  /// Each time the caller stopped speaking, and how long the bot took to be heard; empty where the call
  /// did not end in an orderly way.
  public internal(set) var turns: [HeardTurn] = []
  /// What came of each step of the caller's script; empty without one.
  public internal(set) var script: [StepOutcome] = []
  /// From a ping on the socket to its answer, in milliseconds; nil where none came.
  @NullWhenNil public internal(set) var pingMs: Double?
  /// How what came back compares with what was said; nil for a bot that is no echo.
  @NullWhenNil public internal(set) var echo: EchoComparison?
  /// What the platform said over HTTP, in order: lookups, answer URLs, callbacks.
  public internal(set) var http: [WebExchange] = []
  /// Each message both ways, where it was asked for; else nil.
  @NullWhenNil public internal(set) var timeline: [TimelineEntry]?
  /// Whether the platform had sent its stop before the socket ended.
  public internal(set) var stopped = false
  /// Who ended the socket.
  @NullWhenNil public internal(set) var closedBy: Side?
  /// The WebSocket close code: 1005 without one, 1006 without a close message; nil without a call.
  @NullWhenNil public internal(set) var closeCode: Int?

  /// One end of the socket.
  public enum Side: String, Codable, Sendable {
    /// The bot's server.
    case bot
    /// The simulated platform.
    case platform
  }
}
