import AudioEngine
import CPeers
import Foundation

/// The same work as a server does it that is written with what Swift and Debian bring along:
/// JSONSerialization, Data's base64, spandsp's G.711 and libspeexdsp at quality 5.
final class FoundationBot {
  private let format: WireFormat
  private let companding = SpanDSP(law: G711_ULAW)
  private let converter: SpeexConverter?
  private var converted: [Int16]

  init(_ format: WireFormat, from: SampleRate, to: SampleRate) {
    self.format = format
    converter =
      from == to ? nil : SpeexConverter(from: from.hertz, to: to.hertz, quality: 5)
    converted = Array(repeating: 0, count: 8_192)
  }

  /// A message's samples at the bot's rate.
  func samples(of message: Data) -> ArraySlice<Int16> {
    guard let root = (try? JSONSerialization.jsonObject(with: message)) as? [String: Any],
      let media = root["media"] as? [String: Any], let payload = media["payload"] as? String,
      let bytes = Data(base64Encoded: payload)
    else { preconditionFailure("the message is media") }
    var samples = [Int16](repeating: 0, count: bytes.count / format.encoding.bytesPerSample)
    if format.encoding == .linear16 {
      unsafe samples.withUnsafeMutableBytes { unsafe _ = bytes.copyBytes(to: $0) }
    } else {
      unsafe bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
        let codes = unsafe bytes.bindMemory(to: UInt8.self)
        unsafe companding.decode(codes.baseAddress, count: codes.count, into: &samples)
      }
    }
    return convert(samples)
  }

  /// The message for 100 ms of speech.
  func message(for speech: [Int16]) -> Data {
    let samples = convert(speech)
    let payload: Data
    if format.encoding == .linear16 {
      payload = unsafe samples.withUnsafeBytes { unsafe Data($0) }
    } else {
      var codes = [UInt8](repeating: 0, count: samples.count)
      unsafe samples.withUnsafeBufferPointer { samples in
        unsafe companding.encode(samples.baseAddress, count: samples.count, into: &codes)
      }
      payload = Data(codes)
    }
    let text =
      "{\"event\":\"media\",\"stream_sid\":\"\(ExotelStream.streamSID)\",\"media\":{\"payload\":\""
      + "\(payload.base64EncodedString())\"}}"
    return Data(text.utf8)
  }

  private func convert(_ samples: [Int16]) -> ArraySlice<Int16> {
    guard let converter else { return samples[...] }
    let count = unsafe samples.withUnsafeBufferPointer { input in
      unsafe converted.withUnsafeMutableBufferPointer { output in
        unsafe converter.convert(input, into: output)
      }
    }
    return converted[..<count]
  }
}
