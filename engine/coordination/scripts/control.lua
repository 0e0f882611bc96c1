-- halt epoch, halted, queue paused, paused agents and paused capabilities (each between line ends), rate limits by line
-- as "type spacing-in-microseconds burst". An older epoch than the known one is refused. Answers 1 or 0.
local was = redis.call('HMGET', p .. 'control', 'epoch', 'halted', 'paused', 'agents', 'capabilities', 'limits')
if tonumber(ARGV[2]) < tonumber(was[1] or '-1') then return 0 end
local same = true
for i = 1, 6 do same = same and was[i] == ARGV[i + 1] end
if same then return 1 end
redis.call('HSET', p .. 'control', 'epoch', ARGV[2], 'halted', ARGV[3], 'paused', ARGV[4], 'agents', ARGV[5],
  'capabilities', ARGV[6], 'limits', ARGV[7])
redis.call('PUBLISH', base .. 'control', ARGV[3] == '1' and 'halt' or 'state')
if ARGV[3] == '0' and ARGV[4] == '0' then hint('new', '0') end
return 1
