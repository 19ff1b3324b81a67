import AudioEngine
import Foundation
import TestSupport
import Testing

/// A disk on which there is no room for recordings and traces costs no call, is told, and is used again once there is.
@Suite("sidetone serve, while the disk of its recordings is full", .timeLimit(.minutes(3)))
struct FullDiskTests {
  private static let mounts = ConditionTrait.enabled(
    "only root may mount, and not in each container"
  ) {
    try await Subprocess("/usr/bin/unshare", ["--mount", "/bin/true"]).end().status == 0
  }

  private let scratch: Scratch
  private let options: [String]

  init() throws {
    scratch = try Scratch()
    options = [
      "--record", scratch.file("calls").path, "--trace", scratch.file("traces").path,
      "--log-format", "text",
    ]
  }

  /// Has the echo bot called with so many seconds of sound; what the judge says of the call.
  private func call(_ port: Substring, seconds: Int) async throws -> [String: Any] {
    let samples = (0..<(seconds * 8_000)).map { Int16($0 % 4_001 + 100) }
    let audio = try scratch.write(
      WaveFile(rate: .hz8000, samples: samples).encoded(), to: "voice.wav")
    let report = scratch.file("report.json")
    let run = try await Sidetone(
      "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "0.3", "--report",
      report.path)
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: report))
    return try #require(object as? [String: Any], "\(run.errors)")
  }

  /// The newest file of a folder, as the server's process sees it.
  private func newest(_ folder: String, of server: ShellServer) throws -> Data {
    // Its name begins with the time.
    let path = "/proc/\(server.process)/root\(scratch.file(folder).path)"
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    return try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(names.last ?? "")"))
  }

  private func check(
    _ server: ShellServer, makeRoom: () async throws -> Subprocess.Result
  ) async throws {
    // Either file alone is larger than the disk.
    let full = try await call(server.port, seconds: 2)
    #expect(
      full["closeCode"] as? Int == 1_000 && full["heardMs"] as? Double ?? 0 >= 2_000, "\(full)")
    let deadline = ContinuousClock.now + .seconds(60)
    for name in ["sidetone_recording_lost_pieces_total", "sidetone_trace_lost_pieces_total"] {
      while try await ServerMetrics.series(name, server.port) == 0 {
        try #require(ContinuousClock.now < deadline, "\(name)")
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    let mended = try await makeRoom()
    #expect(mended.status == 0, "\(mended.errors)")
    _ = try await call(server.port, seconds: 1)
    let trace = scratch.file("call.trace")
    while true {
      let bytes = Array((try? newest("calls", of: server)) ?? Data())
      let caller = (try? WaveFile(bytes: bytes.span, channel: 1).samples) ?? []
      try? newest("traces", of: server).write(to: trace)
      let replay = try await Sidetone("replay", trace.path)
      if caller.count(where: { $0 != 0 }) == 8_000, replay.output.hasPrefix("same") { break }
      try #require(ContinuousClock.now < deadline, "\(caller.count) samples; \(replay.output)")
      try await Task.sleep(for: .milliseconds(50))
    }
    let end = try await server.stop()
    #expect(end.status == 0)
    for files in ["recordings", "traces"] {
      #expect(end.errors.contains("\(files) cannot be written"), "\(end.errors)")
    }
  }

  @Test("a small file system that is full", mounts)
  func small() async throws {
    let folder = scratch.directory.path
    let server = try await ShellServer(
      "/usr/bin/unshare",
      [
        "--mount", "/bin/sh", "-c",
        "echo $$; mount -t tmpfs -o size=24k tmpfs \"$1\" && shift && exec \"$@\"", "sh", folder,
      ], options)
    try await check(server) {
      try await server.inside(["mount", "-o", "remount,size=16m", folder])
    }
  }

  @Test(
    "files that may not grow",
    .enabled(
      if: Sanitizer.name != "thread", "the thread sanitizer itself needs files beyond the limit"))
  func limited() async throws {
    let server = try await ShellServer(
      "/bin/sh", ["-c", "echo $$; ulimit -S -f 48; exec \"$@\"", "sh"], options)
    try await check(server) {
      try await Subprocess("/usr/bin/prlimit", ["--pid", server.process, "--fsize=unlimited"]).end()
    }
  }
}
