-- agent, capabilities with commas, most tasks, lease in ms, most waiting events.
-- Answers a status, the ms until something may be had (-1: nobody knows), then per task: id, token, what is known of it.
local taken = {}
if #fitting == 1 then
  local one = fitting[1]
  local popped = redis.call('ZPOPMIN', p .. 'queue:' .. one.need, one.room)
  for i = 1, #popped, 2 do taken[#taken + 1] = {0, popped[i], one} end
  if #taken < one.room then redis.call('SREM', p .. 'needs', one.need) end
else
  taken = best()
  local by = {}
  for _, entry in ipairs(taken) do
    local words = by[entry[3].need] or {}
    by[entry[3].need] = words
    words[#words + 1] = entry[2]
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
