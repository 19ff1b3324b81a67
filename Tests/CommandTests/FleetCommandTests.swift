import Foundation
import TestSupport
import Testing

/// `serve --fleet` and `fleet`, the real commands on a real Redis.
@Suite("sidetone fleet", RedisServer.isInstalled, .timeLimit(.minutes(2)))
struct FleetCommandTests {
  @Test("lists nodes and calls and gives orders, whose confirmation is the exit status")
  func control() async throws {
    let redis = try await RedisServer(password: "hush")
    let place = "redis://127.0.0.1:\(redis.port)"
    let file = try Scratch()
    let secret = file.file("password")
    try "hush\n".write(to: secret, atomically: true, encoding: .utf8)
    let registry = ["--fleet", place, "--fleet-password-file", secret.path]
    let server = try RunningSidetone(
      [
        "serve", "--port", "0", "--public-url", "ws://127.0.0.1:4999", "--node-id", "n1",
        "--max-calls",
        "7", "--allow-unauthenticated",
      ] + registry)
    _ = try await server.firstLine()
    #expect(
      await eventually(.seconds(20)) {
        let run = try? await Sidetone(["fleet", "nodes", "--json"] + registry)
        return run?.output.contains(#""id" : "n1""#) ?? false
      })
    let table = try await Sidetone(["fleet", "nodes"] + registry)
    #expect(table.status == 0 && table.output.contains("n1    ws://127.0.0.1:4999  0/7"))
    let calls = try await Sidetone(["fleet", "calls", "--json"] + registry)
    #expect(calls.status == 0 && calls.output == "[\n\n]\n", "\(calls.output)")

    let drained = try await Sidetone(["fleet", "drain", "n1"] + registry)
    #expect(drained.status == 0 && drained.output == "n1 takes no more calls\n")
    let unknown = try await Sidetone(["fleet", "drain", "n2"] + registry)
    #expect(unknown.status == 1 && unknown.errors == "sidetone fleet drain: no node n2 is alive\n")
    let nobody = try await Sidetone(["fleet", "hangup", "C1"] + registry)
    #expect(nobody.status == 1 && nobody.errors == "sidetone fleet hangup: no node carries C1\n")
    let shut = try await Sidetone(["fleet", "nodes", "--fleet", place])
    #expect(shut.status == 1 && shut.errors.split(separator: "\n").count == 1, "\(shut.errors)")
    #expect(shut.errors.contains("NOAUTH"))
    server.interrupt()
    #expect(try await server.end().status == 0)
    try await redis.cut()
    let away = try await Sidetone(["fleet", "nodes", "--timeout", "1"] + registry)
    #expect(away.status == 1 && away.errors.hasPrefix("sidetone fleet nodes: registry \(place): "))
  }

  @Test(
    "what is wrong with the options is usage",
    arguments: [
      ["fleet", "nodes"], ["fleet", "drain", "--fleet", "redis://h"],
      ["fleet", "nodes", "--fleet", "rediss://h"], ["fleet", "nodes", "--fleet", "redis://:p@h"],
      ["serve", "--fleet", "redis://h"], ["serve", "--node-id", "n1"],
      ["serve", "--fleet", "redis://h", "--public-url", "ws://h:1", "--node-id", "a b"],
    ])
  func usage(words: [String]) async throws {
    let run = try await Sidetone(words)
    #expect(run.status == 2, "\(run.errors)")
    #expect(!run.errors.contains(":p@"), "\(run.errors)")
  }
}
