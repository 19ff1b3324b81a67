import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone's usage") struct UsageTests {
  @Test("has help worth reading on every level")
  func help() async throws {
    for arguments in [[], ["--help"], ["help"]] as [[String]] {
      let run = try await Sidetone(arguments)
      #expect(run.status == 0)
      #expect(run.output.contains("sidetone call") && run.output.contains("sidetone serve"))
      #expect(run.errors.isEmpty)
    }
    let call = try await Sidetone("call", "--help")
    #expect(call.status == 0)
    for option in [
      "--provider", "--audio", "--rate", "--record", "--report", "--speed", "--tail", "exit status",
      "examples:",
    ] { #expect(call.output.contains(option), "\(option)") }
    #expect(call.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let serve = try await Sidetone("serve", "--help")
    #expect(serve.status == 0)
    for option in ["--bot", "--host", "--port", "--bot-rate", "listening on ws://"] {
      #expect(serve.output.contains(option), "\(option)")
    }
    #expect(serve.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    for command in ["resample", "transcode", "kernels", "vectors"] {
      let page = try await Sidetone(command, "--help")
      #expect(page.status == 0)
      #expect(page.output.contains("exit status") && page.output.contains("sidetone \(command)"))
      #expect(page.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(command)")
    }
  }

  @Test("prints its version")
  func version() async throws {
    let run = try await Sidetone("--version")
    #expect(run.status == 0)
    #expect(run.output.wholeMatch(of: /sidetone \d+\.\d+\.\d+\n/) != nil)
  }

  @Test("says in one line what is wrong and ends with 2")
  func wrongUsage() async throws {
    let scratch = try Scratch()
    let rate = try #require(SampleRate(hertz: 44_100))
    let cd = try scratch.write(WaveFile(rate: rate, samples: [1]).encoded(), to: "cd.wav")
    let good = try scratch.write(WaveFile(rate: .hz8000, samples: [1]).encoded(), to: "good.wav")
    var twoChannels = WaveFile(rate: .hz8000, samples: [1, 2]).encoded()
    twoChannels[22] = 2
    let stereo = try scratch.write(twoChannels, to: "stereo.wav")
    let text = try scratch.write(Array("hello".utf8), to: "hello.wav")
    let url = "ws://127.0.0.1:1/exotel"
    try await expect("unknown command 'cal', did you mean 'call'?", "cal")
    try await expect("unknown option '--verbose'", "--verbose")
    try await expect("URL is missing", "call")
    try await expect("--audio FILE.wav is missing", "call", url)
    try await expect("'extra' is one word too many", "call", url, "extra", "--audio", good)
    try await expect("did you mean '--speed'?", "call", url, "--audio", good, "--spead", "2")
    try await expect("--speed is given twice", "call", url, "--speed", "2", "--speed", "3")
    try await expect("--tail wants a value", "call", url, "--audio", good, "--tail")
    try await expect("--tail x is not a number", "call", url, "--audio", good, "--tail", "x")
    try await expect("--speed nan is not", "call", url, "--audio", good, "--speed=nan")
    try await expect("--rate 44100 is unknown", "call", url, "--audio", good, "--rate", "44100")
    try await expect(
      "--provider skype is unknown", "call", url, "--audio", good, "--provider=skype")
    try await expect(
      "--dialect odder is unknown", "call", url, "--audio", good, "--dialect", "odder")
    try await expect("has 8000 Hz, not 16000", "call", url, "--audio", good, "--rate", "16000")
    try await expect("has 44100 Hz", "call", url, "--audio", cd)
    try await expect("2 channels; Sidetone wants mono", "call", url, "--audio", stereo)
    try await expect("not a WAV file", "call", url, "--audio", text)
    try await expect("does not exist", "call", url, "--audio", scratch.file("none.wav").path)
    try await expect("is a directory", "call", url, "--audio", scratch.directory.path)
    try await expect("cannot write", "call", url, "--audio", good, "--record", "/none/x.wav")
    try await expect(
      "cannot write", "call", url, "--audio", good, "--report", scratch.directory.path)
    for wrong in [
      "http://127.0.0.1/", "127.0.0.1:5001", "ws://", "ws://host:99999/", "", "ws://[/",
    ] {
      try await expect("not the address of a WebSocket", "call", wrong, "--audio", good)
    }
    try await expect("--port 70000 is not", "serve", "--port", "70000")
    try await expect("--bot parrot is unknown", "serve", "--bot", "parrot")
    try await expect("--bot play: wants a file", "serve", "--bot", "play:")
    try await expect("does not exist", "serve", "--bot", "play:/none.wav")
    try await expect("--bot-rate 11025 is unknown", "serve", "--bot-rate", "11025")
    let out = scratch.file("out.wav").path
    try await expect("OUT.wav is missing", "resample", good, "--rate", "8000")
    try await expect("--rate HZ is missing", "resample", good, out)
    try await expect("--rate 3999 is not", "resample", good, out, "--rate", "3999")
    try await expect("--chunk 0 is not", "resample", good, out, "--rate", "8000", "--chunk", "0")
    try await expect("--filter x is", "resample", good, out, "--rate", "8000", "--filter", "x")
    try await expect(
      "no low-delay filter from 44100 to 8000 Hz", "resample", cd, out, "--rate", "8000",
      "--filter", "low-delay")
    try await expect("2 channels; Sidetone wants mono", "resample", stereo, out, "--rate", "8000")
    try await expect("cannot write", "resample", good, "/none/x.wav", "--rate", "8000")
    try await expect("--encoding g722 is", "transcode", good, out, "--encoding", "g722")
    try await expect("not a WAV file", "transcode", text, out, "--encoding", "alaw")
    try await expect("cannot write", "transcode", good, "/none/x.wav", "--encoding", "alaw")
    #expect(!FileManager.default.fileExists(atPath: out))
    try await expect("check is missing", "vectors")
    try await expect("did you mean 'check'?", "vectors", "chekc")
    try await expect("manifest.json may not be read", "vectors", "check", "/none")
  }

  private func expect(
    _ text: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let run = try await Sidetone(words)
    #expect(run.status == 2, sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(run.errors.contains(text), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors.hasPrefix("sidetone"), sourceLocation: sourceLocation)
    #expect(
      run.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2,
      "one line: \(run.errors)", sourceLocation: sourceLocation)
  }
}
