import Testing

@testable import AudioEngine

@Suite struct EchoGuardTests {
  /// Whether frames are doubtful, one after another.
  private static func listen(
    _ echoGuard: inout EchoGuard, frames: Int, came: Double, left: Double, isFarLoud: Bool = true
  ) -> [Bool] {
    (0..<frames).map { _ in
      echoGuard.listen(came: came, left: left, isFarLoud: isFarLoud)
      return echoGuard.isDoubtful
    }
  }

  @Test("a line that returns nothing is trusted within a second and a half of the bot's speech")
  func quietLine() {
    var echoGuard = EchoGuard()
    let doubts = Self.listen(&echoGuard, frames: 75, came: 64, left: 64)
    #expect(doubts.first == true && doubts.last == false)
    // While the bot is silent nothing is learnt.
    var waiting = EchoGuard()
    let silent = Self.listen(&waiting, frames: 500, came: 64, left: 64, isFarLoud: false)
    #expect(!silent.contains(false))
  }

  @Test("a caller who speaks all the while is heard after two seconds of the bot's speech")
  func caller() {
    var echoGuard = EchoGuard()
    let doubts = Self.listen(&echoGuard, frames: 110, came: 1e6, left: 1e6)
    #expect(doubts.firstIndex(of: false) == 101)
  }

  @Test("an echo is doubted until a second of it was taken out, and whenever it is again")
  func echo() {
    var echoGuard = EchoGuard()
    echoGuard.align()
    var doubts = Self.listen(&echoGuard, frames: 60, came: 1e6, left: 1e5)
    doubts += Self.listen(&echoGuard, frames: 400, came: 1e6, left: 1e4)
    #expect(!doubts.contains(false))
    // The caller speaks over it, as loud as it is: heard within a tenth of a second.
    let spoken = Self.listen(&echoGuard, frames: 5, came: 2e6, left: 1e6)
    #expect(spoken.last == false)
    let after = Self.listen(&echoGuard, frames: 20, came: 1e6, left: 1e4)
    #expect(after.last == true)
  }

  @Test("an echo that does not become softer is let through after six seconds")
  func bound() {
    var echoGuard = EchoGuard()
    echoGuard.align()
    let doubts = Self.listen(&echoGuard, frames: 320, came: 1e6, left: 1e5)
    #expect(doubts.prefix(300).allSatisfy { $0 })
    #expect(doubts.last == false)
  }
}

@Suite struct LineNoiseTests {
  @Test("is as loud as the line's quietest frames, and never louder than -40 dBFS")
  func loudness() {
    for (rms, heard) in [(8.0, 8.0), (100, 100), (3_000, 327)] {
      var noise = LineNoise()
      for index in 0..<100 { noise.follow(index % 10 == 0 ? rms * rms : 4_000_000) }
      var frame = [Int16](repeating: 0, count: 480)
      var span = frame.mutableSpan
      noise.fill(&span)
      let level = (Double(Level(of: frame.span).sumOfSquares) / 480).squareRoot()
      #expect((0.8 * heard...1.2 * heard).contains(level), "\(rms): \(level)")
      let mean = frame.reduce(0) { $0 + Double($1) } / 480
      #expect(abs(mean) < 0.2 * heard)
    }
  }
}
