import Sockets
import Testing

@Suite struct MessageCodesTests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test("gives the codes of RFC 4231")
  func vectors() {
    let one = HMACSHA256.code(
      key: Array(repeating: 0x0B, count: 20), message: Array("Hi There".utf8))
    #expect(hex(one) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    let two = HMACSHA256.code(
      key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
    #expect(hex(two) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let long = HMACSHA256.code(
      key: Array(repeating: 0xAA, count: 131),
      message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
    #expect(hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test("gives the codes of RFC 2202")
  func sha1() {
    let one = HMACSHA1.code(
      key: Array(repeating: 0x0B, count: 20), message: Array("Hi There".utf8))
    #expect(hex(one) == "b617318655057264e28bc0b6fb378c8ef146be00")
    let two = HMACSHA1.code(
      key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
    #expect(hex(two) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
  }

  @Test("takes an empty message")
  func empty() {
    #expect(HMACSHA256.code(key: [1], message: []).count == 32)
    #expect(HMACSHA1.code(key: [1], message: []).count == 20)
  }
}
