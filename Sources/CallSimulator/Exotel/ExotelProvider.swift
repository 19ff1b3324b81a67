extension SimulatedProvider {
  /// Exotel AgentStream, Voicebot applet.
  public static let exotel = SimulatedProvider(
    name: "exotel", dialects: ExotelDialect.named.map(\.name)
  ) { script, choices in
    var options = ExotelPlatform.Options()
    if let name = choices.dialect {
      guard let named = ExotelDialect.named.first(where: { $0.name == name }) else { return nil }
      options.dialect = named.dialect
    }
    options.rules.expectsEcho = choices.expectsEcho
    return ExotelPlatform(script: script, options: options)
  }
}
