import Foundation
import TestSupport
import Testing

@Suite("sidetone serve: access") struct ServeAccessTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The status of an upgrade; curl waits for no more than that.
  private func upgrade(
    _ port: Substring, to path: String = "/exotel", _ options: String...
  ) async throws -> String {
    try await upgrade(port, to: path, options)
  }

  /// The same.
  private func upgrade(
    _ port: Substring, to path: String = "/exotel", _ options: [String]
  ) async throws -> String {
    let words = [
      "--silent", "--max-time", "1", "--output", "/dev/null", "--write-out", "%{http_code}", "-H",
      "Upgrade: websocket", "-H", "Connection: Upgrade", "-H", "Sec-WebSocket-Version: 13", "-H",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "http://127.0.0.1:\(port)\(path)",
    ]
    return try await Subprocess("/usr/bin/curl", words + options).end().output
  }

  @Test("refuses in one line to let anybody in")
  func refuses() async throws {
    for host in ["0.0.0.0", "::"] {
      let result = try await Sidetone("serve", "--host", host, "--port", "0")
      #expect(result.status == 2)
      #expect(result.output.isEmpty)
      #expect(result.errors.split(separator: "\n").count == 1)
      #expect(result.errors.contains("--allow-unauthenticated"))
    }
    let server = try RunningSidetone(
      ["serve", "--host", "0.0.0.0", "--port", "0", "--allow-unauthenticated"])
    #expect(try await server.firstLine().hasPrefix("listening on ws://0.0.0.0:"))
    server.interrupt()
    #expect(try await server.end().status == 0)
  }

  @Test("takes credentials from a file and from the environment")
  func credentials() async throws {
    let file = try scratch.write(Array("# who may\nkey:token\n\n".utf8), to: "basic")
    let server = try RunningSidetone(
      ["serve", "--host", "0.0.0.0", "--port", "0", "--basic-file", file],
      environment: ["SIDETONE_BASIC=other:pass:word"])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    #expect(try await upgrade(port) == "401")
    #expect(try await upgrade(port, "--user", "key:wrong") == "401")
    #expect(try await upgrade(port, "--user", "key:token") == "101")
    #expect(try await upgrade(port, "--user", "other:pass:word") == "101")
    server.interrupt()
    #expect(try await server.end().errors.isEmpty)
  }

  @Test("refuses unsigned Plivo upgrades where a token is known", arguments: [true, false])
  func plivoSignatures(fromEnvironment: Bool) async throws {
    let server = try RunningSidetone(
      ["serve", "--port", "0"] + (fromEnvironment ? [] : ["--plivo-auth-token", "hush4711"]),
      environment: fromEnvironment ? ["PLIVO_AUTH_TOKEN=hush4711"] : [])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    #expect(try await upgrade(port, to: "/plivo") == "401")
    #expect(
      try await upgrade(
        port, to: "/plivo/x", "-H", "X-Plivo-Signature-V3: AAAA", "-H",
        "X-Plivo-Signature-V3-Nonce: 1") == "401")
    // Somebody has been told of this server: what has no rule is shut, and the first lines say so.
    #expect(try await upgrade(port) == "403")
    #expect(try await upgrade(port, to: "/") == "403")
    server.interrupt()
    let end = try await server.end()
    #expect(!(end.output + end.errors).contains("hush4711"))
    #expect(
      end.errors.contains("/exotel, /twilio, all other paths: refused with 403"), "\(end.errors)")
  }

  @Test("refuses unsigned Twilio upgrades where a token is known", arguments: [true, false])
  func twilioSignatures(fromEnvironment: Bool) async throws {
    let server = try RunningSidetone(
      ["serve", "--port", "0", "--public-url", "wss://voice.example.com"]
        + (fromEnvironment ? [] : ["--twilio-auth-token", "12345678901234567890123456789012"]),
      environment: fromEnvironment ? ["TWILIO_AUTH_TOKEN=12345678901234567890123456789012"] : [])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let good = "X-Twilio-Signature: YuW7ZNDezumiKHOLO6sRVeUPptE="
    #expect(try await upgrade(port, to: "/twilio", "-H", good) == "101")
    #expect(try await upgrade(port, to: "/twilio") == "401")
    #expect(try await upgrade(port, to: "/twilio/x", "-H", good) == "401")
    #expect(try await upgrade(port) == "403")
    server.interrupt()
    let end = try await server.end()
    #expect(!(end.output + end.errors).contains("12345678"))
  }

  @Test("a rule for everybody beside Plivo's opens the other paths")
  func besidePlivo() async throws {
    for (words, environment) in [
      (["--allow-unauthenticated"], []), ([], ["SIDETONE_TOKEN=abc"]),
      (["--allow", "127.0.0.1"], []),
    ] {
      let server = try RunningSidetone(
        ["serve", "--port", "0", "--public-url", "wss://bot.example.com"] + words,
        environment: ["PLIVO_AUTH_TOKEN=hush4711"] + environment)
      let port = try #require(try await server.firstLine().split(separator: ":").last)
      #expect(try await upgrade(port, to: "/exotel/abc") == "101")
      #expect(try await upgrade(port, to: "/plivo") == "401")
      server.interrupt()
      #expect(try await !server.end().errors.contains("403"))
    }
  }

  @Test(
    "does not begin where strangers could come and nothing says who may",
    arguments: [
      ["--public-url", "wss://bot.example.com"], ["--trust-proxy", "127.0.0.1"],
      ["--host", "0.0.0.0", "--allow", "0.0.0.0/0"], ["--host", "::", "--allow", "::/0"],
      ["--host", "0.0.0.0", "--allow", "0.0.0.0/1", "--allow", "128.0.0.0/1"],
    ])
  func open(words: [String]) async throws {
    let result = try await Sidetone(["serve", "--port", "0"] + words)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.errors.contains("--allow-unauthenticated"), "\(result.errors)")
    let told = try RunningSidetone(["serve", "--port", "0", "--allow-unauthenticated"] + words)
    #expect(try await told.firstLine().hasPrefix("listening on "))
    told.interrupt()
    _ = try await told.end()
  }

  @Test(
    "an empty secret is a slip, and named",
    arguments: [
      "SIDETONE_TOKEN=", "SIDETONE_BASIC=", "PLIVO_AUTH_TOKEN=", "SIDETONE_TOKEN= \t",
      "SIDETONE_BASIC=\n",
    ])
  func empty(variable: String) async throws {
    let result = try await RunningSidetone(
      ["serve", "--port", "0"], environment: [variable]
    ).end()
    #expect(result.status == 2)
    let name = String(variable.prefix { $0 != "=" })
    #expect(result.errors.contains("\(name) is empty"), "\(result.errors)")
    let file = try scratch.write(Array(" \n# nothing\n".utf8), to: "empty")
    for option in ["--basic-file", "--token-file"] {
      let result = try await Sidetone("serve", "--port", "0", option, file)
      #expect(result.status == 2 && result.errors.contains("\(option) \(file) is empty"))
    }
  }

  @Test("judges the addresses that a named proxy tells of, and no other's word")
  func proxies() async throws {
    let server = try RunningSidetone([
      "serve", "--port", "0", "--allow", "203.0.113.0/24", "--trust-proxy", "127.0.0.1",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let forwarded = ["-H", "X-Forwarded-For: 198.51.100.1, 203.0.113.9"]
    #expect(try await upgrade(port) == "403")
    #expect(try await upgrade(port, forwarded) == "101")
    #expect(try await upgrade(port, ["-H", "X-Forwarded-For: 198.51.100.1"]) == "403")
    #expect(try await upgrade(port, forwarded + ["--interface", "127.0.0.2"]) == "403")
    // Two fields of one name are one list.
    #expect(
      try await upgrade(
        port,
        ["-H", "X-Forwarded-For: 203.0.113.9"] + [
          "-H", "X-Forwarded-For: 198.51.100.1",
        ]) == "403")
    server.interrupt()
    _ = try await server.end()
    #expect(try await Sidetone("serve", "--trust-proxy", "0.0.0.0/0").status == 2)
  }

  @Test("admits addresses alone")
  func addresses() async throws {
    let server = try RunningSidetone([
      "serve", "--port", "0", "--allow", "203.0.113.0/24", "--allow", "2001:db8::/32",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    #expect(try await upgrade(port) == "403")
    server.interrupt()
    _ = try await server.end()
  }

  @Test("repeats no secret that is written wrongly")
  func mistakes() async throws {
    let result = try await RunningSidetone(
      ["serve", "--port", "0"], environment: ["SIDETONE_BASIC=hush4711"]
    ).end()
    #expect(result.status == 2)
    #expect(result.errors.contains("SIDETONE_BASIC"))
    #expect(!result.errors.contains("hush4711"))
    for words in [
      ["--allow", "203.0.113.1/24"], ["--allow", "example.com"], ["--basic-file", "/no/such"],
      ["--public-url", "bot.example.com"], ["--idle-silence", "0"],
    ] {
      #expect(try await Sidetone(["serve", "--port", "0"] + words).status == 2, "\(words)")
    }
  }
}
