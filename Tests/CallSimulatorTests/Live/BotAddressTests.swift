import CallSimulator
import Testing

@Suite("BotAddress") struct BotAddressTests {
  @Test("takes credentials and query apart from what may be shown")
  func parts() throws {
    let address = try BotAddress("ws://key:to%40ken@bot.example.com:8080/exotel?token=abc")
    #expect(address.url == "ws://bot.example.com:8080/exotel?token=abc")
    #expect(address.redacted == "ws://bot.example.com:8080/exotel")
    #expect(address.authorization == "Basic a2V5OnRvQGtlbg==")
    #expect(try BotAddress("ws://localhost").url == "ws://localhost/")
    #expect(try BotAddress("ws://[::1]:5001/x").authorization == nil)
  }

  @Test(
    "says what is wrong with other text",
    arguments: [
      "", "bot", "http://bot/", "ws://", "ws:///x", "ws://bot:0/", "ws://bot:99999/", "ws://b d/",
    ])
  func wrong(text: String) {
    let error = #expect(throws: BotAddressError.self) { try BotAddress(text) }
    #expect(error?.description.contains("is not the address of a WebSocket: ") == true)
  }
}
