import AudioEngine

/// Whether what came back is what was said, byte for byte; silence before and after is no fault.
public struct EchoComparison: Codable, Hashable, Sendable {
  /// Bytes that came back right, from the first on.
  public let matchedBytes: Int
  /// Bytes that the caller said.
  public let expectedBytes: Int
  /// Whether all came back, and nothing but silence beside them.
  public let isExact: Bool

  /// Compares audio of one encoding.
  ///
  /// The two are laid over each other at their first sample that is not silence, so silence that the
  /// bot put in front (a prime, a tail of an earlier utterance) does not count.
  init(said: ArraySlice<UInt8>, heard: [UInt8], encoding: AudioEncoding = .linear16) {
    let silence = encoding.silence
    let mask = ~(encoding.bytesPerSample - 1)
    let firstSaid = said.firstIndex { $0 != silence }.map { ($0 - said.startIndex) & mask }
    let firstHeard = heard.firstIndex { $0 != silence }.map { $0 & mask }
    expectedBytes = said.count
    guard let firstSaid, let firstHeard, firstHeard >= firstSaid else {
      let isSilence = firstSaid == nil && firstHeard == nil
      matchedBytes = isSilence ? min(said.count, heard.count) : 0
      isExact = isSilence && heard.count >= said.count
      return
    }
    let echo = heard[(firstHeard - firstSaid)...]
    let matched = zip(said, echo).prefix { $0 == $1 }.count
    matchedBytes = matched
    isExact = matched == said.count && echo.dropFirst(matched).allSatisfy { $0 == silence }
  }
}
