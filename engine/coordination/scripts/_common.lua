-- Begins every script. KEYS[1] is the prefix of all keys, "{name}:", so that all lie in one slot of a cluster.
-- ARGV[1] is the moment in milliseconds, or 0 for the server's own time, which is what counts in production.
local p = KEYS[1]
local now = tonumber(ARGV[1])
local micros = now * 1000
if now == 0 then
  local t = redis.call('TIME')
  micros = t[1] * 1000000 + t[2]
  now = math.floor(micros / 1000)
end

local function task(id) return p .. 'task:' .. id end

local function emit(kind, id, token, attempt, agent, data)
  redis.call('XADD', p .. 'results', '*', 'kind', kind, 'id', id, 'token', token, 'attempt', attempt,
    'agent', agent, 'at', now, 'data', data)
end

local function hint(channel, text) redis.call('PUBLISH', p .. 'tasks:' .. channel, text) end

-- Lower priority numbers first, then in the order of arrival.
local function queue_up(id, need, priority, arrival)
  redis.call('ZADD', p .. 'queue:' .. need, priority * 1e13 + arrival, id)
  redis.call('SADD', p .. 'needs', need)
end

local function take_off(id, need)
  redis.call('ZREM', p .. 'queue:' .. need, id)
  if redis.call('EXISTS', p .. 'queue:' .. need) == 0 then redis.call('SREM', p .. 'needs', need) end
end

local function requeue(id)
  local f = redis.call('HMGET', task(id), 'need', 'priority', 'arrival')
  if not f[1] then return false end
  redis.call('HDEL', task(id), 'token', 'agent')
  queue_up(id, f[1], tonumber(f[2]), tonumber(f[3]))
  return true
end

local function forget(id)
  redis.call('ZREM', p .. 'leases', id)
  redis.call('DEL', task(id))
end

-- Waiting retries that are due go back to their queue; bounded, the next call takes the rest.
local function promote()
  local due = redis.call('ZRANGEBYSCORE', p .. 'delayed', '-inf', now, 'LIMIT', 0, 100)
  for _, id in ipairs(due) do
    redis.call('ZREM', p .. 'delayed', id)
    requeue(id)
  end
  return #due
end
