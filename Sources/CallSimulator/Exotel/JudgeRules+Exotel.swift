extension JudgeRules {
  /// Exotel AgentStream: 3,200 to 100,000 bytes, multiples of 320. Its buffer is undocumented; the
  /// longest legal message lasts 6.24 s at 8 kHz, so ten seconds bear any single one.
  public static let exotel = JudgeRules(
    minimumBytes: 3_200, maximumBytes: 100_000, multipleBytes: 320, longestLead: .seconds(10))

  /// Exotel by what it has been seen to play: chunks from 20 ms at 8 kHz up, in multiples of 320. Its
  /// own samples send 1,600 bytes, and an older guide advised 640.
  public static let exotelRelaxed: JudgeRules = {
    var rules = JudgeRules.exotel
    rules.policy = .relaxed
    rules.minimumBytes = 320
    return rules
  }()

  /// Exotel by one of its policies.
  public static func exotel(_ policy: Policy) -> JudgeRules {
    policy == .relaxed ? .exotelRelaxed : .exotel
  }
}
