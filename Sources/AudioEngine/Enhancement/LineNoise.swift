/// The noise of a line: how loud it is, and noise of that loudness in place of what nobody is to hear.
///
/// Digital silence would not do: a detector takes the step from there to the line's own noise for a voice.
struct LineNoise {
  /// A line is not taken to be louder than this by itself: -40 dBFS.
  private static let most = 107_000.0
  /// Frames of which the quietest tells; speech pauses within them.
  private static let window = 50

  private var quietest: Double?
  private var before = 64.0
  private var frames = 0
  private var state: UInt32 = 1

  /// The energy of a sample of it.
  private var energy: Double { min(quietest ?? before, before, Self.most) }

  /// Takes the energy of a sample of one frame.
  mutating func follow(_ energy: Double) {
    quietest = min(quietest ?? energy, energy)
    frames += 1
    guard frames == Self.window, let quietest else { return }
    (before, self.quietest, frames) = (quietest, nil, 0)
  }

  /// Fills a frame with noise.
  mutating func fill(_ frame: inout MutableSpan<Int16>) {
    // Evenly distributed within three times its energy.
    let peak = Int32((3 * energy).squareRoot())
    for index in frame.indices {
      // Numerical Recipes' generator: white enough to the ear.
      state = state &* 1_664_525 &+ 1_013_904_223
      let fraction = Int32(bitPattern: state) >> 16
      frame[index] = Int16(truncatingIfNeeded: (fraction * peak) >> 15)
    }
  }
}
