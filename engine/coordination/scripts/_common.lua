-- Begins every script. KEYS[1] is the root of all keys of one shard, "{name:0}:", so that they lie in one slot of a
-- cluster. ARGV[1] is the moment in milliseconds, or 0 for the server's own time, which is what counts in production.
--
-- Every command handles a whole batch, so that what a task costs falls with the size of the batch:
--   tasks   task -> "priority arrival attempts allowed lapses need" + LF + what the agent gets
--   held    task -> "token attempt started need" + TAB + agent      leases   task by the moment its lease lapses
--   queue:<need>  waiting tasks by priority, then arrival           delayed  waiting tasks by the moment they are due
--   flow    token, arrivals, and how many events were emitted and settled
local p = KEYS[1]
local base = string.gsub(p, ':%d+}:$', '}:')
local now = tonumber(ARGV[1])
local micros = now * 1000
if now == 0 then
  local t = redis.call('TIME')
  micros = t[1] * 1000000 + t[2]
  now = math.floor(micros / 1000)
end
-- Of so many claims that lapsed before anything was begun, a task is dead; attempts count only what was begun.
local LAPSES = 10
-- Arguments of one command; Lua cannot pass many more.
local WIDE = 6000

local function many(command, key, words)
  for i = 1, #words, WIDE do redis.call(command, key, unpack(words, i, math.min(i + WIDE - 1, #words))) end
end

local function read_many(key, ids)
  if #ids == 0 then return {} end
  return redis.call('HMGET', key, unpack(ids))
end

local function whole(number) return string.format('%.0f', number) end

local function meta_of(text)
  local priority, arrival, attempts, allowed, lapses, need, body =
    string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) ([^\n]*)\n(.*)$')
  return {priority = tonumber(priority), arrival = tonumber(arrival), attempts = tonumber(attempts),
    allowed = tonumber(allowed), lapses = tonumber(lapses), need = need, body = body}
end

local function meta_text(m)
  return m.priority .. ' ' .. whole(m.arrival) .. ' ' .. m.attempts .. ' ' .. m.allowed .. ' ' .. m.lapses .. ' '
    .. m.need .. '\n' .. m.body
end

local function held_of(text)
  local token, attempt, started, need, agent = string.match(text, '^(%d+) (%d+) (%d) ([^\t]*)\t(.*)$')
  return {token = token, attempt = tonumber(attempt), started = started == '1', need = need, agent = agent}
end

local function held_text(token, attempt, started, need, agent)
  return token .. ' ' .. attempt .. ' ' .. (started and '1' or '0') .. ' ' .. need .. '\t' .. agent
end

-- What is told of this call: one entry of the results for the engine, and a short one of the capped record.
-- A line is "kind id token attempt ran", and the agent where it is not the caller; d<line> and u<line> belong to it.
local lines, datas = {}, {}

local function record(text) redis.call('XADD', p .. 'events', 'MAXLEN', '~', 1000, '*', 'at', now, 'e', text) end

local function tell(agent)
  if #lines == 0 then return end
  local emitted = redis.call('HINCRBY', p .. 'flow', 'emitted', #lines)
  redis.call('XADD', p .. 'results', '*', 'at', now, 'n', emitted, 'agent', agent, 'e', table.concat(lines, '\n'),
    unpack(datas))
  local shown = table.concat(lines, '\n', 1, math.min(50, #lines))
  record(#lines > 50 and shown .. '\nmore ' .. (#lines - 50) or shown)
end

local function hint(channel, text) redis.call('PUBLISH', base .. 'tasks:' .. channel, text) end

-- Lower priority numbers first, then in the order of arrival. Takes pairs of id and meta.
local function queue_up(ids, metas)
  local by, needs = {}, {}
  for i, id in ipairs(ids) do
    local m = metas[i]
    local words = by[m.need]
    if not words then
      words = {}
      by[m.need] = words
      needs[#needs + 1] = m.need
    end
    words[#words + 1] = m.priority * 1e13 + m.arrival
    words[#words + 1] = id
  end
  for _, need in ipairs(needs) do many('ZADD', p .. 'queue:' .. need, by[need]) end
  if #needs > 0 then many('SADD', p .. 'needs', needs) end
end

-- Puts tasks back to where they came from; changes, where given, are applied to what is known of them first.
local function requeue(ids, change)
  local known, metas, words = {}, {}, {}
  for i, text in ipairs(read_many(p .. 'tasks', ids)) do
    if text then
      local m = meta_of(text)
      if change then
        change(m, i)
        words[#words + 1] = ids[i]
        words[#words + 1] = meta_text(m)
      end
      known[#known + 1] = ids[i]
      metas[#metas + 1] = m
    end
  end
  many('HSET', p .. 'tasks', words)
  queue_up(known, metas)
end

local function let_go(ids)
  many('ZREM', p .. 'leases', ids)
  many('HDEL', p .. 'held', ids)
end

local function forget(ids) many('HDEL', p .. 'tasks', ids) end

-- Waiting tasks that are due go to their queue; bounded, the next call takes the rest. Answers how many went, and the
-- milliseconds until the next one is due, or -1.
local function promote()
  local found = redis.call('ZRANGE', p .. 'delayed', 0, 500, 'WITHSCORES')
  local due, wait = {}, -1
  for i = 1, #found, 2 do
    local left = tonumber(found[i + 1]) - now
    if left > 0 then
      wait = math.ceil(left)
      break
    end
    due[#due + 1] = found[i]
  end
  many('ZREM', p .. 'delayed', due)
  if #due > 0 then requeue(due) end
  return #due, wait
end
