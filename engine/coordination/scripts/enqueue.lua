-- Per task: id, need, priority, attempts made, attempts allowed, newest token, moment in ms before which it waits, body.
-- A task that is known already is left alone. Answers how many were new.
local ids = {}
for i = 2, #ARGV, 8 do ids[#ids + 1] = ARGV[i] end
local known = read_many(p .. 'meta', ids)
local fresh, metas, words, bodies, later, seen = {}, {}, {}, {}, {}, {}
local flow = redis.call('HMGET', p .. 'flow', 'token', 'arrivals')
local token, arrival = tonumber(flow[1] or '0'), tonumber(flow[2] or '0')
local added = 0
for n, id in ipairs(ids) do
  local i = 2 + (n - 1) * 8
  if not known[n] and not seen[id] then
    seen[id] = true
    added, arrival = added + 1, arrival + 1
    local m = {need = ARGV[i + 1], priority = tonumber(ARGV[i + 2]), arrival = arrival,
      attempts = tonumber(ARGV[i + 3]), allowed = tonumber(ARGV[i + 4]), lapses = 0}
    words[#words + 1] = id
    words[#words + 1] = meta_text(m)
    bodies[#bodies + 1] = id
    bodies[#bodies + 1] = ARGV[i + 7]
    if tonumber(ARGV[i + 6]) > now then
      later[#later + 1] = ARGV[i + 6]
      later[#later + 1] = id
    else
      fresh[#fresh + 1] = id
      metas[#metas + 1] = m
    end
    token = math.max(token, tonumber(ARGV[i + 5]))
  end
end
if added > 0 then
  many('HSET', p .. 'meta', words)
  many('HSET', p .. 'bodies', bodies)
  many('ZADD', p .. 'delayed', later)
  queue_up(fresh, metas)
  -- Claims of these tasks have to be newer than any that the database has seen.
  redis.call('HSET', p .. 'flow', 'token', whole(token), 'arrivals', whole(arrival))
  record('queued ' .. added)
  hint('new', tostring(added))
end
return added
