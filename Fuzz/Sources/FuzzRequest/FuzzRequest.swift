import Budget
import Telephony

/// libFuzzer's entry: what a stranger's request says before it is answered. Its lines are the target,
/// the Authorization header, a list of signatures with a nonce, and the peer's address or a range.
@c(LLVMFuzzerTestOneInput)
public func fuzzRequest(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let input = unsafe String(
    decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  let lines = input.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    .map(String.init)
  Budget(edgesPerByte: 6_000).spend(on: count) { read(lines + ["", "", "", ""]) }
  return 0
}

private func read(_ lines: [String]) {
  let path = String(lines[0].prefix { $0 != "?" })
  let query = URLQuery(lines[0].dropFirst(path.count))
  precondition(query.items.count <= URLQuery.maximumItems)
  _ = PlatformRegistry.standard.codec(path: lines[0])
  let policy = AccessPolicy(
    credentials: [BasicCredentials("user:password")].compactMap(\.self),
    tokens: [Secret("a-token-of-some-length")].compactMap(\.self),
    addresses: [AddressRange("10.0.0.0/8"), AddressRange(lines[3])].compactMap(\.self))
  _ = policy.judge(path: path, query: query, authorization: lines[1], peer: lines[3])
  let signatures = PlivoSignatures { name in name.hasSuffix("nonce") ? lines[2] : lines[1] }
  let signer = PlivoSigner(tokens: ["token"]) { _, message in
    [UInt8](repeating: UInt8(truncatingIfNeeded: message.count), count: 32)
  }
  for method in [PlivoSignedRequest.Method.get, .post] {
    guard let request = PlivoSignedRequest(method, url: lines[0], parameters: query.items) else {
      continue
    }
    _ = signer?.verify(request, signatures)
    _ = signer?.verifyUpgrade(request, signatures)
  }
  let twilio = TwilioSigner(
    tokens: ["token"],
    sha1: { _, message in [UInt8](repeating: UInt8(message.count & 255), count: 20) },
    sha256: { _, message in [UInt8](repeating: UInt8(message.count & 255), count: 32) })
  let variants = TwilioSignedRequest.variants(
    schemes: ["wss", "https", "ws", "http"], authority: lines[3], target: lines[0],
    parameters: query.items)
  precondition(variants.count <= 24)
  let signature = TwilioSignature { name in name.hasSuffix("settings") ? lines[2] : lines[1] }
  _ = twilio?.verify(variants, signature)
  _ = (Redaction.url(lines[0]), Redaction.text(lines[1]), Redaction.query(lines[2]))
}
