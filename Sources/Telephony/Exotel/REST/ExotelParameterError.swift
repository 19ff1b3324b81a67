/// Why a parameter was refused before anything was sent.
public struct ExotelParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The parameter by Exotel's name, such as `StreamUrl`.
  public var parameter: String
  /// What is wrong and what to do, in one sentence without the value itself, which may be secret.
  public var reason: String

  /// Makes a refusal.
  public init(parameter: String, reason: String) {
    self.parameter = parameter
    self.reason = reason
  }

  /// The refusal as one line.
  public var description: String { "\(parameter): \(reason)" }
}
