-- agent, capabilities with commas, most tasks, lease in ms, most waiting events.
-- Answers a status, the ms until something may be had (-1: nobody knows), then per task: id, token, what is known of it.
local agent, most = ARGV[2], tonumber(ARGV[4])
local format = string.format
local control = redis.call('HMGET', p .. 'control', 'halted', 'paused', 'agents', 'capabilities', 'limits')
-- A server that has not been told what is stopped hands out nothing: it may have forgotten a halt.
if not control[1] then return {'unready', -1} end
if control[1] == '1' then return {'halted', -1} end
if control[2] == '1' or string.find(control[3], '\n' .. agent .. '\n', 1, true) then return {'paused', -1} end
local flow = redis.call('HMGET', p .. 'flow', 'token', 'emitted', 'settled')
if tonumber(flow[2] or 0) - tonumber(flow[3] or 0) >= tonumber(ARGV[6]) then return {'backlog', -1} end
local _, wait = promote()

local able, stopped, limits = {}, {}, {}
for capability in string.gmatch(ARGV[3], '[^,]+') do able[capability] = true end
for capability in string.gmatch(control[4], '[^\n]+') do stopped[capability] = true end
for kind, spacing, burst in string.gmatch(control[5], '([^\n ]+) (%d+) (%d+)') do
  limits[kind] = {spacing = tonumber(spacing), burst = tonumber(burst)}
end

-- How many of a type may start now, by the generic cell rate algorithm: "at" is when the next one would be on time.
local function granted(kind)
  local limit = limits[kind]
  if not limit then return most end
  if not limit.left then
    limit.at = math.max(tonumber(redis.call('HGET', p .. 'rates', kind) or '0'), micros)
    limit.left = math.max(0, math.floor((micros - limit.at) / limit.spacing) + limit.burst)
    if limit.left < most then
      local ms = math.ceil((limit.at + limit.spacing * (1 + limit.left - limit.burst) - micros) / 1000)
      if wait < 0 or ms < wait then wait = math.max(1, ms) end
    end
  end
  return limit.left
end

local fitting = {}
for _, need in ipairs(redis.call('SMEMBERS', p .. 'needs')) do
  local fits, kind = true, nil
  for capability in string.gmatch(need, '[^,]+') do
    kind = kind or capability
    fits = fits and able[capability] and not stopped[capability]
  end
  if fits then
    local room = math.min(most, granted(kind))
    if room > 0 then fitting[#fitting + 1] = {need = need, kind = kind, room = room} end
  end
end

local taken = {}
if #fitting == 1 then
  local one = fitting[1]
  local popped = redis.call('ZPOPMIN', p .. 'queue:' .. one.need, one.room)
  for i = 1, #popped, 2 do taken[#taken + 1] = {0, popped[i], one} end
  if #taken < one.room then redis.call('SREM', p .. 'needs', one.need) end
else
  local waiting = {}
  for _, one in ipairs(fitting) do
    local head = redis.call('ZRANGE', p .. 'queue:' .. one.need, 0, one.room - 1, 'WITHSCORES')
    for i = 1, #head, 2 do waiting[#waiting + 1] = {tonumber(head[i + 1]), head[i], one} end
    if #head == 0 then redis.call('SREM', p .. 'needs', one.need) end
  end
  table.sort(waiting, function(a, b) return a[1] < b[1] end)
  local by = {}
  for _, entry in ipairs(waiting) do
    local limit = limits[entry[3].kind]
    if #taken < most and (not limit or limit.left > (limit.used or 0)) then
      if limit then limit.used = (limit.used or 0) + 1 end
      taken[#taken + 1] = entry
      local words = by[entry[3].need] or {}
      by[entry[3].need] = words
      words[#words + 1] = entry[2]
    end
  end
  for need, words in pairs(by) do many('ZREM', p .. 'queue:' .. need, words) end
end
-- An id without a task is in the queue only where somebody else writes to it; it is left out for good.
local ids, attempts, used, n = {}, {}, {}, 0
for i, entry in ipairs(taken) do ids[i] = entry[2] end
local known = read_many(p .. 'tasks', ids)
for i, entry in ipairs(taken) do
  local tried = known[i] and string.match(known[i], '^%d+ %d+ (%d+) %d+ %d+ [^\n]*\n')
  if tried then
    n = n + 1
    ids[n], known[n], taken[n], attempts[n] = ids[i], known[i], entry, tried + 1
    used[entry[3].kind] = (used[entry[3].kind] or 0) + 1
  end
end
if n == 0 then return {'ok', wait} end
for kind, number in pairs(used) do
  local limit = limits[kind]
  if limit then redis.call('HSET', p .. 'rates', kind, whole(limit.at + number * limit.spacing)) end
end
-- Tokens follow the time as well as their own count, so that they rise even across a server that forgot everything.
local token = math.max(tonumber(flow[1] or '0'), micros)
local held, leases, answer, lapse = {}, {}, {'ok', wait}, now + tonumber(ARGV[5])
for i = 1, n do
  local id, attempt = ids[i], attempts[i]
  token = token + 1
  local begun = format('%.0f %d ', token, attempt)
  held[2 * i - 1] = id
  held[2 * i] = begun .. '0 ' .. taken[i][3].need .. '\t' .. agent
  leases[2 * i - 1] = lapse
  leases[2 * i] = id
  lines[i] = 'claimed ' .. id .. ' ' .. begun .. '0'
  answer[3 * i] = id
  answer[3 * i + 1] = token
  answer[3 * i + 2] = known[i]
end
many('HSET', p .. 'held', held)
many('ZADD', p .. 'leases', leases)
redis.call('HSET', p .. 'flow', 'token', whole(token))
tell(agent)
hint('claimed', agent)
return answer
