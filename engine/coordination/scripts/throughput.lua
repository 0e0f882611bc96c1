-- minutes. Answers per minute, the oldest first, how many tasks were completed by need: a flat list each.
local answer, last = {}, math.floor(now / 60000)
for minute = last - tonumber(ARGV[2]) + 1, last do answer[#answer + 1] = redis.call('HGETALL', p .. 'minute:' .. minute) end
return answer
