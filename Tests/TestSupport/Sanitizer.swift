import Foundation
public import Testing

/// A sanitizer that the whole test run is under, as `scripts/test` tells.
public enum Sanitizer {
  /// Which one; nil without.
  public static let name = ProcessInfo.processInfo.environment["SIDETONE_SANITIZER"]
}

extension Trait where Self == ConditionTrait {
  /// For tests that listen to real time: under a sanitizer the server itself is the slow host.
  public static var inRealTime: Self {
    .enabled(
      if: Sanitizer.name == nil,
      "\(Sanitizer.name ?? "") is many times slower than real time, and this test listens for gaps")
  }
}
