-- A line per task: id, priority, attempts made, attempts allowed, newest token, moment in ms before which it waits, need;
-- then each one's body. A task that is known already is left alone. Answers how many were new.
local ids, heads = {}, {}
for id, priority, attempts, allowed, token, due, need in
  string.gmatch(ARGV[2], '(%S+) (%d+) (%d+) (%d+) (%d+) (%d+) ([^\n]*)\n') do
  ids[#ids + 1] = id
  heads[#heads + 1] = {priority, attempts, allowed, tonumber(token), tonumber(due), need}
end
local known = read_many(p .. 'tasks', ids)
local words, later, seen, by, needs = {}, {}, {}, {}, {}
local flow = redis.call('HMGET', p .. 'flow', 'token', 'arrivals')
local newest, arrival = tonumber(flow[1] or '0'), tonumber(flow[2] or '0')
local added = 0
for i, id in ipairs(ids) do
  if not known[i] and not seen[id] then
    seen[id] = true
    added, arrival = added + 1, arrival + 1
    local h = heads[i]
    local need = h[6]
    words[#words + 1] = id
    words[#words + 1] = h[1] .. ' ' .. whole(arrival) .. ' ' .. h[2] .. ' ' .. h[3] .. ' 0 ' .. need .. '\n' .. ARGV[i + 2]
    if h[5] > now then
      later[#later + 1] = h[5]
      later[#later + 1] = id
    else
      local scores = by[need]
      if not scores then
        scores = {}
        by[need] = scores
        needs[#needs + 1] = need
      end
      scores[#scores + 1] = h[1] * 1e13 + arrival
      scores[#scores + 1] = id
    end
    newest = math.max(newest, h[4])
  end
end
if added > 0 then
  many('HSET', p .. 'tasks', words)
  many('ZADD', p .. 'delayed', later)
  for _, need in ipairs(needs) do many('ZADD', p .. 'queue:' .. need, by[need]) end
  many('SADD', p .. 'needs', needs)
  -- Claims of these tasks have to be newer than any that the database has seen.
  redis.call('HSET', p .. 'flow', 'token', whole(newest), 'arrivals', whole(arrival))
  record('queued ' .. added)
  hint('new', tostring(added))
end
return added
