// A bot's server is a matter of one import: these say what BotTransport's interface shows.
@_exported public import AudioEngine
@_exported public import CallLog
@_exported public import Sockets
@_exported public import Telephony
// A bot's server is a matter of one import: these say what BotTransport's interface shows.
