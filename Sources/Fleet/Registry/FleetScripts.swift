/// The registry's keys, and the steps that Redis takes as one.
///
/// A process that carries calls is a *member*: `NODE#TOKEN`, so that a node's successor beside its
/// predecessor is another. Its lease ends by the clock of Redis; whoever renews a lease of its own next takes
/// away what an ended one leaves. All keys expire by themselves where no member is left.
///
/// | key | holds |
/// |---|---|
/// | `sidetone:leases` | members by the millisecond in which each lease ends |
/// | `sidetone:nodes` | what each member says of itself, JSON |
/// | `sidetone:calls` | by stream: `TICKET MEMBER`, who carries it since when |
/// | `sidetone:sids` | by identifier of a call, stream or leg: the stream |
/// | `sidetone:calls:MEMBER` | by stream: what the member says of it, JSON |
/// | `sidetone:handoff:CALL` | where a call goes on that its bot has handed over |
/// | channel `sidetone:node:MEMBER`, `sidetone:all` | messages for one, and for all |
enum FleetScripts {
  static let keys = ["sidetone:leases", "sidetone:nodes", "sidetone:calls", "sidetone:sids"]
  static let everybody = "sidetone:all"
  static func channel(of member: String) -> String { "sidetone:node:" + member }
  static func calls(of member: String) -> String { "sidetone:calls:" + member }

  private static let opening = """
    local leases, nodes, calls, sids = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local function lives(member)
      local ends = redis.call('ZSCORE', leases, member)
      return ends and tonumber(ends) > now
    end
    local function holder(stream)
      local held = redis.call('HGET', calls, stream)
      if held then return held:sub(18), held:sub(1, 16) end
    end
    local function forget(stream, json)
      redis.call('HDEL', calls, stream)
      for _, sid in ipairs(cjson.decode(json).sids or {}) do
        if redis.call('HGET', sids, sid) == stream then redis.call('HDEL', sids, sid) end
      end
    end
    local function sweep()
      for _, member in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
        local own = 'sidetone:calls:' .. member
        local told = redis.call('HGETALL', own)
        for i = 1, #told, 2 do
          if holder(told[i]) == member then forget(told[i], told[i + 1]) end
        end
        redis.call('DEL', own)
        redis.call('HDEL', nodes, member)
        redis.call('ZREM', leases, member)
      end
    end

    """

  /// Member, what it says of itself, milliseconds of its lease: whether the lease had not ended, then
  /// members and what each says.
  static let renew =
    opening + """
      local member, json, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
      local was = lives(member) and 1 or 0
      redis.call('ZADD', leases, now + lease, member)
      redis.call('HSET', nodes, member, json)
      sweep()
      for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, lease * 20) end
      redis.call('PEXPIRE', 'sidetone:calls:' .. member, lease * 20)
      return {was, redis.call('HGETALL', nodes)}
      """

  /// Member; its lease ends now.
  static let leave = opening + "redis.call('ZADD', leases, 0, ARGV[1]) sweep() return 1"

  /// Members that live, and what each says.
  static let view =
    opening + """
      local out = {}
      for _, member in ipairs(redis.call('ZRANGEBYSCORE', leases, '(' .. now, '+inf')) do
        out[#out + 1] = member
        out[#out + 1] = redis.call('HGET', nodes, member) or '{}'
      end
      return out
      """

  /// Member, then by stream: its name, what is said of it, and the ticket with which it has been held, or
  /// nothing for a stream that begins. Gives for each its ticket and whether another lost it; no ticket
  /// where another has it since a later time. Who loses one is told, once.
  static let claim =
    opening + """
      local member, out = ARGV[1], {}
      local own = 'sidetone:calls:' .. member
      local stamp = time[1] .. string.format('%06d', time[2])
      for i = 2, #ARGV, 3 do
        local stream, json, ticket = ARGV[i], ARGV[i + 1], ARGV[i + 2]
        local other, theirs = holder(stream)
        local moved = 0
        if ticket == '' then
          ticket = stamp
          if theirs and theirs >= ticket then ticket = string.format('%.0f', tonumber(theirs) + 1) end
        end
        if other and other ~= member and lives(other) then
          if theirs > ticket then
            ticket = ''
          else
            redis.call('HDEL', 'sidetone:calls:' .. other, stream)
            redis.call('PUBLISH', 'sidetone:node:' .. other,
              cjson.encode({kind = 'replaced', stream = stream, ticket = theirs}))
            moved = 1
          end
        end
        if ticket ~= '' then
          redis.call('HSET', calls, stream, ticket .. ' ' .. member)
          redis.call('HSET', own, stream, json)
          for _, sid in ipairs(cjson.decode(json).sids or {}) do redis.call('HSET', sids, sid, stream) end
        end
        out[#out + 1] = ticket
        out[#out + 1] = moved
      end
      return out
      """

  /// Member, then streams that it carries no more.
  static let release =
    opening + """
      local own = 'sidetone:calls:' .. ARGV[1]
      for i = 2, #ARGV do
        local json = redis.call('HGET', own, ARGV[i])
        if json and holder(ARGV[i]) == ARGV[1] then forget(ARGV[i], json) end
        redis.call('HDEL', own, ARGV[i])
      end
      return 1
      """

  /// Stream and message: how many were told.
  static let tell =
    opening + """
      local member = holder(ARGV[1])
      if not member or not lives(member) then return 0 end
      return redis.call('PUBLISH', 'sidetone:node:' .. member, ARGV[2])
      """

  /// Member, and how many calls are wanted: of each other member that lives its name, what it says of itself, and
  /// what it says of some of its calls, as many as are its share (a small hash is read whole).
  static let others =
    opening + """
      local out, live = {}, redis.call('ZRANGEBYSCORE', leases, '(' .. now, '+inf')
      local share = math.max(math.floor(tonumber(ARGV[2]) / math.max(#live - 1, 1)), 1)
      for _, member in ipairs(live) do
        if member ~= ARGV[1] then
          local some = redis.call('HSCAN', 'sidetone:calls:' .. member, 0, 'COUNT', share)[2]
          local told = {}
          for i = 2, math.min(#some, 2 * share), 2 do told[#told + 1] = some[i] end
          out[#out + 1] = member
          out[#out + 1] = redis.call('HGET', nodes, member) or '{}'
          out[#out + 1] = told
        end
      end
      return out
      """

  /// Milliseconds that it is to be kept, then by call: its identifier, and where it goes on.
  static let keep = """
    for i = 2, #ARGV, 2 do
      redis.call('SET', 'sidetone:handoff:' .. ARGV[i], ARGV[i + 1], 'PX', ARGV[1])
    end
    return 1
    """

  /// A call's identifier: where it goes on, else 0 where it is live and may be handed over yet; nothing else.
  static let handOff =
    opening + """
      local branch = redis.call('GET', 'sidetone:handoff:' .. ARGV[1])
      if branch then return tonumber(branch) end
      local stream = redis.call('HGET', sids, ARGV[1])
      local member = stream and holder(stream)
      return member and lives(member) and 0 or false
      """

  /// Identifiers: whether one is a live call's.
  static let knows =
    opening + """
      for _, sid in ipairs(ARGV) do
        local stream = redis.call('HGET', sids, sid)
        local member = stream and holder(stream)
        if member and lives(member) then return 1 end
      end
      return 0
      """
}
