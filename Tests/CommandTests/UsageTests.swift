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

  @Test(
    "prints its version, whatever it is asked for",
    arguments: ["", "call", "serve", "exotel call", "vectors", "load"])
  func version(command: String) async throws {
    let words = command.split(separator: " ").map(String.init)
    let run = try await Sidetone(words + ["--version"])
    #expect(run.status == 0)
    #expect(run.output.wholeMatch(of: /sidetone \d+\.\d+\.\d+\n/) != nil)
  }

  @Test("says in one line what is wrong and ends with 2")
  func wrongUsage() async throws {
    let scratch = try Scratch()
    let rate = try #require(SampleRate(hertz: 44_100))
    let cd = try scratch.write(WaveFile(rate: rate, samples: [1]).encoded(), to: "cd.wav")
    let good = try scratch.write(WaveFile(rate: .hz8000, samples: [1]).encoded(), to: "good.wav")
    let wide = try scratch.write(WaveFile(rate: .hz16000, samples: [1]).encoded(), to: "wide.wav")
    let empty = try scratch.write(WaveFile(rate: .hz8000, samples: []).encoded(), to: "empty.wav")
    var compressed = WaveFile(rate: .hz8000, samples: [1, 2]).encoded()
    compressed[20] = 0x11
    let adpcm = try scratch.write(compressed, to: "adpcm.wav")
    let text = try scratch.write(Array("hello".utf8), to: "hello.wav")
    let url = "ws://127.0.0.1:1/exotel"
    try await expect("unknown command 'cal', did you mean 'call'?", "cal")
    try await expect("unknown option '--verbose'", "--verbose")
    try await expect("--audio FILE.wav is missing", "call", url)
    try await expect("URL is missing", "call", "--audio", good)
    try await expect(
      "plivo has no flow that goes on", "call", url, "--audio", good, "--provider", "plivo",
      "--passthru", "http://h")
    try await expect(
      "--callback-style guide is unknown", "call", url, "--audio", good, "--status", "http://h",
      "--callback-style", "guide")
    try await expect(
      "go with --status or --passthru", "call", url, "--audio", good, "--callback-retry", "1")
    try await expect("both say where to dial", "call", url, "--audio", good, "--lookup", "http://h")
    try await expect(
      "exotel asks no --answer: it has --lookup", "call", "--audio", good, "--answer", "http://h")
    try await expect(
      "--lookup ws://h is not an http:// or https://", "call", "--audio", good, "--lookup", "ws://h"
    )
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
    let plivo = ["--provider", "plivo", "--encoding", "mulaw"]
    try await expect(
      "mulaw has 8000 Hz alone, not 16000", ["call", url, "--audio", wide, "--rate=16000"] + plivo)
    for keys in ["3:1", "3s:12", "3s:x", "-1s:1", "3s", "3s:1,", "9999s:1", "nans:1"] {
      try await expect("SECONDSs:KEY", "call", url, "--audio", good, "--keys=\(keys)")
    }
    for (option, text) in [
      ("--parameter=plan", "is not NAME=VALUE"), ("--parameter==gold", "is not NAME=VALUE"),
      ("--header=X-Plan", "is not NAME:VALUE"), ("--header=a b:c", "is not NAME:VALUE"),
      ("--header=X: a\r\nb", "is not NAME:VALUE"), ("--header=Host: x", "the connection's own"),
      ("--ca=/dev/null", "holds no certificate"), ("--junit=/nowhere/x.xml", "cannot write"),
    ] { try await expect(text, "call", url, "--audio", good, option) }
    try await expect(
      "nothing to echo", "call", url, "--audio", good, "--one-way", "--expect-echo")
    try await expect(
      "--parameter plan is given twice", "call", url, "--audio", good, "--parameter", "plan=1",
      "--parameter", "plan=2")
    try await expect(
      "tells no numbers in its start", ["call", url, "--audio", good, "--from", "+91"] + plivo)
    try await expect("no channel 2: it has one", "call", url, "--audio", good, "--channel", "2")
    try await expect("--channel 0 is not", "call", url, "--audio", good, "--channel", "0")
    try await expect("IMA ADPCM", "call", url, "--audio", adpcm)
    try await expect("-r 8000 converted.wav", "call", url, "--audio", adpcm)
    try await expect("-r 24000 converted.wav", "call", url, "--audio", adpcm, "--rate", "24000")
    try await expect("there is nothing to say", "call", url, "--audio", empty)
    try await expect("there is nothing to say", "load", url, "--audio", empty)
    try await expect("there is nothing to say", "serve", "--bot", "play:\(empty)")
    try await expect("there is nothing to say", "serve", "--bot", "repeat:\(empty)")
    try await expect("--raw 3 is no rate", "call", url, "--audio", text, "--raw", "3")
    try await expect("--raw 8000:g722 is unknown", "call", url, "--audio", text, "--raw=8000:g722")
    try await expect("--policy strict is unknown", "call", url, "--audio", good, "--policy=strict")
    try await expect(
      "--policy relaxed is unknown", ["call", url, "--audio", good, "--policy=relaxed"] + plivo)
    try await expect("--policy relaxed is unknown", "load", url, "--policy", "relaxed")
    try await expect(
      "cannot both", "call", url, "--audio", good, "--record", "-", "--report", "-")
    try await expect("not a WAV file", "call", url, "--audio", text)
    try await expect("or add --raw HZ", "call", url, "--audio", text)
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
    try await expect("--batch 21 is not", "serve", "--batch", "21")
    let out = scratch.file("out.wav").path
    try await expect("OUT.wav is missing", "resample", good, "--rate", "8000")
    try await expect("--rate HZ is missing", "resample", good, out)
    try await expect("--rate 3999 is not", "resample", good, out, "--rate", "3999")
    try await expect("--chunk 0 is not", "resample", good, out, "--rate", "8000", "--chunk", "0")
    try await expect("--filter x is", "resample", good, out, "--rate", "8000", "--filter", "x")
    try await expect(
      "no low-delay filter from 44100 to 8000 Hz", "resample", cd, out, "--rate", "8000",
      "--filter", "low-delay")
    try await expect("IMA ADPCM", "resample", adpcm, out, "--rate", "8000")
    let folder = scratch.directory.path
    try await expect("is no directory", "resample", good, wide, out, "--rate", "8000")
    try await expect("is no directory", "resample", good, "\(out)/", "--rate", "8000")
    try await expect("would be written over", "resample", good, wide, folder, "--rate", "8000")
    let copies = scratch.file("copies")
    try FileManager.default.createDirectory(at: copies, withIntermediateDirectories: true)
    try await expect(
      "two files would become", "resample", good, good, copies.path, "--rate", "8000")
    try await expect("has no name", "resample", "-", copies.path, "--rate", "8000")
    try await expect(
      "leave --channel out", "resample", text, out, "--rate", "8000", "--raw=8000", "--channel=2")
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
    try await expect(text, words, sourceLocation: sourceLocation)
  }

  private func expect(
    _ text: String, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
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
