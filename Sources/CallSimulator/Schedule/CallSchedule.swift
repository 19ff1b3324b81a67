public import AudioEngine

/// One call under the virtual clock as data: how it is set up, what the bot does when, and what goes
/// wrong. The same schedule gives the same call to the byte, and a shorter one is still a schedule,
/// which is what lets a failure shrink.
public struct CallSchedule: Hashable, Sendable {
  /// The call's formats, platform and link.
  public struct Setup: Hashable, Sendable {
    /// The wire's format.
    public var wire: WireFormat
    /// The rate at which the bot hears and speaks.
    public var botRate: SampleRate
    /// How the platform plays.
    public var platform: PlayoutModel
    /// The most speech that waits.
    public var capacity: Duration = .seconds(60)
    /// What happens when that is reached.
    public var whenFull = FullQueuePolicy.wait
    /// One way to the bot and one way to the platform.
    public var latency: Duration = .milliseconds(40)
    /// Each message may take so much longer.
    public var jitter: Duration = .zero
    /// Seeds the jitter.
    public var seed: UInt64 = 0
    /// Whether the caller speaks.
    public var hasCaller = true

    /// When a caller who speaks over the bot interrupts it; nil for never.
    public var bargeIn: BargeInPolicy?
    /// When he speaks, as the detector hears it.
    public var talks: [Talk] = []
    /// What the bot answers when it is asked.
    public var answer = Answer.none

    /// Makes a setup with a quiet link.
    public init(wire: WireFormat, botRate: SampleRate, platform: PlayoutModel) {
      self.wire = wire
      self.botRate = botRate
      self.platform = platform
    }
  }

  /// Something the bot does, at a time since the stream's start.
  public struct Step: Hashable, Sendable {
    /// When; later where the host is stalled.
    public var at: Duration
    /// What.
    public var action: Action

    /// Makes a step.
    public init(at: Duration, _ action: Action) {
      self.at = at
      self.action = action
    }
  }

  /// What a bot can do.
  public enum Action: Hashable, Sendable {
    /// Begins an utterance.
    case begin(rate: SampleRate?, isInterruptible: Bool)
    /// Writes so many samples to the newest utterance.
    case write(Int)
    /// Writes so many samples without naming an utterance, as an echo does.
    case send(Int)
    /// Writes so many samples to the utterance before the newest.
    case writeLate(Int)
    /// Names the place that has been reached.
    case mark
    /// Finishes the newest utterance.
    case finish
    /// Ends all speech.
    case interrupt
    /// Holds speech.
    case pause
    /// Goes on.
    case resume
    /// Ends the call.
    case hangUp
  }

  /// Something that goes wrong.
  public enum Fault: Hashable, Sendable {
    /// The bot's host does nothing from a time on, for so long.
    case stall(at: Duration, lasting: Duration)
    /// What should arrive from a time on waits for so long, then arrives at once.
    case hold(SimulatedLink.Direction, at: Duration, lasting: Duration)
    /// So many of the caller's messages arrive at once with the one of this number, before their time.
    case early(message: Int, count: Int)
    /// The caller's message of this number never comes.
    case missing(message: Int)
    /// The caller's message of this number comes twice.
    case repeated(message: Int)
    /// The echo of this number never comes.
    case lostEcho(Int)
    /// The echo of this number comes twice.
    case doubledEcho(Int)
    /// The echo of this number comes so much later.
    case lateEcho(Int, by: Duration)
    /// The clear of this number has no effect.
    case lostClear(Int)
    /// The platform sends something senseless.
    case nonsense(at: Duration, kind: Int)
    /// The connection breaks.
    case broken(at: Duration)
    /// The platform ends the stream.
    case stop(at: Duration)
  }

  /// Formats, platform and link.
  public var setup: Setup
  /// What the bot does, in order of time.
  public var steps: [Step]
  /// What goes wrong.
  public var faults: [Fault]

  /// Makes a schedule.
  public init(setup: Setup, steps: [Step], faults: [Fault] = []) {
    self.setup = setup
    self.steps = steps
    self.faults = faults
  }
}
