-- ids. Answers 1 per task that is queued, delayed or leased, and 0 per unknown one.
local answer = {}
for i = 2, #ARGV do answer[#answer + 1] = redis.call('EXISTS', task(ARGV[i])) end
return answer
