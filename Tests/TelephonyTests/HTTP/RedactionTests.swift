import Telephony
import Testing

@Suite struct RedactionTests {
  @Test(
    "hides what may be a credential and keeps what a diagnosis needs",
    arguments: [
      (
        "wss://key:token@bot.example.com/exotel/v1/media?sample-rate=16000&token=abc",
        "wss://***@bot.example.com/exotel/v1/media?sample-rate=16000&token=***"
      ),
      ("wss://a@b@host/x", "wss://***@host/x"), ("ws://host:5001", "ws://host:5001"),
      ("wss://host/exotel/9f3c2b1a8e7d6c5b4a39/media", "wss://host/exotel/***/media"),
      ("wss://host/p?direction=unidirectional#secret", "wss://host/p?direction=unidirectional"),
      ("wss://host?abcdef0123456789abcdef", "wss://host?***"), ("/exotel?a=b", "/exotel?a=***"),
      ("", ""),
      ("wss://host/x?a=b?c=d&sample-rate=1", "wss://host/x?a=***&sample-rate=1"),
    ])
  func urls(url: String, expected: String) { #expect(Redaction.url(url) == expected) }

  @Test("finds URLs and credentials in running text and leaves the rest as it is")
  func text() {
    let error =
      "3009 failed to establish ws conn dial tcp: lookup bot.example.invalid: no such host"
    #expect(Redaction.text(error) == error)
    #expect(
      Redaction.text("dial \"wss://k:t@h/p?token=x\": refused")
        == "dial \"wss://***@h/p?token=***\": refused")
    #expect(Redaction.text("Authorization: Basic a2V5 sent") == "Authorization: Basic *** sent")
    #expect(Redaction.text("{\"auth\":\"Bearer abc\"}") == "{\"auth\":\"Bearer ***")
  }
}
