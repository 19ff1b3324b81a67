import BotTransport
import Foundation

/// A bot that relays each call to a speech model over a WebSocket, and is interrupted.
///
///     swift run SpeechModelBot ws://127.0.0.1:9000/model
///     swift run sidetone call ws://127.0.0.1:5001/exotel --provider exotel --audio VOICE.wav
///
/// The model here speaks a small protocol, as many do: caller audio goes there as binary messages (PCM, 16-bit
/// little-endian, at the call's bot rate), and from there come `{"type":"turn"}` before an answer, binary
/// messages of its speech, `{"type":"words","text":...,"from":...,"to":...}` with milliseconds from the answer's
/// start, `{"type":"turn_end"}`, and `{"type":"barge_in"}` when the model hears the caller speak. It is told
/// `{"type":"heard","text":...}`, so that its memory of the talk is what the caller has heard.
@main struct SpeechModelBot {
  static func main() async throws {
    let model = CommandLine.arguments.dropFirst().first ?? "ws://127.0.0.1:9000/model"
    let port = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 5001
    try await BotServer(port: port).run(onListening: tell) { call in
      try await Relay(call: call, model: try await WebSocketClient.connect(model)).run()
    }
  }

  /// At once, also into a pipe.
  private static func tell(port: Int) {
    FileHandle.standardOutput.write(Data("listening on \(port)\n".utf8))
  }
}

/// One call and its connection to the model.
struct Relay {
  let call: Call
  let model: WebSocketClient

  /// Relays until either side ends.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await hear() }
      group.addTask { try await speak() }
      // The first to end ends the other: the caller has hung up, or the model has.
      try await group.next()
      group.cancelAll()
    }
    await model.close()
  }

  /// The caller's voice, to the model.
  private func hear() async throws {
    for await frame in call.audio {
      let bytes = frame.samples.flatMap { sample in
        [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
      }
      try await model.send(bytes)
    }
  }

  /// The model's speech, to the caller.
  private func speak() async throws {
    var answer: Utterance?
    for try await message in model.messages {
      do {
        switch message {
        case .binary(let bytes):
          try await answer?.write(pcm: bytes)
        case .text(let text):
          let event = try JSONDecoder().decode(ModelEvent.self, from: Data(text.utf8))
          switch event.type {
          case "turn": answer = try await call.say()
          case "words":
            try await answer?.attach(
              text: event.text ?? "", from: .milliseconds(event.from ?? 0),
              to: .milliseconds(event.to ?? 0))
          case "turn_end":
            try await answer?.finish()
            answer = nil
          case "barge_in":
            answer = nil
            try await tellHeard(await call.interrupt())
          default: break
          }
        }
      } catch SpeechError.interrupted {
        // What the model still says of the old answer is not wanted.
        answer = nil
      }
    }
  }

  /// Tells the model which words the caller has heard of an answer that was cut.
  private func tellHeard(_ result: InterruptResult) async throws {
    guard case .interrupted(let interruption) = result else { return }
    let words = interruption.heard.map(\.text).joined(separator: " ")
    let event = ModelEvent(type: "heard", text: words)
    try await model.send(String(decoding: try JSONEncoder().encode(event), as: UTF8.self))
  }
}

/// A message of the model's protocol.
struct ModelEvent: Codable {
  var type: String
  var text: String?
  var from: Int?
  var to: Int?
}
