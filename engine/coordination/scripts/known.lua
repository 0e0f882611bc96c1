-- ids. Answers 1 per task that is queued, delayed or held, and 0 per unknown one.
local ids, answer = {}, {}
for i = 2, #ARGV do ids[#ids + 1] = ARGV[i] end
for i, text in ipairs(read_many(p .. 'meta', ids)) do answer[i] = text and 1 or 0 end
return answer
