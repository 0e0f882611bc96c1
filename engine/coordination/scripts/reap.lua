-- most tasks. Takes lapsed leases back and moves due retries to their queues. Answers how many of each.
local lapsed = redis.call('ZRANGEBYSCORE', p .. 'leases', '-inf', now, 'LIMIT', 0, tonumber(ARGV[2]))
for _, id in ipairs(lapsed) do
  local f = redis.call('HMGET', task(id), 'token', 'agent', 'attempts', 'allowed')
  redis.call('ZREM', p .. 'leases', id)
  if f[1] then
    if tonumber(f[3]) < tonumber(f[4]) then
      requeue(id)
      emit('released', id, f[1], f[3], f[2], 'the agent fell silent')
    else
      forget(id)
      emit('dead', id, f[1], f[3], f[2], 'the agent fell silent')
    end
    redis.call('HINCRBY', p .. 'counters', 'expired', 1)
  end
end
local due = promote()
if #lapsed + due > 0 then hint('new', tostring(#lapsed + due)) end
return {#lapsed, due}
