-- most agents. Answers the server's moment, then per agent: id, last sign of life, what it says of itself.
local answer = {now}
local found = redis.call('ZRANGE', p .. 'agents', 0, tonumber(ARGV[2]) - 1, 'WITHSCORES')
for i = 1, #found, 2 do
  local info = redis.call('GET', p .. 'agent:' .. found[i])
  if info then
    answer[#answer + 1] = found[i]
    answer[#answer + 1] = tonumber(found[i + 1])
    answer[#answer + 1] = info
  end
end
return answer
