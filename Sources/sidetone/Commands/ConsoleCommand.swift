import CallSimulator
import Console
import Sockets

/// `sidetone console`: a telephone in the browser, in front of any bot.
struct ConsoleCommand: Command {
  static let name = "console"
  static let summary = "talk to a bot from a browser, as a platform would call it"
  static let operands: [Operand] = []
  static let options = [
    Option(
      "--bot", "URL",
      help: "the address that the page dials unless told otherwise; {provider} stands for the "
        + "platform that calls (default \(usual))"),
    Option("--host", "ADDRESS", help: "the address to listen on (default 127.0.0.1)"),
    Option("--port", "PORT", help: "the port to listen on, 0 for any free one (default 5002)"),
    ConsoleOptions.tokenOption,
  ]
  static let notes = """
    Prints 'console on http://ADDRESS:PORT/console' and serves that page until
    Ctrl-C. There a call is placed to the bot as one of the platforms: the
    microphone, a WAV file or a built-in voice speaks, the bot is heard as its
    caller hears it, keys are pressed, and the verdict of 'sidetone call' stands
    beside it all.

    Without a token the page is for this machine alone, and dials this machine
    alone, or the bot that --bot names. A browser lends its microphone to pages of
    this machine and of https: servers, no others.

    environment: \(Arguments.list(SigningSecret.variables))
    signs the upgrade of that platform's calls

    exit status: 0 after Ctrl-C, 2 wrong usage or a port in use

    examples:
      sidetone console
      sidetone console --bot wss://bot.example.com/media
      sidetone console --host 0.0.0.0 --console-token-file token
    """

  private static let usual = "ws://127.0.0.1:5001/{provider}"

  private let host: String
  private let port: Int
  private let bot: String
  private let tokens: ConsoleOptions

  init(_ arguments: Arguments) throws(UsageError) {
    bot = try arguments.text("--bot") ?? Self.usual
    do throws(BotAddressError) {
      _ = try BotAddress(bot.replacing("{provider}", with: ""))
    } catch {
      throw UsageError(error.description)
    }
    host = try arguments.text("--host") ?? "127.0.0.1"
    port = try arguments.integer("--port", in: 0...65_535) ?? 5002
    tokens = try ConsoleOptions(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    SignalWatcher.ignore(SignalWatcher.harmless)
    let stops = SignalWatcher()
    let loop: EventLoop
    let socket: ListeningSocket
    do throws(ListenError) {
      socket = try ListeningSocket(host: host, port: port)
    } catch {
      throw UsageError(saying: error)
    }
    guard socket.isLoopback || !tokens.tokens.isEmpty else {
      throw UsageError(
        "others than this machine reach \(host)", advice: "give --console-token-file FILE")
    }
    do { loop = try EventLoop(name: "console") } catch { throw UsageError(saying: error) }
    loop.start()
    defer { loop.stop() }
    let console = WebConsole(
      ConsoleConfiguration(bot: bot, isLocal: socket.isLoopback, tokens: tokens.tokens) {
        SigningSecret.inEnvironment(of: $0)
      })
    do throws(ListenError) {
      _ = try WebSocketListener(
        loop: loop, socket: socket, onHTTP: { console.answer($0) },
        onUpgrade: { request in
          console.upgrade(request, on: loop) ?? .refuse(status: 404, body: "Not found.\n")
        })
    } catch {
      throw UsageError(saying: error)
    }
    Console.print("console on http://\(socket.address)\(WebConsole.path)")
    for await _ in stops.arrivals { break }
    return .success
  }
}
