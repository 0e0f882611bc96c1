-- Per task: id, need, priority, attempts made, attempts allowed, body. A task that is known already is left alone.
-- Answers how many were new.
local fresh = 0
for i = 2, #ARGV, 6 do
  local id = ARGV[i]
  if redis.call('EXISTS', task(id)) == 0 then
    local arrival = redis.call('INCR', p .. 'arrivals')
    redis.call('HSET', task(id), 'need', ARGV[i + 1], 'priority', ARGV[i + 2], 'arrival', arrival,
      'attempts', ARGV[i + 3], 'allowed', ARGV[i + 4], 'body', ARGV[i + 5])
    queue_up(id, ARGV[i + 1], tonumber(ARGV[i + 2]), arrival)
    fresh = fresh + 1
  end
end
if fresh > 0 then hint('new', tostring(fresh)) end
return fresh
