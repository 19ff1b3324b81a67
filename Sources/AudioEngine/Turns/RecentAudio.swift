/// The caller's newest audio, in a ring of fixed size.
struct RecentAudio {
  private var samples: [Int16] = []
  private var oldest = 0
  private let capacity: Int

  /// Makes an empty ring of `capacity` samples.
  init(capacity: Int) {
    self.capacity = max(capacity, 0)
    samples.reserveCapacity(self.capacity)
  }

  mutating func append(_ new: Span<Int16>) {
    for index in new.indices.suffix(capacity) {
      if samples.count < capacity {
        samples.append(new[index])
      } else {
        samples[oldest] = new[index]
        oldest = oldest + 1 == capacity ? 0 : oldest + 1
      }
    }
  }

  /// What is kept, oldest first.
  var newest: [Int16] { Array(samples[oldest...]) + samples[..<oldest] }
}
