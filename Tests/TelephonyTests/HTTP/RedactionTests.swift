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

  @Test(
    "hides what follows a scheme or the name of a credential, and what looks like a key",
    arguments: [
      ("tok:hush4711", "tok:***"), ("Bearer hush4711", "Bearer ***"),
      ("x Bearer  hush4711, y", "x Bearer  *** y"), ("bearer\thush4711", "bearer\t***"),
      ("Authorization: Bearer a.b.c", "Authorization: Bearer ***"),
      ("Authorization: Token abc", "Authorization: Token ***"), ("bad token abc", "bad token abc"),
      ("auth=Basic a2V5OnRva2Vu", "auth=Basic ***"), ("Digest username", "Digest ***"),
      ("sig=abc&x=1", "sig=***&x=1"), ("h/p?api_key=abc&a=b", "h/p?api_key=***&a=b"),
      ("X-Amz-Signature%3Dabc", "X-Amz-Signature%3D***"), ("password = hush", "password = ***"),
      (#"{"apiKey":"abc","n":1}"#, #"{"apiKey":"***","n":1}"#),
      (#"{"token": "abc"}"#, #"{"token": ***"#),
      ("see eyJhbGciOi.eyJz.c2ln!", "see ***!"), ("sk-0123456789abcdef", "***"),
      (
        "a https://h/x?k=v,https://u:p@h/y?sig=z b", "a https://h/x?k=***,https://***@h/y?sig=*** b"
      ),
      ("order 66: ready at 10:30", "order 66: ready at 10:30"),
      (
        "x509: certificate signed by unknown authority",
        "x509: certificate signed by unknown authority"
      ),
    ])
  func words(text: String, expected: String) { #expect(Redaction.text(text) == expected) }

  @Test("takes time in proportion to the text")
  func linear() {
    for filler in ["a:", "Bearer ", "eyJ", "https://x?", "tok=", "\"", "%3D"] {
      let text = String(repeating: filler, count: 20_000)
      #expect(!Redaction.text(text).isEmpty)
    }
  }
}
