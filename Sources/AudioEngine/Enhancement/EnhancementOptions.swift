/// What is to be done to a caller's audio before anybody hears it.
public struct EnhancementOptions: Hashable, Sendable {
  /// Whether the bot's own voice is taken out of it, as a speakerphone returns it.
  public var cancelsEcho: Bool
  /// Whether steady noise is suppressed.
  public var suppressesNoise: Bool
  /// Whether it is brought to an even loudness.
  public var controlsGain: Bool

  /// Makes options; nothing is done by default.
  public init(
    cancelsEcho: Bool = false, suppressesNoise: Bool = false, controlsGain: Bool = false
  ) {
    self.cancelsEcho = cancelsEcho
    self.suppressesNoise = suppressesNoise
    self.controlsGain = controlsGain
  }

  /// Whether nothing is to be done.
  public var isEmpty: Bool { self == EnhancementOptions() }
}

/// Why audio cannot be enhanced.
public enum EnhancementError: Error, Hashable, Sendable {
  /// Only audio at 8, 16 or 24 kHz can.
  case unsupportedRate(SampleRate)
  /// There is no memory for the filters.
  case outOfMemory
}
