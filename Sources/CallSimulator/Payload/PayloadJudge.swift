import AudioEngine

/// Judges what the bot's audio is, apart from what it is called: encoding, rate, level, seams. Looks at
/// all of a call at its end, so it costs the call itself nothing, and at an hour no longer than at a
/// minute or so of sound.
struct PayloadJudge {
  let format: WireFormat

  /// Judges `audio`, whole samples as they were heard, gaps left out.
  ///
  /// - Parameters:
  ///   - audio: the wire's bytes.
  ///   - edges: the bytes at which a chunk begins that is heard without a seam after another one.
  /// - Returns: what is wrong with it, or worth knowing.
  func traces(of audio: [UInt8], edges: [Int]) -> [AudioTrace] {
    let wrong = EncodingJudge.traces(of: audio, in: format)
    // Misread bytes are all of it: loud, clipped, full of steps.
    guard wrong.isEmpty, let samples = ByteReading(format.encoding).samples(of: audio[...]) else {
      return wrong
    }
    let beginning = Array(samples.prefix(format.rate.hertz * 60))
    var traces = [
      WaveJudge.clipping(in: samples, format.encoding), WaveJudge.offset(in: samples, format.rate),
      WaveJudge.clicks(
        in: samples, edges: edges.map { $0 / format.encoding.bytesPerSample }, format.rate),
    ].compactMap(\.self)
    if let voice = VoiceJudge(beginning, hertz: format.rate.hertz), let found = voice.finding {
      traces.append(
        AudioTrace(
          kind: found.kind, sample: 0, figure: Double(voice.pitch), isCertain: found.isCertain))
    }
    return traces
  }

  /// The same in words. What the caller's own audio has too, an echo is not blamed for.
  func findings(in audio: [UInt8], edges: [Int], said: ArraySlice<UInt8>) -> [AudioFinding] {
    let traces = traces(of: audio, edges: edges)
    guard !traces.isEmpty else { return [] }
    let own = Set(self.traces(of: Array(said), edges: []).map(\.kind))
    return traces.filter { !own.contains($0.kind) }.map(finding)
  }
}
