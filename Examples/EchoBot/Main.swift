import BotTransport

/// A whole bot: it gives every caller their own voice back.
///
///     swift run EchoBot
///     swift run sidetone call ws://127.0.0.1:5001/exotel --provider exotel --audio VOICE.wav
@main struct EchoBot {
  static func main() async throws {
    try await BotServer(port: 5001).run { call in
      for await frame in call.audio { try await call.send(frame) }
    }
  }
}
