-- ids. Answers 1 per task that is queued, delayed or held, and 0 per unknown one.
local ids, answer = {}, {}
for i = 2, #ARGV do ids[#ids + 1] = ARGV[i] end
for i, id in ipairs(ids) do answer[i] = redis.call('HEXISTS', p .. 'tasks', id) end
return answer
