/// Scripts that let a shell complete commands and options, made from what the commands say of themselves.
enum ShellCompletion {
  /// For bash: `source <(sidetone completion bash)`.
  static var bash: String {
    let branches = CommandTable.all.map { command in
      """
          '\(command.name) '*)
            options='\(optionNames(command).joined(separator: " "))'
            taking=' \(command.options.filter { $0.value != nil }.map(\.name).joined(separator: " ")) '
            ;;
      """
    }
    let seconds = families.map { name, members in
      """
        if [[ "${COMP_WORDS[*]:1:COMP_CWORD-1}" == '\(name)' ]]; then
          COMPREPLY=($(compgen -W '\(members.joined(separator: " "))' -- "$word"))
          return
        fi
      """
    }
    return """
      # bash completion for sidetone, made by 'sidetone completion bash'.
      _sidetone() {
        local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}" options taking
        COMPREPLY=()
        if ((COMP_CWORD == 1)); then
          COMPREPLY=($(compgen -W '\(firstWords.joined(separator: " "))' -- "$word"))
          return
        fi
      \(seconds.joined(separator: "\n"))
        case "${COMP_WORDS[*]:1} " in
      \(branches.joined(separator: "\n"))
        esac
        # Without an answer bash offers files.
        if [[ $taking != *" $before "* && $word == -* ]]; then
          COMPREPLY=($(compgen -W "$options" -- "$word"))
        fi
      }
      complete -o default -F _sidetone sidetone
      """
  }

  /// For zsh: in a file `_sidetone` of a folder in `$fpath`.
  static var zsh: String {
    let first = firstWords.map { "    '\(quoted($0)):\(quoted(summary(of: $0)))'" }
    let branches = CommandTable.all.map { command in
      let words = command.name.split(separator: " ").count
      let options = command.options.map { option in
        let value = option.value.map { ":\($0):\(isFile($0) ? "_files" : "")" } ?? ""
        let name = (option.isRepeatable ? "*" : "") + option.name + (value.isEmpty ? "" : "=")
        return "        '\(name)[\(described(option.help))]\(value)'"
      }
      let rest = ["--help[show the help]", "--version[print the version]", "*:word:_files"]
        .map { "        '\($0)'" }
      return """
            '\(command.name) '*)
              words=("${(@)words[\(words + 1),-1]}")
              ((CURRENT -= \(words)))
              _arguments \\
        \((options + rest).joined(separator: " \\\n"))
              ;;
        """
    }
    let seconds = families.map { name, members in
      """
          if ((CURRENT == \(name.split(separator: " ").count + 2))) && [[ "${words[2,CURRENT-1]}" == '\(name)' ]]; then
            compadd \(members.joined(separator: " "))
            return
          fi
      """
    }
    return """
      #compdef sidetone
      # zsh completion for sidetone, made by 'sidetone completion zsh'.
      _sidetone() {
        local -a commands
        commands=(
      \(first.joined(separator: "\n"))
        )
        if ((CURRENT == 2)); then
          _describe command commands
          return
        fi
      \(seconds.joined(separator: "\n"))
        case "${words[2,-1]} " in
      \(branches.joined(separator: "\n"))
        esac
      }
      if [[ $funcstack[1] == _sidetone ]]; then
        _sidetone "$@"
      else
        compdef _sidetone sidetone
      fi
      """
  }

  /// What may follow the first words of commands that have several, the first first.
  private static var families: [(name: String, members: [String])] {
    var families: [(name: String, members: [String])] = []
    for command in CommandTable.all {
      let words = command.name.split(separator: " ").map(String.init)
      for count in 1..<max(words.count, 1) {
        let name = words[..<count].joined(separator: " ")
        if let index = families.firstIndex(where: { $0.name == name }) {
          if !families[index].members.contains(words[count]) {
            families[index].members.append(words[count])
          }
        } else {
          families.append((name, [words[count]]))
        }
      }
    }
    return families
  }

  private static var firstWords: [String] {
    CommandTable.all.map { $0.name }.filter { !$0.contains(" ") }
      + families.map(\.name).filter { !$0.contains(" ") }
      + ["help", "--help", "--version"]
  }

  private static func summary(of word: String) -> String {
    if let command = CommandTable.command(named: word) { return command.summary }
    let family = families.first { $0.name == word }
    if let family { return family.members.joined(separator: ", ") }
    return word == "--version" ? "print the version" : "explain the commands"
  }

  private static func optionNames(_ command: any Command.Type) -> [String] {
    command.options.map(\.name) + ["--help", "--version"]
  }

  /// Within single quotes.
  private static func quoted(_ text: String) -> String { text.replacing("'", with: "'\\''") }

  /// Whether a value stands for a file, as `FILE`, `HEARD.wav` and `FOLDER` do.
  private static func isFile(_ value: String) -> Bool {
    value.contains("FILE") || value.contains(".") || value == "FOLDER"
  }

  /// An option's help where brackets and colons have a meaning.
  private static func described(_ help: String) -> String {
    let escaped = help.replacing("\\", with: "\\\\").replacing("[", with: "\\[")
      .replacing("]", with: "\\]").replacing(":", with: "\\:")
    return quoted(escaped)
  }
}
