-- agent, lease in ms, then per task: id, token. Answers 1 per task that is still this agent's and 0 per lost one.
local answer = {}
for i = 4, #ARGV, 2 do
  local held = redis.call('HGET', task(ARGV[i]), 'token') == ARGV[i + 1]
  if held then redis.call('ZADD', p .. 'leases', 'XX', now + tonumber(ARGV[3]), ARGV[i]) end
  answer[#answer + 1] = held and 1 or 0
end
return answer
