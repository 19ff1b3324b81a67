import Foundation
import TestSupport
import Testing

/// Completion and manual pages, in the shells and with the formatter that read them.
@Suite("sidetone completion and man", .timeLimit(.minutes(2))) struct ShellHelpTests {
  private func run(_ program: String, _ script: String, _ arguments: String...) async throws
    -> String
  {
    let run = try await Subprocess(
      program, ["-c", script, "shell"] + arguments, environment: ["LANG=C", "PATH=/usr/bin:/bin"]
    ).end()
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.isEmpty, "\(run.errors)")
    return run.output
  }

  /// What bash offers for the last of `words`.
  private func bash(_ words: String...) async throws -> [Substring] {
    let script = """
      source <("$1" completion bash)
      shift
      COMP_WORDS=(sidetone "$@") COMP_CWORD=$#
      _sidetone
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let output = try await Subprocess(
      "/bin/bash", ["-c", script, "shell", Sidetone.executable] + words
    ).end()
    #expect(output.errors.isEmpty, "\(output.errors)")
    return output.output.split(separator: "\n")
  }

  @Test("completes commands, options and families in bash")
  func completesInBash() async throws {
    #expect(try await bash("ser") == ["serve"])
    #expect(try await bash("").contains("exotel"))
    #expect(try await bash("exotel", "s") == ["streams"])
    #expect(try await bash("exotel", "leg", "st") == ["stream", "stop-say"])
    #expect(try await bash("exotel", "leg", "say", "LEG", "--lo") == ["--loop"])
    #expect(try await bash("serve", "--tls-k") == ["--tls-key"])
    #expect(try await bash("exotel", "call", "--from").contains("--from"))
    #expect(try await bash("serve", "--port", "1", "--max-up").count == 2)
    // A value is a file's name as far as anybody knows.
    #expect(try await bash("serve", "--token-file", "--").isEmpty)
    #expect(try await bash("call", "--version") == ["--version"])
  }

  @Test("gives zsh a function that knows every option and its help")
  func completesInZsh() async throws {
    try #require(
      FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh"),
      "zsh is missing; scripts/setup installs it")
    // Beside the line editor zsh lets nobody complete; what it would be told is looked at instead.
    let script = """
      autoload -U compinit && compinit -D
      source <($1 completion zsh)
      [[ $_comps[sidetone] == _sidetone ]] || exit 1
      _arguments() { print -rl -- "$@" }
      words=(sidetone $2 $3 '') CURRENT=$#words
      _sidetone
      print -r -- "$CURRENT $words"
      """
    let serve = try await run("/usr/bin/zsh", script, Sidetone.executable, "serve")
    let help = try await Sidetone("serve", "--help").output
    for option in help.matches(of: /\n {2}(--[a-z-]+)/).map(\.output.1) {
      #expect(serve.contains(option), "\(option)")
    }
    #expect(serve.contains("--tls-key=[the private key of the certificate (PEM)]:FILE:_files\n"))
    #expect(serve.contains("*--allow="))
    let call = try await run("/usr/bin/zsh", script, Sidetone.executable, "exotel", "call")
    #expect(call.contains("--from="))
  }

  @Test("writes a manual page for each command, that groff has nothing to say against")
  func manual() async throws {
    let scratch = try Scratch()
    let folder = scratch.file("man1").path
    #expect(try await Sidetone("man", "--into", folder).status == 0)
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder)
    let overview = try await Sidetone("--help").output
    let commands = overview.matches(of: /\n {2}sidetone ([a-z-]+( [a-z-]+)*) {2}/).map {
      String($0.1)
    }
    #expect(commands.count > 10)
    let names = commands.map { "sidetone-\($0.replacing(" ", with: "-")).1" }
    #expect(Set(pages) == Set(names + ["sidetone.1"]))
    for page in pages {
      let text = try await run(
        "/bin/sh", "groff -man -Tascii -ww -P-cbou \"$1\"", "\(folder)/\(page)")
      #expect(text.contains("NAME") && text.contains("SYNOPSIS"), "\(page)")
    }
    let serve = try await run(
      "/bin/sh", "groff -man -Tascii -ww -P-cbou \"$1\"", "\(folder)/sidetone-serve.1")
    for words in [
      "--tls-client-ca FILE", "EXIT STATUS", "EXAMPLES", "SIGNALS", "--basic-file credentials",
      "SIDETONE_TOKEN",
    ] { #expect(serve.contains(words), "\(words)") }
    let one = try await Sidetone("man", "exotel", "call")
    #expect(one.output.hasPrefix(".TH SIDETONE\\-EXOTEL\\-CALL 1"))
    for wrong in [["man", "cal"], ["man", "serve", "--into", folder], ["completion", "fish"]] {
      #expect(try await Sidetone(wrong).status == 2)
    }
  }
}
