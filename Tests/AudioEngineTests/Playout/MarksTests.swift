import Testing

@testable import AudioEngine

@Suite struct MarksTests {
  @Test("a mark's number is read from its name, and from nothing else")
  func serials() {
    #expect(Marks.serial(of: "7") == 7)
    #expect(Marks.serial(of: "12:a:b") == 12)
    #expect(Marks.serial(of: "999999999:") == 999_999_999)
    for name in ["", ":", "a", "1a", "-1", "1234567890", " 1"] {
      #expect(Marks.serial(of: name) == nil)
    }
  }

  private func send(_ mark: Mark, to marks: inout Marks) -> String {
    marks.send(mark, offset: mark.position, playedAt: 0, reachedAt: 0, runOffset: 0)
  }

  @Test("marks wait for their places, are sent in order and can be taken back")
  func order() {
    var marks = Marks()
    let epoch = Epoch(number: 3)
    for position in [10, 20, 30] {
      marks.add(Mark(position: position, epoch: epoch, kind: .named("p\(position)")))
    }
    #expect(!marks.isDue(at: 9) && marks.isDue(at: 10))
    var names: [String] = []
    while let mark = marks.takeDue(at: 20) {
      names.append(send(mark, to: &marks))
    }
    names.append(send(Mark(position: 25, epoch: epoch, kind: .position), to: &marks))
    #expect(names == ["1:p10", "2:p20", "3"])
    marks.takeBack()
    #expect(marks.sent.isEmpty && marks.echo(2) == nil)
    var positions: [Int] = []
    while let mark = marks.takeNext() { positions.append(mark.position) }
    // The engine's own is not worth a second way.
    #expect(positions == [10, 20, 30])
  }
}
