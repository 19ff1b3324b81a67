import AudioEngine
import CallSimulator
import Foundation

/// What `sidetone call --script` reads: a conversation of several turns as JSON.
///
///     {"steps": [
///       {"wait": "bot", "quiet": 0.5, "atMost": 20},
///       {"say": "question.wav"},
///       {"expect": {"answeredWithin": 1.5, "heardAtLeast": 2}},
///       {"interrupt": "stop.wav", "after": 0.5},
///       {"expect": {"silentWithin": 0.5}},
///       {"press": "12#"}, {"wait": 1}, {"hangUp": true},
///       {"expect": {"closedWith": 1000}}
///     ]}
///
/// Sounds are WAV files of any usual rate, by paths from the script's own folder.
struct CallScriptFile: Sendable {
  private enum Draft: Sendable {
    case say(WaveFile)
    case interrupt(WaveFile, after: Duration, atMost: Duration)
    case ready(CallerStep)
  }

  private let path: String
  private let drafts: [Draft]

  /// A script, its sounds in all, and what is waited for.
  private static let mostSteps = 200
  private static let mostBytes = 1 << 20
  private static let mostSamples = 48_000 * 3_600
  private static let longestWait = 600.0
  /// What is waited for where the script does not say how long.
  private static let usualWait = 20.0

  /// The first sound's rate; nil where nobody says anything.
  var rate: SampleRate? {
    drafts.lazy.compactMap { draft in
      switch draft {
      case .say(let sound), .interrupt(let sound, _, _): sound.rate
      case .ready: nil
      }
    }.first
  }

  init(_ path: String) throws(UsageError) {
    self.path = path
    let url = URL(fileURLWithPath: path)
    guard let file = FileHandle(forReadingAtPath: path), !SoundFile.isDirectory(path),
      let bytes = try? file.read(upToCount: Self.mostBytes + 1)
    else { throw UsageError("--script \(path) cannot be read", advice: "name a JSON file") }
    guard bytes.count <= Self.mostBytes else {
      throw UsageError("--script \(path) has more than 1 MiB", advice: "name a JSON file")
    }
    let json: Any
    do { json = try JSONSerialization.jsonObject(with: bytes) } catch {
      throw UsageError("--script \(path) is not JSON", advice: "see docs/testing-a-bot.md")
    }
    guard let object = json as? [String: Any], object.count == 1,
      let steps = object["steps"] as? [Any], !steps.isEmpty
    else {
      throw UsageError(
        "--script \(path) is not an object with \"steps\" alone, a list of at least one",
        advice: "see docs/testing-a-bot.md")
    }
    var reader = StepReader(script: path, folder: url.deletingLastPathComponent())
    for (index, step) in steps.enumerated() { try reader.read(step, number: index + 1) }
    drafts = reader.drafts
  }

  /// The steps for a stream's format, sounds converted to it.
  func steps(
    at rate: SampleRate, as encoding: AudioEncoding
  ) throws(UsageError) -> [CallerStep] {
    var steps: [CallerStep] = []
    for draft in drafts {
      switch draft {
      case .ready(let step):
        steps.append(step)
      case .say(let sound):
        let sound = try SoundFile.resampled(sound, to: rate)
        steps.append(.say(CallerScript.bytes(of: sound.samples, as: encoding)))
      case .interrupt(let sound, let after, let atMost):
        let sound = try SoundFile.resampled(sound, to: rate)
        let bytes = CallerScript.bytes(of: sound.samples, as: encoding)
        steps.append(.interrupt(bytes, after: after, atMost: atMost))
      }
    }
    return steps
  }

  /// Reads the steps in their order; each error names the step.
  private struct StepReader {
    let script: String
    let folder: URL
    var drafts: [Draft] = []
    private var samples = 0
    private var isOver = false

    private static let actions = ["say", "wait", "interrupt", "press", "hangUp", "expect"]

    init(script: String, folder: URL) {
      self.script = script
      self.folder = folder
    }

