-- id, priority. Answers 1 where the task still waits and 0 otherwise.
local f = redis.call('HMGET', task(ARGV[2]), 'need', 'arrival', 'token')
if not f[1] or f[3] then return 0 end
redis.call('HSET', task(ARGV[2]), 'priority', ARGV[3])
if redis.call('ZSCORE', p .. 'queue:' .. f[1], ARGV[2]) then
  queue_up(ARGV[2], f[1], tonumber(ARGV[3]), tonumber(f[2]))
end
hint('updated', '1')
return 1
