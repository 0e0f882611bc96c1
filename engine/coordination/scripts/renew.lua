-- lease in ms, then per task: id, token. Answers 1 per task that is still held under that token and 0 per lost one.
local ids, tokens, answer, words = {}, {}, {}, {}
for i = 3, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
  tokens[#tokens + 1] = ARGV[i + 1]
end
for i, text in ipairs(read_many(p .. 'held', ids)) do
  local mine = text and held_of(text).token == tokens[i]
  if mine then
    words[#words + 1] = now + tonumber(ARGV[2])
    words[#words + 1] = ids[i]
  end
  answer[i] = mine and 1 or 0
end
many('ZADD', p .. 'leases', words)
return answer
