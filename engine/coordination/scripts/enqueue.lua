-- Per task: id, need, priority, attempts made, attempts allowed, newest token, body. A task that is known already is left alone.
-- Answers how many were new.
local fresh = 0
local token = tonumber(redis.call('GET', p .. 'token') or '0')
for i = 2, #ARGV, 7 do
  local id = ARGV[i]
  if redis.call('EXISTS', task(id)) == 0 then
    local arrival = redis.call('INCR', p .. 'arrivals')
    redis.call('HSET', task(id), 'need', ARGV[i + 1], 'priority', ARGV[i + 2], 'arrival', arrival,
      'attempts', ARGV[i + 3], 'allowed', ARGV[i + 4], 'body', ARGV[i + 6])
    queue_up(id, ARGV[i + 1], tonumber(ARGV[i + 2]), arrival)
    token = math.max(token, tonumber(ARGV[i + 5]))
    fresh = fresh + 1
  end
end
if fresh > 0 then
  -- Claims of this task have to be newer than any that the database has seen.
  redis.call('SET', p .. 'token', token)
  hint('new', tostring(fresh))
end
return fresh
