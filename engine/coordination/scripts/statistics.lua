-- Answers delayed, leased, unread events, agents, halted, paused, then the counters by name, then waiting tasks by need.
local waiting = {}
for _, need in ipairs(redis.call('SMEMBERS', p .. 'needs')) do
  local number = redis.call('ZCARD', p .. 'queue:' .. need)
  -- The last one may have gone without anybody's noticing yet.
  if number > 0 then
    waiting[#waiting + 1] = need
    waiting[#waiting + 1] = number
  end
end
local control = redis.call('HMGET', p .. 'control', 'halted', 'paused')
local flow = redis.call('HMGET', p .. 'flow', 'emitted', 'settled')
return {redis.call('ZCARD', p .. 'delayed'), redis.call('ZCARD', p .. 'leases'),
  tonumber(flow[1] or 0) - tonumber(flow[2] or 0), redis.call('ZCARD', p .. 'agents'),
  control[1] == '0' and 0 or 1, control[2] == '1' and 1 or 0, redis.call('HGETALL', p .. 'counters'), waiting}
