import Telephony
import Testing

@Suite struct AddressRangeTests {
  @Test(
    "holds what its prefix holds",
    arguments: [
      ("203.0.113.0/24", "203.0.113.255", true), ("203.0.113.0/24", "203.0.114.0", false),
      ("203.0.113.128/25", "203.0.113.127", false), ("203.0.113.128/25", "203.0.113.128", true),
      ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false),
      ("0.0.0.0/0", "8.8.8.8", true),
      ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true),
      ("2001:db8::/33", "2001:db8:7fff::", true),
      ("2001:db8::/33", "2001:db8:8000::", false), ("fe80::/10", "fe80::1%eth0", true),
      ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("::ffff:127.0.0.1", "127.0.0.1", true),
      ("10.0.0.0/8", "", false), ("10.0.0.0/8", "10.1", false),
    ])
  func contains(range: String, peer: String, expected: Bool) throws {
    #expect(try #require(AddressRange(range)).contains(peer) == expected)
  }

  @Test(
    "refuses what is no range",
    arguments: [
      "", "/", "host", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/x", "10.0.0.1/8",
      "::/129", "2001:db8::1/32",
      "10.0.0.0/8/9", "300.0.0.0",
    ])
  func refuses(text: String) { #expect(AddressRange(text) == nil) }

  @Test(
    "says which lists leave out nobody",
    arguments: [
      (["0.0.0.0/0"], true), (["::/0"], true), (["0.0.0.0/1", "128.0.0.0/1"], true),
      (["128.0.0.0/2", "0.0.0.0/1", "192.0.0.0/2"], true), (["2000::/3"], true),
      (["2000::/4", "3000::/4"], true), (["::/1", "203.0.113.0/24"], true),
      // All that is not private.
      (
        [
          "1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/5", "16.0.0.0/4", "32.0.0.0/3",
          "64.0.0.0/2", "128.0.0.0/1",
        ], true
      ),
      ([], false), (["0.0.0.0/1"], false), (["128.0.0.0/1"], false), (["127.0.0.0/8"], false),
      (["0.0.0.0/1", "128.0.0.0/2"], false), (["2000::/4"], false), (["8000::/1"], false),
      (["203.0.113.7", "2001:db8::1"], false),
    ] as [([String], Bool)])
  func everybody(texts: [String], isEverybody: Bool) {
    let ranges = texts.compactMap { AddressRange($0) }
    #expect(ranges.count == texts.count)
    #expect(AddressRange.holdEverybody(ranges) == isEverybody)
    #expect(AccessPolicy(addresses: ranges).admitsEverybody == (isEverybody || ranges.isEmpty))
  }
}
