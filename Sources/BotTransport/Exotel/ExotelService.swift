import Telephony

extension PlatformService {
  /// Exotel, which signs nothing: ``ExotelEndpoints``.
  public static let exotel = PlatformService(
    .exotel,
    paths: ["/exotel/stream-url", "/exotel/passthru", "/exotel/status", "/exotel/events"]
  ) { terms, configuration in
    ExotelEndpoints(access: terms.access, isProtected: terms.protectsCallbacks)
      .add(to: &configuration)
  }
}
