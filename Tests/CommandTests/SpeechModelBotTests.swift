import AudioEngine
import Foundation
import TestSupport
import Testing

/// The example that relays to a speech model, with a model in Python.
@Suite("SpeechModelBot", .timeLimit(.minutes(2))) struct SpeechModelBotTests {
  /// Speaks ten seconds at once, a word a half second; hears the caller for two seconds, then the barge-in.
  private static let model = #"""
    import asyncio, json, struct, sys, websockets
    words = [f"word{n}" for n in range(20)]
    async def serve(ws, path=None):
      await ws.send(json.dumps({"type": "turn"}))
      for n, word in enumerate(words):
        await ws.send(json.dumps({"type": "words", "text": word, "from": n * 500, "to": n * 500 + 500}))
        await ws.send(struct.pack("<h", 4000) * 4000)
      await ws.send(json.dumps({"type": "turn_end"}))
      heard, asked = 0, False
      async for message in ws:
        if isinstance(message, bytes): heard += len(message)
        else:
          said = json.loads(message)["text"].split()
          print(said == words[:len(said)], 0 < len(said) < 20, flush=True)
        if heard >= 32000 and not asked:
          asked = True
          await ws.send(json.dumps({"type": "barge_in"}))
    async def main():
      async with websockets.serve(serve, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.sleep(60)
    asyncio.run(main())
    """#

  @Test("plays the model's speech, cuts it when the caller speaks, and tells what was heard")
  func relays() async throws {
    let scratch = try Scratch()
    let model = try Subprocess("/usr/bin/python3", ["-c", Self.model])
    let modelPort = try await model.firstLine()
    let bot = try Subprocess(
      Bundle.main.bundleURL.appendingPathComponent("SpeechModelBot").path,
      ["ws://127.0.0.1:\(modelPort)/model", "0"])
    let line = try await bot.firstLine()
    let port = try #require(line.wholeMatch(of: /listening on (\d+)/)?.output.1)
    let sound = WaveFile(
      rate: .hz8000, samples: (0..<32_000).map { Int16(truncatingIfNeeded: $0 * 37 + 5) })
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let run = try await Sidetone([
      "call", "ws://127.0.0.1:\(port)/exotel", "--provider", "exotel", "--audio", audio, "--tail",
      "2",
    ])
    #expect(run.output.contains("all legal"), "\(run.output) \(run.errors)")
    bot.signal(SIGTERM)
    model.signal(SIGTERM)
    let lines = try await model.end().output.split(separator: "\n").dropFirst()
    #expect(lines == ["True True"], "\(lines)")
  }
}
