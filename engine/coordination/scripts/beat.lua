-- agent, what it says of itself, how long that is kept in ms. Answers whether everything is halted, and whether it is paused.
redis.call('ZADD', p .. 'agents', now, ARGV[2])
redis.call('SET', p .. 'agent:' .. ARGV[2], ARGV[3], 'PX', ARGV[4])
redis.call('ZREMRANGEBYSCORE', p .. 'agents', '-inf', now - tonumber(ARGV[4]))
local control = redis.call('HMGET', p .. 'control', 'halted', 'paused', 'agents')
local paused = control[2] == '1' or (control[3] and string.find(control[3], '\n' .. ARGV[2] .. '\n', 1, true))
return {control[1] == '0' and 0 or 1, paused and 1 or 0}
