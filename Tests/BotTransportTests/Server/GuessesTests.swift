import AudioEngine
import Telephony
import Testing

@testable import BotTransport

@Suite("wrong credentials, by address", .timeLimit(.minutes(2))) struct GuessesTests {
  private func time(_ seconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: seconds * 1_000_000_000)
  }

  @Test("a few are free, then the address is slow until they are forgotten; others never are")
  func scores() {
    let guesses = Guesses()
    for _ in 0..<Guesses.free { guesses.note("a", at: time(0)) }
    #expect(!guesses.slow("a", at: time(0)))
    for _ in 0..<100 { guesses.note("a", at: time(0)) }
    #expect(guesses.slow("a", at: time(0)) && guesses.slow("a", at: time(39)))
    #expect(!guesses.slow("a", at: time(40)) && !guesses.slow("b", at: time(0)))
  }

  @Test("remembers a bounded number of addresses")
  func bounded() {
    let guesses = Guesses()
    for number in 0..<(3 * Guesses.addressLimit) { guesses.note("\(number)", at: time(0)) }
    #expect(guesses.addressCount <= Guesses.addressLimit)
  }

  @Test("a guesser's connections wait, right and wrong ones alike, and nobody is locked out")
  func guesser() async throws {
    var configuration = ServerConfiguration()
    configuration.access = AccessPolicy(
      credentials: [try #require(BasicCredentials("key:token"))])
    let server = try await RunningServer(configuration) { _ in }
    let upgrade = [
      "--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H",
      "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "--max-time", "3", "--user",
    ]
    // Some are forgotten meanwhile, one in two seconds, and a machine may be slow.
    for _ in 0...(Guesses.free + 12) {
      #expect(try await server.curl("/exotel", upgrade[...] + ["key:wrong"]).status == 401)
    }
    // The time to the first byte, as curl measures it; the 101 ends by its time limit.
    func seconds(_ words: String...) async throws -> (status: Int, wait: Double) {
      let answer = try await server.curl(
        "/exotel", upgrade[...] + words + ["--write-out", "\n%{time_starttransfer}\n%{http_code}"])
      let lines = answer.body.split(separator: "\n")
      return (answer.status, lines.last.flatMap { Double($0) } ?? -1)
    }
    let slow = try await seconds("key:token")
    #expect(slow.status == 101)
    #expect(slow.wait >= 0.5)
    #expect(try await seconds("key:wrong").wait >= 0.5)
    #expect(try await seconds("key:token", "--interface", "127.0.0.2").status == 101)
    try await server.stop()
  }

  @Test("the client of a believed proxy is refused while it guesses, and its neighbours are not")
  func forwarded() async throws {
    var configuration = ServerConfiguration()
    configuration.access = AccessPolicy(
      credentials: [try #require(BasicCredentials("key:token"))])
    configuration.reach = Reach(proxies: [try #require(AddressRange("127.0.0.1"))])
    let server = try await RunningServer(configuration) { _ in }
    func status(_ client: String, _ user: String) async throws -> Int {
      try await server.curl(
        "/exotel", "--http1.1", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H",
        "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "--max-time", "1", "-H", "X-Forwarded-For: \(client)", "--user", user
      ).status
    }
    for _ in 0...Guesses.free { #expect(try await status("203.0.113.9", "key:wrong") == 401) }
    #expect(try await status("203.0.113.9", "key:token") == 429)
    #expect(try await status("203.0.113.10", "key:token") == 101)
    try await server.stop()
  }
}
