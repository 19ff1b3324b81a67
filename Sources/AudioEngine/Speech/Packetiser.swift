/// Cuts speech into payloads of sizes that the platform takes.
struct Packetiser {
  /// How much speech a payload carries, and its size with the silence behind it.
  struct Cut: Equatable {
    let audio: Int
    let total: Int
  }

  let policy: ChunkPolicy
  /// Speech that must wait beyond the first chunk before an utterance starts.
  private let prime: Int
  /// The queue never holds more, so more is not waited for.
  private let capacity: Int

  init(_ playback: PlaybackPolicy, wire: WireFormat, capacity: Int) {
    policy = playback.chunk
    prime = wire.byteCount(nanoseconds: playback.prime.wholeNanoseconds)
    self.capacity = max(capacity, policy.preferredBytes)
  }

  /// What the next payload carries.
  ///
  /// - Parameters:
  ///   - waiting: bytes of its utterance that have not left.
  ///   - isOpen: more may be written: nothing is padded.
  ///   - begins: the ear hears nothing of the utterance yet, or nothing any more: some is gathered first.
  ///   - room: the most that may leave now; nil where the platform takes whatever comes.
  /// - Returns: nil while too little waits.
  func cut(waiting: Int, isOpen: Bool, begins: Bool, room: Int?) -> Cut? {
    guard waiting > 0, let cut = isOpen ? whole(waiting, begins) : tail(waiting) else { return nil }
    guard let room, cut.total > room else { return cut }
    let total = room / policy.multipleBytes * policy.multipleBytes
    return total >= policy.minimumBytes ? Cut(audio: min(cut.audio, total), total: total) : nil
  }

  private func whole(_ waiting: Int, _ begins: Bool) -> Cut? {
    let needed = begins ? policy.preferredBytes + prime : policy.preferredBytes
    guard waiting >= min(needed, capacity) else { return nil }
    return Cut(audio: policy.preferredBytes, total: policy.preferredBytes)
  }

  private func tail(_ waiting: Int) -> Cut {
    // A tail that fits into one chunk with what is before it wastes less padding than two.
    guard waiting < policy.preferredBytes + policy.minimumBytes, waiting <= policy.maximumBytes
    else { return Cut(audio: policy.preferredBytes, total: policy.preferredBytes) }
    let rounded = (waiting + policy.tailMultipleBytes - 1) / policy.tailMultipleBytes
    let total = max(rounded * policy.tailMultipleBytes, policy.minimumBytes)
    return Cut(audio: waiting, total: min(total, policy.maximumBytes))
  }
}

/// A payload that may leave: whose it is and how it is cut.
struct Departure {
  /// The utterance's place in the list.
  let index: Int
  let cut: Packetiser.Cut
  /// Since when its payloads can have left: since it began to leave, or began again, and since there was
  /// enough for this one; nil before the first.
  let leavesSince: Int64?
  /// It begins, or begins again after silence, with this payload.
  let begins: Bool
}
