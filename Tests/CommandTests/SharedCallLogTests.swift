import AudioEngine
import Foundation
import TestSupport
import Testing

/// `serve` and `calls` on a database that nodes share.
@Suite("a call log in PostgreSQL, by the commands", PostgresServer.isInstalled)
struct SharedCallLogTests {
  private func records(_ log: String) async throws -> [[String: Any]] {
    let run = try await Sidetone("calls", "--call-log", log, "--json")
    #expect(run.status == 0, "\(run.errors)")
    return try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]] ?? []
  }

  /// One call to a server with that log; its stream's identifier.
  private func carry(_ log: String, _ audio: String) async throws {
    let server = try RunningSidetone([
      "serve", "--bot", "echo", "--port", "0", "--max-lateness", "0", "--call-log", log,
      "--call-log-required",
    ])
    let url = try #require(try await server.firstLine().split(separator: " ").last)
    let call = try await Sidetone("call", "\(url)/exotel", "--audio", audio, "--tail", "0.2")
    #expect(call.status < 2, "\(call.errors)")
    server.interrupt()
    #expect(try await server.end().status == 0)
  }

  @Test("is written by servers, read by anybody, and takes over what a file holds, once")
  func shared() async throws {
    let scratch = try Scratch()
    let postgres = try await PostgresServer()
    let log = postgres.address
    let audio = SpokenSound.file(at: .hz8000).path
    let missing = try await Sidetone("calls", "--call-log", log)
    #expect(missing.status == 2)
    #expect(missing.errors.hasPrefix("sidetone calls: postgres:///postgres holds no call log"))
    try await carry(log, audio)
    #expect(try await records(log).count == 1)

    let file = scratch.file("calls.db").path
    try await carry(file, audio)
    for moved in [
      "moved 1 rows to postgres:///postgres\n",
      "moved 0 rows to postgres:///postgres, 1 were there already\n",
    ] {
      let run = try await Sidetone("calls", "migrate", file, "--call-log", log)
      #expect(run.status == 0 && run.output == moved, "\(run.output)\(run.errors)")
    }
    let all = try await records(log)
    #expect(all.count == 2)
    let own = try await records(file)
    #expect(all.contains { NSDictionary(dictionary: $0).isEqual(to: own.first ?? [:]) })
    let shown = try await Sidetone("calls", "show", "--call-log", log)
    #expect(shown.status == 0 && shown.output.contains("1000"))
  }

  @Test("a password on the command line is refused, and named nowhere")
  func passwords() async throws {
    for command in ["serve", "calls"] {
      let run = try await Sidetone(command, "--call-log", "postgres://u:hush@db.example.com/calls")
      #expect(run.status == 2 && run.errors.contains("PGPASSFILE"), "\(run.errors)")
      #expect(!run.errors.contains("hush"))
    }
    let run = try await Sidetone("calls", "migrate", "x.db", "--call-log", "calls.db")
    #expect(run.status == 2 && run.errors.contains("name a database"))
  }
}
