import AudioEngine
import SeededRandom

extension CallSchedule {
  /// From no fault at all to a dozen.
  static func faults(
    withinMilliseconds length: Int, _ random: inout SplitMix64
  ) -> [Fault] {
    var faults: [Fault] = []
    guard !random.once(in: 6) else { return faults }
    let end = length + 1_000
    func time(_ random: inout SplitMix64) -> Duration { random.milliseconds(0...end) }
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      switch Int.random(in: 0..<11, using: &random) {
      case 0, 1:
        faults.append(.stall(at: time(&random), lasting: random.milliseconds(1...700)))
      case 2:
        faults.append(.hold(.toPlatform, at: time(&random), lasting: random.milliseconds(1...250)))
      case 3:
        faults.append(.hold(.toBot, at: time(&random), lasting: random.milliseconds(1...400)))
      case 4:
        let message = Int.random(in: 0...80, using: &random)
        faults.append(.early(message: message, count: Int.random(in: 1...10, using: &random)))
      case 5:
        faults.append(.lostEcho(Int.random(in: 0...25, using: &random)))
      case 6:
        faults.append(.doubledEcho(Int.random(in: 0...25, using: &random)))
      case 7:
        let index = Int.random(in: 0...25, using: &random)
        faults.append(.lateEcho(index, by: random.milliseconds(1...20_000)))
      case 8:
        faults.append(.nonsense(at: time(&random), kind: Int.random(in: 0...7, using: &random)))
      case 9:
        let message = Int.random(in: 0...80, using: &random)
        faults.append(random.once(in: 2) ? .missing(message: message) : .repeated(message: message))
      default:
        faults.append(.lostClear(Int.random(in: 0...3, using: &random)))
      }
    }
    // A platform that loses one clear may lose the next.
    if random.once(in: 4) {
      for clear in 0...5 where random.once(in: 2) { faults.append(.lostClear(clear)) }
    }
    if random.once(in: 8) { faults.append(.broken(at: time(&random))) }
    if random.once(in: 8) { faults.append(.stop(at: time(&random))) }
    return faults
  }
}
