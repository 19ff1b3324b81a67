import CAllocationCount
import Testing

extension Trait where Self == ConditionTrait {
  /// For tests that count allocations: a sanitizer puts a malloc of its own before the counting one.
  static var countsAllocations: Self {
    .enabled(
      if: allocation_counting_works(), "a sanitizer owns malloc: allocations are not counted")
  }
}