    mutating func read(_ value: Any, number: Int) throws(UsageError) {
      let script = script
      func refusal(_ sentence: String) -> UsageError {
        UsageError("--script \(script), step \(number): \(sentence)")
      }
      guard drafts.count < mostSteps else {
        throw UsageError("--script \(script) has more than \(mostSteps) steps")
      }
      guard let step = value as? [String: Any] else { throw refusal("it is no object") }
      let named = Self.actions.filter { step[$0] != nil }
      guard named.count == 1, let action = named.first else {
        throw refusal("it needs one of \(Arguments.list(Self.actions))")
      }
      let more = [
        "wait": ["quiet", "atMost"], "interrupt": ["after", "atMost"], "expect": ["within"],
      ]
      if let odd = step.keys.sorted().first(where: {
        $0 != action && more[action]?.contains($0) != true
      }) {
        throw refusal("'\(odd)' does not go with \(action)")
      }
      func seconds(
        _ key: String, or usual: Double, in range: ClosedRange<Double> = 0...longestWait
      ) throws(UsageError) -> Duration {
        guard let value = step[key] else { return .milliseconds(Int(usual * 1_000)) }
        return try Self.seconds(value, in: range, refusal, "\(key) is")
      }
      if isOver, action != "expect" { throw refusal("nothing but expect can follow hangUp") }
      let value = step[action] ?? ""
      switch action {
      case "say":
        let sound = try sound(value, refusal)
        drafts.append(.say(sound))
      case "interrupt":
        let after = try seconds("after", or: 0.5)
        let atMost = try seconds("atMost", or: usualWait)
        let sound = try sound(value, refusal)
        drafts.append(.interrupt(sound, after: after, atMost: atMost))
      case "wait":
        guard let word = value as? String else {
          guard step.count == 1 else { throw refusal("quiet and atMost go with \"wait\": \"bot\"") }
          let time = try Self.seconds(value, in: 0...longestWait, refusal, "wait is")
          drafts.append(.ready(.pause(time)))
          return
        }
        guard word == "bot" else { throw refusal("wait is \"bot\" or a number of seconds") }
        let quiet = try seconds("quiet", or: 0.5, in: 0.1...60)
        let atMost = try seconds("atMost", or: usualWait)
        drafts.append(.ready(.listen(quiet: quiet, atMost: atMost)))
      case "press":
        guard let keys = value as? String, (1...50).contains(keys.count),
          keys.allSatisfy({ "0123456789*#ABCD".contains($0) })
        else { throw refusal("press is 1 to 50 keys as a string, of 0-9, *, # and A-D") }
        drafts.append(.ready(.press(Array(keys))))
      case "hangUp":
        guard value as? Bool == true else { throw refusal("hangUp is true") }
        isOver = true
        drafts.append(.ready(.hangUp))
      default:
        let within = try seconds("within", or: usualWait, in: 0.1...240)
        try expect(value, within: within, isGiven: step["within"] != nil, refusal)
      }
    }

    private mutating func expect(
      _ value: Any, within: Duration, isGiven: Bool, _ refusal: (String) -> UsageError
    ) throws(UsageError) {
      let names = ["answeredWithin", "heardAtLeast", "silentWithin", "closedWith"]
      guard let wanted = value as? [String: Any], !wanted.isEmpty else {
        throw refusal("expect is an object of \(Arguments.list(names))")
      }
      if let odd = wanted.keys.sorted().first(where: { !names.contains($0) }) {
        throw refusal("expect knows no '\(odd)', but \(Arguments.list(names))")
      }
      // What is known sooner comes first.
      for name in names {
        guard let value = wanted[name] else { continue }
        let expectation: CallerExpectation
        if name == "closedWith" {
          guard let code = value as? Int, (1_000...4_999).contains(code) else {
            throw refusal("closedWith is a close code from 1000 to 4999")
          }
          expectation = .closedWith(code, within: within)
        } else {
          if isOver { throw refusal("nothing but closedWith can be expected after hangUp") }
          let time = try Self.seconds(value, in: 0.01...120, refusal, "\(name) is")
          if name == "heardAtLeast", isGiven, within < time {
            throw refusal("within is less than heardAtLeast")
          }
          expectation =
            switch name {
            case "answeredWithin": .answeredWithin(time)
            case "heardAtLeast":
              .heardAtLeast(time, within: isGiven ? within : max(within, time * 2))
            default: .silentWithin(time)
            }
        }
        drafts.append(.ready(.expect(expectation)))
      }
    }

    private mutating func sound(
      _ value: Any, _ refusal: (String) -> UsageError
    ) throws(UsageError) -> WaveFile {
      guard let name = value as? String, !name.isEmpty else {
        throw refusal("it names no WAV file")
      }
      let path = URL(fileURLWithPath: name, relativeTo: folder).path
      let sound: WaveFile
      do { sound = try SoundFile.readSpeech(path) } catch {
        throw refusal(error.advice ?? error.message)
      }
      samples += sound.samples.count
      guard samples <= mostSamples else {
        throw refusal("the sounds are longer than an hour in all")
      }
      return sound
    }

    private static func seconds(
      _ value: Any, in range: ClosedRange<Double>, _ refusal: (String) -> UsageError, _ what: String
    ) throws(UsageError) -> Duration {
      guard let number = (value as? NSNumber)?.doubleValue, range.contains(number) else {
        throw refusal("\(what) a number of seconds from \(range.lowerBound) to \(range.upperBound)")
      }
      return .milliseconds(Int((number * 1_000).rounded()))
    }
  }
}
