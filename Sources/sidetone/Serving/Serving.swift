import BotTransport
import CallLog
import Console
import Foundation

/// A server at work, from its first signal to its last.
///
/// SIGINT and SIGTERM stop it, a second one at once; SIGHUP has it read its files again, SIGUSR2 hand its
/// sockets to a second instance. No other signal does anything.
struct Serving {
  private let options: ServerOptions
  /// All of the configuration but whom it admits, which SIGHUP may change.
  private let lasting: ServerConfiguration
  private let configuration: ServerConfiguration
  /// The page for people; nil where it is not asked for.
  private let console: WebConsole?

  /// Makes a server of what the command says of its calls, and of the options of every server.
  init(
    _ configuration: ServerConfiguration, _ options: ServerOptions
  ) throws(UsageError) {
    SignalWatcher.ignore(SignalWatcher.harmless)
    var lasting = configuration
    do throws(ListenError) {
      lasting.sockets = try Inheritance.takeSockets()
    } catch {
      throw UsageError(saying: error)
    }
    options.apply(to: &lasting)
    var open = lasting
    options.addRules(to: &open)
    let page = try options.console.isShown ? Self.console(options, open) : nil
    console = page
    if let page {
      lasting.routes.addTree(WebConsole.path, methods: ["GET", "POST"]) { page.answer($0) }
      lasting.otherSockets = { page.upgrade($0, on: $1) }
    }
    self.lasting = lasting
    self.options = options
    var whole = lasting
    options.addRules(to: &whole)
    self.configuration = whole
  }

  /// The page of a server that is configured so far.
  private static func console(
    _ options: ServerOptions, _ configuration: ServerConfiguration
  ) throws(UsageError) -> WebConsole {
    let server = BotServer(
      host: options.listening.host, port: options.listening.port, configuration: configuration)
    let isLocal = !server.meetsStrangers
    guard isLocal || !options.console.tokens.isEmpty else {
      throw UsageError(
        "others than this machine reach the server, and --console lets people hear its calls",
        advice: "give --console-token-file FILE")
    }
    var settings = ConsoleConfiguration(
      bot: "{server}/{provider}", isLocal: isLocal, tokens: options.console.tokens
    ) { [endpoints = options.endpoints] in endpoints.signingSecrets(of: $0).first }
    settings.hasWindow = true
    settings.recordings = options.recording.path
    settings.traces = options.trace.path
    settings.log = configuration.log
    settings.peers = configuration.peers
    return WebConsole(settings)
  }

  /// Carries calls to a bot.
  func run(bot: @escaping BotServer.Bot) async throws(UsageError) -> ExitStatus {
    let bot = console?.watching(bot) ?? bot
    let server = BotServer(
      host: options.listening.host, port: options.listening.port, configuration: configuration)
    return try await run(server) { try await server.run(onListening: $0, bot: bot) }
  }

  /// Gives back what peers send.
  func runEcho() async throws(UsageError) -> ExitStatus {
    let server = EchoServer(
      host: options.listening.host, port: options.listening.port,
      listener: configuration.listener, limits: configuration.limits,
      admitsStrangers: configuration.admitsStrangers)
    return try await run(nil) { try await server.run(onListening: $0) }
  }

  private func run(
    _ server: BotServer?,
    _ serve: @escaping @Sendable (@escaping @Sendable (Int) -> Void) async throws -> Void
  ) async throws(UsageError) -> ExitStatus {
    // The log's first line tells how many.
    OpenFiles.allow(options.descriptors)
    let stops = SignalWatcher()
    let requests = SignalWatcher([SIGHUP, SIGUSR2])
    // From the main thread, whose priority is the process's: those of the loops, and a successor, have it
    // from the thread that starts them, and Swift's pool has priorities of its own.
    let serving = Task { @MainActor in
      try await serve { port in
        let address = configuration.sockets.first?.address
        Console.print(
          "listening on \(options.tls.scheme)://"
            + (address ?? "\(options.listening.urlHost):\(port)"))
        if console != nil {
          let place = address ?? "\(options.listening.urlHost):\(port)"
          let scheme = options.tls.configuration == nil ? "http" : "https"
          Console.print("console on \(scheme)://\(place)\(WebConsole.path)")
        }
        if configuration.log == nil, let notice = server?.shutDoors {
          Console.complain("sidetone: \(notice)")
        }
        Inheritance.ready()
      }
    }
    let asked = Task { @MainActor in
      for await arrival in requests.arrivals {
        if arrival.signal == SIGHUP {
          readAgain(server)
        } else if await handOver(server) {
          serving.cancel()
        }
      }
    }
    let stopping = Task {
      for await arrival in stops.arrivals {
        if arrival.ordinal > 1 { exit(ExitStatus.failure.rawValue) }
        Inheritance.notify("STOPPING=1")
        serving.cancel()
      }
    }
    defer {
      asked.cancel()
      stopping.cancel()
    }
    do {
      try await serving.value
    } catch let error as ListenError {
      throw UsageError(saying: error)
    } catch ServerError.open(let host) {
      throw Self.open(host)
    } catch ServerError.callLog(let reason) {
      throw UsageError(reason)
    } catch {
      throw UsageError("cannot serve: \(error)")
    }
    if let lost = configuration.callLog?.counts.lost, lost > 0 {
      tell(
        ServerEvent(
          .error, .server, "ends of calls are not in the call log", [("count", Int(lost))]))
    }
    options.recording.finish()
    options.trace.finish()
    await options.spans.finish()
    await options.watching.log?.finish()
    return .success
  }

  /// Takes the files of credentials, tokens and certificates anew; what cannot be used leaves what there
  /// was in place. Both are told.
  private func readAgain(_ server: BotServer?) {
    tell("credentials") { () throws(UsageError) in
      var next = lasting
      try options.addRulesAnew(to: &next)
      do throws(ServerError) {
        try server?.renewRules(from: next)
      } catch {
        throw UsageError(saying: error)
      }
    }
    guard let tls = options.tls.configuration else { return }
    tell("certificate") { () throws(UsageError) in
      do throws(TLSFileError) {
        try tls.reload()
      } catch {
        throw UsageError(saying: error)
      }
    }
  }

  /// Starts this program again with the server's sockets; whether it has them.
  private func handOver(_ server: BotServer?) async -> Bool {
    guard let server else { return false }
    do throws(Successor.Failure) {
      let process = try await server.handOver(to: CommandLine.arguments)
      Inheritance.notify("MAINPID=\(process)")
      tell(ServerEvent(.info, .server, "handed over", [("process", Int(process))]))
      return true
    } catch {
      tell(ServerEvent(.error, .server, "not handed over", [("reason", error.description)]))
      return false
    }
  }

  private func tell(_ what: String, _ read: () throws(UsageError) -> Void) {
    do throws(UsageError) {
      try read()
      tell(ServerEvent(.info, .server, "files read again", [("files", what)]))
    } catch {
      tell(
        ServerEvent(
          .error, .server, "files kept as they were",
          [("files", what), ("reason", error.message)]))
    }
  }

  private func tell(_ event: ServerEvent) { configuration.log?(event) }

  private static func open(_ host: String) -> UsageError {
    UsageError(
      "listening on \(host) lets anybody call the bot",
      advice: "give --basic-file, --token-file or --allow, or --allow-unauthenticated if that is "
        + "meant")
  }
}
