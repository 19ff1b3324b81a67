import AudioEngine

/// What is to be done to a caller's audio, of calls and of files.
enum EnhancementFlags {
  static let options = [
    Option(
      "--echo-cancel",
      help: "take the bot's own voice out of the caller's audio, as a speakerphone returns it, "
        + "up to 500 ms after it was played"),
    Option("--noise-suppress", help: "suppress steady noise in it, by 18 dB at most"),
    Option("--gain-control", help: "bring speech to an even loudness, 20 dB louder at most"),
  ]

  /// nil where nothing is to be done.
  static func options(_ arguments: Arguments) -> EnhancementOptions? {
    let options = EnhancementOptions(
      cancelsEcho: arguments.flag("--echo-cancel"),
      suppressesNoise: arguments.flag("--noise-suppress"),
      controlsGain: arguments.flag("--gain-control"))
    return options.isEmpty ? nil : options
  }
}
