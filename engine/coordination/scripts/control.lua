-- halt epoch, halted, queue paused, then paused agents. An older epoch than the known one is refused. Answers 1 or 0.
local known = tonumber(redis.call('HGET', p .. 'control', 'epoch') or '-1')
if tonumber(ARGV[2]) < known then return 0 end
redis.call('HSET', p .. 'control', 'epoch', ARGV[2], 'halted', ARGV[3], 'paused', ARGV[4])
redis.call('DEL', p .. 'paused')
for i = 5, #ARGV do redis.call('SADD', p .. 'paused', ARGV[i]) end
redis.call('PUBLISH', p .. 'control', ARGV[3] == '1' and 'halt' or 'state')
if ARGV[3] == '0' and ARGV[4] == '0' then hint('new', '0') end
return 1
