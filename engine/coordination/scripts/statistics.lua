-- Answers pending, delayed, leased, waiting results, agents, halted, paused, then the counters by name.
local pending = 0
for _, need in ipairs(redis.call('SMEMBERS', p .. 'needs')) do
  pending = pending + redis.call('ZCARD', p .. 'queue:' .. need)
end
local control = redis.call('HMGET', p .. 'control', 'halted', 'paused')
return {pending, redis.call('ZCARD', p .. 'delayed'), redis.call('ZCARD', p .. 'leases'),
  redis.call('XLEN', p .. 'results'), redis.call('ZCARD', p .. 'agents'),
  control[1] == '0' and 0 or 1, control[2] == '1' and 1 or 0, redis.call('HGETALL', p .. 'counters')}
