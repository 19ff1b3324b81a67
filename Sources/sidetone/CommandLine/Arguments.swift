/// The words after a command, sorted into operands and options and checked against what it takes.
/// Understands `--name value`, `--name=value` and `--` before operands that begin with a dash.
struct Arguments {
  /// Whether `--help` or `-h` was among the words; nothing else is checked then.
  let wantsHelp: Bool
  /// Whether `--version` was, and no help.
  let wantsVersion: Bool
  /// The words that are no options, in order.
  let operands: [String]
  private let values: [String: [String]]
  private let flags: Set<String>

  init(_ words: [String], of command: any Command.Type) throws(UsageError) {
    let dashed = words.prefix { $0 != "--" }
    wantsHelp = dashed.contains { $0 == "--help" || $0 == "-h" }
    wantsVersion = !wantsHelp && dashed.contains("--version")
    let isQuestion = wantsHelp || wantsVersion
    var operands: [String] = []
    var values: [String: [String]] = [:]
    var flags: Set<String> = []
    var rest = isQuestion ? [] : words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = command.options.first(where: { $0.name == name }) else {
        throw UsageError(
          "unknown option '\(name)'", didYouMean: name, among: command.options.map(\.name))
      }
      guard values[name] == nil || option.isRepeatable, !flags.contains(name) else {
        throw UsageError("\(name) is given twice")
      }
      if option.value == nil {
        guard parts.count == 1 else { throw UsageError("\(name) takes no value") }
        flags.insert(name)
      } else if parts.count == 2 {
        values[name, default: []].append(String(parts[1]))
      } else if let value = rest.first, !value.hasPrefix("--") {
        values[name, default: []].append(value)
        rest.removeFirst()
      } else {
        throw UsageError("\(name) wants a value: \(name) \(option.value ?? "")")
      }
    }
    self.operands = operands
    self.values = values
    self.flags = flags
    if !isQuestion { try checkCompleteness(of: command) }
  }

  private func checkCompleteness(of command: any Command.Type) throws(UsageError) {
    if let missing = command.operands.dropFirst(operands.count).first, missing.isRequired {
      throw UsageError("\(missing.name) is missing: \(missing.help)")
    }
    let isOpen = command.operands.contains(where: \.isRepeatable)
    if operands.count > command.operands.count, !isOpen {
      throw UsageError("'\(operands[command.operands.count])' is one word too many")
    }
    for option in command.options where option.isRequired && values[option.name] == nil {
      throw UsageError("\(option.name) \(option.value ?? "") is missing: \(option.help)")
    }
  }

  /// The operand at a position that the command declares as required.
  func operand(_ index: Int) -> String { operands[index] }

  /// The operand at a position that the command declares as one to leave out.
  func optionalOperand(_ index: Int) -> String? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  func flag(_ name: String) -> Bool { flags.contains(name) }

  /// Whether an option is among the words at all.
  func has(_ name: String) -> Bool { flags.contains(name) || values[name] != nil }

  func text(_ name: String) throws(UsageError) -> String? {
    try texts(name).first
  }

  /// Every value of an option that may be repeated, in order.
  func texts(_ name: String) throws(UsageError) -> [String] {
    let values = values[name] ?? []
    guard values.allSatisfy({ !$0.isEmpty }) else { throw UsageError("\(name) is empty") }
    return values
  }

  /// The same, each taken apart at its first equals sign.
  func pairs(_ name: String) throws(UsageError) -> [(name: String, value: String)] {
    try texts(name).map { text throws(UsageError) in
      let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2 else { throw UsageError("\(name) \(text) is not NAME=VALUE") }
      return (String(halves[0]), String(halves[1]))
    }
  }

  func choice(_ name: String, of choices: [String]) throws(UsageError) -> String? {
    guard let value = values[name]?.first else { return nil }
    guard choices.contains(value) else {
      throw UsageError("\(name) \(value) is unknown: take \(Self.list(choices))")
    }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let value = values[name]?.first else { return nil }
    guard let number = Int(value), range.contains(number) else {
      throw UsageError(
        "\(name) \(value) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double? {
    guard let value = values[name]?.first else { return nil }
    guard let number = Double(value), range.contains(number) else {
      let bounds = [range.lowerBound, range.upperBound].map { "\($0)".replacing(".0", with: "") }
      throw UsageError("\(name) \(value) is not a number from \(bounds[0]) to \(bounds[1])")
    }
    return number
  }

  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
