/// A figure that the project set out to reach.
struct Target {
  enum Bound {
    /// At most so many times the peer's time.
    case times(peer: String)
    /// At least so many times the peer's speed.
    case speed(over: String)
    /// At most so many nanoseconds.
    case nanoseconds
  }

  let name: String
  let label: String
  let variant: String
  let bound: Bound
  /// By instruction set.
  let limits: [String: Double]

  init(
    _ name: String, _ label: String, variant: String = "", _ bound: Bound,
    avx512: Double, avx2: Double? = nil
  ) {
    self.name = name
    self.label = label
    self.variant = variant
    self.bound = bound
    limits = ["avx512": avx512, "avx2": avx2].compactMapValues(\.self)
  }

  static var all: [Target] { kernels + resampling + paths }

  private static var kernels: [Target] {
    [
      Target("base64 encode", "160 B", .times(peer: "memcpy"), avx512: 2, avx2: 5),
      Target("base64 encode", "3,200 B", .times(peer: "memcpy"), avx512: 1.4, avx2: 4.2),
      Target("base64 decode", "160 B", .times(peer: "memcpy"), avx512: 2.3, avx2: 6.5),
      Target("base64 decode", "3,200 B", .times(peer: "memcpy"), avx512: 2, avx2: 5.6),
      Target("mu-law encode", "800 samples", .speed(over: "spandsp"), avx512: 15, avx2: 13),
      Target("mu-law decode", "800 samples", .speed(over: "spandsp"), avx512: 35, avx2: 20),
      Target("level", "800 samples", .times(peer: "memcpy"), avx512: 2.4, avx2: 2.6),
    ]
  }

  private static var resampling: [Target] {
    [
      (["8>16", "16>8"], (16.0, 11.0), (3.5, 2.5)),
      (["24>8", "8>24"], (13, 11), (3.3, 2.8)),
      (["16>24", "24>16"], (11, 9), (4.5, 4)),
    ].flatMap { pairs, speex, soxr in
      pairs.flatMap { pair in
        [
          Target(
            "resample \(pair)", "20 ms", variant: "standard", .speed(over: "speexdsp 5"),
            avx512: speex.0, avx2: speex.1),
          Target(
            "resample \(pair)", "20 ms", variant: "standard", .speed(over: "soxr HQ"),
            avx512: soxr.0, avx2: soxr.1),
        ]
      }
    } + [
      Target(
        "resample 8>16", "20 ms", variant: "lowDelay", .speed(over: "speexdsp 5"), avx512: 20,
        avx2: 15)
    ]
  }

  /// The session runs on one instruction set: the other's targets are not measured.
  private static var paths: [Target] {
    [
      Target(
        "message in, 100 ms", "linear16 8000 Hz to 8000 Hz", .nanoseconds, avx512: 100),
      Target(
        "message in, 100 ms", "linear16 8000 Hz to 16000 Hz", .nanoseconds, avx512: 1_200),
      Target(
        "message out, 100 ms", "24000 Hz to mulaw 8000 Hz", .nanoseconds, avx512: 2_000),
      Target("ring, write and read", "320 B", .times(peer: "two memcpys"), avx512: 1.4),
      Target("ring, write and read", "3,200 B", .times(peer: "two memcpys"), avx512: 1.4),
    ]
  }
}
