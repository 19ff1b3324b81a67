import AudioEngine
import Telephony
import Testing

@Suite struct ExotelStreamURLTests {
  private func reason(
    _ base: String, _ rate: SampleRate? = nil, _ parameters: [(String, String)] = []
  )
    -> String?
  {
    do throws(ParameterError) {
      _ = try ExotelStreamURL(
        base, rate: rate, parameters: parameters.map { URLQuery.Item(name: $0.0, value: $0.1) })
      return nil
    } catch {
      return error.description
    }
  }

  @Test("puts rate and parameters behind what the address has")
  func builds() throws {
    let url = try ExotelStreamURL(
      "wss://k:t@host/p?a=b", rate: .hz24000, parameters: [URLQuery.Item(name: "c", value: "d")])
    #expect(url.text == "wss://k:t@host/p?a=b&sample-rate=24000&c=d")
    #expect(url.description == "wss://***@host/p?a=***&sample-rate=24000&c=***")
  }

  @Test("takes exactly what the limits allow")
  func limits() {
    let host = "wss://host/"
    let long = host + String(repeating: "p", count: 599 - host.count)
    #expect(reason(long) == nil)
    #expect(reason(long + "p")?.contains("600 characters long") == true)
    #expect(reason("wss://h/?a=" + String(repeating: "x", count: 254)) == nil)
    #expect(reason("wss://h/?a=" + String(repeating: "x", count: 255))?.contains("257") == true)
    #expect(reason("wss://h/?a=1&b=2", .hz8000) == nil)
    #expect(reason("wss://h/?a=1&b=2&c=3", .hz8000)?.contains("4 parameters") == true)
  }

  @Test(
    "refuses an address that cannot work",
    arguments: [
      "https://host/p", "host/p", "wss://", "wss:///p", "wss://k:t@/p", "wss://:80/p",
      "wss://h/a b", "wss://h/\u{E9}",
      "wss://h/p#x", "",
    ])
  func refuses(base: String) { #expect(reason(base) != nil) }

  @Test("refuses parameters that would need decoding, a second rate and odd rates")
  func parameters() {
    #expect(reason("wss://h/", nil, [("a", "b c")])?.contains("letters") == true)
    #expect(reason("wss://h/", nil, [("", "x")]) != nil)
    #expect(reason("wss://h/", nil, [("a", "")]) == nil)
    #expect(reason("wss://h/?sample_rate=8000", .hz16000)?.contains("already") == true)
    #expect(reason("wss://h/", SampleRate(hertz: 44_100)) != nil)
  }
}
