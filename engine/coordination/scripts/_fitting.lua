-- Before claim and before what only looks: whether this agent may have anything now, and from which queues. It takes what
-- claim takes, and leaves "fitting", "limits", "flow", "wait" and "best" behind.
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

-- The tasks that it may have now, the most urgent first: each its score, its id, and where from.
local function best()
  local waiting, chosen = {}, {}
  for _, one in ipairs(fitting) do
    local head = redis.call('ZRANGE', p .. 'queue:' .. one.need, 0, one.room - 1, 'WITHSCORES')
    for i = 1, #head, 2 do waiting[#waiting + 1] = {tonumber(head[i + 1]), head[i], one} end
    if #head == 0 then redis.call('SREM', p .. 'needs', one.need) end
  end
  table.sort(waiting, function(a, b) return a[1] < b[1] end)
  for _, entry in ipairs(waiting) do
    local limit = limits[entry[3].kind]
    if #chosen < most and (not limit or limit.left > (limit.used or 0)) then
      if limit then limit.used = (limit.used or 0) + 1 end
      chosen[#chosen + 1] = entry
    end
  end
  return chosen
end
