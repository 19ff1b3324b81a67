import BotTransport

/// All that a command which serves calls can be told of its server: where it listens, whom it admits,
/// how much it takes on, how it is watched. Such a command adds options of its own to these.
struct ServerOptions {
  static let options =
    ListenOptions.options + AccessOptions.options + EndpointOptions.options + TLSOptions.options
    + LimitOptions.options + FleetOptions.options + CallLogOptions.options
    + RecordingOptions.options + TraceOptions.options + SpanOptions.options + WatchOptions.options
    + [ConsoleOptions.pageOption, ConsoleOptions.tokenOption]

  let listening: ListenOptions
  let tls: TLSOptions
  let watching: WatchOptions
  let limits: LimitOptions
  let fleet: FleetOptions
  let callLog: CallLogOptions
  let recording: RecordingOptions
  let trace: TraceOptions
  let spans: SpanOptions
  let console: ConsoleOptions
  /// Whom it admits stands in files that may be read again.
  private let arguments: Arguments
  let access: AccessOptions
  let endpoints: EndpointOptions

  init(_ arguments: Arguments) throws(UsageError) {
    self.arguments = arguments
    listening = try ListenOptions(arguments)
    access = try AccessOptions(arguments)
    endpoints = try EndpointOptions(arguments)
    tls = try TLSOptions(arguments)
    limits = try LimitOptions(arguments)
    fleet = try FleetOptions(arguments, endpoints)
    callLog = try CallLogOptions(arguments)
    recording = try RecordingOptions(arguments)
    trace = try TraceOptions(arguments)
    spans = try SpanOptions(arguments)
    watching = try WatchOptions(arguments)
    console = try ConsoleOptions(arguments)
  }

  /// Descriptors that the server may need.
  var descriptors: Int {
    OpenFiles.ofServer(calls: limits.limits.calls, loops: listening.loopCount)
  }

  /// What holds as long as the server runs.
  func apply(to configuration: inout ServerConfiguration) {
    configuration.loopCount = listening.loopCount
    configuration.batch = listening.batch
    configuration.listener.tls = tls.configuration
    limits.apply(to: &configuration)
    watching.apply(to: &configuration)
    fleet.apply(to: &configuration)
    callLog.apply(to: &configuration)
    recording.apply(to: &configuration)
    trace.apply(to: &configuration)
    spans.apply(to: &configuration)
  }

  /// Whom the server admits, as the options said at first.
  func addRules(to configuration: inout ServerConfiguration) {
    add(access, endpoints, to: &configuration)
  }

  /// Whom the server admits, as the files say now.
  func addRulesAnew(to configuration: inout ServerConfiguration) throws(UsageError) {
    add(try AccessOptions(arguments), try EndpointOptions(arguments), to: &configuration)
  }

  private func add(
    _ access: AccessOptions, _ endpoints: EndpointOptions,
    to configuration: inout ServerConfiguration
  ) {
    configuration.access = access.policy
    // Who shows the right certificate is no stranger.
    configuration.admitsStrangers = access.admitsStrangers || tls.asksForCertificate
    endpoints.apply(to: &configuration, access)
  }
}
