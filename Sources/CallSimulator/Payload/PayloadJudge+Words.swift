import AudioEngine
import Foundation

extension PayloadJudge {
  /// A trace in words: what it is, what the caller hears, where it likely comes from.
  func finding(_ trace: AudioTrace) -> AudioFinding {
    let bytes = trace.sample * format.encoding.bytesPerSample
    let at = Duration.nanoseconds(format.nanoseconds(byteCount: bytes)).inTenthsOfMilliseconds
    let (problem, seen, heard, cause) = words(trace)
    let place = at > 0 ? " from \(Int(at).grouped) ms of its speech on" : ""
    return AudioFinding(
      kind: trace.kind, atMs: at, problem: problem,
      sentence: "\(seen)\(place): the caller hears \(heard); \(cause)")
  }

  private func words(
    _ trace: AudioTrace
  ) -> (problem: Problem?, seen: String, heard: String, cause: String) {
    let stream = "\(format)"
    let percent = "\((trace.figure * 1_000).rounded() / 10) %"
    switch trace.kind {
    case .linearInG711:
      return (
        .wrongFormat, "16-bit linear samples in a stream of \(stream)",
        "loud noise of twice the length", "encode the samples as \(format.encoding) before base64"
      )
    case .mulaw, .alaw:
      let law = trace.kind == .mulaw ? "mu-law" : "A-law"
      let heard =
        format.encoding == .linear16 ? "loud noise of half the length" : "harsh, distorted speech"
      return (
        .wrongFormat, "\(law) in a stream of \(stream)", heard,
        "decode it, or ask the synthesiser for \(stream)"
      )
    case .byteSwapped:
      return (
        .wrongFormat, "samples with their bytes swapped", "loud noise",
        "write them little-endian, least byte first, as the stream has them"
      )
    case .oddOffset:
      return (
        .wrongFormat, "samples that begin at an odd byte", "loud noise",
        "one byte was dropped or added before the audio, often by cutting a header or a buffer at an odd "
          + "place: keep both bytes of a sample together"
      )
    case .unsignedBytes:
      return (
        .wrongFormat, "unsigned samples of 8 bits in a stream of \(stream)",
        "loud noise", "the file or the synthesiser gives 8-bit PCM: convert it to \(stream)"
      )
    case .floatingPoint:
      return (
        .wrongFormat, "32-bit floating-point samples in a stream of \(stream)",
        "loud noise", "scale them by 32,767 and write \(stream)"
      )
    case .tooSlow:
      return (
        .wrongRate, "a voice too low and slow for a human one (its pitch is \(hertz(trace)))",
        "slow speech of half the pitch or so",
        "audio of a higher rate was sent as \(format.rate.hertz) Hz: resample it first"
      )
    case .tooFast:
      return (
        trace.isCertain ? .wrongRate : nil,
        "a voice too high and fast for most human ones (its pitch is \(hertz(trace)))",
        "hasty speech of twice the pitch or so",
        "audio of a lower rate was sent as \(format.rate.hertz) Hz: resample it first"
          + (trace.isCertain ? "" : ", unless it is a child's voice")
      )
    case .clipping:
      return (
        .clipping, "\(percent) of the samples are cut off at full scale", "rough, distorted speech",
        "lower the gain before the samples become 16-bit; a peak at half of full scale is loud enough"
      )
    case .offset:
      let share = "\((trace.figure / 327.68 * 10).rounded() / 10) %"
      return (
        nil, "a mean of \(share) of full scale instead of zero",
        "a click where speech begins and ends, and less room for its peaks",
        "unsigned samples taken for signed ones, or a recording's offset: subtract the mean"
      )
    case .edgeClicks:
      return (
        .clicks, "steps in the wave at \(percent) of the seams between chunks",
        "clicks or a buzz under the speech",
        "a resampler or encoder is made anew for each chunk: keep one for the whole utterance"
      )
    }
  }

  private func hertz(_ trace: AudioTrace) -> String { "\(Int(trace.figure.rounded())) Hz" }
}
